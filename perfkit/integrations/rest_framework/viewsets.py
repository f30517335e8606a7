"""Viewsets and generic views that load their rows with a preset: ``PresetViewSetMixin``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import QuerySet
from django.utils.functional import SimpleLazyObject
from rest_framework.permissions import SAFE_METHODS

from perfkit.consumers import apply_chosen
from perfkit.exceptions import PresetError
from perfkit.integrations.rest_framework.deriving import keep_for
from perfkit.integrations.rest_framework.shapes import is_own
from perfkit.presets import Preset
from perfkit.relations import columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from perfkit.keeping import Kept

__all__ = ["PresetViewSetMixin"]

#: The actions of which each answers with one row.
ONE = ("retrieve", "create", "update", "partial_update")


class PresetViewSetMixin:
    """Loads the rows of a viewset or generic view with a preset; stands before the view's class.

    ``preset_for`` maps actions to presets, by name or made on the spot; ``preset_from = "serializer"``
    derives one for the other actions from the serializer that the view takes. Filters, permissions and pages
    work on the same rows as before: only columns, joins and prefetches change. Actions that write load whole rows;
    ``destroy`` loads as the view's queryset says. Raises :class:`~perfkit.PresetError` for a wrong preset.
    """

    preset_for: ClassVar[Mapping[str, str | Preset]] = {}
    preset_from: ClassVar[str | None] = None
    #: While the view says which serializer it takes, for which it may load its own row.
    _choosing = False

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the filtered queryset of the view, with the preset applied."""
        filtered: QuerySet[Any] = super().filter_queryset(queryset)  # type: ignore[misc]  # the view's
        narrowed: QuerySet[Any] = self.with_preset(filtered)
        return narrowed

    def get_preset(self, queryset: QuerySet[Any]) -> str | Preset | Kept | None:
        """Return the preset for this request: by name, itself, or derived; None for none."""
        action = getattr(self, "action", None) or self._plain_action()
        if action in self.preset_for:
            return self.preset_for[action]
        if self.preset_from is None or action == "destroy":
            return None
        if self.preset_from != "serializer":
            raise PresetError(
                f'{type(self).__name__}.preset_from is "serializer" or None, not {self.preset_from!r}.'
            )
        many = action not in ONE
        view: Any = self
        if is_own(type(view).get_serializer):
            return keep_for(queryset, None, lambda: view.get_serializer(many=many), many=many)
        cls = view.get_serializer_class()

        def make() -> Any:
            # The context may send queries, and is hardly ever looked at before there are rows.
            return cls(many=many, context=SimpleLazyObject(view.get_serializer_context))

        return keep_for(queryset, cls, make, many=many)

    def with_preset(self, rows: Any) -> Any:
        """Return a queryset with the preset applied; anything but a queryset of rows as it is."""
        if not isinstance(rows, QuerySet) or rows.query.values_select or rows.query.combinator:
            return rows
        if self._choosing:
            return rows
        self._choosing = True
        try:
            preset = self.get_preset(rows)
        finally:
            self._choosing = False
        if preset is None:
            return rows
        rows = apply_chosen(rows, preset, type(self).__name__)
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
