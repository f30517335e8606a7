"""Presets from serializers of Django REST framework, and viewsets that load with them."""

from __future__ import annotations

import functools
import inspect
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Model, QuerySet
from rest_framework import relations, serializers
from rest_framework.permissions import SAFE_METHODS

from perfkit.derivation import Derivation, Derived, Place
from perfkit.exceptions import PresetError
from perfkit.inference.declarations import declaration_of, generation
from perfkit.presets import Preset
from perfkit.querysets import PresetQuerySetMixin
from perfkit.relations import columns, find_relation

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PresetViewSetMixin", "derive_from_serializer", "preset_from_serializer"]

#: Attributes of serializers and fields that may hold rows, and those that hold none.
HOLDS = ("instance", "root", "parent", "_args", "_kwargs", "data", "_data")
PLAIN = ("context", "_context", "fields", "initial_data", "partial")
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
    _read_serializer(derivation, "", made)
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


def _is_own(method: Any) -> bool:
    """Tell whether a method is written by somebody else than the framework."""
    return not str(method.__module__).startswith("rest_framework.")


@functools.cache
def _place_of(cls: Any, name: str) -> Place:
    try:
        file, line = inspect.getsourcefile(cls) or "", inspect.getsourcelines(cls)[1]
    except (OSError, TypeError):
        file, line = "<unknown>", 0
    return Place(file, line, f"{cls.__qualname__}.{name}" if name else cls.__qualname__)


def _read_serializer(derivation: Derivation, path: str, serializer: Any) -> None:
    """Note what a serializer reads of the rows at a path."""
    cls: Any = type(serializer)
    if _is_own(cls.to_representation):
        _follow(derivation, path, cls, "to_representation")
    if isinstance(serializer, serializers.ListSerializer):
        _read_serializer(derivation, path, serializer.child)
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


def _read_field(derivation: Derivation, path: str, field: Any, place: Place, owner: type) -> None:
    """Note what one field reads of the rows at a path."""
    if isinstance(field, serializers.SerializerMethodField):
        method = getattr(owner, field.method_name or "")
        derivation.function(path, method, place, owner=owner, holds=HOLDS, plain=PLAIN)
        return
    if _is_own(type(field).get_attribute):
        _follow(derivation, path, type(field), "get_attribute")
        return
    source = "__".join([path, *field.source_attrs] if path else field.source_attrs)
    if isinstance(field, serializers.BaseSerializer):
        if source != path:
            derivation.relation(source, place)
        _read_serializer(derivation, source, field)
    elif isinstance(field, relations.ManyRelatedField):
        derivation.read(source, place)
        _read_related(derivation, source, field.child_relation, place, many=True)
    elif isinstance(field, relations.RelatedField):
        _read_related(derivation, source, field, place, many=False)
    elif _is_own(type(field).to_representation):
        _read_value(derivation, source, place)
        if derivation.model_at(source) is not None:
            _follow(derivation, source, type(field), "to_representation")
    elif isinstance(field, serializers.ModelField):
        derivation.read("__".join(filter(None, [path, field.model_field.name])), place)
    else:
        _read_value(derivation, source, place)


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
    if _is_own(type(field).to_representation) or _is_own(type(field).use_pk_only_optimization):
        _follow(derivation, source, type(field), "to_representation")
    elif isinstance(field, relations.SlugRelatedField):
        derivation.read(below + (field.slug_field or "").replace(".", "__"), place)
    elif isinstance(field, relations.HyperlinkedRelatedField):
        if _is_own(type(field).get_url):
            _follow(derivation, source, type(field), "get_url")
        key_alone = field.use_pk_only_optimization() and source and not many
        derivation.read(source if key_alone else below + field.lookup_field, place)
    elif isinstance(field, relations.StringRelatedField):
        derivation.read(f"{below}__str__", place)
    elif isinstance(field, relations.PrimaryKeyRelatedField):
        derivation.read(source, place)
    else:
        derivation.lose(f"a {type(field).__qualname__}", place, source)


class PresetViewSetMixin:
    """Loads the rows of a viewset or generic view with a preset; stands before the view's class.

    ``preset_for`` maps actions to presets, by name or made on the spot; ``preset_from = "serializer"``
    derives one for the other actions from the serializer that the view takes. Filters, permissions and pages
    work on the same rows as before: only columns, joins and prefetches change. Actions that write load whole rows;
    ``destroy`` loads as the view's queryset says. Raises :class:`~perfkit.PresetError` for a wrong preset.
    """

    preset_for: ClassVar[Mapping[str, str | Preset]] = {}
    preset_from: ClassVar[str | None] = None

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the filtered queryset of the view, with the preset applied."""
        filtered: QuerySet[Any] = super().filter_queryset(queryset)  # type: ignore[misc]  # the view's
        narrowed: QuerySet[Any] = self.with_preset(filtered)
        return narrowed

    def get_preset(self) -> str | Preset | None:
        """Return the preset for this request, by name or itself; None for none."""
        action = getattr(self, "action", None) or self._plain_action()
        if action in self.preset_for:
            return self.preset_for[action]
        if self.preset_from is None or action == "destroy":
            return None
        if self.preset_from != "serializer":
            raise PresetError(
                f'{type(self).__name__}.preset_from is "serializer" or None, not {self.preset_from!r}.'
            )
        return preset_from_serializer(self.get_serializer())  # type: ignore[attr-defined]

    def with_preset(self, rows: Any) -> Any:
        """Return a queryset with the preset applied; anything but a queryset of rows as it is."""
        if not isinstance(rows, QuerySet) or rows.query.values_select or rows.query.combinator:
            return rows
        preset = self.get_preset()
        if preset is None:
            return rows
        if isinstance(preset, Preset):
            rows = preset.apply(rows)
        elif isinstance(rows, PresetQuerySetMixin):
            rows = rows.optimize_for(preset)
        else:
            raise PresetError(
                f"{type(self).__name__} names the preset {preset!r}, but {type(rows).__name__} has no presets."
            )
        if self.request.method not in SAFE_METHODS:  # type: ignore[attr-defined]
            rows = Preset(only=columns(rows.model)).apply(rows)
        return rows

    def _plain_action(self) -> str:
        """Return the action of a generic view that is no viewset."""
        method = str(self.request.method)  # type: ignore[attr-defined]
        if method == "DELETE":
            return "destroy"
        if method not in SAFE_METHODS:
            return "update"
        return "list" if hasattr(self, "list") else "retrieve"
