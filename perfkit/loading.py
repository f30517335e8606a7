"""What a plan becomes on a queryset: the values of Django's own settings, compiled once.

A :class:`Loading` is shared by every queryset that the plan is applied to, so nothing in it may be
changed by what is chained later. Django merges into the dictionary of ``select_related`` in place,
and adds hints to the queryset of a ``Prefetch`` and takes the lookups off it in place; so the one
is copied at each use, and the other is made anew at each use.
"""

from __future__ import annotations

from itertools import starmap
from typing import TYPE_CHECKING, Any, cast

from django.db.models import Model, Prefetch, QuerySet
from django.db.models.constants import LOOKUP_SEP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from perfkit.auditor.findings import Place
    from perfkit.plan import LoadPlan, PrefetchPlan
    from perfkit.relations import Relation

    _Prefetch = Prefetch[Any]
else:
    _Prefetch = Prefetch

__all__ = ["Loading", "PlannedPrefetch", "copy_joins", "loading_of", "planned_prefetch", "turn"]

#: The key in the ``__dict__`` of a ``Query`` under which its Loading is kept: ``Query.clone()``
#: copies it, so it stays with any QuerySet class, and a queryset made of another one has it too.
KEY = "_perfkit"


class Loading:
    """A plan with the settings that carry it out."""

    #: Whether ``only()`` was chained behind the presets, and took columns away again.
    only = False
    #: The names that ``defer()`` took away, chained behind the presets.
    deferred: frozenset[str] = frozenset()
    #: The line that applied it; only a copy made while an audit scope is open has one.
    location: Place | None = None

    def __init__(
        self, plan: LoadPlan, presets: tuple[str, ...] = (), *, user_joins: bool = False
    ) -> None:
        self.plan = plan
        #: The qualified names of the presets ("ProductQuerySet.optimize_for_list").
        self.presets = presets
        #: Whether the queryset's user asked for a join, besides any preset.
        self.user_joins = user_joins
        #: ``Query.deferred_loading``; None when every column is loaded.
        self.deferred_loading = (frozenset(_loaded(plan)), False) if plan.narrowed else None
        #: ``Query.select_related``: a dictionary of dictionaries.
        self.select_related = _joins(plan)
        self.lookups = tuple(starmap(PlannedPrefetch, _prefetches(plan)))
        self.annotations = dict(plan.annotations)
        self.fetch_mode = plan.fetch_mode
        #: The attributes of the Query, for a QuerySet class that doesn't let Django change them in place.
        self.settings: dict[str, Any] = {KEY: self}
        if self.deferred_loading is not None:
            self.settings["deferred_loading"] = self.deferred_loading
        if self.select_related:
            self.settings["select_related"] = SharedJoins(self.select_related)
        #: Whether its settings are all there is to it.
        self.is_simple = not self.annotations and self.fetch_mode is None
        #: Names, and paths across joins and prefetches, that may load lazily without being reported.
        self.lazy_ok = frozenset(_lazy_ok(plan))
        #: The loadings that declared presets lead to from here.
        self.then: dict[Loading, Loading] = {}

    def at(self, location: Place | None) -> Loading:
        """Return a copy that says which line applied it."""
        made = object.__new__(Loading)
        made.__dict__.update(self.__dict__)
        made.location = location
        return made

    def __reduce__(self) -> tuple[object, ...]:
        # A pickled queryset holds nothing of perfkit: this becomes None.
        return type(None), ()


class SharedJoins(dict[str, Any]):
    """A tree of joins that many queries share; whoever would change it gets an error, not a leak."""

    def setdefault(self, key: str, default: Any = None) -> Any:
        """Refuse to be changed by ``Query.add_select_related()``."""
        raise TypeError(
            f"select_related of this query is shared with others and can't take {key!r} in place; "
            "call select_related() on the queryset instead."
        )

    def __reduce__(self) -> tuple[object, ...]:
        return dict, (dict(self),)


