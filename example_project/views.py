"""What the shop's views share."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404

from perfkit import Preset
from perfkit.integrations.views import PresetViewMixin
from perfkit.keeping import Kept


class PresetMixin(PresetViewMixin):
    """Loads the rows with a preset, if the view was given one: ``as_view(preset="list")``.

    Or with what its template reads: ``as_view(preset_from="template")``. This is all that the optimised and the derived
    form of a page have and the naive one has not.
    """

    def get_preset(self, queryset: QuerySet[Any]) -> str | Preset | Kept | None:
        """Return the preset that the view was given; the naive form, given none, loads as Django does."""
        given = self.preset is not None or self.preset_from is not None
        return super().get_preset(queryset) if given else None


class RowsMixin:
    """Lists the first rows only, as many as ``?rows=`` says."""

    rows: int | None = 40
    most_rows = 200_000

    def get_queryset(self) -> QuerySet[Any]:
        """Return the first rows of the view's queryset.

        Raises Http404 when ``?rows=`` is not a number of rows.
        """
        asked = self.request.GET.get("rows")  # type: ignore[attr-defined]
        if asked is not None:
            if not asked.isdecimal() or not 1 <= int(asked) <= self.most_rows:
                raise Http404(f"rows must be a number from 1 to {self.most_rows}, not {asked!r}.")
            self.rows = int(asked)
        return super().get_queryset()[: self.rows]  # type: ignore[misc]

    @property
    def next_rows(self) -> int:
        """How many rows the link to more rows asks for."""
        return min(2 * (self.rows or 0), self.most_rows)
