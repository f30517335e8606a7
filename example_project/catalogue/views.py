"""Pages of the catalogue."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.generic import DetailView, ListView
from django.views.generic.list import BaseListView

from example_project.catalogue.models import Category, Product
from example_project.showroom.links import link
from example_project.views import PresetMixin, RowsMixin


class ProductList(RowsMixin, PresetMixin, ListView):
    """The newest products."""

    model = Product
    context_object_name = "products"


class ProductDetail(PresetMixin, DetailView):
    """One product with its reviews."""

    queryset = Product.objects.select_subclasses()
    context_object_name = "product"
    template_name = "catalogue/product_detail.html"


class CategoryList(RowsMixin, PresetMixin, ListView):
    """The tree of categories."""

    model = Category
    context_object_name = "categories"


class ProductFeed(RowsMixin, PresetMixin, BaseListView):
    """The newest products as a JSON Feed (https://jsonfeed.org)."""

    model = Product

    def render_to_response(self, context: dict[str, Any]) -> JsonResponse:
        """Return the feed."""
        feed = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "New in the shop",
            "items": [feed_item(self.request, product) for product in context["object_list"]],
        }
        return JsonResponse(feed, json_dumps_params={"ensure_ascii": False, "indent": 1})


def feed_item(request: HttpRequest, product: Product) -> dict[str, Any]:
    """Return a product as an item of the feed."""
    cover = product.cover
    return {
        "id": product.sku,
        "url": link(request, "product_detail", product.pk),
        "title": product.label,
        "content_text": f"{product.display_price}. {product.delivery}.",
        "_picture": cover.alt if cover else None,
        "date_published": product.created.isoformat(),
        "authors": [{"name": product.brand.name}],
        "tags": product.tags,
    }
