"""DERIVE: the annotations that declared presets give to names, which a derived preset takes over.

A cached property that sends a query for every row is often annotated under its own name: what the
annotation set on the row comes first. Who derives a preset from a consumer of that name finds it here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models.constants import LOOKUP_SEP

from perfkit.drafting import presets_of
from perfkit.expressions import names_read
from perfkit.presets import Preset
from perfkit.relations import find_relation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import Model

__all__ = ["Annotation", "annotation_at"]


class Annotation(NamedTuple):
    """What the presets of a QuerySet class annotate under a name."""

    #: The expression by its name, and those that it reads by theirs; none where presets differ.
    expressions: dict[str, Any]
    #: Where presets differ: the name that they annotate with different expressions.
    ambiguous: str = ""


def annotation_at(
    model: type[Model], path: str, name: str, presets: Mapping[str, Any] | None = None
) -> Annotation | None:
    """Return what to annotate the rows at ``path`` with under ``name``; None for nothing.

    ``presets`` are those of the QuerySet class of the rows of ``model``, by default its default manager's. Rows that
    are joined can't be annotated, and ``@preset`` methods say nothing before they are called.
    """
    prefetched = True
    for step in path.split(LOOKUP_SEP) if path else ():
        relation = find_relation(model, step)
        if relation is None or relation.model is None:
            return None
        model, prefetched, presets = relation.model, not relation.joinable, None
    if not prefetched:
        return None
    return _declared(presets_of(model) if presets is None else presets, name)


def _declared(presets: Mapping[str, Any], name: str) -> Annotation | None:
    """Return what presets annotate under a name, together with what that reads."""
    found: dict[str, Any] = {}
    wanted = [name]
    clauses = [
        dict(clause.annotate)
        for preset in presets.values()
        if isinstance(preset, Preset)
        for clause in preset.clauses
    ]
    while wanted:
        one = wanted.pop()
        expressions = [clause[one] for clause in clauses if one in clause]
        if one in found or not expressions:
            continue
        if any(expression != expressions[0] for expression in expressions):
            return Annotation({}, one)
        found[one] = expressions[0]
        wanted += names_read(expressions[0])
    return Annotation(found) if found else None
