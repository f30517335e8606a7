"""Presets on the QuerySets and Managers of django-model-utils.

``QueryManager``, ``FieldTracker`` and ``TimeStampedModel`` compose with presets as they are.
``JoinQueryset`` (``JoinManager``) takes no presets, and a QuerySet class with both is refused: it makes
a temporary table of the queryset's columns, and the columns that a preset joins have the same names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Manager, Model
from django.db.models.constants import LOOKUP_SEP
from model_utils.managers import (
    InheritanceManagerMixin,
    InheritanceQuerySet,
    SoftDeletableManagerMixin,
    SoftDeletableQuerySet,
)

from perfkit.apply import settle
from perfkit.loading import KEY, copy_joins
from perfkit.managers import PresetManagerMixin
from perfkit.querysets import PresetQuerySetMixin

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = [
    "PresetInheritanceManager",
    "PresetInheritanceQuerySet",
    "PresetSoftDeletableManager",
    "PresetSoftDeletableQuerySet",
]

_M = TypeVar("_M", bound=Model)


class PresetInheritanceQuerySet(  # type: ignore[misc]  # as_manager(), whose type is told anew
    PresetQuerySetMixin[_M], InheritanceQuerySet[_M]
):
    """``InheritanceQuerySet`` with presets, which can name columns of subclasses.

    ``only=["name", "shop__opening_hours"]`` loads the column of the rows that are shops.
    ``select_subclasses()`` goes before or after; the rows of subclasses are narrowed as their
    parent's, to what presets name.
    """

    @property
    def _structural_joins(self) -> tuple[str, ...]:  # type: ignore[override]
        """The joins that tell a row's class, and those on the way to them."""
        paths: set[str] = set()
        for path in getattr(self, "subclasses", ()):
            parts = path.split(LOOKUP_SEP)
            paths.update(LOOKUP_SEP.join(parts[:end]) for end in range(1, len(parts) + 1))
        return tuple(sorted(paths))

    def select_subclasses(self, *subclasses: str | type[Model]) -> Self:
        """As in django-model-utils; the joins load of the subclasses what the presets name."""
        clone: Any = self._chain()
        query = clone.query
        loading = query.__dict__.pop(KEY, None)
        if isinstance(query.select_related, dict):
            query.select_related = copy_joins(query.select_related)
        # Without its loading the clone takes the joins as Django does; then they are put in order.
        made: Any = super(PresetInheritanceQuerySet, clone).select_subclasses(*subclasses)
        chosen: Self = made
        if loading is None:
            return chosen
        chosen.query.__dict__[KEY] = loading
        return settle(chosen)

    def annotate(self, *args: Any, **kwargs: Any) -> Self:
        """As in Django; an annotation made earlier is copied to the rows of subclasses too."""
        earlier = getattr(self, "_annotated", [])
        clone: Any = super().annotate(*args, **kwargs)
        clone._annotated = [*earlier, *clone._annotated]
        made: Self = clone
        return made


class PresetInheritanceManager(PresetManagerMixin[_M], InheritanceManagerMixin[_M], Manager[_M]):
    """``InheritanceManager`` whose querysets take presets; make one ``from_queryset()`` of your own class."""

    _queryset_class = PresetInheritanceQuerySet

    def get_queryset(self) -> PresetInheritanceQuerySet[_M]:
        """Return the queryset on the manager's database, which ``InheritanceManager`` leaves out."""
        queryset: Any = super().get_queryset()
        placed: PresetInheritanceQuerySet[_M] = queryset.using(self._db) if self._db else queryset
        return placed


class PresetSoftDeletableQuerySet(  # type: ignore[misc]  # as_manager(), whose type is told anew
    PresetQuerySetMixin[_M], SoftDeletableQuerySet[_M]
):
    """``SoftDeletableQuerySet`` with presets."""


class PresetSoftDeletableManager(  # type: ignore[misc]  # get_queryset() of each calls the next
    PresetManagerMixin[_M], SoftDeletableManagerMixin[_M], Manager[_M]
):
    """``SoftDeletableManager`` whose querysets take presets; make one ``from_queryset()`` of your own class."""

    _queryset_class = PresetSoftDeletableQuerySet
