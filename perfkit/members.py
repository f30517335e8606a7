"""What the members that a preset names read, as inference tells it; the seam between the two.

Inference is imported here when the first preset names a member: a project whose presets name none
pays nothing for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Model
from django.db.models.signals import post_init

from perfkit.relations import column

if TYPE_CHECKING:
    from collections.abc import Iterator

    from perfkit.inference import FieldReads

__all__ = ["Doubt", "always_loaded", "doubts_of", "init_reads", "member_reads"]


@dataclass(frozen=True)
class Doubt:
    """Something that can't be proved of a preset: the message, the hint and the id of a check."""

    message: str
    hint: str
    check_id: str


def member_reads(model: type[Model], name: str) -> FieldReads | None:
    """Return what a property, cached property or method without arguments reads; None if it is none."""
    from perfkit.inference import field_reads, is_member

    return field_reads(model, name) if is_member(model, name) else None


def init_reads(model: type[Model]) -> FieldReads | None:
    """Return what runs on every row as it is loaded reads; None where nothing but Django's own runs."""
    plain = (
        model.__init__ is Model.__init__
        and model.from_db.__func__ is Model.from_db.__func__  # type: ignore[attr-defined]
        and not post_init.has_listeners(model)
    )
    if plain:
        return None
    from perfkit.inference import init_reads

    return init_reads(model)


def always_loaded(model: type[Model]) -> frozenset[str] | None:
    """Return the attnames that ``__init__`` and ``post_init`` receivers read of every row.

    Left out by ``only()``, they would be loaded one by one in the middle of loading a row, which
    begins the same again. None when what they read can't be followed: then all is loaded.
    """
    reads = init_reads(model)
    if reads is None:
        return frozenset()
    if not reads.complete:
        return None
    return frozenset(attname for path in reads.columns for attname in column(model, path) or ())


def doubts_of(reads: FieldReads, label: str, path: str) -> Iterator[Doubt]:
    """Yield what can't be proved of a preset that names a member by this path."""
    member = f"{reads.model.rpartition('.')[2]}.{reads.name}"
    for unresolved in reads.unresolved:
        yield Doubt(
            f"{label}: only names {path!r}, but what {member} reads can't be followed: {unresolved}. "
            "The rows that it touches are loaded whole.",
            f'Declare what it reads: @reads("...") on {member}, or register_reads() for code of others.',
            "perfkit.W001",
        )
    for query in reads.own_queries:
        yield Doubt(
            f"{label}: only names {path!r}, but {member} sends a query of its own for every row: {query}. "
            "No preset can serve it.",
            "Read what a prefetch serves (all(), and filter in Python), or annotate the queryset.",
            "perfkit.W002",
        )
