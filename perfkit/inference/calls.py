"""Calls: which function runs, its frame, its outcome."""

from __future__ import annotations

import ast
import functools
import sys
from types import (
    BuiltinFunctionType,
    CodeType,
    FunctionType,
    MethodDescriptorType,
    MethodType,
    MethodWrapperType,
    WrapperDescriptorType,
)
from typing import TYPE_CHECKING, Any

from perfkit.inference.activations import Activations
from perfkit.inference.arguments import Arguments, bind_arguments
from perfkit.inference.declarations import Declaration, declaration_of
from perfkit.inference.frames import Frame
from perfkit.inference.modelling import unhooked
from perfkit.inference.scopes import scope_of
from perfkit.inference.sources import Definition, FunctionNode, find_definition
from perfkit.inference.values import (
    BOTTOM,
    INERT,
    LOST,
    Atom,
    Bound,
    Box,
    Closure,
    Inert,
    Known,
    Lost,
    Method,
    Opaque,
    Partial,
    Rows,
    Selector,
    Value,
    join,
    known,
)

if TYPE_CHECKING:
    from collections.abc import Callable

#: Modules of Django whose functions save, delete, send signals: only what is modelled is followed.
_OPAQUE_MODULES = ("django.db.", "django.dispatch")
#: How deep code is followed that the row is not given to: only its own queries matter there.
MAX_ASIDE = 4
MAX_ASIDE_STEPS = 2_000


