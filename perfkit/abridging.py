"""DERIVE: the shortest names that say what a preset loads, for a person to read and paste."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models.constants import LOOKUP_SEP

from perfkit.compiler import compile_plan
from perfkit.presets import Preset
from perfkit.relations import columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.db.models import Model

    from perfkit.plan import LoadPlan

__all__ = ["abridged"]


def abridged(model: type[Model], paths: Iterable[str], members: Iterable[str]) -> list[str]:
    """Return names for ``only`` that load the same as ``paths``: members first, then what they leave.

    ``members`` are what the consumer names. One that would load more, or can't be followed wholly, is left out.
    """
    every = list(paths)
    full = _loaded_by(model, every)
    names: list[str] = []
    covered: set[tuple[str, str]] = set()
    for member in dict.fromkeys(members):
        loaded = _loaded_by(model, [member], complete=True)
        if loaded and loaded <= full:
            names.append(member)
            covered |= loaded
    # The key of a row comes with any other column of it.
    for path in sorted(dict.fromkeys(every), key=lambda path: path.endswith(f"{LOOKUP_SEP}pk")):
        loaded = _loaded_by(model, [path])
        if not loaded <= covered or (path in names):
            names.append(path)
            covered |= loaded
    return names if names and _loaded_by(model, names) == full else every


def _loaded_by(
    model: type[Model], names: list[str], *, complete: bool = False
) -> set[tuple[str, str]]:
    """Return the columns that names load, by the path of their rows; nothing if that is in doubt."""
    compiled = compile_plan(model, Preset(only=names))
    return set() if complete and compiled.doubts else set(_columns(compiled.plan, ""))


def _columns(plan: LoadPlan, at: str) -> Iterator[tuple[str, str]]:
    for name in columns(plan.model) if plan.columns is None else plan.columns:
        yield f"{at}{plan.model._meta.label}", name
    for join in plan.joins:
        yield from _columns(join.plan, f"{at}{join.relation.name}{LOOKUP_SEP}")
    for prefetch in plan.prefetches:
        yield f"{at}{prefetch.name}", ""
        for behind in prefetch.plans:
            yield from _columns(behind, f"{at}{prefetch.name}{LOOKUP_SEP}")
