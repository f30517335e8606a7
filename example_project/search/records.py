"""What the search engine knows of a product."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

#: The keys of a record, and the path from the product to the value of each.
FIELDS = {
    "objectID": "id",
    "sku": "sku",
    "title": "title",
    "price": "price",
    "currency": "currency__code",
    "brand": "brand__name",
    "made_in": "brand__country",
    "category": "main_category__name",
    "section": "main_category__parent__name",
    "department": "main_category__parent__parent__name",
}


def record(product: Any) -> dict[str, Any]:
    """Return the record of a product, from a model instance as well as from a dictionary."""
    values = {key: read(product, path) for key, path in FIELDS.items()}
    return {k: str(v) if isinstance(v, Decimal) else v for k, v in values.items()}


def read(product: Any, path: str) -> Any:
    """Return what the path leads to; a dictionary has it under the path itself."""
    if isinstance(product, dict):
        return product[path]
    value = product
    for name in path.split("__"):
        value = getattr(value, name)
    return value
