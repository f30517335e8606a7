"""Which methods of a class assign to which attributes of their first parameter."""

from __future__ import annotations

import ast
import functools
from types import CodeType, FunctionType
from typing import TYPE_CHECKING

from perfkit.inference.live import concrete_subclasses, static
from perfkit.inference.scopes import private
from perfkit.inference.sources import find_definition

if TYPE_CHECKING:
    from django.db.models import Model

    from perfkit.inference.values import Spelt

#: Stands for the attributes of methods that assign to a name which is only known when they run.
ANY = ""


def attributes_assigned(cls: type) -> dict[str, list[FunctionType]]:
    """Return, by attribute, the functions in the classes of ``cls`` that assign ``self.attribute``."""
    found: dict[str, list[FunctionType]] = {}
    for one in cls.__mro__:
        if one.__module__.startswith("django.db.models"):
            continue
        for raw in list(vars(one).values()):
            function = _function(raw)
            for name in _assigned(function.__code__) if function else ():
                if name == ANY and one.__module__.startswith("django."):
                    continue  # The keywords of ``as_view()``: they come from the URLs, and are no rows.
                found.setdefault(name, []).append(function)  # type: ignore[arg-type]
    return found


def names_like(model: type[Model], spelt: Spelt) -> list[str]:
    """Return the attributes of a model and its subclasses that a text may name, ``ANY`` if not all are known."""
    found = {"_state", "_prefetched_objects_cache"}
    for cls in (model, *concrete_subclasses(model)):
        if isinstance(static(cls, "__getattr__"), FunctionType):
            return [ANY]
        found.update(*map(vars, cls.__mro__), attributes_assigned(cls))
    return [ANY] if ANY in found else sorted(filter(spelt.may_be, found))


def names_in(code: CodeType) -> set[object]:
    """Return the names, and the texts, that a function mentions."""
    return {*code.co_names, *code.co_varnames, *code.co_consts}


def assigned_plainly(cls: type) -> frozenset[str]:
    """Return the attributes that methods of a class set to numbers and texts alone, as their lines show."""
    assigned = attributes_assigned(cls)
    return frozenset(
        name
        for name, functions in assigned.items()
        if ANY not in assigned and all(_sets_plainly(function, name) for function in functions)
    )


#: What these give holds nothing of what they are given.
_MAKE_PLAIN = {"int", "float", "str", "bool", "len"}


def _sets_plainly(function: FunctionType, name: str) -> bool:
    """Tell whether all assignments of a method to ``self.name`` are of numbers and texts."""
    definition = find_definition(function.__code__)
    if definition is None:
        return False
    first = function.__code__.co_varnames[0]
    plain, every = 0, 0
    for node in ast.walk(definition.node):
        every += isinstance(node, ast.Call) and _sets(node, first) and node.args[1].value == name  # type: ignore[attr-defined]
        every += (
            isinstance(node, ast.Attribute)
            and isinstance(node.ctx, ast.Store)
            and node.attr == name
        )
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, value = node.targets[0], node.value
            plain += (
                isinstance(target, ast.Attribute)
                and target.attr == name
                and _is_plain(value, function)
            )
    return plain == every


def _is_plain(value: ast.expr, function: FunctionType) -> bool:
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        made = value.func.id
        return made in _MAKE_PLAIN and made not in function.__globals__
    return isinstance(value, (ast.Constant, ast.JoinedStr, ast.Compare))


def _function(raw: object) -> FunctionType | None:
    if isinstance(raw, property):
        raw = raw.fget
    elif isinstance(raw, functools.cached_property) or type(raw).__name__ == "cached_property":
        raw = raw.func  # type: ignore[attr-defined]
    return raw if isinstance(raw, FunctionType) else None


@functools.cache
def _assigned(code: CodeType) -> frozenset[str]:
    if not code.co_argcount or not code.co_names:
        return frozenset()
    definition = find_definition(code)
    if definition is None:
        return frozenset()
    first = code.co_varnames[0]
    found: set[str] = set()
    for node in ast.walk(definition.node):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            if isinstance(node.value, ast.Name) and node.value.id == first:
                found.add(private(node.attr, definition.owner))
        elif isinstance(node, ast.Call) and _sets(node, first):
            named = node.args[1]
            is_text = isinstance(named, ast.Constant) and isinstance(named.value, str)
            found.add(str(named.value) if is_text else ANY)  # type: ignore[attr-defined]
    return frozenset(found)


def _sets(node: ast.Call, first: str) -> bool:
    """Tell whether a call is ``setattr(self, name, ...)``."""
    return (
        isinstance(node.func, ast.Name)
        and node.func.id == "setattr"
        and len(node.args) == 3
        and isinstance(node.args[0], ast.Name)
        and node.args[0].id == first
    )
