"""The endpoints. Each class below has its rows and its serializers; the three forms differ in one line."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.generics import ListAPIView
from rest_framework.pagination import PageNumberPagination
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from example_project.api.serializers import (
    OrderDetailSerializer,
    OrderSerializer,
    ProductDetailSerializer,
    ProductSerializer,
    ReviewedSerializer,
)
from example_project.catalogue.models import Product
from example_project.orders.models import Order
from example_project.reviews.models import Review
from perfkit import Preset
from perfkit.integrations.rest_framework import PresetViewSetMixin

LISTED_PRODUCT = Preset(
    only=[
        *("sku", "label", "display_price", "main_category__label"),
        *("images__motif", "images__hue", "images__alt"),
    ]
)
LISTED_ORDER = Preset(only=["number", "status", "summary", "contents", "display_total"])


class Rows(PageNumberPagination):
    """Pages of as many rows as ``?rows=`` says."""

    page_size = 40
    page_size_query_param = "rows"
    max_page_size = 1_000

    def get_paginated_response(self, data: Any) -> Response:
        """Return the number of all rows, and those of the page; links would differ between the forms."""
        return Response({"count": self.page.paginator.count, "results": data})


class ProductAPI(ReadOnlyModelViewSet[Product]):
    """The products."""

    queryset = Product.objects.all()
    renderer_classes = (JSONRenderer,)
    pagination_class = Rows

    def get_serializer_class(self) -> Any:
        """Return another one for a product by itself."""
        return ProductSerializer if self.action == "list" else ProductDetailSerializer


class PresetProductAPI(PresetViewSetMixin, ProductAPI):
    """Loads what is written here."""

    preset_for: ClassVar = {
        "list": LISTED_PRODUCT,
        "retrieve": LISTED_PRODUCT
        | Preset(
            only=["description", "care", "brand__country", "tags"],
            include={"reviews": Preset(only=["title", "stars", "body", "created", "byline"])},
        ),
    }


class DerivedProductAPI(PresetViewSetMixin, ProductAPI):
    """Loads what the serializer reads."""

    preset_from = "serializer"


class OrderAPI(ReadOnlyModelViewSet[Order]):
    """The orders."""

    queryset = Order.objects.all()
    renderer_classes = (JSONRenderer,)
    pagination_class = Rows

    def get_serializer_class(self) -> Any:
        """Return another one for an order by itself."""
        return OrderSerializer if self.action == "list" else OrderDetailSerializer


class PresetOrderAPI(PresetViewSetMixin, OrderAPI):
    """Loads what is written here."""

    preset_for: ClassVar = {
        "list": LISTED_ORDER,
        "retrieve": LISTED_ORDER
        | Preset(only=["ship_to", "lines__label", "lines__quantity", "lines__display_subtotal"]),
    }


class DerivedOrderAPI(PresetViewSetMixin, OrderAPI):
    """Loads what the serializer reads."""

    preset_from = "serializer"


class CustomerReviewAPI(ListAPIView[Review]):
    """What one customer thinks of the products they bought."""

    renderer_classes = (JSONRenderer,)
    pagination_class = Rows
    serializer_class = ReviewedSerializer

    def get_queryset(self) -> QuerySet[Review]:
        """Return the reviews of the customer that the URL names."""
        return Review.objects.filter(author=self.kwargs["pk"])


class PresetCustomerReviewAPI(PresetViewSetMixin, CustomerReviewAPI):
    """Loads what is written here."""

    preset_for: ClassVar = {
        "list": Preset(only=["title", "stars", "body", "product__label", "product__display_price"])
    }


class DerivedCustomerReviewAPI(PresetViewSetMixin, CustomerReviewAPI):
    """Loads what the serializer reads."""

    preset_from = "serializer"
