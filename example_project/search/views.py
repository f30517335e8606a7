"""The search, and the export of products for a search engine."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator
from typing import Any

import httpx
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.generic import View
from django.views.generic.list import MultipleObjectMixin

from example_project.catalogue.models import Product
from example_project.search.client import PAGE_TIMEOUT, SearchClient, SearchUnavailable
from example_project.search.records import record
from example_project.views import PresetMixin, RowsMixin
from perfkit.integrations.views import preset_view

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


@preset_view("search/results.html", products=Product)
def search(
    request: HttpRequest,
    products: QuerySet[Product],
    timeout: httpx.Timeout | None = PAGE_TIMEOUT,
    service: str | None = None,
) -> HttpResponse:
    """Show the products that have a word, found by the search service or, without it, by the database.

    ``timeout`` says how long to wait for the service, and ``service`` where it is, unless it is that of the settings.
    """
    word = request.GET.get("q", "").strip()
    fallback = False
    try:
        keys = SearchClient(timeout, service).find(word) if word else []
        products = products.filter(pk__in=keys)
    except SearchUnavailable as error:
        logger.warning("%s", error)
        fallback = True
        products = products.filter(title__icontains=word)[:20]
    context = {"word": word, "products": products, "fallback": fallback}
    return render(request, "search/results.html", context)
