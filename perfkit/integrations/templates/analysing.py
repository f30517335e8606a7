"""Tells the checks what views load, and what their templates read."""

from __future__ import annotations

import inspect
from types import CodeType
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.template import TemplateDoesNotExist
from django.views.generic.base import TemplateResponseMixin
from django.views.generic.detail import SingleObjectMixin
from django.views.generic.edit import DeletionMixin
from django.views.generic.list import MultipleObjectMixin

from perfkit.apply import plan_of
from perfkit.consumers import Consumer, RoutedView
from perfkit.derivation import Derivation, Derived, Place
from perfkit.exceptions import PresetError
from perfkit.integrations.templates.viewing import derive_from_view
from perfkit.methods import is_preset_method

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

    from perfkit.integrations.views import ViewRows

__all__ = ["consumers_of"]

#: Methods of a queryset, or functions that take one, after which it may load more than before.
LOADING = (
    *("annotate", "defer", "extra", "optimize_for", "only", "prefetch_related", "select_related"),
    *("prefetch_related_objects", "aprefetch_related_objects", "prefetch"),
)


def consumers_of(view: RoutedView) -> Iterator[Consumer]:
    """Yield what a list or detail view with a template loads and reads, or a function that ``preset_view`` hands rows.

    Raises :class:`~perfkit.PresetError` for a preset that there isn't, or that doesn't fit.
    """
    cls: Any = view.cls
    if cls is None:
        yield from _of_function(view)
        return
    if not issubclass(cls, TemplateResponseMixin):
        return
    if not issubclass(cls, (MultipleObjectMixin, SingleObjectMixin)):
        return
    made: Any = cls(**view.options)
    rows = _rows(made)
    if rows is None:
        return
    # A view of any other class loads as its queryset says.
    mixed = hasattr(made, "with_preset") and hasattr(made, "get_derived")
    derives = mixed and made.preset is None and made.preset_from is not None
    plan = None
    # A view that deletes loads whole rows, whatever is shown of them.
    if mixed and not derives and not issubclass(cls, DeletionMixin):
        planned = made.with_preset(rows)
        plan = plan_of(planned) if made.get_preset(rows) is not None else None
    yield Consumer(
        label=view.name,
        reader="the template",
        derive=lambda: _derive(made, rows),
        plan=plan,
        derives=derives,
        certain=getattr(cls.get_queryset, "__module__", "").startswith("django."),
    )


def _of_function(view: RoutedView) -> Iterator[Consumer]:
    """Yield what a function is handed by ``preset_view``, and what its template reads."""
    handed: tuple[ViewRows, ...] = getattr(view.callback, "preset_rows", ())
    for rows in handed:
        plan = None
        if rows.preset is not None:
            plan = plan_of(rows.load(view.name))
        if rows.template is None:
            continue
        yield Consumer(
            label=f"{view.name}, {rows.name}",
            reader="the template",
            derive=lambda rows=rows: _derive_for_function(view, rows),  # type: ignore[misc]
            plan=plan,
            derives=rows.preset is None,
            certain=_names(view.callback).isdisjoint(_loading_calls(rows.queryset())),
        )


def _derive_for_function(view: RoutedView, rows: ViewRows) -> Derived:
    """Return what the template of a function reads of the rows that it is handed."""
    queryset = rows.queryset()
    try:
        return rows.keep(queryset).derived
    except (PresetError, TemplateDoesNotExist) as error:
        return _lost(inspect.unwrap(view.callback), queryset, str(error))


def _names(function: Any) -> set[str]:
    """Return the names that a function looks up, those of functions within it included."""
    found: set[str] = set()
    codes = [inspect.unwrap(function).__code__]
    while codes:
        code = codes.pop()
        found.update(code.co_names)
        codes += [one for one in code.co_consts if isinstance(one, CodeType)]
    return found


def _loading_calls(queryset: QuerySet[Any]) -> set[str]:
    """Return the names of methods by which a function may make a queryset load more than its preset."""
    declared = {
        name
        for name in dir(type(queryset))
        if is_preset_method(getattr(type(queryset), name, None))
    }
    return {*LOADING, *declared}


def _rows(made: Any) -> QuerySet[Any] | None:
    """Return the rows that a view names on its class, before its ``get_queryset()`` chooses among them."""
    if made.queryset is not None:
        return made.queryset.all()  # type: ignore[no-any-return]
    return None if made.model is None else made.model._default_manager.all()


def _derive(made: Any, rows: QuerySet[Any]) -> Derived:
    """Return what the template of a view reads, as far as that is known without a request."""
    try:
        made.setup(HttpRequest())
        return derive_from_view(made, rows)
    except (PresetError, TemplateDoesNotExist) as error:
        return _lost(type(made).get_template_names, rows, str(error))
    except Exception as error:  # the project's own code, which may want a request; it is told
        why = f"it needs a request ({type(error).__name__}: {error})"
        return _lost(type(made).get_template_names, rows, why)


def _lost(function: Any, rows: QuerySet[Any], why: str) -> Derived:
    derivation = Derivation(rows.model)
    code = function.__code__
    place = Place(code.co_filename, code.co_firstlineno, function.__name__)
    derivation.lose(f"the template, since {why}", place)
    return derivation.result()
