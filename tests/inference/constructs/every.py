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
)

__all__ = ["CONSTRUCTS", "MODULES", "Construct"]
