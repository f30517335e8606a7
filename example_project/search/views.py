"""The export of products for a search engine."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.views.generic import View
from django.views.generic.list import MultipleObjectMixin

from example_project.catalogue.models import Product
from example_project.views import PresetMixin, RowsMixin

#: The keys of a line, and the path from the product to the value of each.
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


class SearchExport(RowsMixin, PresetMixin, MultipleObjectMixin, View):
    """All products as a stream of JSON lines, as search engines import them."""

    model = Product
    rows = None
    #: Whether to read dictionaries, which are lighter than rows and hold what the preset names.
    as_values = False

    def get_queryset(self) -> QuerySet[Any]:
        """Return the products, as dictionaries where the view was told so."""
        products = super().get_queryset()
        return products.as_values() if self.as_values else products

    def get(self, request: HttpRequest) -> StreamingHttpResponse:
        """Return the stream."""
        products = self.get_queryset().iterator(chunk_size=2_000)
        return StreamingHttpResponse(json_lines(products), content_type="application/x-ndjson")


def json_lines(products: Iterable[Any]) -> Iterator[str]:
    """Yield a line per product, from model instances as well as from dictionaries."""
    for product in products:
        record = {key: read(product, path) for key, path in FIELDS.items()}
        yield json.dumps(record, ensure_ascii=False, default=str) + "\n"


def read(product: Any, path: str) -> Any:
    """Return what the path leads to; a dictionary has it under the path itself."""
    if isinstance(product, dict):
        return product[path]
    value = product
    for name in path.split("__"):
        value = getattr(value, name)
    return value
