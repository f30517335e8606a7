"""From a serializer to the preset that loads what it reads; with a cache."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from perfkit.derivation import Derivation, Derived
from perfkit.exceptions import PresetError
from perfkit.inference.declarations import generation
from perfkit.integrations.rest_framework.reading import read_serializer

if TYPE_CHECKING:
    from django.db.models import Model

    from perfkit.presets import Preset

__all__ = ["derive_from_serializer", "preset_from_serializer"]

#: So many answers are kept, one for each serializer class and set of fields.
CACHED = 500

_cache: OrderedDict[Any, Derived] = OrderedDict()
_lock = threading.Lock()


def preset_from_serializer(serializer: Any, model: type[Model] | None = None) -> Preset:
    """Return the preset that loads what a serializer reads; takes what :func:`derive_from_serializer` does."""
    return derive_from_serializer(serializer, model).preset


def derive_from_serializer(serializer: Any, model: type[Model] | None = None) -> Derived:
    """Return what a serializer reads of its rows, and where, with the preset.

    ``serializer`` is a class, or an object, whose fields may differ from those of its class. ``model`` is
    that of its ``Meta`` unless given. The answer is kept by class and set of fields.
    Raises :class:`~perfkit.PresetError` for what is no serializer, or has no model.
    """
    made = serializer() if isinstance(serializer, type) else serializer
    if not isinstance(made, serializers.BaseSerializer):
        raise PresetError(f"preset_from_serializer() takes a serializer, not {serializer!r}.")
    one = getattr(made, "child", made)
    model = model or getattr(getattr(one, "Meta", None), "model", None)
    if model is None:
        name = type(one).__name__
        raise PresetError(f"{name} has no Meta.model: write preset_from_serializer({name}, Model).")
    key = (model, _shape(made), generation())
    with _lock:
        found = _cache.get(key)
        if found is not None:
            _cache.move_to_end(key)
            return found
    derivation = Derivation(model)
    read_serializer(derivation, "", made)
    found = derivation.result()
    with _lock:
        _cache[key] = found
        while len(_cache) > CACHED:
            _cache.popitem(last=False)
    return found


def _shape(field: Any) -> Any:
    """Return all of a serializer or field that its reads depend on."""
    inner = getattr(field, "child", None) or getattr(field, "child_relation", None)
    names = ("source", "write_only", "lookup_field", "slug_field", "method_name", "pk_field")
    said = tuple(str(getattr(field, name, None)) for name in names)
    fields = field.fields.items() if isinstance(field, serializers.Serializer) else ()
    own = tuple((name, _shape(one)) for name, one in fields)
    return type(field), said, own, None if inner is None else _shape(inner)
