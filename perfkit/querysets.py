"""The QuerySet classes that presets are attributes of."""

from __future__ import annotations

import inspect
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from django.db.models import Model, QuerySet
from django.db.models.query import EmptyQuerySet

from perfkit import batches
from perfkit.apply import (
    OwnTables,
    apply_preset,
    lock_own_tables,
    plan_of,
    require_columns,
    require_links,
    settle,
    with_plan_of,
)
from perfkit.arguments import shown
from perfkit.exceptions import PresetError
from perfkit.loading import copy_joins, loading_of
from perfkit.methods import PREFIX, attribute_method, is_preset_method, preset_method
from perfkit.places import choices
from perfkit.presets import Preset
from perfkit.reading import is_planned
from perfkit.relations import column

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping

    from typing_extensions import Self

    from perfkit.plan import LoadPlan

__all__ = ["PresetQuerySet", "PresetQuerySetMixin"]

_M = TypeVar("_M", bound=Model)

if TYPE_CHECKING:
    _QuerySet = QuerySet
else:
    _QuerySet = Generic


class _Presets:
    """``QuerySetClass.presets``: what a class and its bases declare, by name."""

    def __get__(
        self, instance: object, owner: type[Any]
    ) -> Mapping[str, Preset | Callable[..., Preset]]:
        attributes: dict[str, Any] = {}
        for klass in reversed(owner.__mro__):
            attributes.update(vars(klass))
        return MappingProxyType(
            {
                name.removeprefix(PREFIX): value.preset
                for name, value in sorted(attributes.items())
                if is_preset_method(value)
            }
        )


