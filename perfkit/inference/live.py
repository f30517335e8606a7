"""Looks at live classes, models and descriptors without running any of them."""

from __future__ import annotations

import datetime
import decimal
import uuid
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db.models.fields.files import FileDescriptor, ImageFileDescriptor
from django.db.models.query_utils import DeferredAttribute
from django.db.models.signals import post_init

if TYPE_CHECKING:
    from django.db import models

#: What ``static`` returns for a name that a class doesn't have.
MISSING = object()

#: The class of the values of Django's own fields, where no converter can change it.
_TYPES: dict[str, type] = {
    "AutoField": int,
    "BigAutoField": int,
    "SmallAutoField": int,
    "BigIntegerField": int,
    "BooleanField": bool,
    "CharField": str,
    "DateField": datetime.date,
    "DateTimeField": datetime.datetime,
    "DecimalField": decimal.Decimal,
    "DurationField": datetime.timedelta,
    "EmailField": str,
    "FloatField": float,
    "IntegerField": int,
    "PositiveBigIntegerField": int,
    "PositiveIntegerField": int,
    "PositiveSmallIntegerField": int,
    "SlugField": str,
    "SmallIntegerField": int,
    "TextField": str,
    "TimeField": datetime.time,
    "URLField": str,
    "UUIDField": uuid.UUID,
}


def static(cls: type, name: str) -> Any:
    """Return what the first class of the MRO that has a name holds under it."""
    for one in cls.__mro__:
        if name in one.__dict__:
            return one.__dict__[name]
    return MISSING


def is_column(raw: object) -> bool:
    """Tell whether an attribute of a model class is a plain column."""
    return isinstance(raw, DeferredAttribute) and type(raw).__get__ is DeferredAttribute.__get__


def is_file(raw: object) -> bool:
    """Tell whether an attribute of a model class is the column of a file."""
    return isinstance(raw, FileDescriptor) and type(raw).__get__ in (
        FileDescriptor.__get__,
        ImageFileDescriptor.__get__,
    )


def is_generic_relation(raw: object) -> bool:
    """Tell whether a to-many attribute is that of a GenericRelation."""
    return type(raw).__name__ == "ReverseGenericManyToOneDescriptor"


def generic_key(raw: object) -> Any:
    """Return the generic key that an attribute of a model class reads, or None."""
    # Django 6.1 gave the key a descriptor; before it was its own.
    field = getattr(raw, "field", None) if type(raw).__module__.startswith("django.") else None
    for one in (raw, field):
        if hasattr(type(one), "_check_content_type_field"):
            getter: Any = type(raw).__get__  # type: ignore[attr-defined]  # it is a descriptor
            return one if getter.__module__.startswith("django.") else None
    return None


def plain_type(field: Any) -> type | None:
    """Return the exact class of the values of a column, or None when it isn't known."""
    while getattr(field, "remote_field", None) is not None and hasattr(field, "target_field"):
        field = field.target_field
    cls = type(field)
    if hasattr(cls, "from_db_value"):
        return None
    return _TYPES.get(cls.__name__) if cls.__module__.startswith("django.db.models") else None


def concrete_subclasses(model: type[models.Model]) -> tuple[type[models.Model], ...]:
    """Return all subclasses of a model that rows can be of, proxies included, nearest first."""
    found: list[type[models.Model]] = []
    waiting = list(model.__subclasses__())
    while waiting:
        cls = waiting.pop(0)
        waiting.extend(cls.__subclasses__())
        # A class that shares its parent's options is none that Django made (usage recording makes some).
        if "_meta" in vars(cls) and not cls._meta.abstract and cls not in found:
            found.append(cls)
    return tuple(found)


@cache
def link_to_subclass(base: type[models.Model], model: type[models.Model]) -> tuple[str, ...]:
    """Return the path from a row of ``base`` to the table of its subclass ``model``."""
    link = model._meta.get_ancestor_link(base)
    if link is None:
        return ()
    owner = link.model
    accessor = link.remote_field.get_accessor_name()
    step: tuple[str, ...] = (accessor,) if accessor else ()
    if owner is model or model._meta.concrete_model is owner:
        return link_to_subclass(base, link.remote_field.model) + step
    return link_to_subclass(base, owner) + link_to_subclass(owner, model)


def receivers_of_post_init(model: type[models.Model]) -> list[Any]:
    """Return what Django calls after it made a row of a model."""
    # Private, but there is no public way to ask a signal for its receivers.
    synchronous, asynchronous = post_init._live_receivers(model)
    return [*synchronous, *asynchronous]
