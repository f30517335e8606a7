"""APPLY: set on a queryset what a plan loads, in one clone.

The settings that Django keeps on a queryset (``deferred_loading``, ``select_related``, the prefetch
lookups) are private names; they are written here and nowhere else. Calling ``only()``,
``select_related()`` and ``prefetch_related()`` instead would make three clones where one is enough,
and could not unite with what is there.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import connections
from django.db.models.constants import LOOKUP_SEP

from perfkit.arguments import shown
from perfkit.auditor.callers import evaluated_at
from perfkit.auditor.context import get_current
from perfkit.auditor.fetch_modes import name_of, put_fetch_mode
from perfkit.compiler import compile_plan
from perfkit.conf import get_settings
from perfkit.draft import Draft, freeze, thaw
from perfkit.loading import KEY, Loading, copy_joins, loading_of
from perfkit.reading import is_planned, read, take_shared_lookups
from perfkit.relations import links

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from django.db.models import Model, QuerySet

    from perfkit.plan import LoadPlan
    from perfkit.presets import Preset

__all__ = [
    "OwnTables",
    "apply_loading",
    "apply_preset",
    "locate",
    "lock_own_tables",
    "plan_of",
    "require_columns",
    "require_links",
    "settle",
    "with_plan_of",
]

QS = TypeVar("QS", bound="QuerySet[Any]")

#: The settings that are class attributes of a Query until something is said of them.
SETTINGS = frozenset({"deferred_loading", "select_related", "combinator", "select_for_update", KEY})


def locate(clone: QS) -> QS:
    """Note the line that applied a preset, for the audit scope that is open."""
    if get_current() is not None:
        place = evaluated_at(sys._getframe(1))[0]
        clone.query._perfkit = clone.query._perfkit.at(place)
    return clone


def apply_preset(queryset: QS, preset: Preset, label: str = "") -> QS:
    """Return the queryset with a preset applied that was made on the spot: it is not cached.

    Raises :class:`~perfkit.PresetError` when the preset doesn't fit the queryset's model.
    """
    label = label or shown(preset)
    plan = compile_plan(queryset.model, preset, label).plan
    return locate(apply_loading(queryset, Loading(plan, (label,))))


def apply_loading(queryset: QS, loading: Loading, *, declared: bool = False) -> QS:
    """Return the queryset with a loading applied, united with what the queryset loads already.

    ``declared`` says that the loading lives as long as its QuerySet class, so that its union with
    another one may be kept.
    """
    query = queryset.query
    if queryset._fields is not None:
        raise TypeError(f"Cannot call {_name(loading)}() after .values() or .values_list()")
    queryset._not_support_combined_queries(_name(loading))
    present: Loading | None = query.__dict__.get(KEY)
    if present is None:
        if _is_plain(queryset):
            return _with_fetch_mode(
                _put(_annotated(queryset, loading), loading, loading.lookups), loading
            )
    elif _is_untouched(queryset, present):
        following = present.then.get(loading)
        if following is None:
            following = _united(present, loading)
            if declared:
                present.then[loading] = following
        clone = _put(_annotated(queryset, following), following, following.lookups)
        return _with_fetch_mode(clone, following)
    draft = read(queryset)
    draft.merge(thaw(loading.plan))
    for field in queryset._known_related_objects:
        # Rows of a related manager get their owner by the key column, if it is loaded.
        draft.links |= {key.attname for key in field.local_related_fields}
    names = present.presets if present is not None else ()
    user_joins = present.user_joins if present is not None else has_user_joins(queryset)
    clone = _settle(
        _annotated(queryset, loading), draft, (*names, *loading.presets), user_joins=user_joins
    )
    return _with_fetch_mode(clone, loading)


def settle(
    queryset: QS,
    *,
    user_joins: bool = False,
    only: bool = False,
    deferred: Collection[str | None] = (),
) -> QS:
    """Bring a queryset back in order after ``only()``, ``select_related()`` or the like were chained.

    What joins and prefetches stand on is added again. The queryset itself is changed: it is the
    clone that the chained call has made. Without presets nothing is changed. ``only`` says that the
    call was ``only()``, ``deferred`` what was given to ``defer()``.
    """
    present = loading_of(queryset)
    if present is None:
        return queryset
    _settle(queryset, read(queryset), present.presets, user_joins=user_joins or present.user_joins)
    # Both take back what was said before; of other names defer() takes away more.
    anew = only or None in deferred
    before = frozenset() if anew else present.deferred
    names = before.union(name for name in deferred if name is not None)
    return _narrowed_by_user(queryset, only or (present.only and not anew), names)


def _narrowed_by_user(queryset: QS, only: bool, deferred: frozenset[str]) -> QS:
    """Note what was chained behind the presets, so that the auditor can tell whose column is missing."""
    loading: Loading = queryset.query._perfkit
    loading.only, loading.deferred = only, deferred
    return queryset


def has_user_joins(queryset: QuerySet[Any]) -> bool:
    """Whether a queryset without presets has joins that its user asked for."""
    return bool(queryset.query.select_related) and not getattr(queryset, "_structural_joins", ())


def lock_own_tables(clone: QuerySet[Any]) -> None:
    """Make ``select_for_update()`` lock the rows' own tables, and not those that presets joined.

    Where the database can't tell tables apart (MariaDB), it locks the joined rows too, as Django
    does.
    """
    if connections[clone.db].features.has_select_for_update_of and clone.query.select_related:
        clone.query.select_for_update_of = OwnTables(("self", *_parent_links(clone.model)))


class OwnTables(tuple[str, ...]):
    """The ``of`` of a ``select_for_update()`` that its user did not write."""

    __slots__ = ()


def _parent_links(model: type[Model], prefix: str = "") -> Iterator[str]:
    parents = model._meta.concrete_model._meta.parents  # type: ignore[union-attr]  # no abstract model
    for parent, link in parents.items():
        if link is not None:
            yield prefix + link.name
            yield from _parent_links(parent, prefix + link.name + LOOKUP_SEP)


def require_columns(queryset: QS, attnames: Iterable[str]) -> QS:
    """Return the queryset with these columns loaded too, where it is narrowed."""
    return (
        queryset if _has_columns(queryset, attnames) else _add_columns(queryset._chain(), attnames)
    )


def require_links(queryset: QuerySet[Any], owner: type[Model]) -> None:
    """Make a queryset with presets load what ties its rows to those of ``owner``.

    The queryset itself is changed, as Django does that writes its hints to it.
    """
    if loading_of(queryset) is None:
        return  # Every related manager comes by here.
    model: type[Model] = queryset.model
    attnames = links(owner, model)
    if not _has_columns(queryset, attnames):
        _add_columns(queryset, attnames)


def _has_columns(queryset: QuerySet[Any], attnames: Iterable[str]) -> bool:
    present = loading_of(queryset)
    return present is not None and (
        present.plan.columns is None or set(attnames) <= set(present.plan.columns)
    )


def _add_columns(clone: QS, attnames: Iterable[str]) -> QS:
    draft = read(clone)
    draft.links |= set(attnames)
    present = loading_of(clone)
    if present is None:
        return _settle(clone, draft, (), user_joins=has_user_joins(clone))
    settled = _settle(clone, draft, present.presets, user_joins=present.user_joins)
    return _narrowed_by_user(settled, present.only, present.deferred)


def with_plan_of(queryset: QS, source: QuerySet[Any]) -> QS:
    """Return the queryset loading what ``source`` does, a queryset of the same model with presets."""
    present = loading_of(source)
    assert present is not None
    clone = _annotated(queryset, present)
    clone._prefetch_related_lookups = source._prefetch_related_lookups
    clone = _settle(clone, read(source), present.presets, user_joins=present.user_joins)
    return _with_fetch_mode(_narrowed_by_user(clone, present.only, present.deferred), present)


def plan_of(queryset: QuerySet[Any]) -> LoadPlan:
    """Return the plan of what a queryset loads, whoever asked for it."""
    present = loading_of(queryset)
    if present is not None and _is_untouched(queryset, present):
        return present.plan
    return freeze(read(queryset, with_lookups=True))


def _name(loading: Loading) -> str:
    name = loading.presets[-1].rpartition(".")[2] if loading.presets else ""
    return name if name.isidentifier() else "optimize_for"


def _is_plain(queryset: QuerySet[Any]) -> bool:
    """Whether nothing was said yet of what the queryset loads."""
    query = queryset.query
    return (
        not query.deferred_loading[0]
        and query.select_related is False
        and not queryset._prefetch_related_lookups
        and not query.select_for_update
        and not queryset._known_related_objects
    )


def _is_untouched(queryset: QuerySet[Any], present: Loading) -> bool:
    """Whether the queryset still loads what the loading has set, and nothing else."""
    query = queryset.query
    return (
        (
            query.deferred_loading is present.deferred_loading
            or (present.deferred_loading is None and not query.deferred_loading[0])
        )
        and (query.select_related or {}) == present.select_related
        and queryset._prefetch_related_lookups is present.lookups
        and not query.select_for_update
    )


def _united(present: Loading, other: Loading) -> Loading:
    draft = thaw(present.plan)
    draft.merge(thaw(other.plan))
    return Loading(
        freeze(draft), _names(*present.presets, *other.presets), user_joins=present.user_joins
    )


def _annotated(queryset: QS, loading: Loading) -> QS:
    """Return a clone with those annotations of the loading that the queryset has not yet."""
    present = loading_of(queryset)
    known = present.annotations if present is not None else {}
    missing = {name: value for name, value in loading.annotations.items() if name not in known}
    return queryset.annotate(**missing) if missing else queryset._chain()


def _put(clone: QS, loading: Loading, lookups: tuple[Any, ...]) -> QS:
    """Write a loading's settings to a queryset that was just cloned."""
    query = clone.query
    if loading.deferred_loading is not None:
        query.deferred_loading = loading.deferred_loading
    elif query.deferred_loading[0]:
        query.clear_deferred_loading()
    if loading.select_related:
        query.select_related = copy_joins(loading.select_related)
    clone._prefetch_related_lookups = lookups
    query._perfkit = loading
    return clone


