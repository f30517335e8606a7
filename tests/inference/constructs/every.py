"""All constructs; the modules register theirs when they are imported."""

from __future__ import annotations

from tests.inference.constructs import (
    CONSTRUCTS,
    Construct,
    containers,
    corners,
    django_parts,
    formats,
    functions,
    members,
    operators,
    relations,
    scopes,
    statements,
    traps,
)

MODULES = (
    containers,
    corners,
    django_parts,
    formats,
    functions,
    members,
    operators,
    relations,
    scopes,
    statements,
    traps,
)

__all__ = ["CONSTRUCTS", "MODULES", "Construct"]
