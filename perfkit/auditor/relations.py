"""Which related manager of which row a queryset comes from, read off the queryset itself.

Nothing is added per row: a reverse foreign key leaves its owner in the queryset's known related
objects, a many-to-many in its filters. Generic relations leave nothing, so their managers
leave a mark on the query (``generic.py``).
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import ManyToManyRel, Model

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The attribute of a query that names its generic relation; queries keep it when they are cloned.
MARK = "_perfkit_generic"


class Related(NamedTuple):
    """A related manager: its row, its name on the row, and whether the relation is prefetched."""

    owner: Any
    name: str
    prefetched: bool


def related_manager(queryset: Any) -> Related | None:
    """Return the related manager that the queryset comes from, or None."""
    said = queryset.query.__dict__
    mark = said.get(MARK)
    if mark is not None:
        owner = mark.owner()
        return None if owner is None else _related(owner, mark.name, mark.cache_name)
    owner = queryset._hints.get("instance")
    # SQL of the user's own is no manager's, whatever hint it has for a router.
    if not isinstance(owner, Model) or "sql" in said:
        return None
    for field, known in queryset._known_related_objects.items():
        if any(row is owner for row in known.values()):
            relation = field.remote_field
            return _related(owner, relation.get_accessor_name(), relation.cache_name)
    names = _many_to_many(owner.__class__)
    if names:
        for target in _exact_targets(queryset.query.where):
            if target in names:
                return _related(owner, *names[target])
    return None


def would_serve(related: Related, queryset: Any) -> bool:
    """Say whether a prefetch of the relation would answer what the queryset asks.

    A slice of it too, but nothing that is filtered, ordered or made other than all of its rows.
    Raises EmptyResultSet for filters that no row can match.
    """
    whole = getattr(related.owner, related.name).all()
    if queryset.model is not whole.model:
        # A many-to-many manager counts in the table between, where nothing narrows it.
        return True
    asks_for_all = _statement(queryset) == _statement(whole)
    return asks_for_all and queryset._iterable_class is whole._iterable_class


def _statement(queryset: Any) -> Any:
    query = queryset.query.clone()
    query.clear_limits()
    return query.get_compiler(queryset.db).as_sql()


def _related(owner: Any, name: str, cache_name: str) -> Related:
    prefetched = cache_name in getattr(owner, "_prefetched_objects_cache", ())
    return Related(owner, name, prefetched)


@functools.cache
def _many_to_many(model: type[Model]) -> dict[Any, tuple[str, str]]:
    """Return name and cache name of a model's many-to-many managers by the key they filter on."""
    found: dict[Any, tuple[str, str]] = {}
    for field in model._meta.many_to_many:
        if hasattr(field, "m2m_field_name"):
            through: Any = field.remote_field.through
            found[through._meta.get_field(field.m2m_field_name())] = (field.name, field.name)
    for relation in model._meta.related_objects:
        reverse: Any = relation.field
        accessor = relation.get_accessor_name()
        if (
            isinstance(relation, ManyToManyRel)
            and accessor
            and hasattr(reverse, "m2m_reverse_field_name")
        ):
            through = relation.through
            key = through._meta.get_field(reverse.m2m_reverse_field_name())
            found.setdefault(key, (accessor, reverse.related_query_name()))
    return found


def forget() -> None:
    """Forget the models' relations."""
    _many_to_many.cache_clear()


def _exact_targets(where: Any) -> Iterator[Any]:
    """Yield the fields that the filters compare with one value."""
    for child in where.children:
        if hasattr(child, "children"):
            yield from _exact_targets(child)
        elif getattr(child, "lookup_name", "") == "exact":
            yield getattr(child.lhs, "target", None)
