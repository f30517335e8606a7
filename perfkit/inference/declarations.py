"""What a member reads, said by its author: ``@reads`` and ``register_reads``.

This module is imported by every project that imports perfkit, so it stays small: no model, no ``ast``.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_ATTRIBUTE = "__perfkit_reads__"


@dataclass(frozen=True)
class Declaration:
    """What a callable reads of one of its arguments.

    ``paths`` are relative to the row that is given as ``argument``: the name of a parameter, or
    None for the first one, which is ``self`` in a method or property.
    """

    paths: tuple[str, ...]
    argument: str | None = None


#: Declarations for code of others, by the identity of the callable, which is kept alive beside it.
_registered: dict[int, tuple[object, Declaration]] = {}


def reads(*paths: str) -> Callable[[T], T]:
    """Declare what a property, cached property or method reads; stands above or below its decorator.

    ``paths`` are names and ``__`` paths as in ``Preset(only=[...])``, relative to the model: columns
    (``"price"``), columns behind relations (``"brand__name"``), to-many relations (``"images"``) and
    other members. The declaration replaces inference. Raises TypeError for what is no member.
    """
    declaration = _declaration(paths, None)

    def declare(member: T) -> T:
        function = underlying(member)
        try:
            setattr(function, _ATTRIBUTE, declaration)
        except AttributeError:
            raise TypeError(
                f"@reads can't be attached to {function!r}: use "
                f"register_reads({getattr(function, '__name__', 'it')}, ...)."
            ) from None
        return member

    return declare


def register_reads(target: object, *paths: str, argument: str | None = None) -> None:
    """Declare what a callable of someone else reads of a row.

    ``target`` is a member as its class gives it (``Product.label``: a property, cached property or
    method) or any callable. ``paths`` are relative to its first argument, or to the parameter
    named by ``argument``. A later registration replaces an earlier one.
    """
    function = underlying(target)
    _registered[id(function)] = (function, _declaration(paths, argument))


def declaration_of(member: object) -> Declaration | None:
    """Return what ``@reads`` or ``register_reads`` said of a member or callable, else None."""
    function = function_of(member)
    registered = _registered.get(id(function))
    if registered is not None:
        return registered[1]
    found = getattr(function, "__dict__", {}).get(_ATTRIBUTE)
    return found if isinstance(found, Declaration) else None


def generation() -> tuple[int, ...]:
    """Return a value that changes whenever a registration does, for caches to compare."""
    return tuple(id(declaration) for _, declaration in _registered.values())


def underlying(member: object) -> Callable[..., Any]:
    """Return the function behind a property, cached property or method; raise TypeError if none."""
    function = function_of(member)
    if not callable(function):
        raise TypeError(
            f"{member!r} is neither a property, a cached property, a method nor another callable."
        )
    return function


def function_of(member: object) -> object:
    """Return the function behind a property, cached property or method; anything else as it is."""
    if isinstance(member, property):
        return member.fget
    if isinstance(member, functools.cached_property):
        return member.func
    if isinstance(member, (staticmethod, classmethod)):
        return member.__func__
    if not callable(member):
        # Django's cached_property takes its function as "func" only when the class is made.
        held = getattr(member, "__dict__", {})
        return held.get("real_func", held.get("func", member))
    return getattr(member, "__func__", member)


def _declaration(paths: tuple[str, ...], argument: str | None) -> Declaration:
    for path in paths:
        if not isinstance(path, str) or not path:
            raise TypeError(f"reads takes names as strings, not {path!r}.")
    return Declaration(paths, argument)
