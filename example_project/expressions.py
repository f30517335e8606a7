"""An expression that the shop's presets share."""

from __future__ import annotations

from typing import Any

from django.db.models import Aggregate, Expression, OuterRef, Subquery
from django.db.models.functions import Coalesce


class RelatedAggregate(Expression):
    """An aggregate over the rows of a relation, as a subquery that leaves the outer rows alone.

    Unlike ``Subquery`` it needs no model when it is written down, and so it can stand in a preset,
    whose class is defined before the models that it speaks of.
    """

    def __init__(self, relation: str, aggregate: Aggregate, default: Any = None) -> None:
        super().__init__()
        self.relation = relation
        self.aggregate = aggregate
        self.default = default

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.relation!r}, {self.aggregate!r})"

    def resolve_expression(self, query: Any = None, *args: Any, **kwargs: Any) -> Expression:
        """Return the subquery, now that the model is known."""
        relation = query.model._meta.get_field(self.relation)
        key = relation.field.name
        related = relation.related_model._default_manager.filter(**{key: OuterRef("pk")})
        values = related.order_by().values(key).annotate(value=self.aggregate).values("value")
        subquery: Expression = Subquery(values)
        if self.default is not None:
            subquery = Coalesce(subquery, self.default)
        return subquery.resolve_expression(query, *args, **kwargs)
