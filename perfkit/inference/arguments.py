"""The arguments of a call, and how they meet the parameters of a function."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from perfkit.inference.scopes import private
from perfkit.inference.values import BOTTOM, Partial, Tup, Value, known

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable

#: What stands in a partial for an argument that its call gives; Python has it from 3.14 on.
_PLACEHOLDER: Value = known(getattr(functools, "Placeholder", object()))


@dataclass(frozen=True)
class Arguments:
    """``rest`` is what ``*args`` of unknown length holds, ``named_rest`` the same for ``**kwargs``."""

    positional: tuple[Value, ...] = ()
    named: tuple[tuple[str, Value], ...] = ()
    rest: Value = BOTTOM
    named_rest: Value = BOTTOM

    def everything(self) -> Value:
        """Return any of the arguments."""
        named = [value for _, value in self.named]
        return self.rest.union(self.named_rest, *self.positional, *named)

    def get(self, index: int, name: str = "") -> Value:
        """Return one argument by position or name; the empty value when it isn't given."""
        if index < len(self.positional):
            return self.positional[index]
        for key, value in self.named:
            if key == name:
                return value
        return self.rest | self.named_rest

    def after(self, *values: Value) -> Arguments:
        """Return these arguments with others before them."""
        return Arguments((*values, *self.positional), self.named, self.rest, self.named_rest)

    def completing(self, partial: Partial) -> Arguments:
        """Return what a partial calls its function with, when it is called with these."""
        given = list(self.positional)
        before = []
        for value in partial.positional:
            waits = value == _PLACEHOLDER
            before.append((given.pop(0) if given else self.rest) if waits else value)
        named = {**dict(partial.named), **dict(self.named)}
        made = Arguments((*before, *given), tuple(named.items()), self.rest, self.named_rest)
        if any(value > _PLACEHOLDER for value in partial.positional):
            # Which argument stands where depends on what only may be a placeholder.
            return Arguments((), made.named, made.everything() - _PLACEHOLDER, made.named_rest)
        return made

    @property
    def simple(self) -> bool:
        """Whether all are plain positional arguments."""
        return not (self.named or self.rest or self.named_rest)


@dataclass(frozen=True)
class Parameters:
    """What the parameters of a function are bound to, as they stand when its body starts."""

    names: tuple[tuple[str, Value], ...]
    #: Elements of ``*args`` of unknown length, and values of ``**kwargs``, by parameter.
    star: tuple[str, Value | None] = ("", None)
    keywords: tuple[str, tuple[tuple[str, Value], ...], Value] = ("", (), BOTTOM)


def bind_arguments(
    signature: ast.arguments,
    owner: str,
    arguments: Arguments,
    default: Callable[[int], Value],
    keyword_default: Callable[[str], Value],
) -> Parameters:
    """Bind arguments to the parameters of a function in a class, or in none.

    ``default`` gives the default of a positional parameter by its index, ``keyword_default`` that of a
    keyword-only one by name; the empty value where there is none.
    """
    positional = [*signature.posonlyargs, *signature.args]
    named = dict(arguments.named)
    bound: dict[str, Value] = {}
    for index, parameter in enumerate(positional):
        name = private(parameter.arg, owner)
        if index < len(arguments.positional):
            bound[name] = arguments.positional[index]
        elif name in named and index >= len(signature.posonlyargs):
            bound[name] = named.pop(name)
        else:
            bound[name] = default(index) | arguments.rest | arguments.named_rest
    for parameter in signature.kwonlyargs:
        name = private(parameter.arg, owner)
        if name in named:
            bound[name] = named.pop(name)
        else:
            bound[name] = keyword_default(name) | arguments.named_rest
    star: tuple[str, Value | None] = ("", None)
    if signature.vararg is not None:
        extra = arguments.positional[len(positional) :]
        if arguments.rest:
            star = (private(signature.vararg.arg, owner), arguments.rest.union(*extra))
        else:
            bound[private(signature.vararg.arg, owner)] = frozenset({Tup(extra)})
    keywords: tuple[str, tuple[tuple[str, Value], ...], Value] = ("", (), BOTTOM)
    if signature.kwarg is not None:
        name = private(signature.kwarg.arg, owner)
        keywords = (name, tuple(sorted(named.items())), arguments.named_rest)
    return Parameters(tuple(bound.items()), star, keywords)
