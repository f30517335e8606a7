"""What the selects of a form offer: rows with what their labels read.

Only what is rendered is touched: a field still looks up what a user chose in its own queryset, whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.admin.widgets import AutocompleteMixin, RelatedFieldWidgetWrapper
from django.forms.models import (
    ModelChoiceField,
    ModelChoiceIterator,
    ModelMultipleChoiceField,
)
from django.forms.widgets import ChoiceWidget

from perfkit.derivation import Derivation
from perfkit.integrations.admin.displays import declared_at, read_called, read_text
from perfkit.integrations.admin.loads import is_open, keep
from perfkit.integrations.admin.sharing import Offers, SharedRows
from perfkit.keeping import apply_kept

if TYPE_CHECKING:
    from collections.abc import Hashable

    from django.db.models import Model, QuerySet
    from django.forms import BaseForm, BaseFormSet, Field

    from perfkit.derivation import Derived

__all__ = ["load_choices", "offering"]

#: What turns a row into the value of a choice, where a project says nothing else.
PLAIN = (ModelChoiceField.prepare_value, ModelMultipleChoiceField.prepare_value)


def load_choices(
    form: BaseForm, offers: Offers, owner: BaseForm | BaseFormSet[Any] | None = None
) -> None:
    """Let the selects of a form load what their labels read, once for all forms of the page.

    ``owner`` is the formset whose forms have the same fields, if there is one.
    """
    for name, field in form.fields.items():
        widget = _select(field)
        choices = getattr(widget, "choices", None)
        # A project may have put a list in their place. Their truth is not asked: that would be a query.
        if not isinstance(choices, ModelChoiceIterator) or choices.queryset is None:
            continue
        loaded, label = _with_labels(field, widget, choices)
        rows = offers.rows(choices.queryset, loaded, label)
        if getattr(type(widget), "optgroups", None) is AutocompleteMixin.optgroups:
            rows = rows if isinstance(rows, SharedRows) else SharedRows(rows)
            rows.searched_by(owner or form, name)
        choices.queryset = rows


def offering(formset: type[BaseFormSet[Any]], offers: Offers, *, text: bool = False) -> Any:
    """Return the class of a formset, whose forms share the rows that their selects offer.

    Many-to-many rows, which Django asks for row by row as it makes the forms, are prefetched for forms that are shown,
    with their ``text`` where nothing may be edited. Those of forms that are saved are asked for as they are then.
    """

    class Offering(formset):  # type: ignore[misc, valid-type]  # of the admin's own class
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            if not self.is_bound:
                rows: Any = self.queryset  # type: ignore[has-type]  # of a base class that is Any
                self.queryset = _with_many(rows, tuple(self.form.base_fields), text)

        def add_fields(self, form: Any, index: int | None) -> None:
            super().add_fields(form, index)
            load_choices(form, offers, self)

    Offering.offers = offers
    for name in ("__name__", "__qualname__", "__module__", "__doc__"):
        setattr(Offering, name, getattr(formset, name))
    return Offering


def _with_many(rows: Any, names: tuple[str, ...], text: bool) -> Any:
    """Return the rows of a formset loading those of the many-to-many fields among names, too."""
    model = getattr(rows, "model", None)
    if model is None or not is_open(rows, model):
        return rows
    many = tuple(field.name for field in model._meta.many_to_many if field.name in names)
    if not many:
        return rows
    label = f"the forms of {model.__name__}"
    return apply_kept(
        rows, keep(("many", model, many, text), label, lambda: _derive_many(model, many, text))
    )


def _derive_many(model: type[Model], many: tuple[str, ...], text: bool) -> Derived:
    derivation = Derivation(model)
    derivation.whole("", declared_at(model, "Meta"))
    for name in many:
        place = declared_at(model, name)
        if text:
            read_text(derivation, name, place)
        else:
            derivation.whole(name, place)
    return derivation.result()


def _select(field: Field) -> ChoiceWidget | None:
    """Return the select of a field that offers rows; the widget of a raw id is none."""
    widget: Any = field.widget
    if isinstance(widget, RelatedFieldWidgetWrapper):
        widget = widget.widget
    offers = isinstance(field, ModelChoiceField) and isinstance(widget, ChoiceWidget)
    return widget if offers else None


def _with_labels(field: Any, widget: Any, choices: Any) -> tuple[QuerySet[Any], Hashable]:
    """Return the rows loading what the labels read, if a class says how these are made; and how they load."""
    offered: QuerySet[Any] = choices.queryset
    if "label_from_instance" in vars(field) or not is_open(offered, offered.model):
        return offered, None
    # A select, or an iterator, of the project's own may read more of a row.
    narrow = (
        type(choices) is ModelChoiceIterator
        and type(field).prepare_value in PLAIN
        and type(widget).__module__.startswith("django.")
    )
    kept = keep(
        ("choices", type(field), offered.model, field.to_field_name, narrow),
        f"the choices of {offered.model.__name__}",
        lambda: _derive_labels(field, offered.model, narrow),
    )
    return apply_kept(offered, kept), kept.loading


def _derive_labels(field: Any, model: type[Model], narrow: bool) -> Derived:
    derivation = Derivation(model)
    place = declared_at(field, "label_from_instance")
    derivation.read(field.to_field_name or "pk", place)
    if not narrow:
        derivation.whole("", place)
    if type(field).label_from_instance is ModelChoiceField.label_from_instance:
        read_text(derivation, "", place)
    else:
        read_called(derivation, field.label_from_instance, place)
    return derivation.result()
