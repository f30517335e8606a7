"""What mypy sees with the plug-in of django-stubs; a line marked ``ignore`` must be an error."""

from __future__ import annotations

from typing_extensions import assert_type

from tests.typing.shop.models import Product, ProductQuerySet


def on_a_manager() -> None:
    """A manager made from the QuerySet has its methods; Preset attributes come with a queryset."""
    assert_type(Product.listed.with_price_above(3), ProductQuerySet)
    assert_type(Product.listed.with_price_above(3).optimize_for_list(), ProductQuerySet)
    assert_type(Product.listed.all().optimize_for_list(), ProductQuerySet)
    Product.listed.with_price_above("3")  # type: ignore[arg-type]
