"""What serializers and their fields read of the rows that they are handed."""

from __future__ import annotations

import functools
import inspect
from typing import Any

from rest_framework import relations, serializers

from perfkit.derivation import Derivation, Place
from perfkit.inference.declarations import declaration_of
from perfkit.integrations.rest_framework.shapes import is_own
from perfkit.relations import find_relation

__all__ = ["read_serializer"]

#: Attributes of serializers and fields that may hold rows, and those that hold none.
HOLDS = ("instance", "root", "parent", "_args", "_kwargs", "data", "_data", "_context")
PLAIN = (
    *("fields", "initial_data", "partial"),
    # What the views put there; whatever the project adds may be a row.
    *("context[request]", "context[view]", "context[format]"),
)


@functools.cache
def _place_of(cls: Any, name: str) -> Place:
    try:
        file, line = inspect.getsourcefile(cls) or "", inspect.getsourcelines(cls)[1]
    except (OSError, TypeError):
        file, line = "<unknown>", 0
    return Place(file, line, f"{cls.__qualname__}.{name}" if name else cls.__qualname__)


def read_serializer(derivation: Derivation, path: str, serializer: Any) -> None:
    """Note what a serializer reads of the rows at a path."""
    cls: Any = type(serializer)
    if is_own(cls.to_representation):
        _follow(derivation, path, cls, "to_representation")
    if isinstance(serializer, serializers.ListSerializer):
        read_serializer(derivation, path, serializer.child)
    elif isinstance(serializer, serializers.Serializer):
        for name, field in serializer.fields.items():
            if not field.write_only:
                _read_field(derivation, path, field, _place_of(cls, name), cls)


def _follow(derivation: Derivation, path: str, cls: Any, name: str) -> None:
    """Note what an overridden method reads, if its author declared it; it is lost otherwise."""
    method = getattr(cls, name)
    place = _place_of(cls, name)
    if declaration_of(method) is not None:
        derivation.function(path, method, place, owner=cls)
    else:
        derivation.lose(
            f"{cls.__qualname__}.{name}(), which is not declared by @reads", place, path
        )


def _call(derivation: Derivation, path: str, cls: Any, name: str, *, passing: bool = False) -> Any:
    """Note what a field's own method reads of the row that it is handed; return the paths of what it gives."""
    method, place = getattr(cls, name), _place_of(cls, name)
    return derivation.function(
        path, method, place, owner=cls, holds=HOLDS, plain=PLAIN, passing=passing
    )


def _call_with_manager(derivation: Derivation, above: str, name: str, cls: Any) -> None:
    """Note what a field's own method reads that is handed the manager of the rows behind a to-many relation."""
    place = _place_of(cls, "to_representation")
    if declaration_of(cls.to_representation) is not None:
        path = f"{above}__{name}" if above else name
        derivation.read(path, place)
        derivation.function(path, cls.to_representation, place, owner=cls)
        return

    def represent(self: Any, row: Any) -> Any:
        return self.to_representation(getattr(row, name))

    derivation.function(above, represent, place, owner=cls, holds=HOLDS, plain=PLAIN)


def _read_field(derivation: Derivation, path: str, field: Any, place: Place, owner: type) -> None:
    """Note what one field reads of the rows at a path."""
    if isinstance(field, serializers.SerializerMethodField):
        method = getattr(owner, field.method_name or "")
        derivation.function(path, method, place, owner=owner, holds=HOLDS, plain=PLAIN)
        return
    if is_own(type(field).get_attribute):
        for given in _call(derivation, path, type(field), "get_attribute", passing=True):
            _represent(derivation, given, field, place)
        return
    source = "__".join([path, *field.source_attrs] if path else field.source_attrs)
    if isinstance(field, serializers.BaseSerializer):
        if source != path:
            derivation.relation(source, place)
        read_serializer(derivation, source, field)
    elif isinstance(field, relations.ManyRelatedField):
        derivation.read(source, place)
        _read_related(derivation, source, field.child_relation, place, many=True)
    elif isinstance(field, relations.RelatedField):
        _read_related(derivation, source, field, place, many=False)
    elif is_own(type(field).to_representation) and derivation.model_at(source) is not None:
        above, _, name = source.rpartition("__")
        if not _is_one(derivation, source) and _is_one(derivation, above):
            _call_with_manager(derivation, above, name, type(field))
        else:
            _represent(derivation, source, field, place)
    elif isinstance(field, serializers.ModelField):
        derivation.read("__".join(filter(None, [path, field.model_field.name])), place)
    else:
        _read_value(derivation, source, place)


def _represent(derivation: Derivation, path: str, field: Any, place: Place) -> None:
    """Note what is made of the row at a path that a field has got."""
    if path:
        derivation.relation(path, place)
    if not _is_one(derivation, path):
        _follow(derivation, path, type(field), "to_representation")
    elif isinstance(field, serializers.BaseSerializer):
        read_serializer(derivation, path, field)
    elif is_own(type(field).to_representation):
        _call(derivation, path, type(field), "to_representation")
    else:
        derivation.whole(path, place)


def _is_one(derivation: Derivation, path: str) -> bool:
    """Tell whether a path leads to one row, and not to a manager."""
    names = path.split("__") if path else []
    for steps in range(len(names)):
        model = derivation.model_at("__".join(names[:steps]))
        relation = find_relation(model, names[steps]) if model is not None else None
        if relation is None or relation.many:
            return False
    return True


def _read_value(derivation: Derivation, source: str, place: Place) -> None:
    """Note that a value is read; where it is a row, its text is what can be made of it."""
    above, _, name = source.rpartition("__")
    model = derivation.model_at(above)
    relation = find_relation(model, name) if model is not None and name else None
    if relation is not None and not relation.many:
        derivation.read(f"{source}____str__", place)
    elif source:
        derivation.read(source, place)


def _read_related(
    derivation: Derivation, source: str, field: Any, place: Place, *, many: bool
) -> None:
    """Note what a relational field reads of the row at a path, or of its key."""
    below = f"{source}__" if source else ""
    cls = type(field)
    if is_own(cls.use_pk_only_optimization):
        _follow(derivation, source, cls, "to_representation")
    elif is_own(cls.to_representation):
        derivation.relation(source, place)
        _call(derivation, source, cls, "to_representation")
    elif isinstance(field, relations.SlugRelatedField):
        derivation.read(below + (field.slug_field or "").replace(".", "__"), place)
    elif isinstance(field, relations.HyperlinkedRelatedField):
        if is_own(cls.get_url):
            _call(derivation, source, cls, "get_url")
        key_alone = field.use_pk_only_optimization() and source and not many
        derivation.read(source if key_alone else below + field.lookup_field, place)
    elif isinstance(field, relations.StringRelatedField):
        derivation.read(f"{below}__str__", place)
    elif isinstance(field, relations.PrimaryKeyRelatedField):
        derivation.read(source, place)
    else:
        derivation.lose(f"a {type(field).__qualname__}", place, source)
