"""What the filters beside a change list offer: rows with what their text reads."""

from __future__ import annotations

import copy
from functools import lru_cache, partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.contrib.admin.filters import FieldListFilter
from django.db.models import Field, ForeignObjectRel

from perfkit.derivation import Derivation
from perfkit.integrations.admin.displays import declared_at, read_text
from perfkit.integrations.admin.loads import keep
from perfkit.keeping import apply_kept

if TYPE_CHECKING:
    from django.contrib.admin.views.main import ChangeList
    from django.db.models import Model
    from django.http import HttpRequest

    from perfkit.derivation import Derived

__all__ = ["loading_filters"]

PLAIN = (Field.get_choices, ForeignObjectRel.get_choices)


def loading_filters(changelist: type[ChangeList]) -> type[ChangeList]:
    """Return the class of a change list, whose filters by relations load the text of what they offer."""
    made: type[ChangeList] = _subclass(changelist)  # type: ignore[arg-type]  # a class is hashable
    return made


@lru_cache(maxsize=500)
def _subclass(changelist: Any) -> Any:
    class LoadingChangeList(changelist):  # type: ignore[misc]  # of the project's own class
        def get_filters(self, request: HttpRequest) -> Any:
            given: Any = self.list_filter  # type: ignore[has-type]  # of a base class that is Any
            self.list_filter = [_loading(one) for one in given]
            try:
                return super().get_filters(request)
            finally:
                self.list_filter = given

    LoadingChangeList.__name__ = changelist.__name__
    LoadingChangeList.__qualname__ = changelist.__qualname__
    LoadingChangeList.__module__ = changelist.__module__
    return LoadingChangeList


def _loading(item: Any) -> Any:
    """Return an item of ``list_filter`` whose choices load their text; a filter that is a class makes its own."""
    if callable(item):
        return item
    field, make = item if isinstance(item, (tuple, list)) else (item, FieldListFilter.create)
    return field, partial(_make, make)


def _make(make: Any, field: Any, *args: Any, **kwargs: Any) -> Any:
    return make(_with_text(field), *args, **kwargs)


def _with_text(field: Any) -> Any:
    """Return a field of a relation whose choices load their text; any other as it is."""
    if not field.is_relation or type(field).get_choices not in PLAIN or _model(field) is None:
        return field
    loading = copy.copy(field)
    loading.get_choices = partial(_choices, field)
    return loading


def _choices(field: Any, *args: Any, **options: Any) -> Any:
    """Do what ``get_choices()`` of Django's fields does for its filters, with the rows' text loaded."""
    if args or set(options) - {"include_blank", "ordering", "limit_choices_to"}:
        return field.get_choices(*args, **options)
    if options.get("include_blank", True) or getattr(field, "choices", None) is not None:
        return field.get_choices(**options)
    model = _model(field)
    relation = field.remote_field
    forward = isinstance(field, Field)
    key = "pk"
    if forward and hasattr(relation, "get_related_field"):
        key = relation.get_related_field().attname
    limit = options.get("limit_choices_to") or (
        field.get_limit_choices_to() if forward else field.limit_choices_to
    )
    rows = model._default_manager.complex_filter(limit)
    if ordering := options.get("ordering"):
        rows = rows.order_by(*ordering)
    kept = keep(
        ("filter", model, key), f"the filter of {model.__name__}", lambda: _derive(model, key)
    )
    return [(attrgetter(key)(row), str(row)) for row in apply_kept(rows, kept)]


def _model(field: Any) -> Any:
    """Return the model of the rows that a filter offers."""
    related: Any = field.remote_field
    return related.model if isinstance(field, Field) else field.related_model


def _derive(model: type[Model], key: str) -> Derived:
    derivation = Derivation(model)
    place = declared_at(model, "__str__")
    derivation.read(key, place)
    read_text(derivation, "", place)
    return derivation.result()
