"""A plan in the making: a mutable tree that unites what several declarations ask for.

A draft says for each model ``columns = None`` (nothing is said) or the set of columns asked for.
Uniting two drafts is uniting sets; only :func:`freeze` adds the columns that joins and prefetches
stand on, so that the union of two plans needs no more than both need.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from perfkit.exceptions import PresetError
from perfkit.expressions import in_order
from perfkit.members import always_loaded
from perfkit.plan import JoinPlan, LoadPlan, PrefetchPlan
from perfkit.relations import Relation, columns, find_relation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model, Prefetch
    from django.db.models.fetch_modes import FetchMode

__all__ = ["Draft", "PrefetchDraft", "freeze", "thaw"]


@dataclass
class Draft:
    """What is to be loaded of the rows of one model, and behind their relations."""

    model: type[Model]
    columns: set[str] | None = None
    joins: dict[str, tuple[Relation, Draft]] = field(default_factory=dict)
    prefetches: dict[str, PrefetchDraft] = field(default_factory=dict)
    annotations: dict[str, Any] = field(default_factory=dict)
    fetch_mode: str | FetchMode | None = None
    lazy_ok: set[str] = field(default_factory=set)
    members: set[str] = field(default_factory=set)
    #: Columns by which the rows are stitched to what they were reached from, and other such needs.
    links: set[str] = field(default_factory=set)
    #: Whether the rows can't be narrowed, whatever is said.
    whole: bool = False

    def say(self, names: tuple[str, ...] | set[str] = ()) -> None:
        """Ask for columns; asked for none, the rows are narrowed to their links."""
        self.columns = (self.columns or set()) | set(names)

    def say_all(self) -> None:
        """Ask for every column."""
        self.columns = set(columns(self.model))

    def join(self, relation: Relation) -> Draft:
        """Return the draft behind a to-one relation that a join loads."""
        assert relation.model is not None
        return self.joins.setdefault(relation.name, (relation, Draft(relation.model)))[1]

    def prefetch(self, relation: Relation, prefetch: Prefetch[Any] | None = None) -> PrefetchDraft:
        """Return the draft of a prefetch of a relation; ``prefetch`` is the user's own."""
        made = PrefetchDraft(relation, prefetch)
        return self.prefetches.setdefault(made.name, made)

    def find(self, name: str) -> Draft | None:
        """Return what is drafted under an attribute of the row, if it is one draft."""
        if name in self.joins:
            return self.joins[name][1]
        if name in self.prefetches:
            return self.prefetches[name].only_draft
        return None

    def related(self) -> Iterator[tuple[Relation, Draft]]:
        """Yield each relation that is loaded, with what is drafted behind it."""
        yield from self.joins.values()
        for drafted in self.prefetches.values():
            for behind in drafted.drafts.values():
                yield drafted.relation, behind

    def keys(self) -> set[str]:
        """Return the columns of the row that its joins and prefetches stand on (attnames)."""
        relations = [relation for relation, _ in self.joins.values()]
        relations += [drafted.relation for drafted in self.prefetches.values()]
        return {name for relation in relations for name in relation.local}

    def merge(self, other: Draft) -> None:
        """Unite with another draft of the same model.

        Raises :class:`~perfkit.PresetError` for what can't be united.
        """
        if other.columns is not None:
            self.say(other.columns)
        self.lazy_ok |= other.lazy_ok
        self.members |= other.members
        self.links |= other.links
        for name, expression in other.annotations.items():
            if self.annotations.setdefault(name, expression) != expression:
                raise PresetError(
                    f"{self.model._meta.label} would be annotated with two different expressions "
                    f"named {name!r}; rename one of them.",
                    check_id="perfkit.E004",
                )
        if other.fetch_mode is not None:
            if self.fetch_mode not in (None, other.fetch_mode):
                raise PresetError(
                    f"{self.model._meta.label} would be loaded with two fetch modes, "
                    f"{self.fetch_mode!r} and {other.fetch_mode!r}; keep one.",
                    check_id="perfkit.E004",
                )
            self.fetch_mode = other.fetch_mode
        for relation, draft in other.joins.values():
            self.join(relation).merge(draft)
        for name, drafted in other.prefetches.items():
            if name in self.prefetches:
                self.prefetches[name].merge(drafted)
            else:
                self.prefetches[name] = drafted


