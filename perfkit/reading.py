"""What a queryset loads already, read from its settings: the counterpart of writing them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, Prefetch, QuerySet
from django.db.models.constants import LOOKUP_SEP

from perfkit.draft import Draft, PrefetchDraft, thaw, thaw_prefetch
from perfkit.loading import Loading, PlannedPrefetch, loading_of
from perfkit.relations import Relation, find_relation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from perfkit.plan import LoadPlan

__all__ = ["is_planned", "read", "take_shared_lookups"]


def read(queryset: QuerySet[Any], *, with_lookups: bool = False) -> Draft:
    """Return a draft of what a queryset loads.

    The lookups that its user chained are left out, since they are kept on the queryset as they
    are; ``with_lookups`` reads them too.
    """
    query = queryset.query
    present = loading_of(queryset)
    joins = query.select_related if isinstance(query.select_related, dict) else {}
    if present is not None and _columns_untouched(query, present, joins):
        draft = thaw(present.plan)
        _drop_prefetches(draft)
    else:
        draft = Draft(queryset.model)
        mask = query.get_select_mask()
        if mask:
            draft.say(_masked(queryset.model, mask))
        elif present is not None and not present.deferred_loading and present.plan.declared:
            # Every column is loaded, and was before, because presets asked: the next one leaves theirs.
            draft.say(set(present.plan.declared))
        structural = set(getattr(queryset, "_structural_joins", ()))
        _read_joins(draft, joins, mask, present.plan if present is not None else None, structural)
    if present is not None:
        draft.fetch_mode = present.plan.fetch_mode
        draft.annotations = dict(present.plan.annotations)
        draft.lazy_ok |= present.plan.lazy_ok
        draft.members |= present.plan.members
    for lookup in queryset._prefetch_related_lookups:
        if is_planned(lookup):
            _draft_above(draft, lookup.prefetch_through).prefetches[lookup.plan.name] = (
                thaw_prefetch(lookup.plan)
            )
        elif with_lookups:
            draft_lookup(draft, lookup)
    return draft


def is_planned(lookup: object) -> bool:
    """Say whether a prefetch lookup was made by a plan, and not by the queryset's user."""
    return isinstance(lookup, PlannedPrefetch)


def take_shared_lookups(
    draft: Draft, lookups: Iterable[str | Prefetch[Any]]
) -> list[str | Prefetch[Any]]:
    """Draft those lookups of the user that meet a planned prefetch; return the others.

    Django would skip the second lookup to one path, or read columns that the first has left out. Of the
    others the draft gets the columns that they stand on.
    """
    others = []
    for lookup in lookups:
        path = lookup.prefetch_to if isinstance(lookup, Prefetch) else lookup
        if _meets(draft, path.split(LOOKUP_SEP)):
            draft_lookup(draft, lookup)
        else:
            others.append(lookup)
            _link(draft, _through(lookup).split(LOOKUP_SEP))
    return others


def _link(draft: Draft, parts: list[str]) -> None:
    """Load what the first prefetch of a path stands on, in the row or in one that is joined to it."""
    for part in parts:
        if part not in draft.joins:
            relation = find_relation(draft.model, part)
            if relation is not None:
                draft.links |= set(relation.local)
            return
        draft = draft.joins[part][1]


def _through(lookup: str | Prefetch[Any]) -> str:
    """Return the path of the relations that a lookup prefetches over."""
    return lookup.prefetch_through if isinstance(lookup, Prefetch) else lookup


def draft_lookup(draft: Draft, lookup: str | Prefetch[Any]) -> None:
    """Add to a draft what a lookup of the queryset's user loads."""
    path = _through(lookup)
    above = _draft_above(draft, path)
    relation = find_relation(above.model, path.split(LOOKUP_SEP)[-1])
    if relation is None:
        return  # Django says what is wrong with it when the rows are fetched.
    custom = lookup if isinstance(lookup, Prefetch) else None
    drafted = above.prefetch(relation, custom)
    drafted.merge(PrefetchDraft(relation, custom, by_user=True))
    if drafted.only_draft is not None and not drafted.narrowed_by_user:
        drafted.only_draft.say_all()


def _meets(draft: Draft, parts: list[str]) -> bool:
    for part in parts:
        if part in draft.prefetches:
            return True
        if part not in draft.joins:
            return False
        draft = draft.joins[part][1]
    return bool(draft.columns is not None or draft.joins or draft.prefetches)


def _draft_above(draft: Draft, path: str) -> Draft:
    """Return the draft of the rows that the last part of a path belongs to."""
    for part in path.split(LOOKUP_SEP)[:-1]:
        found = draft.find(part)
        if found is None:
            relation = find_relation(draft.model, part)
            if relation is None or relation.model is None:
                return draft
            found = draft.prefetch(relation).only_draft
            assert found is not None
            found.say_all()
        draft = found
    return draft


def _columns_untouched(query: Any, present: Loading, joins: dict[str, Any]) -> bool:
    same = query.deferred_loading is present.deferred_loading
    return (
        same or not (present.deferred_loading or query.deferred_loading[0])
    ) and joins == present.select_related


def _drop_prefetches(draft: Draft) -> None:
    draft.prefetches.clear()
    for _, child in draft.joins.values():
        _drop_prefetches(child)


def _masked(model: type[Model], mask: Any) -> set[str]:
    """Return the attnames that a select mask loads of a model's own row."""
    return {field.attname for field in model._meta.concrete_fields if field in mask} | {
        field.attname for field in model._meta.pk_fields
    }


def _read_joins(
    draft: Draft, joins: dict[str, Any], mask: Any, planned: LoadPlan | None, structural: set[str]
) -> None:
    known = (
        {join.relation.query_name: join.plan for join in planned.joins}
        if planned is not None
        else {}
    )
    for query_name, behind in joins.items():
        relation, field = _joined(draft.model, query_name)
        if relation is None:
            continue  # A FilteredRelation's alias: it stays in the dictionary as it is.
        child = draft.join(relation)
        part = mask.get(field)
        plan = known.get(query_name)
        masked = _masked(child.model, part) if part else set()
        if masked and not (query_name in structural and masked == _masked(child.model, ())):
            child.say(masked)
        elif plan is not None:
            # only() and defer() spoke of other columns: the preset's narrowing of the joined row stays.
            child.columns = None if plan.declared is None else set(plan.declared)
        elif query_name not in structural:
            child.say_all()
        prefix = query_name + LOOKUP_SEP
        deeper = {path[len(prefix) :] for path in structural if path.startswith(prefix)}
        _read_joins(child, behind, part or {}, plan, deeper)


def _joined(model: type[Model], query_name: str) -> tuple[Relation | None, Any]:
    for rel in model._meta.related_objects:
        if rel.name == query_name:
            return find_relation(model, rel.get_accessor_name() or ""), rel
    try:
        field = model._meta.get_field(query_name)
    except FieldDoesNotExist:
        return None, None
    return find_relation(model, field.name), field