class PlannedPrefetch(_Prefetch):
    """The lookup of one planned prefetch.

    Its queryset is made when the rows are fetched: from the manager that Django would take, at that
    moment (a manager may filter by the current tenant), so that a shared plan holds no queryset.
    """

    def __init__(self, path: str, plan: PrefetchPlan) -> None:
        self.plan = plan
        custom = plan.prefetch
        super().__init__(path, to_attr=custom.to_attr if custom is not None else None)
        self.loadings = tuple(Loading(behind) for behind in plan.plans)

    @property
    def queryset(self) -> QuerySet[Any] | None:
        """A copy of the user's own queryset: Django 5.2 and 6.0 write hints to what they get here."""
        custom = self.plan.prefetch.queryset if self.plan.prefetch is not None else None
        return custom.all() if custom is not None else None

    @queryset.setter
    def queryset(self, value: QuerySet[Any] | None) -> None:
        """Take what Django's constructor sets, which is nothing: the plan has it."""

    def get_current_querysets(self, level: int) -> list[QuerySet[Any]] | None:
        """Return the narrowed querysets to fetch from, each time new ones."""
        if self.get_current_prefetch_to(level) != self.prefetch_to:
            return None
        return self.make_querysets()

    def make_querysets(self) -> list[QuerySet[Any]] | None:
        """Return the narrowed querysets; None where only the relation's own descriptor knows them."""
        # Applying a plan makes prefetches, and a prefetch applies a plan.
        from perfkit.apply import apply_loading

        loadings = {_table(loading.plan.model): loading for loading in self.loadings}
        querysets = []
        for base in self._custom_querysets():
            loading = (
                loadings.pop(_table(base.model), None)
                if self.plan.relation.generic
                else next(iter(self.loadings), None)
            )
            # A queryset of the user's own is shared between threads, and Django writes hints to it.
            querysets.append(base.all() if loading is None else apply_loading(base.all(), loading))
        if self.plan.relation.generic or not querysets:
            for loading in loadings.values():
                base = self.plan.relation.queryset(loading.plan.model)
                querysets.append(apply_loading(base, loading))
        for queryset in querysets:
            if hasattr(queryset, "_links_known"):
                queryset._links_known = True
        return querysets or None

    def _custom_querysets(self) -> list[QuerySet[Any]]:
        custom = self.plan.prefetch
        if custom is None:
            return []
        return list(custom.get_current_querysets(custom.prefetch_to.count(LOOKUP_SEP)) or ())

    def __reduce__(self) -> tuple[object, ...]:
        # A pickled queryset holds nothing of perfkit: this becomes Django's own Prefetch.
        plain: Any = Prefetch(self.prefetch_through, None, self.to_attr)
        querysets = self.make_querysets()
        if querysets and self.plan.relation.generic:
            from django.contrib.contenttypes.prefetch import GenericPrefetch

            plain = GenericPrefetch(self.prefetch_through, querysets, self.to_attr)
        elif querysets:
            plain.queryset = querysets[0]
        plain.prefetch_to = self.prefetch_to
        return object.__new__, (type(plain),), plain.__getstate__()

    def __copy__(self) -> PlannedPrefetch:
        # What copy.copy() would do if __reduce__ did not speak of pickles.
        made = self.__class__.__new__(self.__class__)
        made.__dict__.update(self.__dict__)
        return made

    def __deepcopy__(self, memo: dict[int, Any]) -> PlannedPrefetch:
        # It holds nothing that a copy could change.
        return self.__copy__()


#: Makes the lookup of a planned prefetch. The plug-in of django-stubs, which reads a literal from the
#: arguments of every Prefetch, stops with an IndexError at a subclass with other arguments.
planned_prefetch = cast("Callable[[str, PrefetchPlan], PlannedPrefetch]", PlannedPrefetch)


def _table(model: type[Model]) -> type[Model] | None:
    """Return the model that has the table: a queryset for a generic foreign key may be of a proxy."""
    return model._meta.concrete_model


def loading_of(queryset: QuerySet[Any]) -> Loading | None:
    """Return the loading that was applied to a queryset, or to one that it was chained from."""
    return queryset.query.__dict__.get(KEY)


def copy_joins(joins: Any) -> Any:
    """Return a copy of a tree of joins, which Django would change in place."""
    return {name: copy_joins(behind) if behind else {} for name, behind in joins.items()}


def _loaded(plan: LoadPlan, prefix: str = "") -> Iterator[str]:
    """Yield the names for ``only()``: every loaded column, one by one, across joins.

    A joined row that is loaded whole has its columns named too: ``only()`` takes the bare name of a
    relation for all its columns only as long as nothing behind it is named.
    """
    opts = plan.model._meta
    loaded = [
        field
        for field in opts.concrete_fields
        if plan.columns is None or field.attname in plan.columns
    ]
    for field in loaded:
        yield prefix + field.name
    for join in plan.joins:
        yield from _loaded(join.plan, prefix + join.relation.query_name + LOOKUP_SEP)


def _joins(plan: LoadPlan) -> dict[str, Any]:
    return {join.relation.query_name: _joins(join.plan) for join in plan.joins}


def _prefetches(plan: LoadPlan, prefix: str = "") -> Iterator[tuple[str, PrefetchPlan]]:
    found: list[tuple[Relation, Iterable[tuple[str, PrefetchPlan]]]] = [
        *((one.relation, [(prefix + one.relation.name, one)]) for one in plan.prefetches),
        *(
            (join.relation, _prefetches(join.plan, prefix + join.relation.name + LOOKUP_SEP))
            for join in plan.joins
        ),
    ]
    for _, lookups in sorted(found, key=lambda one: turn(one[0])):
        yield from lookups


def turn(relation: Relation) -> int:
    """Return the key by which prefetches are sent: a child's row before its parent's row.

    A list of many-to-many rows that the parent's row has already, Django (6.0 and later) takes for the
    child's, and writes the child's rows into it.
    """
    return ("down", "", "up").index(relation.inheritance)


def _lazy_ok(plan: LoadPlan, prefix: str = "") -> Iterator[str]:
    for name in plan.lazy_ok:
        yield prefix + name
    for join in plan.joins:
        yield from _lazy_ok(join.plan, prefix + join.relation.name + LOOKUP_SEP)
    for prefetch in plan.prefetches:
        for behind in prefetch.plans:
            yield from _lazy_ok(behind, prefix + prefetch.name + LOOKUP_SEP)
