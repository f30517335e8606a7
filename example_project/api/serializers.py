"""What the API shows. Nothing here says how it is loaded."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from example_project.catalogue.models import Product, ProductImage
from example_project.orders.models import Order, OrderLine
from example_project.reviews.models import Review


class PictureSerializer(serializers.ModelSerializer[ProductImage]):
    """A picture of a product."""

    class Meta:
        model = ProductImage
        fields = ("motif", "hue", "alt")


class ProductSerializer(serializers.ModelSerializer[Product]):
    """A product in a list."""

    label = serializers.CharField()
    display_price = serializers.CharField()
    category = serializers.CharField(source="main_category.label")
    pictures = PictureSerializer(source="images", many=True)

    class Meta:
        model = Product
        fields: tuple[str, ...] = ("id", "sku", "label", "display_price", "category", "pictures")


class ReviewSerializer(serializers.ModelSerializer[Review]):
    """A review below its product."""

    stars = serializers.CharField()
    byline = serializers.CharField()

    class Meta:
        model = Review
        fields = ("title", "stars", "body", "created", "byline")


class ProductDetailSerializer(ProductSerializer):
    """One product with its reviews."""

    made_in = serializers.SlugRelatedField[Any](
        source="brand", slug_field="country", read_only=True
    )
    tags = serializers.ListField()
    reviews = ReviewSerializer(many=True)

    class Meta(ProductSerializer.Meta):
        fields = (
            *ProductSerializer.Meta.fields,
            "description",
            "care",
            "made_in",
            "tags",
            "reviews",
        )


class LineSerializer(serializers.ModelSerializer[OrderLine]):
    """A line of an order."""

    label = serializers.CharField()
    display_subtotal = serializers.CharField()

    class Meta:
        model = OrderLine
        fields = ("label", "quantity", "display_subtotal")


class OrderSerializer(serializers.ModelSerializer[Order]):
    """An order in a list."""

    summary = serializers.CharField()
    contents = serializers.CharField()
    display_total = serializers.CharField()

    class Meta:
        model = Order
        fields: tuple[str, ...] = ("id", "number", "status", "summary", "contents", "display_total")


class OrderDetailSerializer(OrderSerializer):
    """One order with its lines."""

    ship_to = serializers.CharField()
    lines = LineSerializer(many=True)
    is_paid = serializers.SerializerMethodField()

    class Meta(OrderSerializer.Meta):
        fields = (*OrderSerializer.Meta.fields, "ship_to", "is_paid", "lines")

    def get_is_paid(self, order: Order) -> bool:
        """Tell whether the money has come."""
        return order.status not in (Order.STATUS.open, Order.STATUS.cancelled)


class ReviewedSerializer(serializers.ModelSerializer[Review]):
    """A review below its author."""

    stars = serializers.CharField()
    product = serializers.CharField(source="product.label")
    price = serializers.CharField(source="product.display_price")

    class Meta:
        model = Review
        fields = ("title", "stars", "body", "product", "price")
