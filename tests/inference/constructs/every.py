"""All constructs; the modules register theirs when they are imported."""

from __future__ import annotations

from tests.inference.constructs import (
    CONSTRUCTS,
    Construct,
    containers,
    corners,
    django_parts,
    exact,
    formats,
    functions,
    members,
    newer,
    operators,
    rare,
    relations,
    scopes,
    statements,
    traps,
    traps_django,
    twice,
)

MODULES = (
    containers,
    corners,
    django_parts,
    exact,
    formats,
    functions,
    members,
    newer,
    operators,
    rare,
    relations,
    scopes,
    statements,
    traps,
    traps_django,
    twice,
)

__all__ = ["CONSTRUCTS", "MODULES", "Construct"]