class Calls(Activations):
    """Calls of functions, closures and classes."""

    def __init__(self) -> None:
        super().__init__()
        self.definitions_read: dict[tuple[str, CodeType], Definition | None] = {}

    def call(self, callee: Value, arguments: Arguments, node: object) -> Value:
        """Call whatever ``callee`` may be; ``node`` is the place where it happens."""
        return join(self.call_atom(atom, arguments, node) for atom in callee)

    def call_atom(self, callee: Atom, arguments: Arguments, node: object) -> Value:
        """Call one thing."""
        if isinstance(callee, Known):
            return self.call_known(callee.obj, arguments, node)
        if isinstance(callee, Bound):
            return self.call_bound(callee, arguments, node)
        if isinstance(callee, Closure):
            return self.call_closure(callee, arguments)
        if isinstance(callee, Method):
            return self.call_method(callee, arguments, node)
        if isinstance(callee, Partial):
            return self.call(callee.function, arguments.completing(callee), node)
        if isinstance(callee, Selector):
            return self.select(callee, arguments, node)
        if isinstance(callee, Rows):
            return self.call_manager(callee, arguments)
        if isinstance(callee, Box):
            return self.call_object(callee, arguments, node)
        if isinstance(callee, Lost):
            return LOST
        if isinstance(callee, Inert) and not self.carries(arguments.everything()):
            self.escape(arguments.everything())
            return INERT
        return self.lose(f"a call of {self.describe(callee)}")

    def describe(self, atom: Atom) -> str:
        """Say what an atom is, for a message."""
        if isinstance(atom, Opaque):
            return atom.what
        if isinstance(atom, Known):
            name = getattr(atom.obj, "__qualname__", None) or type(atom.obj).__qualname__
            return f"{name}"
        return (
            "an object whose class is not known"
            if isinstance(atom, Inert)
            else (type(atom).__name__.lower())
        )

    # Live callables

    def call_known(self, target: Any, arguments: Arguments, node: object) -> Value:
        """Call a live object."""
        declaration = declaration_of(target) if callable(target) else None
        if declaration is not None and declaration is not self.ignored:
            return self.call_declared(target, declaration, arguments, node)
        target = unhooked(target)
        model = self.model_of_call(target)
        if model is not None:
            return model(self, arguments, node)
        if isinstance(target, MethodType):
            function = Bound(Known(target.__func__), known(target.__self__))
            return self.call_bound(function, arguments, node)
        if isinstance(target, FunctionType):
            return self.call_function(target, arguments, node)
        if isinstance(target, functools.partial):
            partial = Partial(
                known(target.func),
                tuple(known(one) for one in target.args),
                tuple((name, known(one)) for name, one in target.keywords.items()),
            )
            return self.call_atom(partial, arguments, node)
        if isinstance(target, type):
            return self.call_class(target, arguments, node)
        if isinstance(
            target,
            (MethodDescriptorType, WrapperDescriptorType, MethodWrapperType, BuiltinFunctionType),
        ):
            return self.call_builtin(target, arguments, node)
        wrapped = getattr(target, "__wrapped__", None) if self.is_cache(target) else None
        if wrapped is not None:
            self.digest(arguments.everything())
            return self.call_known(wrapped, arguments, node)
        return self.call_instance(target, arguments, node)

    @staticmethod
    def is_cache(target: object) -> bool:
        """Tell whether an object is what ``functools.lru_cache`` makes."""
        return (
            type(target).__name__ == "_lru_cache_wrapper" and type(target).__module__ == "functools"
        )

    def call_function(self, function: FunctionType, arguments: Arguments, node: object) -> Value:
        """Follow a Python function."""
        code = function.__code__
        model = self.model_of_call(code)
        if model is not None:
            closure = dict(zip(code.co_freevars, function.__closure__ or (), strict=True))
            return model(self, arguments.after(known(closure)), node)
        carrying = self.carries(arguments.everything())
        if not carrying and not self.worth_following(function):
            self.escape(arguments.everything())
            return INERT
        # By its globals: a wrapper has the module of what it wraps written on it (functools.wraps).
        if carrying and str(function.__globals__.get("__name__")).startswith(_OPAQUE_MODULES):
            return self.lose(f"{function.__qualname__}() of Django")
        definition = self.definition_of(code)
        if definition is None:
            if not carrying:
                return INERT
            return self.lose(f"{function.__qualname__}, which has no source")
        if isinstance(definition.node, ast.AsyncFunctionDef):
            return (
                self.lose(f"{function.__qualname__}, which is asynchronous") if carrying else INERT
            )
        defaults = function.__defaults__ or ()
        keyword_defaults = function.__kwdefaults__ or {}
        offset = code.co_argcount - len(defaults)
        parameters = bind_arguments(
            definition.node.args,
            definition.owner,
            arguments,
            lambda index: known(defaults[index - offset]) if index >= offset else BOTTOM,
            lambda name: known(keyword_defaults[name]) if name in keyword_defaults else BOTTOM,
        )
        closure = dict(zip(code.co_freevars, function.__closure__ or (), strict=True))
        frame = Frame(
            scope=scope_of(definition.node, definition.owner),
            file=code.co_filename,
            function=function.__qualname__,
            globals=function.__globals__,
            closure=closure,
            owner=definition.owner,
            above=definition.above,
        )
        if carrying:
            return self.run(definition.node, function, frame, parameters)
        before = self.steps
        self.aside += 1
        try:
            return self.run(definition.node, function, frame, parameters)
        finally:
            self.aside -= 1
            if not self.aside:
                self.aside_steps += self.steps - before

    def definition_of(self, code: CodeType) -> Definition | None:
        """Return the syntax tree of a function: the same one for the whole analysis."""
        key = (code.co_filename, code)
        if key not in self.definitions_read:
            self.definitions_read[key] = find_definition(code)
        return self.definitions_read[key]

    def worth_following(self, function: FunctionType) -> bool:
        """Tell whether a function that doesn't get the row may send queries or give a function back."""
        top = function.__module__.partition(".")[0] if function.__module__ else ""
        outside = top in sys.stdlib_module_names or top in {"django", "asgiref"}
        return not outside and self.aside < MAX_ASIDE and self.aside_steps < MAX_ASIDE_STEPS

    def call_closure(self, closure: Closure, arguments: Arguments) -> Value:
        """Follow a function that the analysed code made."""
        node: FunctionNode = closure.node
        outer = closure.frame
        offset = len(node.args.posonlyargs) + len(node.args.args) - len(closure.defaults)
        parameters = bind_arguments(
            node.args,
            outer.owner,
            arguments,
            lambda index: closure.defaults[index - offset] if index >= offset else BOTTOM,
            lambda name: closure.kw_defaults.get(name, BOTTOM),
        )
        frame = Frame(
            scope=scope_of(node, outer.owner),
            file=outer.file,
            function=f"{outer.function}.<locals>.{closure.name}",
            globals=outer.globals,
            outer=outer,
            owner=outer.owner,
            above=outer.above,
        )
        return self.run(node, closure, frame, parameters)

    # What other parts of the interpreter do

    def call_bound(self, bound: Bound, arguments: Arguments, node: object) -> Value:
        """Call a function with its receiver."""
        return self.call_atom(bound.function, arguments.after(bound.receiver), node)

    def call_manager(self, rows: Rows, arguments: Arguments) -> Value:
        """Call a related manager."""
        raise NotImplementedError

    def call_method(self, method: Method, arguments: Arguments, node: object) -> Value:
        """Call a modelled method."""
        raise NotImplementedError

    def call_declared(
        self, target: Any, declaration: Declaration, arguments: Arguments, node: object
    ) -> Value:
        """Call something whose reads were declared."""
        raise NotImplementedError

    def call_class(self, cls: type, arguments: Arguments, node: object) -> Value:
        """Make an instance."""
        raise NotImplementedError

    def call_builtin(self, target: Any, arguments: Arguments, node: object) -> Value:
        """Call what is written in C and has no model."""
        if self.carries(arguments.everything()):
            name = getattr(target, "__qualname__", repr(target))
            return self.lose(f"{name}, which is not written in Python")
        self.escape(arguments.everything())
        return INERT

    def call_instance(self, target: object, arguments: Arguments, node: object) -> Value:
        """Call a live object that is no function."""
        raise NotImplementedError

    def call_object(self, box: Box, arguments: Arguments, node: object) -> Value:
        """Call an object that the analysed code made."""
        raise NotImplementedError

    def select(self, selector: Selector, arguments: Arguments, node: object) -> Value:
        """Call an ``attrgetter``, ``itemgetter`` or ``methodcaller``."""
        raise NotImplementedError

    def model_of_call(self, target: Any) -> Callable[..., Value] | None:
        """Return what models a built-in or library function, if anything does."""
        raise NotImplementedError
