"""What the answer for a serializer rests on: its fields, and the methods of its classes."""

from __future__ import annotations

import sys
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from perfkit.keeping import Witness

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

__all__ = ["identity", "is_fixed", "is_own", "shape", "witnesses"]

#: Methods that decide which fields a serializer has: with one of its own, that may differ by request.
DECIDING = (
    *("__init__", "fields", "get_fields", "get_field_names", "get_default_field_names"),
    *("get_extra_kwargs", "include_extra_kwargs", "get_uniqueness_extra_kwargs"),
    *("build_field", "build_standard_field", "build_relational_field", "build_nested_field"),
    *("build_property_field", "build_url_field", "build_unknown_field", "_readable_fields"),
)
#: Methods that read, or say how a field reads.
READING = (
    *("to_representation", "get_attribute", "get_url", "use_pk_only_optimization", "bind"),
    *("_declared_fields", "Meta"),
)
#: What two classes may differ in that are made alike.
_INCIDENTAL = ("__dict__", "__weakref__", "__firstlineno__", "__static_attributes__")
META = ("model", "fields", "exclude", "depth", "list_serializer_class")
OPTIONS = ("source", "write_only", "lookup_field", "slug_field", "method_name", "pk_field")


def is_own(method: Any) -> bool:
    """Tell whether a method is written by somebody else than the framework."""
    return not str(getattr(method, "__module__", "rest_framework.")).startswith("rest_framework.")


def shape(field: Any) -> Any:
    """Return all of a serializer or field, as it is made, that its reads depend on."""
    inner = _inner(field)
    said = tuple(str(getattr(field, name, None)) for name in OPTIONS)
    own = tuple((name, shape(one)) for name, one in _fields(field))
    return identity(type(field)), said, own, None if inner is None else shape(inner)


def identity(cls: Any) -> Hashable:
    """Return what tells a class from others.

    A class that can be imported is itself. Some are made for each request, and
    one is then as good as the next that has the same bases and the same in it.
    """
    if not isinstance(cls, type):
        return Same(cls)
    found: Any = sys.modules.get(cls.__module__)
    for name in cls.__qualname__.split("."):
        found = getattr(found, name, None)
    if found is cls:
        return cls  # type: ignore[no-any-return]  # a class
    bases = tuple(identity(base) for base in cls.__bases__)
    held = tuple(
        (name, _content(value)) for name, value in vars(cls).items() if name not in _INCIDENTAL
    )
    return bases, held


class Same:
    """Stands for one object in a key, and equals nothing else."""

    __slots__ = ("one",)

    def __init__(self, one: object) -> None:
        self.one = one

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.one is self.one

    def __hash__(self) -> int:
        return id(self.one)


def _content(value: Any) -> Hashable:
    """Return a value as a part of a key: plain ones by what they are, all others by being the same."""
    if isinstance(value, type):
        return identity(value)
    if type(value) in (str, int, bool, type(None)):
        return type(value), value
    if type(value) in (list, tuple):
        return type(value), tuple(_content(one) for one in value)
    if type(value) in (dict, OrderedDict):
        return dict, tuple((_content(name), _content(one)) for name, one in value.items())
    if isinstance(value, serializers.Field):
        made_of: Any = vars(value)
        return identity(type(value)), _content(made_of["_args"]), _content(made_of["_kwargs"])
    return Same(value)


def is_fixed(serializer: Any) -> bool:
    """Tell whether a serializer has the same fields whenever it is made."""
    seen: set[type] = set()
    for field in _walk(serializer):
        cls: Any = type(field)
        if cls in seen:
            continue
        seen.add(cls)
        deciding = DECIDING if issubclass(cls, serializers.BaseSerializer) else ("bind",)
        if any(is_own(_raw(cls, name)) for name in deciding):
            return False
    return not is_own(_raw(type(serializer), "many_init"))


def witnesses(serializer: Any) -> tuple[Witness, ...]:
    """Return the attributes of classes that the answer rests on, besides the fields as they are made."""
    owners: dict[type, dict[str, None]] = {}

    def watch(cls: type, names: Iterable[str]) -> None:
        for owner in cls.__mro__:
            if is_own(owner) and owner.__module__ not in ("builtins", "typing"):
                owners.setdefault(owner, {}).update(dict.fromkeys(names))

    for field in _walk(serializer):
        cls: Any = type(field)
        watch(cls, READING)
        if isinstance(field, serializers.BaseSerializer):
            watch(cls, DECIDING)
        if hasattr(cls, "Meta"):
            watch(cls.Meta, META)
        if isinstance(field, serializers.SerializerMethodField):
            watch(type(field.parent), [str(field.method_name)])
    return tuple(Witness.of(owner, names) for owner, names in owners.items())


def _walk(field: Any) -> Iterator[Any]:
    yield field
    for _, one in _fields(field):
        yield from _walk(one)
    inner = _inner(field)
    if inner is not None:
        yield from _walk(inner)


def _fields(field: Any) -> Any:
    return field.fields.items() if isinstance(field, serializers.Serializer) else ()


def _inner(field: Any) -> Any:
    return getattr(field, "child", None) or getattr(field, "child_relation", None)


def _raw(cls: type, name: str) -> Any:
    """Return a method of a class as a function: that of a class method, of a cached property."""
    found: Any = getattr(cls, name, None)
    return (
        getattr(found, "__func__", None)
        or getattr(found, "func", None)
        or getattr(found, "fget", None)
        or found
    )