@dataclass
class PrefetchDraft:
    """A relation that a query of its own is to load."""

    relation: Relation
    prefetch: Prefetch[Any] | None = None
    by_user: bool = False
    #: What is behind it, by model: one draft, or for a generic foreign key any number.
    drafts: dict[type[Model], Draft] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.relation.model is not None:
            self.drafts.setdefault(self.relation.model, Draft(self.relation.model))

    @property
    def name(self) -> str:
        """The attribute that holds the rows."""
        return (self.prefetch.to_attr if self.prefetch is not None else None) or self.relation.name

    @property
    def only_draft(self) -> Draft | None:
        """The draft behind the relation; None where there is none, or one for each of several models."""
        return self.drafts[self.relation.model] if self.relation.model is not None else None

    @property
    def narrowed_by_user(self) -> bool:
        """Whether the user's own queryset already says which columns it loads."""
        queryset = self.prefetch.queryset if self.prefetch is not None else None
        return queryset is not None and bool(queryset.query.deferred_loading[0])

    def merge(self, other: PrefetchDraft) -> None:
        """Unite with another prefetch to the same attribute."""
        if self.prefetch is None:
            self.prefetch = other.prefetch
        elif other.prefetch is not None and other.prefetch is not self.prefetch:
            raise PresetError(
                f"Two Prefetch objects for {self.name!r} can't be united; keep one, or give one of them a to_attr.",
                check_id="perfkit.E004",
            )
        self.by_user = self.by_user or other.by_user
        for model, draft in other.drafts.items():
            self.drafts.setdefault(model, Draft(model)).merge(draft)


def freeze(draft: Draft, fetch_mode: str | FetchMode | None = None) -> LoadPlan:
    """Return the plan of a draft: with the columns added that joins and prefetches stand on.

    ``fetch_mode`` is that of the rows it is reached from, which prefetched rows share.
    """
    _fold(draft)
    _protect(draft)
    _hoist(draft)
    return _freeze(draft, fetch_mode)


def _freeze(
    draft: Draft, fetch_mode: str | FetchMode | None, *, follows_narrowed: bool = False
) -> LoadPlan:
    mode = draft.fetch_mode or fetch_mode
    model = draft.model
    needed = draft.links | draft.keys() | {pk.attname for pk in model._meta.pk_fields}
    joins, prefetches = [], []
    for _, (relation, child) in sorted(draft.joins.items()):
        child.links |= set(relation.remote)
        # A child's row of which nothing is said follows its parent's: narrowed where that is.
        follows = relation.inheritance == "down" and (draft.columns is not None or follows_narrowed)
        joins.append(JoinPlan(relation, _freeze(child, None, follows_narrowed=follows)))
    for _, drafted in sorted(draft.prefetches.items()):
        for child in drafted.drafts.values():
            child.links |= set(drafted.relation.remote)
        behind = sorted(drafted.drafts.values(), key=lambda child: child.model._meta.label)
        plans = tuple(freeze(child, mode) for child in behind)
        prefetches.append(PrefetchPlan(drafted.relation, plans, drafted.prefetch, drafted.by_user))
    every = columns(model)
    loaded = None
    if (draft.columns is not None or follows_narrowed) and not draft.whole:
        loaded = tuple(name for name in every if name in (draft.columns or ()) or name in needed)
    return LoadPlan(
        model=model,
        columns=None if loaded == every else loaded,
        declared=None if draft.columns is None else frozenset(draft.columns),
        joins=tuple(joins),
        prefetches=tuple(prefetches),
        annotations=tuple(in_order(draft.annotations)),
        fetch_mode=mode,
        lazy_ok=frozenset(draft.lazy_ok),
        members=frozenset(draft.members),
        links=frozenset(draft.links),
    )