def _with_fetch_mode(clone: QS, loading: Loading) -> QS:
    if loading.fetch_mode is not None:
        put_fetch_mode(clone, loading.fetch_mode)
    elif (mode := get_settings().FETCH_MODE) != "one" and name_of(clone) == "one":
        # The setting is a default: a mode that the queryset's user chose stays.
        put_fetch_mode(clone, mode)
    return clone


def _settle(clone: QS, draft: Draft, presets: tuple[str, ...], *, user_joins: bool) -> QS:
    """Write a draft to a clone, beside those prefetches of its user that have nothing to do with it."""
    own = [lookup for lookup in clone._prefetch_related_lookups if not is_planned(lookup)]
    own = take_shared_lookups(draft, own)
    loading = Loading(freeze(draft), _names(*presets), user_joins=user_joins)
    present = loading_of(clone)
    if present is not None and present.location is not None:
        loading = loading.at(present.location)
    query = clone.query
    asked = query.select_related
    _put(clone, loading, (*own, *loading.lookups) if own else loading.lookups)
    if isinstance(asked, dict):
        # Names that are no relations stay: the aliases of FilteredRelations.
        query.select_related = _merge_joins(copy_joins(asked), loading.select_related)
    if query.select_for_update and not query.select_for_update_of and not user_joins:
        lock_own_tables(clone)
    return clone


def _merge_joins(joins: Any, others: Any) -> Any:
    for name, behind in others.items():
        _merge_joins(joins.setdefault(name, {}), behind)
    return joins


def _names(*names: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
