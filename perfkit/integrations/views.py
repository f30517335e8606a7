"""Class-based views that load their rows with a preset: ``PresetViewMixin``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import QuerySet
from django.views.generic.detail import SingleObjectMixin
from django.views.generic.edit import DeletionMixin, ModelFormMixin
from django.views.generic.list import MultipleObjectMixin

from perfkit.consumers import Consumer, RoutedView, register_analyser
from perfkit.exceptions import PresetError
from perfkit.keeping import Kept, apply_kept
from perfkit.presets import Preset
from perfkit.querysets import PresetQuerySetMixin
from perfkit.relations import columns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest

    from perfkit.derivation import Derived

__all__ = ["PresetViewMixin"]


@register_analyser
def analyse_view(view: RoutedView) -> Iterator[Consumer]:
    """Yield what a list or detail view loads, and what its template reads, for the checks."""
    # It stands on inference, which a process that runs no checks never needs.
    from perfkit.integrations.templates.analysing import consumers_of

    yield from consumers_of(view)


class PresetViewMixin:
    """Loads the rows of a list or detail view with a preset; stands before the view's class.

    ``preset`` is a name, a :class:`~perfkit.Preset`, or None: then ``"list"`` for lists and ``"detail"`` for
    one row, where the QuerySet has a preset of that name. ``preset_from = "template"`` derives the preset from
    what the view's template reads; what can't be followed of it leaves rows whole. Views that save or delete load
    whole rows, and the joins and prefetches of the preset. Which rows there are, the view alone says.

    Raises :class:`~perfkit.PresetError` when a preset that is named doesn't exist, or doesn't fit.
    """

    preset: ClassVar[str | Preset | None] = None
    preset_from: ClassVar[str | None] = None

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """As in Django; from here on, whatever ``get_queryset()`` gives has the preset applied.

        An override that doesn't call ``super()`` would be passed over by a method of this class.
        """
        super().setup(request, *args, **kwargs)  # type: ignore[misc]  # the view's
        rows = self.get_queryset  # type: ignore[has-type]
        self.get_queryset = lambda: self.with_preset(rows())

    def get_preset(self, queryset: QuerySet[Any]) -> str | Preset | Kept | None:
        """Return the preset for this request: by name, itself, or derived; None for none."""
        if self.preset is not None:
            return self.preset
        if self.preset_from is not None:
            return self._keep(queryset)
        default = ""
        if isinstance(self, MultipleObjectMixin):
            default = "list"
        elif isinstance(self, SingleObjectMixin):
            default = "detail"
        return default if default in getattr(queryset, "presets", {}) else None

    def get_derived(self, queryset: QuerySet[Any]) -> Derived:
        """Return what ``preset_from`` leads to: the preset, and what can't be followed."""
        return self._keep(queryset).derived

    def _keep(self, queryset: QuerySet[Any]) -> Kept:
        if self.preset_from != "template":
            raise PresetError(
                f'{type(self).__name__}.preset_from is "template" or None, not {self.preset_from!r}.'
            )
        # It stands on inference too.
        from perfkit.integrations.templates.viewing import keep_for_view

        return keep_for_view(self, queryset)

    def with_preset(self, rows: Any) -> Any:
        """Return a queryset with the preset applied; anything but a queryset of rows as it is."""
        if not isinstance(rows, QuerySet) or rows.query.values_select or rows.query.combinator:
            return rows
        preset = self.get_preset(rows)
        if preset is None:
            return rows
        if isinstance(preset, Kept):
            rows = apply_kept(rows, preset)
        elif isinstance(preset, Preset):
            rows = preset.apply(rows)
        elif isinstance(rows, PresetQuerySetMixin):
            rows = rows.optimize_for(preset)
        else:
            raise PresetError(
                f"{type(self).__name__} names the preset {preset!r}, but {type(rows).__name__} has no presets; "
                "make it a PresetQuerySet, or give the view a Preset."
            )
        if isinstance(self, (ModelFormMixin, DeletionMixin)):
            rows = Preset(only=columns(rows.model)).apply(rows)
        return rows
