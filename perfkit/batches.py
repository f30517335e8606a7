"""Rows in batches by primary key, so that memory holds one batch however large the table is.

Each batch starts behind the last key of the one before (keyset pagination), which stays right while
rows are added or deleted, and costs the same at the end of the table as at its start:
https://use-the-index-luke.com/no-offset
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from django.db.models import QuerySet

__all__ = ["abatches", "batches"]


def batches(queryset: QuerySet[Any], chunk_size: int) -> Iterator[list[Any]]:
    """Return an iterator of lists of at most ``chunk_size`` rows; see ``PresetQuerySet.batches()``."""
    return _batches(_prepared(queryset, chunk_size), chunk_size)


def abatches(queryset: QuerySet[Any], chunk_size: int) -> AsyncIterator[list[Any]]:
    """Return the same as :func:`batches`, for ``async for``."""
    return _abatches(_prepared(queryset, chunk_size), chunk_size)


def _batches(queryset: QuerySet[Any], chunk_size: int) -> Iterator[list[Any]]:
    following: QuerySet[Any] | None = queryset
    while following is not None and (rows := list(following[:chunk_size])):
        # Before the rows are handed out: whoever gets them may delete them, or empty the list.
        following = _behind(queryset, rows, chunk_size)
        yield rows


async def _abatches(queryset: QuerySet[Any], chunk_size: int) -> AsyncIterator[list[Any]]:
    following: QuerySet[Any] | None = queryset
    while following is not None and (rows := [row async for row in following[:chunk_size]]):
        following = _behind(queryset, rows, chunk_size)
        yield rows


def _behind(queryset: QuerySet[Any], rows: list[Any], chunk_size: int) -> QuerySet[Any] | None:
    """Return the queryset of the rows behind a batch; None when the batch was the last."""
    if len(rows) < chunk_size:
        return None
    return queryset.filter(
        **{"pk__gt" if queryset.query.order_by == ("pk",) else "pk__lt": rows[-1].pk}
    )


def _prepared(queryset: QuerySet[Any], chunk_size: int) -> QuerySet[Any]:
    """Return the queryset in the order of its key; raise ``ValueError`` where that can't be."""
    query = queryset.query
    if not isinstance(chunk_size, int) or chunk_size < 1:
        raise ValueError(
            f"batches(chunk_size={chunk_size!r}): chunk_size must be an integer of at least 1."
        )
    if queryset._fields is not None:
        raise ValueError(
            "batches() can't follow values() or values_list(); it yields lists of rows."
        )
    if query.combinator:
        raise ValueError(
            f"batches() can't follow {query.combinator}(); batch each of the querysets."
        )
    if query.is_sliced:
        raise ValueError(
            "batches() can't follow a slice; filter instead, or stop the loop where you have enough."
        )
    if query.distinct_fields:
        raise ValueError(
            "batches() can't follow distinct() with fields, which needs an order of its own."
        )
    if _repeats_rows(queryset):
        raise ValueError(
            "batches() can't tell rows apart that a join to many repeats; add distinct(), or filter with Exists()."
        )
    key = queryset.model._meta.pk.name
    if query.order_by in (("-pk",), (f"-{key}",)):
        return queryset.order_by("-pk")
    if query.extra_order_by or query.order_by not in ((), ("pk",), (key,)):
        order = ", ".join(map(str, query.order_by or query.extra_order_by))
        raise ValueError(
            f"batches() goes by primary key and can't keep the order of order_by({order}); "
            "leave the order away, or use iterator()."
        )
    return queryset.order_by("pk")


def _repeats_rows(queryset: QuerySet[Any]) -> bool:
    query = queryset.query
    if query.distinct or query.group_by is not None:
        return False
    joined = (query.alias_map[alias] for alias, count in query.alias_refcount.items() if count)
    fields = [field for join in joined if (field := getattr(join, "join_field", None)) is not None]
    return any(
        getattr(field, "one_to_many", False) or getattr(field, "many_to_many", False)
        for field in fields
    )
