"""DERIVE: what a plan loads against what a consumer reads. No SQL is run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models.constants import LOOKUP_SEP

from perfkit.compiler import compile_plan
from perfkit.exceptions import PresetError
from perfkit.plan import LoadPlan
from perfkit.presets import Preset

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model

    from perfkit.derivation import ConsumerRead, Derived

__all__ = ["extra", "missing"]

#: The checks that say that more is loaded than can be proved to be needed.
UNKNOWN = ("perfkit.W001", "perfkit.W003")


def missing(loaded: LoadPlan | Preset, derived: Derived) -> tuple[ConsumerRead, ...]:
    """Return what a consumer reads and a plan, or a preset on the consumer's model, doesn't load.

    What can't be followed is not counted: it may be read or not. A name that presets annotate is missing
    where it isn't annotated, and its property would ask the database. Names that the plan says may load
    lazily are not missing. Raises :class:`~perfkit.PresetError` for a preset that doesn't fit.
    """
    plan = _plan(loaded, derived)
    paths = {read.path for read in derived.needs}
    lacking = {path for path in paths if not _loads(plan, derived.model, path)}
    for path in {read.path for read in derived.annotated}:
        if not _annotates(plan, path) and not _serves_member(plan, derived.model, path):
            lacking.add(path)
    reads = (*derived.needs, *derived.annotated)
    return tuple(sorted(read for read in reads if read.path in lacking))


def extra(loaded: LoadPlan | Preset, derived: Derived) -> tuple[str, ...]:
    """Return the paths that a plan, or a preset, loads and a consumer doesn't read.

    Columns that joins and prefetches stand on are not counted. Where something can't be followed, every
    column may be read. Raises :class:`~perfkit.PresetError` for a preset that doesn't fit.
    """
    return tuple(sorted(set(_beyond(_plan(loaded, derived), derived.plan, ""))))


def _plan(loaded: LoadPlan | Preset, derived: Derived) -> LoadPlan:
    return loaded if isinstance(loaded, LoadPlan) else compile_plan(derived.model, loaded).plan


def _loads(plan: LoadPlan, model: type[Model], path: str) -> bool:
    """Tell whether a plan loads a path of ``only``, as far as it is known what that takes."""
    need = compile_plan(model, Preset(only=[path]))
    unknown = any(doubt.check_id in UNKNOWN for doubt in need.doubts)
    return unknown or _covers(plan, need.plan)


def _annotates(plan: LoadPlan, path: str) -> bool:
    """Tell whether rows of a plan have the annotation at a path, or may load it lazily."""
    name, _, rest = path.partition(LOOKUP_SEP)
    if name in plan.lazy_ok:
        return True
    behind = [given for relation, given in _branches(plan) if rest and relation == name]
    if behind:
        return all(_annotates(given, rest) for given in behind)
    return any(path == annotated for annotated, _ in plan.annotations)


def _serves_member(plan: LoadPlan, model: type[Model], path: str) -> bool:
    """Tell whether a plan loads what the property of an annotation's name reads where it isn't annotated."""
    try:
        need = compile_plan(model, Preset(only=[path]))
    except PresetError:
        return False  # There is no such property.
    unknown = any(doubt.check_id in UNKNOWN for doubt in need.doubts)
    return unknown or (not need.doubts and _covers(plan, need.plan))


def _covers(plan: LoadPlan, need: LoadPlan) -> bool:
    """Tell whether rows of one plan have all that another loads."""
    lazy = {
        field.attname
        for field in plan.model._meta.concrete_fields
        if plan.lazy_ok & {field.name, field.attname}
    }
    columns = set(need.columns or _every(need)) - lazy
    if plan.columns is not None and not columns <= set(plan.columns):
        return False
    for relation, needed in _branches(need):
        if relation in plan.lazy_ok:
            continue
        served = [given for name, given in _branches(plan) if name == relation]
        if not any(given.model is needed.model and _covers(given, needed) for given in served):
            return False
    return True


def _branches(plan: LoadPlan) -> Iterator[tuple[str, LoadPlan]]:
    """Yield the relations that a plan loads, with what is loaded behind each."""
    for join in plan.joins:
        yield join.relation.name, join.plan
    for prefetch in plan.prefetches:
        for behind in prefetch.plans:
            yield prefetch.name, behind


def _is_prefetched(plan: LoadPlan, name: str) -> bool:
    return any(prefetch.name == name for prefetch in plan.prefetches)


def _every(plan: LoadPlan) -> list[str]:
    return [field.attname for field in plan.model._meta.concrete_fields]


def _beyond(plan: LoadPlan, need: LoadPlan, prefix: str) -> Iterator[str]:
    """Yield the paths that a plan has beyond another."""
    if need.columns is not None:
        asked = plan.declared if plan.declared is not None else plan.columns or _every(plan)
        yield from (prefix + name for name in asked if name not in need.columns)
    needed: dict[str, list[LoadPlan]] = {}
    for name, behind in _branches(need):
        needed.setdefault(name, []).append(behind)
    for join in plan.joins:
        yield from _beyond_relation(join.relation.name, (join.plan,), needed, prefix)
    for prefetch in plan.prefetches:
        if prefetch.name not in needed and _is_prefetched(need, prefetch.name):
            continue
        yield from _beyond_relation(prefetch.name, prefetch.plans, needed, prefix)


def _beyond_relation(
    name: str, plans: tuple[LoadPlan, ...], needed: dict[str, list[LoadPlan]], prefix: str
) -> Iterator[str]:
    if name not in needed:
        yield prefix + name
    for plan in plans:
        for need in needed.get(name, ()):
            if need.model is plan.model:
                yield from _beyond(plan, need, f"{prefix}{name}{LOOKUP_SEP}")
