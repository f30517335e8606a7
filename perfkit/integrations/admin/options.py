"""PresetAdminMixin: a ModelAdmin whose pages load exactly what they show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from perfkit.apply import apply_preset
from perfkit.arguments import shown
from perfkit.exceptions import PresetError
from perfkit.integrations.admin.changelists import (
    Shown,
    derive_results,
    searched_key,
    without_guess,
)
from perfkit.integrations.admin.choices import offering
from perfkit.integrations.admin.filters import loading_filters
from perfkit.integrations.admin.forms import load_page
from perfkit.integrations.admin.loads import is_open, keep
from perfkit.integrations.admin.sharing import Offers
from perfkit.keeping import Kept, apply_kept
from perfkit.methods import preset_method
from perfkit.places import choices
from perfkit.presets import Preset

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.contrib.admin import ModelAdmin
    from django.contrib.admin.views.main import ChangeList
    from django.core.paginator import Paginator
    from django.db.models import Model, QuerySet
    from django.http import HttpRequest

    _ModelAdmin = ModelAdmin[Any]
else:
    _ModelAdmin = object

__all__ = ["PresetAdminMixin", "apply_named"]


class PresetAdminMixin(_ModelAdmin):
    """Makes a ``ModelAdmin`` load what its change list, its forms and its autocomplete results show.

    Put it before ``ModelAdmin``. What the names in ``list_display`` and ``readonly_fields`` read is found by
    inference, once, and loaded in a constant number of queries, inlines and the rows of selects and filters included.
    Which rows are shown stays with ``get_queryset()``; actions, deletions and all that is saved get whole rows.
    What can't be followed is loaded whole.
    """

    #: The preset of the change list, by its name or made on the spot; None to derive it.
    preset: str | Preset | None = None

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Return the class of the change list, whose filters load the text of the rows that they offer."""
        return loading_filters(super().get_changelist(request, **kwargs))

    def get_changelist_formset(self, request: HttpRequest, **kwargs: Any) -> Any:
        """Return the class of the formset of ``list_editable``, whose forms share the rows that they offer."""
        return offering(super().get_changelist_formset(request, **kwargs), Offers())

    def get_formsets_with_inlines(
        self, request: HttpRequest, obj: Model | None = None
    ) -> Iterator[Any]:
        """Yield the inlines with the classes of their formsets, whose forms share the rows that they offer."""
        offers = Offers()
        for formset, inline in super().get_formsets_with_inlines(request, obj):
            edited = obj is None or (
                self.has_change_permission(request, obj)
                and inline.has_change_permission(request, obj)
            )
            yield offering(formset, offers, text=not edited), inline

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Return the page of the form, with what it shows of its rows loaded."""
        load_page(context["adminform"], self, context["inline_admin_formsets"])
        return super().render_change_form(request, context, *args, **kwargs)

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Return the change list, its rows loading what it shows of them.

        Raises :class:`~perfkit.PresetError` when ``preset`` names none, or one that doesn't fit.
        """
        changelist = super().get_changelist_instance(request)
        rows: Any = changelist.result_list
        if is_open(rows, changelist.model):
            changelist.result_list = self._loading_shown(changelist, rows)
        return changelist

    def _loading_shown(self, changelist: ChangeList, rows: QuerySet[Any]) -> QuerySet[Any]:
        if self.preset is not None:
            return apply_named(without_guess(changelist, rows), self.preset, type(self).__name__)
        shown = Shown.of(changelist)
        kept = keep(shown.key, f"{type(self).__name__}.list_display", shown.derive)
        # Where something can't be followed, Django's guess may be right about it.
        return apply_kept(without_guess(changelist, rows) if kept.derived.complete else rows, kept)

    def get_paginator(
        self, request: HttpRequest, queryset: QuerySet[Any], *args: Any, **kwargs: Any
    ) -> Paginator[Any]:
        """Return the paginator; for an autocomplete widget, of rows that load what it shows."""
        key = searched_key(request, self)
        if key is not None and is_open(queryset, self.model):
            queryset = apply_kept(queryset, self._kept_results(key))
        return super().get_paginator(request, queryset, *args, **kwargs)

    def _kept_results(self, key: str) -> Kept:
        return keep(
            (type(self), self.model, key),
            f"{type(self).__name__}.search_fields",
            lambda: derive_results(self.model, key, self),
        )


def apply_named(rows: QuerySet[Any], preset: str | Preset, admin: str) -> QuerySet[Any]:
    """Return rows loading what a preset says that an admin names; raise PresetError where there is none."""
    if isinstance(preset, Preset):
        return apply_preset(rows, preset, f"{admin}.preset")
    if preset_method(rows, preset) is None:
        known = getattr(rows, "presets", {})
        raise PresetError(
            f"{admin}.preset names {shown(preset)}, but {type(rows).__name__} has "
            + choices(str(preset), known, "no presets"),
            check_id="perfkit.E005",
        )
    named: QuerySet[Any] = rows.optimize_for(preset)  # type: ignore[attr-defined]  # it has presets
    return named
