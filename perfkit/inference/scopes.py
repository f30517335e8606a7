"""What the names of a function are: local, captured by a function inside, global."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeAlias

Comprehension: TypeAlias = "ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp"

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_NESTED = (*_FUNCTIONS, ast.ClassDef, ast.GeneratorExp)
#: What binds names, or runs apart, besides names themselves; all other nodes only hold nodes.
_NOTED = {
    *(*_NESTED, *_COMPREHENSIONS, ast.Global, ast.Nonlocal, ast.Assign, ast.AnnAssign),
    *(ast.Import, ast.ImportFrom, ast.ExceptHandler, ast.Yield, ast.YieldFrom),
    *(ast.MatchAs, ast.MatchStar, ast.MatchMapping),
}
#: Fields of nodes that hold no expression and no statement.
_MARKS = {"attr", "ctx", "id", "kind", "op", "ops", "type_comment", "type_ignores"}


@dataclass
class Scope:
    """The names of one function, lambda or comprehension that has a frame of its own."""

    bound: set[str] = field(default_factory=set)
    captured: set[str] = field(default_factory=set)
    globals: set[str] = field(default_factory=set)
    nonlocals: set[str] = field(default_factory=set)
    #: Attributes that it sets on things that have a name.
    kept: set[str] = field(default_factory=set)
    generates: bool = False


def private(name: str, owner: str) -> str:
    """Return a name as Python stores it: ``__name`` in a class is private to it."""
    prefix = owner.lstrip("_")
    is_private = name.startswith("__") and not name.endswith("__")
    return f"_{prefix}{name}" if prefix and is_private else name


def scope_of(node: ast.AST, owner: str) -> Scope:
    """Return the scope of a function, lambda or comprehension in a class; computed once, kept on it."""
    found: Scope | None = node.__dict__.get("perfkit_scope")
    if found is None:
        found = node.__dict__["perfkit_scope"] = _survey(node)
        for names in (found.bound, found.captured, found.globals, found.nonlocals, found.kept):
            stored = {private(name, owner) for name in names}
            names.clear()
            names |= stored
    return found


def runs_apart(node: ast.AST) -> bool:
    """Tell whether a comprehension needs a frame: a function inside it captures its names."""
    return isinstance(node, ast.GeneratorExp) or any(
        isinstance(child, _NESTED) for child in ast.walk(node)
    )


def _survey(node: ast.AST) -> Scope:
    scope = Scope()
    if isinstance(node, _FUNCTIONS):
        _add_parameters(scope, node.args)
        body: list[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else list(node.body)
    else:
        body = _children(node)
        scope.nonlocals |= _walrus(node)
    inner: list[ast.AST] = []
    while body:
        one = body.pop()
        if isinstance(one, ast.Name):
            if not isinstance(one.ctx, ast.Load):
                scope.bound.add(one.id)
        elif type(one) not in _NOTED or not _note(one, scope, inner):
            body += _children(one)
    used: set[str] = set()
    for one in inner:
        used |= _names(one)
    scope.bound -= scope.globals | scope.nonlocals
    scope.captured = used & scope.bound
    return scope


def _add_parameters(scope: Scope, arguments: ast.arguments) -> None:
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    every += [one for one in (arguments.vararg, arguments.kwarg) if one is not None]
    scope.bound |= {one.arg for one in every}


@cache
def _links(kind: Any) -> list[str]:
    """Return the fields of a kind of node that may hold nodes."""
    return [name for name in kind._fields if name not in _MARKS]


def _children(node: ast.AST) -> list[ast.AST]:
    """Return the expressions and statements right below a node: ``ast.iter_child_nodes``, in a third of its time."""
    found: list[ast.AST] = []
    kind: Any = type(node)
    for name in _links(kind):
        held = getattr(node, name, None)
        if isinstance(held, list):
            found += [one for one in held if isinstance(one, ast.AST)]
        elif isinstance(held, ast.AST):
            found.append(held)
    return found


def _note(node: ast.AST, scope: Scope, inner: list[ast.AST]) -> bool:
    """Note what one node binds; return whether it is a scope of its own, which then is on ``inner``."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        scope.bound.add(node.name)
        inner.append(node)
        return True
    if isinstance(node, ast.Lambda):
        inner.append(node)
        return True
    if isinstance(node, ast.GeneratorExp):
        inner.append(node)
        scope.bound |= _walrus(node)
        return True
    if isinstance(node, _COMPREHENSIONS):
        # Its targets are its own; a walrus inside binds out here. Names used inside count as
        # captured only when it gets a frame of its own.
        scope.bound |= _walrus(node)
        if runs_apart(node):
            inner.append(node)
        return True
    if isinstance(node, ast.Global):
        scope.globals.update(node.names)
    elif isinstance(node, ast.Nonlocal):
        scope.nonlocals.update(node.names)
    elif isinstance(node, (ast.Assign, ast.AnnAssign)):
        # An augmented assignment isn't one of them: it reads first what another has set.
        scope.kept |= _kept(node)
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        scope.bound |= {(one.asname or one.name).split(".")[0] for one in node.names}
    elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
        scope.bound.add(node.name)
    elif isinstance(node, ast.MatchMapping) and node.rest:
        scope.bound.add(node.rest)
    elif isinstance(node, (ast.Yield, ast.YieldFrom)):
        scope.generates = True
    return False


def _kept(node: ast.Assign | ast.AnnAssign) -> set[str]:
    """Return the attributes that an assignment sets on things that have a name."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {
        one.attr
        for target in targets
        for one in ast.walk(target)
        if isinstance(one, ast.Attribute)
        and isinstance(one.ctx, ast.Store)
        and isinstance(one.value, ast.Name)
    }


def _walrus(comprehension: ast.AST) -> set[str]:
    """Return the names that ``:=`` binds outside of a comprehension."""
    found: set[str] = set()
    nodes = [comprehension]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.NamedExpr):
            found.add(node.target.id)
        if not isinstance(node, ast.Lambda):
            nodes.extend(ast.iter_child_nodes(node))
    return found


def _names(node: ast.AST) -> set[str]:
    """Return every name that stands anywhere in a node."""
    found: set[str] = set()
    for child in ast.walk(node):
        if isinstance(child, ast.Name):
            found.add(child.id)
        elif isinstance(child, (ast.Nonlocal, ast.Global)):
            found.update(child.names)
    if any(name == "super" for name in found):
        found.add("__class__")
    return found
