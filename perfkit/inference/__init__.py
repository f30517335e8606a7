"""What a property or method of a model reads, found without running it.

Nothing heavy is imported until somebody asks: a project whose presets name no member pays nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from perfkit.inference.declarations import reads, register_reads
from perfkit.inference.results import FieldReads, OwnQuery, Unresolved

if TYPE_CHECKING:
    from django.db.models import Model

__all__ = [
    "FieldReads",
    "OwnQuery",
    "Unresolved",
    "field_reads",
    "init_reads",
    "is_member",
    "reads",
    "register_reads",
]


def field_reads(model: type[Model], name: str) -> FieldReads:
    """Return what the member ``name`` of a model reads of a row: columns, relations, its own queries.

    ``name`` is a property, a cached property, a method that needs no arguments, or ``__str__``.
    Raises AttributeError when the model has no such member. The member is not run.
    """
    from perfkit.inference.members import infer

    return infer(model, name)


def init_reads(model: type[Model]) -> FieldReads:
    """Return what runs on every row that is loaded: ``__init__``, ``from_db``, ``post_init`` receivers.

    What they read must always be loaded. Reads guarded by a check for deferred fields don't count.
    """
    from perfkit.inference.members import infer_init

    return infer_init(model)


def is_member(model: type[Model], name: str) -> bool:
    """Tell whether ``name`` is a member that ``field_reads`` can be asked about."""
    from perfkit.inference.members import has_member

    return has_member(model, name)
