"""Where rows came from, while they live: one object per evaluated queryset and relation.

Rows reach it through what Django hands from a queryset to its rows: the fetch mode on Django 6.1
and later, the alias of the database before that (``backport.py``). It holds names and places, never
a row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from perfkit.auditor.findings import Origin, Place

if TYPE_CHECKING:
    from collections.abc import Callable


class Step(NamedTuple):
    """One relation on the way from the rows of a queryset: its name, and the model it leads to."""

    name: str
    #: Whether it can be joined.
    joins: bool
    model: type


def no_scope() -> None:
    """Stand in for the reference to a scope where there is none."""


class Rows:
    """The rows of one evaluated queryset, or those reached from them over one relation.

    ``scope`` is a weak reference to the scope that was open, ``lineage`` the numbers of that scope
    and those around it. ``many`` is false for a row fetched alone.
    """

    # Made for every evaluated queryset: what is rarely set stands here.
    root: Any = None
    template: Place | None = None
    presets: tuple[str, ...] = ()
    lazy_ok: frozenset[str] = frozenset()
    #: Whether the user's ``only()`` narrows the columns; with presets, one that follows them.
    only = False
    #: The names that the user's ``defer()`` leaves out; with presets, one that follows them.
    deferred: frozenset[str] = frozenset()
    #: Whether the SQL is the user's own, to which Django can join nothing.
    raw = False
    #: The way from the rows of the queryset to these.
    path: tuple[Step, ...] = ()
    #: How many steps of it lead to the rows of its last prefetch.
    prefetched = 0
    children: dict[str, Rows] | None = None
    #: What hands them on, where it can be shared.
    carrier: Any = None

    def __init__(
        self,
        scope: Callable[[], Any],
        lineage: tuple[int, ...],
        model: type,
        many: bool,
        location: Place | None = None,
    ) -> None:
        self.scope = scope
        self.lineage = lineage
        self.model = model
        self.many = many
        self.location = location

    def read(self, query: Any) -> None:
        """Note what a query says of itself: its presets, how its user narrows the columns, raw SQL."""
        self.raw = "sql" in query.__dict__
        # The mark that perfkit's querysets leave on the query.
        preset = query.__dict__.get("_perfkit")
        if preset is None:
            self.narrow(query)
        else:
            self.presets = preset.presets
            self.lazy_ok = preset.lazy_ok
            self.location = preset.location or self.location
            self.only, self.deferred = preset.only, preset.deferred

    def narrow(self, query: Any) -> None:
        """Note how a query without presets narrows the columns."""
        names, defer = getattr(query, "deferred_loading", (frozenset(), True))
        self.only = bool(names) and not defer
        self.deferred = names if defer else frozenset()

    def child(
        self,
        name: str,
        model: type,
        *,
        to_many: bool = False,
        joins: bool = True,
        query: Any = None,
    ) -> Rows:
        """Return the rows reached from these over the relation ``name``."""
        if self.children is None:
            self.children = {}
        found = self.children.get(name)
        if found is None or found.model is not model:
            found = Rows(self.scope, self.lineage, model, self.many or to_many, self.location)
            found.root = self.root or self.model
            found.path = (*self.path, Step(name, joins and not to_many, model))
            found.template, found.raw = self.template, self.raw
            found.presets, found.lazy_ok = self.presets, self.lazy_ok
            if query is not None:
                found.prefetched = len(found.path)
                if not self.presets:
                    found.narrow(query)
            else:
                found.prefetched = self.prefetched
                if joins and not to_many:
                    # One only() or defer() speaks of the rows and of what is joined to them.
                    found.only, found.deferred = self.only, self.deferred
            self.children[name] = found
        return found

    def covers(self, instance: Any) -> bool:
        """Say whether the instance can be one of these rows.

        Django hands a queryset's mode to rows of other models too: to those that a related manager
        creates, and to the target of a generic key.
        """
        own = instance._meta.concrete_model
        return own is self.model or issubclass(own, self.model) or issubclass(self.model, own)

    def path_to(self, name: str) -> str:
        """Return the path of a name of these rows from the rows of the queryset."""
        return "__".join([*(step.name for step in self.path), name])

    @property
    def joinable(self) -> bool:
        """Whether the whole path can be joined: no relation to many, no generic key, no raw SQL."""
        return not self.raw and all(step.joins for step in self.path)

    def origin(self) -> Origin:
        """Return the origin as a finding tells it."""
        return Origin(
            model=self.root or self.model,
            location=self.location,
            template=self.template,
            presets=self.presets,
            cardinality="many" if self.many else "one",
            path="__".join(step.name for step in self.path),
        )
