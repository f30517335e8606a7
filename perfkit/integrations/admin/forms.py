"""What a form of the admin shows of the rows that it edits: ``readonly_fields``, and the text of inline rows.

The rows themselves are whole, since they are saved. What they lack is loaded when a form is rendered, and
never when it is saved: a prefetch from before would be old by then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.admin.utils import flatten_fieldsets

from perfkit.derivation import Derivation
from perfkit.integrations.admin.choices import load_choices
from perfkit.integrations.admin.displays import declared_at, read_displayed, read_text
from perfkit.integrations.admin.loads import keep, looked_up
from perfkit.integrations.admin.sharing import Offers
from perfkit.prefetching import prefetch_plan

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.admin.helpers import AdminForm, InlineAdminFormSet
    from django.contrib.admin.options import BaseModelAdmin
    from django.db.models import Model

    from perfkit.derivation import Derived

__all__ = ["load_page"]


def load_page(
    shown: AdminForm, admin: BaseModelAdmin[Any], inlines: Iterable[InlineAdminFormSet]
) -> None:
    """Load what the form of one row and its inlines show of their rows, and what the form's selects offer."""
    form: Any = shown.form
    formsets: list[Any] = [inline.formset for inline in inlines]
    load_choices(form, getattr(formsets[0], "offers", Offers()) if formsets else Offers())
    _load_shown(admin, [form.instance], shown.readonly_fields)
    for inline, formset in zip(inlines, formsets, strict=True):
        names = list(inline.readonly_fields)
        if not inline.has_change_permission:
            names += flatten_fieldsets(inline.fieldsets)
        _load_shown(inline.opts, [one.instance for one in formset.initial_forms], names, text=True)


def _load_shown(
    admin: BaseModelAdmin[Any], rows: Iterable[Model], names: Iterable[Any], *, text: bool = False
) -> None:
    """Load what names show of rows; rows that are not saved have nothing to load."""
    names = tuple(names)
    by_model: dict[type[Model], list[Model]] = {}
    for row in rows:
        if row.pk is not None and not row._state.adding:
            by_model.setdefault(type(row), []).append(row)
    for model, same in by_model.items():
        kept = keep(
            ("form", type(admin), model, looked_up(admin, names), text),
            f"{type(admin).__name__}.readonly_fields",
            lambda model=model: _derive_shown(admin, model, names, text),  # type: ignore[misc]
        )
        prefetch_plan(same, kept.loading.plan)


def _derive_shown(
    admin: BaseModelAdmin[Any], model: type[Model], names: tuple[Any, ...], text: bool
) -> Derived:
    derivation = Derivation(model)
    for name in names:
        read_displayed(derivation, admin, name, declared_at(admin, "readonly_fields", name))
    if text:
        read_text(derivation, "", declared_at(admin, "model"))
    return derivation.result()
