"""Rows that are loaded already: load what a preset names and they lack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import prefetch_related_objects

from perfkit.compiler import compile_plan
from perfkit.exceptions import PresetError
from perfkit.loading import planned_prefetch, turn
from perfkit.plan import LoadPlan, PrefetchPlan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import Model

    from perfkit.presets import Preset

__all__ = ["prefetch_plan", "prefetch_preset"]


def prefetch_preset(instances: Sequence[Model], preset: Preset) -> None:
    """Load onto rows what a preset names and they lack; see :meth:`perfkit.Preset.prefetch`."""
    if not instances:
        return
    models = {instance._meta.concrete_model: instance.__class__ for instance in instances}
    if len(models) > 1:
        labels = ", ".join(sorted(model._meta.label for model in models.values()))
        raise PresetError(f"{preset!r}: prefetch() takes rows of one model, not of {labels}.")
    prefetch_plan(instances, compile_plan(instances[0].__class__, preset).plan)


def prefetch_plan(instances: Sequence[Model], plan: LoadPlan) -> None:
    """Load onto rows of the plan's model what the plan names and they lack."""
    _load_missing_columns(instances, plan)
    prefetches = [
        *(PrefetchPlan(join.relation, (join.plan,)) for join in plan.joins),
        *plan.prefetches,
    ]
    prefetches.sort(key=lambda one: turn(one.relation))
    prefetch_related_objects(
        list(instances), *(planned_prefetch(p.relation.name, p) for p in prefetches)
    )


def _load_missing_columns(instances: Sequence[Model], plan: LoadPlan) -> None:
    """Load in one query the own columns and annotations that the plan has and the rows lack."""
    wanted = {field.attname for field in plan.model._meta.concrete_fields}
    if plan.columns is not None:
        wanted = set(plan.columns)
    names = wanted | {name for name, _ in plan.annotations}
    lacking = [row for row in instances if not names <= row.__dict__.keys()]
    if not lacking:
        return
    rows = plan.model._base_manager.using(lacking[0]._state.db).filter(
        pk__in=[row.pk for row in lacking]
    )
    loaded = {row.pk: row for row in rows.annotate(**dict(plan.annotations)).only(*wanted)}
    for row in lacking:
        source = loaded.get(row.pk)
        if source is None:
            raise plan.model.DoesNotExist(  # type: ignore[attr-defined]  # concrete models have it
                f"{plan.model._meta.label} {row.pk!r} was deleted after it was loaded."
            )
        for name, value in source.__dict__.items():
            if name != "_state":
                row.__dict__.setdefault(name, value)
