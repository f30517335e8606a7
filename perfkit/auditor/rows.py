"""Where rows came from, while they live: one object per evaluated queryset and relation.

Rows reach it through what Django hands from a queryset to its rows: the fetch mode on Django 6.1
and later, the alias of the database before that (``backport.py``). It holds names and places, never
a row.
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

from perfkit.auditor.findings import Origin, Place

if TYPE_CHECKING:
    from collections.abc import Callable

    from perfkit.auditor.scope import Scope


class Rows:
    """The rows of one evaluated queryset, or those reached from them over one relation.

    ``path`` leads from the rows of the queryset to these, a pair of name and "can be joined" per
    step. ``many`` is false for a row fetched alone.
    """

    __slots__ = (
        "carrier",
        "children",
        "evaluated",
        "lazy_ok",
        "lineage",
        "location",
        "many",
        "model",
        "narrowed",
        "path",
        "presets",
        "root",
        "scope",
        "template",
    )

    def __init__(
        self,
        scope: Scope | None,
        model: type,
        *,
        many: bool,
        location: Place | None = None,
        template: Place | None = None,
        query: Any = None,
    ) -> None:
        self.scope: Callable[[], Scope | None] = _no_scope if scope is None else weakref.ref(scope)
        self.lineage: tuple[int, ...] = () if scope is None else scope.lineage
        self.model = model
        self.root = model
        self.many = many
        self.path: tuple[tuple[str, bool], ...] = ()
        self.children: dict[str, Rows] = {}
        self.carrier: Any = None
        self.location = location
        self.template = template
        self.presets: tuple[str, ...] = ()
        self.lazy_ok: frozenset[str] = frozenset()
        self.narrowed = ""
        if query is not None:
            self._read(query)

    def _read(self, query: Any) -> None:
        """Note what the query says of itself: its presets, and how it narrows the columns."""
        # The mark that perfkit's querysets leave on the query.
        preset = query.__dict__.get("_perfkit")
        if preset is not None:
            self.presets = preset.presets
            self.lazy_ok = preset.lazy_ok
            self.location = preset.location or self.location
        names, defer = getattr(query, "deferred_loading", ((), True))
        if names:
            self.narrowed = "defer" if defer else "only"

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
        found = self.children.get(name)
        if found is None or found.model is not model:
            found = Rows(None, model, many=self.many or to_many)
            found.scope, found.lineage, found.root = self.scope, self.lineage, self.root
            found.path = (*self.path, (name, joins and not to_many))
            found.location, found.template = self.location, self.template
            found.presets, found.lazy_ok = self.presets, self.lazy_ok
            if query is not None:
                found._read_below(query)
            self.children[name] = found
        return found

    def _read_below(self, query: Any) -> None:
        names, defer = getattr(query, "deferred_loading", ((), True))
        if names:
            self.narrowed = "defer" if defer else "only"

    def covers(self, instance: Any) -> bool:
        """Say whether the instance can be one of these rows.

        Django hands a queryset's mode to rows of other models too: to those that a related manager
        creates, and to the target of a generic key.
        """
        own = instance._meta.concrete_model
        return own is self.model or issubclass(own, self.model) or issubclass(self.model, own)

    def path_to(self, name: str) -> str:
        """Return the path of a name of these rows from the rows of the queryset."""
        return "__".join([step for step, _ in self.path] + [name])

    @property
    def joinable(self) -> bool:
        """Whether the whole path can be joined: no relation to many, no generic key."""
        return all(joins for _, joins in self.path)

    def origin(self) -> Origin:
        """Return the origin as a finding tells it."""
        return Origin(
            model=self.root,
            location=self.location,
            template=self.template,
            presets=self.presets,
            cardinality="many" if self.many else "one",
            path="__".join(step for step, _ in self.path),
        )


def _no_scope() -> None:
    return None
