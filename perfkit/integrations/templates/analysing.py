"""Tells the checks what class-based views load, and what their templates read."""

from __future__ import annotations

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

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

__all__ = ["consumers_of"]


def consumers_of(view: RoutedView) -> Iterator[Consumer]:
    """Yield what a list or detail view with a template loads and reads.

    Raises :class:`~perfkit.PresetError` for a preset that there isn't, or that doesn't fit.
    """
    cls: Any = view.cls
    if cls is None or not issubclass(cls, TemplateResponseMixin):
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
        return _lost(made, rows, str(error))
    except Exception as error:  # the project's own code, which may want a request; it is told
        return _lost(made, rows, f"it needs a request ({type(error).__name__}: {error})")


def _lost(made: Any, rows: QuerySet[Any], why: str) -> Derived:
    derivation = Derivation(rows.model)
    code = type(made).get_template_names.__code__
    place = Place(code.co_filename, code.co_firstlineno, "get_template_names")
    derivation.lose(f"the template, since {why}", place)
    return derivation.result()
