"""Which code belongs to a property or method of a model, so that a finding can name who asked."""

from __future__ import annotations

import functools
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models

from perfkit.auditor.findings import Member, Place
from perfkit.inference.declarations import declaration_of

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The code of decorators around members; their frames are nobody's.
WRAPPER = Member("", "wrapper", Place("", 0))

_members: dict[int, Member] = {}
_seen: set[type] = set()
_complete = False
# The keys of _members are ids, valid while the code lives.
_alive: list[CodeType] = []


def member_of(code: CodeType) -> Member | None:
    """Return the member that the code belongs to, WRAPPER for a decorator's, None for other code."""
    global _complete
    if not _complete:
        _complete = True
        for model in apps.get_models(include_auto_created=True):
            register(model)
    return _members.get(id(code))


def register(model: type) -> bool:
    """Make the members of the model known; return whether any of its classes was new."""
    if model in _seen:
        return False
    _seen.add(model)
    for klass in model.__mro__:
        if klass is models.Model or klass is object or klass.__module__ == "django.db.models.utils":
            continue
        if klass is not model and klass in _seen:
            continue
        _seen.add(klass)
        for name, value in list(vars(klass).items()):
            kind = "method" if isinstance(value, FunctionType) else "property"
            _register_member(f"{klass.__name__}.{name}", kind, value)
    return True


def forget() -> None:
    """Forget all members, so that the next look reads the models anew."""
    global _complete
    _complete = False
    _members.clear()
    _seen.clear()
    _alive.clear()


def _register_member(name: str, kind: str, value: Any) -> None:
    functions = list(_functions(value))
    if not functions:
        return
    *wrappers, inner = functions
    if inner.__module__.startswith("django.db.models."):
        # A model may give a method of Django's a second name; it is Django's all the same.
        return
    if isinstance(value, (staticmethod, classmethod, functools.partialmethod)):
        kind = "method"
    place = Place(inner.__code__.co_filename, inner.__code__.co_firstlineno, inner.__name__)
    declaration = declaration_of(value)
    member = Member(name, kind, place, declaration.paths if declaration is not None else None)
    for code in _with_nested(inner.__code__):
        _put(code, member)
    for wrapper in wrappers:
        _put(wrapper.__code__, WRAPPER)


def _put(code: CodeType, member: Member) -> None:
    # The first class wins: an inherited function is named by the class that defines it.
    if id(code) not in _members:
        _members[id(code)] = member
        _alive.append(code)


def _functions(value: Any) -> Iterator[FunctionType]:
    """Yield the Python functions behind an attribute of a class, the innermost last."""
    for _ in range(20):
        if isinstance(value, FunctionType):
            yield value
            value = getattr(value, "__wrapped__", None)
        elif isinstance(value, property):
            value = value.fget
        elif isinstance(value, (staticmethod, classmethod)):
            value = value.__func__
        elif isinstance(value, (type, models.Field, models.Manager)) or _is_djangos(value):
            return
        else:
            # cached_property of Django and of functools, partialmethod, lru_cache, and
            # descriptors written in their likeness.
            held = getattr(value, "__dict__", {})
            inner = (held.get(name) for name in ("fget", "func", "__wrapped__"))
            value = next((i for i in inner if isinstance(i, FunctionType)), None)
        if value is None:
            return


def _is_djangos(value: Any) -> bool:
    """Say whether an attribute is a descriptor that Django made for a column or a relation.

    To look into its ``__dict__`` would give it one for good: since Python 3.11 an object has none
    until it is asked for, and Python reads the attributes of those without faster.
    """
    return any(
        klass.__module__.startswith(("django.db.models.", "django.contrib.contenttypes."))
        for klass in type(value).__mro__
    )


def _with_nested(code: CodeType) -> Iterator[CodeType]:
    """Yield the code and that of its lambdas, comprehensions and inner functions."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _with_nested(constant)
