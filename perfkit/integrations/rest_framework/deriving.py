"""From a serializer to the preset that loads what it reads; with a cache."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from perfkit.derivation import Derivation, Derived
from perfkit.exceptions import PresetError
from perfkit.inference.declarations import generation
from perfkit.integrations.rest_framework.reading import read_serializer
from perfkit.integrations.rest_framework.shapes import identity, is_fixed, shape, witnesses
from perfkit.keeping import Keeper, Kept

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import Model, QuerySet

    from perfkit.presets import Preset

__all__ = ["derive_from_serializer", "keep_for", "preset_from_serializer"]

#: So many answers are kept, one for each serializer class and set of fields.
keeper = Keeper()


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
    return _keep(made, (model, None, frozenset()), None).derived


def keep_for(rows: QuerySet[Any], cls: Any, make: Callable[[], Any], *, many: bool) -> Kept:
    """Return the answer for the serializer that a view makes of ``cls`` for its rows.

    ``make`` makes one, as the view does. It is called the first time, and each time for a class whose
    fields may differ from one request to the next; ``cls`` is None where the view has its own way to make it.
    """
    about = (rows.model, type(rows), frozenset(rows.query.annotations))
    key = (*about, identity(cls), many, generation())
    found = keeper.find(key) if cls is not None else None
    if found is not None:
        return found
    made = make()
    return _keep(made, about, key if cls is not None and is_fixed(made) else None)


def _keep(made: Any, about: tuple[type[Model], Any, frozenset[str]], key: Any) -> Kept:
    """Return the answer for a serializer, kept under the key, or under its shape."""
    model, rows_class, annotated = about
    one = getattr(made, "child", made)

    def derive() -> tuple[Derived, Any]:
        derivation = Derivation(model, getattr(rows_class, "presets", None), annotated)
        read_serializer(derivation, "", made)
        return derivation.result(), witnesses(made)

    label = f"{type(one).__qualname__} (derived)"
    return keeper.keep(key or (*about, shape(made), generation()), label, derive, rows_class)
