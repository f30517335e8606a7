"""The search, and the export of products for a search engine."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.views.generic import TemplateView, View
from django.views.generic.list import MultipleObjectMixin

from example_project.catalogue.models import Product
from example_project.search.client import SearchClient, SearchUnavailable
from example_project.search.records import record
from example_project.views import PresetMixin, RowsMixin

logger = logging.getLogger(__name__)


class SearchExport(RowsMixin, PresetMixin, MultipleObjectMixin, View):
    """All products as a stream of JSON lines, as search engines import them."""

    model = Product
    rows = None
    #: Whether to read dictionaries, which are lighter than rows and hold what the preset names.
    as_values = False

    def get_queryset(self) -> QuerySet[Any]:
        """Return the products, as dictionaries where the view was told so."""
        products = self.with_preset(super().get_queryset())
        return products.as_values() if self.as_values else products

    def get(self, request: HttpRequest) -> StreamingHttpResponse:
        """Return the stream."""
        products = self.get_queryset().iterator(chunk_size=2_000)
        return StreamingHttpResponse(json_lines(products), content_type="application/x-ndjson")


def json_lines(products: Iterable[Any]) -> Iterator[str]:
    """Yield a line per product, from model instances as well as from dictionaries."""
    for product in products:
        yield json.dumps(record(product), ensure_ascii=False) + "\n"


class Search(TemplateView):
    """The products that have a word, found by the search service or, without it, by the database."""

    template_name = "search/results.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Find the products for ``?q=``."""
        word = self.request.GET.get("q", "").strip()
        cards = Product.objects.optimize_for("card")
        fallback = False
        try:
            keys = SearchClient().find(word) if word else []
            products = cards.filter(pk__in=keys)
        except SearchUnavailable as error:
            logger.warning("%s", error)
            fallback = True
            products = cards.filter(title__icontains=word)[:20]
        return super().get_context_data(word=word, products=products, fallback=fallback, **kwargs)
