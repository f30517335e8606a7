"""The plan: what one queryset loads, as an immutable tree a person can read. No SQL is run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from perfkit.exceptions import PresetError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model, Prefetch
    from django.db.models.fetch_modes import FetchMode

    from perfkit.relations import Relation

__all__ = ["JoinPlan", "LoadPlan", "PrefetchPlan"]


@dataclass(frozen=True)
class LoadPlan:
    """What is loaded of the rows of one model, and behind their relations.

    Plans compare and hash by value (a ``Prefetch`` with a queryset by identity), and pickle.
    ``str(plan)`` is a tree.
    """

    model: type[Model]
    #: The attnames of the columns that are loaded, in the model's order; None when all are.
    columns: tuple[str, ...] | None = None
    #: Those of them that the declaration asks for; the rest is what joins and prefetches stand on.
    #: None when it says nothing of the model's own columns.
    declared: frozenset[str] | None = None
    joins: tuple[JoinPlan, ...] = ()
    prefetches: tuple[PrefetchPlan, ...] = ()
    annotations: tuple[tuple[str, Any], ...] = ()
    #: "one", "peers", "raise" or a fetch mode of the user's; None for the default.
    fetch_mode: str | FetchMode | None = None
    #: Names that may load lazily without being reported.
    lazy_ok: frozenset[str] = frozenset()
    #: The properties and methods that the declaration names.
    members: frozenset[str] = frozenset()
    #: The columns by which the rows are stitched to what they were reached from; they are loaded
    #: too when the plan meets a queryset that is narrowed.
    links: frozenset[str] = frozenset()

    @property
    def narrowed(self) -> bool:
        """Whether a column of the row, or of a row joined to it, is left out."""
        return self.columns is not None or any(join.plan.narrowed for join in self.joins)

    def walk(self) -> Iterator[LoadPlan]:
        """Yield this plan and every plan behind its relations."""
        yield self
        for join in self.joins:
            yield from join.plan.walk()
        for prefetch in self.prefetches:
            for plan in prefetch.plans:
                yield from plan.walk()

    def value_names(self, prefix: str = "") -> list[str]:
        """Return the names for ``values()``: what is declared of the row and of rows joined to it.

        Raises :class:`~perfkit.PresetError` where a dictionary can't hold what the plan loads.
        """
        if self.prefetches:
            path = prefix + self.prefetches[0].name
            raise PresetError(
                f"as_values(): the preset loads {path!r}, a list of rows, which has no place in a dictionary; "
                "use the rows, or a preset without it.",
                check_id="perfkit.E003",
            )
        if self.members:
            member = prefix + min(self.members)
            raise PresetError(
                f"as_values(): the preset names {member!r}, a property or method, which only rows have; "
                "use the rows, or a preset that names its columns.",
                check_id="perfkit.E003",
            )
        every = [field.attname for field in self.model._meta.concrete_fields]
        names = [prefix + name for name in every if self.declared is None or name in self.declared]
        for join in self.joins:
            names += join.plan.value_names(prefix + join.relation.query_name + "__")
        return names + [name for name, _ in self.annotations]

    def loads_the_same(self, other: LoadPlan) -> bool:
        """Whether rows of the two plans are alike: columns, joins, prefetches and annotations."""
        return self._loads() == other._loads()

    def _loads(self) -> tuple[object, ...]:
        joins = tuple((join.relation, join.plan._loads()) for join in self.joins)
        return self.model, self.columns, joins, self.prefetches, self.annotations

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield f"{self.model._meta.label}: {self._summary()}"
        yield from self._branches()

    def _summary(self) -> str:
        parts = ["all columns" if self.columns is None else ", ".join(self.columns)]
        parts += [f"{name} = {_shown(expression)}" for name, expression in self.annotations]
        notes = []
        if self.members:
            notes.append(f"for {', '.join(sorted(self.members))}")
        if self.fetch_mode is not None:
            notes.append(f"fetch mode {self.fetch_mode}")
        if self.lazy_ok:
            notes.append(f"may load lazily: {', '.join(sorted(self.lazy_ok))}")
        return ", ".join(parts) + "".join(f" [{note}]" for note in notes)

    def _branches(self) -> Iterator[str]:
        branches = [*(join._lines() for join in self.joins), *(p._lines() for p in self.prefetches)]
        for index, lines in enumerate(branches, start=1):
            first, rest = ("└─ ", "   ") if index == len(branches) else ("├─ ", "│  ")
            for number, line in enumerate(lines):
                yield (rest if number else first) + line


@dataclass(frozen=True)
class JoinPlan:
    """A to-one relation that the same query loads (``select_related``)."""

    relation: Relation
    plan: LoadPlan

    def _lines(self) -> Iterator[str]:
        yield f"{self.relation.name} (join): {self.plan._summary()}"
        yield from self.plan._branches()


@dataclass(frozen=True)
class PrefetchPlan:
    """A relation that a query of its own loads (``prefetch_related``)."""

    relation: Relation
    #: What is loaded behind it; for a generic foreign key one plan for each model that is named.
    plans: tuple[LoadPlan, ...]
    #: The user's own ``Prefetch``, whose queryset is loaded instead of the relation's.
    prefetch: Prefetch[Any] | None = None
    #: Whether the queryset's user asked for it, besides any preset.
    by_user: bool = False

    @property
    def name(self) -> str:
        """The attribute that holds the rows: the relation's, or the ``to_attr`` of the ``Prefetch``."""
        return (self.prefetch.to_attr if self.prefetch is not None else None) or self.relation.name

    @property
    def custom(self) -> bool:
        """Whether the rows come from a queryset, or go to an attribute, of the user's own."""
        return self.prefetch is not None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PrefetchPlan):
            return NotImplemented
        return self._key() == other._key() and self.prefetch is other.prefetch

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[object, ...]:
        return self.relation, self.plans, self.custom

    def _lines(self) -> Iterator[str]:
        kind = (
            f"prefetch of {self.relation.name}" if self.name != self.relation.name else "prefetch"
        )
        if self.custom:
            kind += ", with a queryset of its own"
        if len(self.plans) == 1 and not self.relation.generic:
            yield f"{self.name} ({kind}): {self.plans[0]._summary()}"
            yield from self.plans[0]._branches()
            return
        yield f"{self.name} ({kind}): {'by model' if self.plans else 'all columns'}"
        for plan in self.plans:
            for number, line in enumerate(plan._lines()):
                yield ("   " if number else "·  ") + line


def _shown(expression: Any) -> str:
    """Return an expression as text; what has no text of its own by its class, without the address."""
    return re.sub(r"<(?:\w+\.)*(\w+) object at 0x\w+>", r"\1(...)", str(expression))