def _fold(draft: Draft) -> None:
    """Load each row once: what is asked of it on several ways is asked in one place."""
    folding = True
    while folding:
        for name in draft.joins.keys() & draft.prefetches.keys():
            _fold_prefetch(draft, name)
        folding = False
        for relation, child in list(draft.related()):
            _fold(child)
            folding = _fold_inverse(draft, relation, child) or folding


def _fold_inverse(draft: Draft, relation: Relation, child: Draft) -> bool:
    """Ask of the row itself what is asked of it on the way back from a related row.

    Django gives the related row the row that it was loaded for, whatever else was loaded there:
    over one-to-one relations, and over a reverse foreign key that is prefetched.
    """
    joined = child.joins.get(relation.inverse)
    back = child.prefetches.get(relation.inverse)
    behind = joined[1] if joined is not None else None
    if back is not None and back.prefetch is None and back.only_draft is not None:
        behind = back.only_draft
    if behind is None or (relation.many and behind.model is not draft.model):
        # (A list hangs on the parent's row of a child: the way back there leads to another model.)
        return False
    child.joins.pop(relation.inverse, None)
    if back is not None and back.only_draft is behind:
        del child.prefetches[relation.inverse]
    if draft.columns is None:
        behind.columns = None  # Nothing is said of the row, so it is loaded whole.
    for name, (down, further) in list(behind.joins.items()):
        if find_relation(draft.model, name) is None:
            # The row is itself the child that its parent's relation leads down to: no join knows it.
            del behind.joins[name]
            behind.prefetch(down).drafts[further.model].merge(further)
    draft.merge(behind)
    return True


def _fold_prefetch(draft: Draft, name: str) -> None:
    """Load a to-one relation once where both a join and a prefetch were asked for.

    The join serves both, unless the prefetch has a queryset of the user's own.
    """
    drafted = draft.prefetches[name]
    child = draft.joins[name][1]
    behind = drafted.only_draft
    assert behind is not None
    if drafted.prefetch is not None and drafted.prefetch.queryset is not None:
        if drafted.narrowed_by_user:
            child.columns = None
        behind.merge(child)
        del draft.joins[name]
    else:
        child.merge(behind)
        del draft.prefetches[name]


def _protect(draft: Draft) -> None:
    """Load what a row needs to be made at all."""
    always = always_loaded(draft.model)
    draft.whole = always is None
    draft.links |= always or set()
    for _, child in draft.joins.values():
        _protect(child)


def _hoist(draft: Draft) -> None:
    """Move what is asked of a child's row in multi-table inheritance to where Django loads it from.

    Django takes the columns that a child inherits from the parent's row when it joins the child to
    it.
    """
    for relation, child in draft.joins.values():
        _hoist(child)
        if relation.inheritance != "down":
            continue
        inherited = set(columns(draft.model))
        draft.links |= (child.links | child.keys()) & inherited
        draft.whole = draft.whole or child.whole
        if child.columns is not None:
            if draft.columns is not None:
                draft.columns |= child.columns & inherited
            child.columns -= inherited


def thaw(plan: LoadPlan) -> Draft:
    """Return a draft that asks for what a plan declares."""
    draft = Draft(
        plan.model,
        columns=None if plan.declared is None else set(plan.declared),
        annotations=dict(plan.annotations),
        fetch_mode=plan.fetch_mode,
        lazy_ok=set(plan.lazy_ok),
        members=set(plan.members),
        links=set(plan.links),
    )
    draft.joins = {join.relation.name: (join.relation, thaw(join.plan)) for join in plan.joins}
    for prefetch in plan.prefetches:
        draft.prefetches[prefetch.name] = thaw_prefetch(prefetch)
    return draft


def thaw_prefetch(plan: PrefetchPlan) -> PrefetchDraft:
    """Return a draft of a prefetch that asks for what its plan declares."""
    drafts = {behind.model: thaw(behind) for behind in plan.plans}
    return PrefetchDraft(plan.relation, plan.prefetch, plan.by_user, drafts)
