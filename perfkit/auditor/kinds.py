"""What Django's descriptors read: the kind and the name of a lazy load."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models.fields.related_descriptors import (
    ForwardManyToOneDescriptor,
    ReverseOneToOneDescriptor,
)

if TYPE_CHECKING:
    from perfkit.auditor.rows import Rows


def describe(fetcher: Any) -> tuple[str, str]:
    """Return kind and name of what a descriptor reads."""
    if isinstance(fetcher, ForwardManyToOneDescriptor):
        return "to-one", fetcher.field.name
    if isinstance(fetcher, ReverseOneToOneDescriptor):
        return "to-one", fetcher.related.get_accessor_name() or fetcher.related.name
    if is_generic(fetcher):
        return "generic", getattr(fetcher, "field", fetcher).name
    return "deferred-field", fetcher.field.attname


def is_generic(fetcher: Any) -> bool:
    """Say whether the descriptor is that of a generic key."""
    # It is the field itself before Django 6.1. Its class can't be imported where the project
    # does without django.contrib.contenttypes.
    return hasattr(getattr(fetcher, "field", fetcher), "ct_field")


def is_doubtful(fetcher: Any) -> bool:
    """Say whether Django may ask for a load though it will send nothing."""
    if is_generic(fetcher):
        return True
    if not isinstance(fetcher, ForwardManyToOneDescriptor):
        return False
    relation: Any = fetcher.field.remote_field
    return bool(relation.parent_link)


def sends_query(fetcher: Any, instance: Any) -> bool:
    """Say whether Django will send a query; it asks the fetch mode where it needs none, too."""
    if is_generic(fetcher):
        field = getattr(fetcher, "field", fetcher)
        content_type = field.model._meta.get_field(field.ct_field)
        return getattr(instance, content_type.attname, None) is not None
    if isinstance(fetcher, ForwardManyToOneDescriptor):
        relation = fetcher.field.remote_field
        if relation.parent_link:
            # The parent's row is made of the child's columns when all are there.
            parent = {field.attname for field in relation.model._meta.concrete_fields}
            return not parent.isdisjoint(instance.get_deferred_fields())
    return True


def joined_rows(rows: Rows, klass_info: Any) -> Rows | None:
    """Return what the rows of a join are, from what the compiler says of it.

    None where that can't be told; the fault is logged.
    """
    try:
        child = rows.child(_join_name(klass_info), klass_info["model"])
    except Exception:
        scope = rows.scope()
        if scope is not None:
            scope.fault()
        return None
    return child


def read_by(model: Any, name: str) -> tuple[str, ...]:
    """Return the attributes that lead to what ``only()`` and ``defer()`` call by this name.

    They are () where that can't be told, as behind a FilteredRelation.
    """
    *path, last = name.split("__")
    found = []
    try:
        for part in path:
            field = model._meta.get_field(part)
            found.append(_accessor(field, field.auto_created and not field.concrete))
            model = field.related_model
        field = model._meta.pk if last == "pk" else model._meta.get_field(last)
        return (*found, field.attname)
    except (FieldDoesNotExist, AttributeError):
        return ()


def _join_name(klass_info: Any) -> str:
    return _accessor(klass_info["field"], klass_info["reverse"])


def _accessor(field: Any, reverse: bool) -> str:
    """Return the attribute of a row that leads over a relation."""
    name: str = field.name
    if reverse:
        # A FilteredRelation may end in the relation itself.
        relation = field if hasattr(field, "get_accessor_name") else field.remote_field
        return relation.get_accessor_name() or name
    return name
