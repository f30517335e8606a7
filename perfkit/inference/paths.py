"""Declared paths: whether the names in them exist."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from django.db.models.fields.related_descriptors import ReverseManyToOneDescriptor

from perfkit.inference.live import MISSING, generic_key, static
from perfkit.inference.results import LOOKUP_SEP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model

    from perfkit.inference.declarations import Declaration


def problems_of(model: type[Model], name: str, declaration: Declaration) -> Iterator[str]:
    """Yield a sentence for every declared path with a name that there isn't."""
    for path in declaration.paths:
        found = _problem(model, path)
        if found:
            yield f"{model.__name__}.{name} declares {path!r}, but {found}"


def _problem(model: type[Model], path: str) -> str | None:
    at: Any = model
    names = [path] if path.startswith("__") else path.split(LOOKUP_SEP)
    for index, name in enumerate(names):
        raw = static(at, name)
        if raw is MISSING:
            near = difflib.get_close_matches(name, _names(at), n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            return f"{at._meta.label} has no {name!r}.{hint}"
        related = _related(raw)
        if index < len(names) - 1:
            if related is None:
                return f"{name!r} of {at._meta.label} leads to no other model."
            at = related
    return None


def _related(raw: Any) -> Any:
    """Return the model behind a relation of a model class, or None if there is none, or no one model."""
    found: Any = None
    if generic_key(raw):
        return None
    if isinstance(raw, ReverseManyToOneDescriptor):
        relation = raw.rel
        reverse = getattr(raw, "reverse", True)
        generic = type(raw).__name__ == "ReverseGenericManyToOneDescriptor"
        found = relation.model if generic or not reverse else relation.related_model
    elif hasattr(raw, "related"):
        found = raw.related.related_model
    else:
        field = getattr(raw, "field", None)
        found = getattr(field, "related_model", None) if _is_object(raw) else None
    return found if isinstance(found, type) else None


def _is_object(raw: Any) -> bool:
    """Tell whether an attribute gives the object behind a key, and not the key."""
    return hasattr(type(raw), "get_queryset") or hasattr(type(raw), "get_object")


def _names(model: type[Model]) -> list[str]:
    found = {name for cls in model.__mro__ for name in vars(cls) if not name.startswith("_")}
    return sorted(found)
