"""PresetAdminMixin: a ModelAdmin whose pages load exactly what they show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from perfkit.apply import apply_preset
from perfkit.exceptions import PresetError
from perfkit.integrations.admin.changelists import (
    changelist_key,
    derive_changelist,
    derive_results,
    searched_key,
    without_guess,
)
from perfkit.integrations.admin.loads import is_open, keep
from perfkit.keeping import Kept, apply_kept
from perfkit.methods import preset_method
from perfkit.places import choices
from perfkit.presets import Preset

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin
    from django.contrib.admin.views.main import ChangeList
    from django.core.paginator import Paginator
    from django.db.models import QuerySet
    from django.http import HttpRequest

    _ModelAdmin = ModelAdmin[Any]
else:
    _ModelAdmin = object

__all__ = ["PresetAdminMixin"]


class PresetAdminMixin(_ModelAdmin):
    """Makes a ``ModelAdmin`` load what its change list and its autocomplete results show.

    Put it before ``ModelAdmin``. What the names in ``list_display`` read is found by inference, once,
    and loaded in a constant number of queries. Which rows are shown stays with ``get_queryset()``;
    actions, forms and deletions get whole rows. What can't be followed is loaded whole.
    """

    #: The preset of the change list, by its name or made on the spot; None to derive it.
    preset: str | Preset | None = None

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
            return _apply_named(without_guess(changelist, rows), self.preset, type(self).__name__)
        kept = keep(
            changelist_key(changelist),
            f"{type(self).__name__}.list_display",
            lambda: derive_changelist(changelist),
        )
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


def _apply_named(rows: QuerySet[Any], preset: str | Preset, admin: str) -> QuerySet[Any]:
    if isinstance(preset, Preset):
        return apply_preset(rows, preset, f"{admin}.preset")
    if preset_method(rows, preset) is None:
        known = getattr(rows, "presets", {})
        raise PresetError(
            f"{admin}.preset names {preset!r}, but {type(rows).__name__} has "
            + choices(preset, known, "no presets"),
            check_id="perfkit.E005",
        )
    named: QuerySet[Any] = rows.optimize_for(preset)  # type: ignore[attr-defined]  # it has presets
    return named