class PresetQuerySetMixin(_QuerySet[_M]):
    """Makes :class:`~perfkit.Preset` attributes of a QuerySet class methods that apply them.

    For any QuerySet class; :class:`PresetQuerySet` is Django's own with it.
    """

    #: The presets by name: an attribute's name less a leading ``optimize_for_``. The value is the
    #: Preset, or for a ``@preset`` method the function that makes it.
    presets: ClassVar[_Presets] = _Presets()

    #: Paths that ``select_related`` holds for the sake of a row's class, whatever columns are read.
    _structural_joins: tuple[str, ...] = ()

    #: Whether a plan made this queryset for its own prefetch, with the columns that tie it.
    _links_known = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Refuse the one QuerySet class known not to work with presets."""
        super().__init_subclass__(**kwargs)
        if any(
            f"{base.__module__}.{base.__name__}" == "model_utils.managers.JoinQueryset"
            for base in cls.__mro__
        ):
            raise PresetError(
                f"{cls.__name__}: JoinQueryset of django-model-utils takes no presets, since it makes a temporary "
                "table of the queryset's columns; keep it on a manager of its own, and filter with Exists() or "
                "a subquery where you need presets."
            )

    @classmethod
    def _declare_preset(cls, name: str, preset: Preset) -> None:
        setattr(cls, name, attribute_method(cls, name, preset))

    def optimize_for(self, preset: str | Preset) -> Self:
        """Return the queryset with a preset applied, by its name or made on the spot.

        Raises :class:`~perfkit.PresetError` when there is none of that name, or it doesn't fit.
        """
        if isinstance(preset, Preset):
            return apply_preset(self, preset)
        method = preset_method(self, preset)
        if method is not None:
            if not isinstance(method.preset, Preset):
                self._refuse_arguments(method)
            applied: Self = method()
            return applied
        raise PresetError(
            f"optimize_for({shown(preset)}): {type(self).__name__} has "
            + choices(str(preset), self.presets, "no presets")
        )

    def _refuse_arguments(self, method: Callable[..., Self]) -> None:
        """Refuse to apply by its name a ``@preset`` method that needs arguments."""
        try:
            inspect.signature(method).bind()
        except TypeError as error:
            raise PresetError(
                f"optimize_for(): {type(self).__name__}.{method.__name__}() takes arguments "
                f"({error}); call it yourself."
            ) from None

    if TYPE_CHECKING:

        @classmethod
        def as_manager(cls) -> Self:  # type: ignore[override]
            """As in Django. To a type checker the manager is the QuerySet, whose methods it has."""

    @property
    def loading_plan(self) -> LoadPlan:
        """What the queryset loads, as a tree to print, compare and pickle."""
        return plan_of(self)

    def as_values(self) -> QuerySet[_M, dict[str, Any]]:
        """Return dictionaries instead of rows: the preset's columns and to-one paths, as ``values()``.

        A foreign key is under its attribute's name (``"brand_id"``), as in ``values()`` without names. The
        primary key is there if the preset names it. Annotations are there too.
        Raises :class:`~perfkit.PresetError` when the preset has a to-many path, a property or a method.
        """
        return self.values(*self.loading_plan.value_names())

    def batches(self, chunk_size: int = 2000) -> Iterator[list[_M]]:
        """Return an iterator of lists of at most ``chunk_size`` rows, with presets and prefetches.

        It goes by primary key (``order_by("-pk")`` goes backwards): memory holds one batch, and rows
        added or deleted meanwhile don't shift the others. Raises ``ValueError`` for a slice, an order
        or a query that can't be read by key.
        """
        return batches.batches(self, chunk_size)

    def abatches(self, chunk_size: int = 2000) -> AsyncIterator[list[_M]]:
        """Return the same as :meth:`batches`, for ``async for``."""
        return batches.abatches(self, chunk_size)

    # QuerySet's own methods, where presets would surprise.

    def _add_hints(self, **hints: Any) -> None:
        """As in Django; what ties the rows to their owner is loaded.

        A prefetch that takes this queryset from a ``Prefetch`` says by a hint, and by nothing public,
        whose rows it fetches them for.
        """
        super()._add_hints(**hints)  # type: ignore[misc]  # it is private
        owner = hints.get("instance")
        if isinstance(owner, Model) and not self._links_known:
            require_links(self, owner.__class__)

    def only(self, *fields: str) -> Self:
        """As in Django; what the presets' joins and prefetches stand on stays loaded."""
        return settle(super().only(*fields), only=True)

    def defer(self, *fields: str | None) -> Self:
        """As in Django; what the presets' joins and prefetches stand on stays loaded."""
        return settle(super().defer(*fields), deferred=fields)  # type: ignore[arg-type]  # it takes None

    def select_related(self, *fields: Any) -> Self:
        """As in Django; a row that presets narrowed gets the key column too. None clears all joins."""
        if loading_of(self) is None:
            return super().select_related(*fields)
        clone: Self = self._chain()
        if isinstance(clone.query.select_related, dict):
            # Django merges into it in place, which would reach this queryset.
            clone.query.select_related = copy_joins(clone.query.select_related)
        if isinstance(clone.query.select_for_update_of, OwnTables):
            clone.query.select_for_update_of = ()
        return settle(
            super(PresetQuerySetMixin, clone).select_related(*fields), user_joins=fields != (None,)
        )

    def prefetch_related(self, *lookups: Any) -> Self:
        """As in Django; a lookup to what a preset prefetches is united with it. None clears all.

        Rows that presets narrowed get the columns that the prefetch stands on too.
        """
        return settle(super().prefetch_related(*lookups))

    def select_for_update(
        self, nowait: bool = False, skip_locked: bool = False, of: Any = (), no_key: bool = False
    ) -> Self:
        """As in Django; without ``of``, tables that only presets joined are not locked."""
        clone = super().select_for_update(
            nowait=nowait, skip_locked=skip_locked, of=of, no_key=no_key
        )
        loading = loading_of(clone)
        if loading is not None and not of and not loading.user_joins:
            lock_own_tables(clone)
        return clone

    def in_bulk(self, id_list: Any = None, *, field_name: str = "pk") -> dict[Any, _M]:
        """As in Django; the column of ``field_name`` is loaded too."""
        queryset = self
        if loading_of(self) is not None and self._fields is None:
            queryset = require_columns(self, column(self.model, field_name) or ())
        rows: dict[Any, _M] = super(PresetQuerySetMixin, queryset).in_bulk(
            id_list, field_name=field_name
        )
        return rows

    def iterator(self, chunk_size: int | None = None) -> Iterator[_M]:
        """As in Django; ``chunk_size`` is 2,000 where only presets asked for prefetches."""
        lookups = self._prefetch_related_lookups
        if (
            chunk_size is None
            and lookups
            and all(is_planned(p) and not p.plan.by_user for p in lookups)
        ):
            chunk_size = 2000
        return super().iterator(chunk_size) if chunk_size is not None else super().iterator()

    def union(self, *other_qs: Any, all: bool = False) -> Self:  # noqa: A002  Django's name
        """As in Django; refused where the querysets load different columns."""
        self._refuse_other_plans("union", other_qs)
        return super().union(*other_qs, all=all)

    def intersection(self, *other_qs: Any) -> Self:
        """As in Django; refused where the querysets load different columns."""
        self._refuse_other_plans("intersection", other_qs)
        return super().intersection(*other_qs)

    def difference(self, *other_qs: Any) -> Self:
        """As in Django; refused where the querysets load different columns."""
        self._refuse_other_plans("difference", other_qs)
        return super().difference(*other_qs)

    def __or__(self, other: QuerySet[_M]) -> Self:
        """As in Django; the plan of the left queryset is kept, a slice's too."""
        return super(PresetQuerySetMixin, self._combinable(other)).__or__(other)

    def __xor__(self, other: QuerySet[_M]) -> Self:
        """As in Django; the plan of the left queryset is kept, a slice's too."""
        return super(PresetQuerySetMixin, self._combinable(other)).__xor__(other)

    def _combinable(self, other: QuerySet[_M]) -> Self:
        """Return a slice as a filter by key: Django makes one too, of a queryset without the plan."""
        unsliced = self.query.can_filter() or isinstance(other, EmptyQuerySet)
        if unsliced or self._fields is not None or loading_of(self) is None:
            return self
        rows = type(self)(self.model, using=self._db).filter(pk__in=self.values("pk"))
        return with_plan_of(rows, self)

    def _refuse_other_plans(self, method: str, others: tuple[QuerySet[Any], ...]) -> None:
        """Django would put the columns of one queryset into the attributes of the other, in silence."""
        rows = [queryset for queryset in (self, *others) if not queryset.query.is_empty()]
        if all(loading_of(queryset) is None for queryset in rows) or any(
            q._fields is not None for q in rows
        ):
            return
        plans = [plan_of(queryset) for queryset in rows]
        for plan in plans[1:]:
            if not plan.loads_the_same(plans[0]):
                raise PresetError(
                    f"{method}() needs querysets that load the same; apply the same presets to all.\n"
                    f"One loads {plans[0]}\nAnother loads {plan}"
                )


class PresetQuerySet(PresetQuerySetMixin[_M], QuerySet[_M]):
    """Django's QuerySet with presets."""
