"""Which annotations a preset can take: those that keep the rows as they are."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, NoReturn

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Aggregate, F, FilteredRelation, Model, Q, QuerySet, Subquery, Window
from django.db.models.constants import LOOKUP_SEP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["in_order", "names_read", "refuse_regrouping"]


def refuse_regrouping(
    model: type[Model], name: str, expression: Any, fail: Callable[[str], NoReturn]
) -> None:
    """Refuse an annotation that changes the grouping or multiplies the rows.

    ``fail`` raises with the message it is given.
    """
    _refuse_taken(model, name, fail)
    if isinstance(expression, FilteredRelation):
        fail(
            f"annotate has the FilteredRelation {name!r}; filter in the queryset, or use a Prefetch."
        )
    if _aggregates(expression):
        fail(
            f"annotate has the aggregate {name!r}, which would group the rows and multiply the joins. Write a "
            f"subquery: {name}=Subquery(Related.objects.filter({model._meta.model_name}=OuterRef('pk'))"
            f".order_by().values({model._meta.model_name!r}).annotate(n={type(expression).__name__}(...)).values('n'))."
        )
    for path in _paths(expression):
        if part := _multiplying(model, path):
            fail(
                f"annotate has {name!r}, which reads {path!r} across {part!r}, a list: the rows would be "
                f"multiplied. Write a subquery with OuterRef('pk') that takes one value."
            )


def _aggregates(expression: Any) -> bool:
    """Say whether an expression has an aggregate that would group the rows.

    Django's ``contains_aggregate`` can't say before the expression is resolved: a condition inside
    has none.
    """
    if isinstance(expression, Aggregate):
        return True
    if isinstance(expression, Q):
        return any(
            _aggregates(child[1] if isinstance(child, tuple) else child)
            for child in expression.children
        )
    if isinstance(expression, (Window, Subquery, QuerySet)) or not hasattr(
        expression, "get_source_expressions"
    ):
        return False
    return any(map(_aggregates, expression.get_source_expressions()))


def _refuse_taken(model: type[Model], name: str, fail: Callable[[str], NoReturn]) -> None:
    """Refuse the name of a field, or of a property that can't be set."""
    taken = {field.name for field in model._meta.get_fields()}
    taken |= {field.attname for field in model._meta.concrete_fields}
    held = inspect.getattr_static(model, name, None)
    if name in taken or (isinstance(held, property) and held.fset is None):
        what = "a field" if name in taken else "a property"
        fail(f"annotate has {name!r}, which is {what} of {model._meta.label}; choose another name.")


def in_order(annotations: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield annotations so that each comes after those that it reads, else by name."""
    left = dict(sorted(annotations.items()))
    while left:
        ready = [
            name for name, value in left.items() if not names_read(value) & left.keys() - {name}
        ]
        for name in ready or list(left):
            yield name, left.pop(name)


def names_read(expression: Any) -> set[str]:
    """Return the names of fields and annotations that an expression reads, outside of subqueries."""
    return {path.split(LOOKUP_SEP)[0] for path in _paths(expression)}


def _multiplying(model: type[Model] | None, path: str) -> str | None:
    """Return the first part of an expression's path that leads to several rows."""
    for part in path.split(LOOKUP_SEP):
        try:
            field = model._meta.get_field(part) if model is not None else None
        except FieldDoesNotExist:
            return None
        if field is None or not field.is_relation:
            return None
        if field.one_to_many or field.many_to_many:
            return part
        model = field.related_model if isinstance(field.related_model, type) else None
    return None


def _paths(expression: Any) -> Iterator[str]:
    """Yield the names that an expression reads of the rows, outside of subqueries."""
    if isinstance(expression, F):
        if type(expression) is F:
            yield expression.name  # type: ignore[attr-defined]  # django-stubs leaves it out
    elif isinstance(expression, Q):
        for child in expression.children:
            if isinstance(child, tuple):
                yield child[0]
                yield from _paths(child[1])
            else:
                yield from _paths(child)
    elif not isinstance(expression, QuerySet) and hasattr(expression, "get_source_expressions"):
        for source in expression.get_source_expressions():
            yield from _paths(source)
