"""What mypy sees with the plug-in of django-stubs; a line marked ``ignore`` must be an error."""

from __future__ import annotations

from typing_extensions import assert_type

from tests.typing.shop.models import Product, ProductQuerySet


def on_a_manager() -> None:
    assert_type(Product.objects.with_price_above(3), ProductQuerySet)
    assert_type(Product.objects.with_price_above(3).optimize_for_list(), ProductQuerySet)
    assert_type(Product.plain.with_price_above(3), ProductQuerySet)
    assert_type(Product.listed.with_price_above(3), ProductQuerySet)
    Product.objects.with_price_above("3")  # type: ignore[arg-type]
