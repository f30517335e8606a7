"""What the answer for a serializer rests on: its fields, and the methods of its classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework import serializers

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["is_fixed", "is_own", "shape", "witnesses"]

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
    return type(field), said, own, None if inner is None else shape(inner)


def is_fixed(serializer: Any) -> bool:
    """Tell whether a serializer has the same fields whenever it is made."""
    return all(
        not any(is_own(_raw(cls, name)) for name in DECIDING)
        if issubclass(cls, serializers.BaseSerializer)
        else not is_own(_raw(cls, "bind"))
        for cls in {type(field) for field in _walk(serializer)}
    ) and not is_own(_raw(type(serializer), "many_init"))


def witnesses(serializer: Any) -> tuple[tuple[Any, str, Any], ...]:
    """Return the attributes of classes that the answer rests on, besides the fields as they are made."""
    owners: dict[Any, dict[str, None]] = {}
    for field in _walk(serializer):
        cls: Any = type(field)
        if not is_own(cls):
            continue
        names = owners.setdefault(cls, dict.fromkeys(READING))
        if isinstance(field, serializers.BaseSerializer):
            names.update(dict.fromkeys(DECIDING))
        if hasattr(cls, "Meta"):
            owners.setdefault(cls.Meta, dict.fromkeys(META))
    for field in _walk(serializer):
        if isinstance(field, serializers.SerializerMethodField):
            owners.setdefault(type(field.parent), {})[str(field.method_name)] = None
    return tuple(
        (owner, name, getattr(owner, name, None))
        for owner, names in owners.items()
        for name in names
    )


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
