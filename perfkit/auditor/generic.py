"""The managers of generic relations, which alone leave no trace of their row on the queryset.

Each manager class is made by a function of ``django.contrib.contenttypes`` and kept on its
descriptor; both the function and the classes already made get the same small addition.
"""

from __future__ import annotations

import functools
import weakref
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.contenttypes import fields

from perfkit.auditor.relations import MARK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class GenericMark:
    """The row and the name of a generic relation; a pickle holds None in its place."""

    __slots__ = ("cache_name", "name", "owner")

    def __init__(self, owner: Any, name: str, cache_name: str) -> None:
        self.owner = weakref.ref(owner)
        self.name = name
        self.cache_name = cache_name

    def __reduce__(self) -> tuple[type[None], tuple[()]]:
        return type(None), ()


def marking(plain: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap ``_apply_rel_filters`` of a generic related manager."""

    @functools.wraps(plain)
    def _apply_rel_filters(self: Any, queryset: Any) -> Any:
        queryset = plain(self, queryset)
        name = self.prefetch_cache_name
        queryset.query.__dict__[MARK] = GenericMark(self.instance, name, name)
        return queryset

    return _apply_rel_filters


def existing_managers() -> Iterator[type]:
    """Yield the manager classes that were made before."""
    for model in apps.get_models(include_auto_created=True):
        for value in list(vars(model).values()):
            if isinstance(value, fields.ReverseGenericManyToOneDescriptor):
                made = vars(value).get("related_manager_cls")
                if made is not None:
                    yield made


def watching(plain: Callable[..., type], made: Callable[[type], None]) -> Callable[..., type]:
    """Wrap ``create_generic_related_manager``: tell of every manager class that it makes."""

    @functools.wraps(plain)
    def create_generic_related_manager(superclass: type, rel: Any) -> type:
        manager = plain(superclass, rel)
        made(manager)
        return manager

    return create_generic_related_manager
