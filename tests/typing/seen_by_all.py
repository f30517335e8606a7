"""What every checker sees, without a plug-in; a line marked ``ignore`` must be an error."""

from __future__ import annotations

from typing_extensions import assert_type

from perfkit import AuditReport, Preset, audit
from tests.typing.shop.models import Product, ProductQuerySet


def on_a_queryset(products: ProductQuerySet) -> None:
    assert_type(products.optimize_for_list(), ProductQuerySet)
    assert_type(products.optimize_for_list().optimize_for_detail(), ProductQuerySet)
    assert_type(products.cheap().optimize_for_list().cheap(), ProductQuerySet)
    assert_type(products.optimize_for("list"), ProductQuerySet)
    assert_type(products.optimize_for(Preset(only=["title"])), ProductQuerySet)
    assert_type(products.with_price_above(3, strictly=True), ProductQuerySet)
    assert_type(products.optimize_for_list().get(), Product)
    products.optimize_for_lists()  # type: ignore[attr-defined]
    products.optimize_for_list(1)  # type: ignore[call-arg]
    products.with_price_above("3")  # type: ignore[arg-type]


def on_a_queryset_class() -> None:
    assert_type(ProductQuerySet.optimize_for_list.preset, Preset)
    assert_type(ProductQuerySet.optimize_for_list.preset | Preset(only=["price"]), Preset)


def on_a_manager() -> None:
    assert_type(ProductQuerySet.as_manager(), ProductQuerySet)
    assert_type(Product.objects.optimize_for_list(), ProductQuerySet)
    assert_type(Product.objects.cheap().optimize_for_detail(), ProductQuerySet)
    assert_type(Product.objects.with_price_above(3), ProductQuerySet)
    assert_type(Product.objects.create(), Product)
    Product.objects.optimize_for_lists()  # type: ignore[attr-defined]


def on_any_queryset(products: ProductQuerySet) -> None:
    assert_type(Preset(only=["title"]).apply(products), ProductQuerySet)


def presets() -> None:
    assert_type(Preset(only=["title"]) | Preset(defer=["price"]), Preset)
    Preset(onyl=["title"])  # type: ignore[call-arg]
    Preset(only=[1])  # type: ignore[list-item]


@audit
def bare(number: int) -> str:
    return str(number)


@audit(mode="log", kinds={"to-one": "raise"})
def with_arguments(number: int) -> str:
    return str(number)


@audit
async def coroutine(number: int) -> str:
    return str(number)


async def audited() -> None:
    assert_type(bare(1), str)
    assert_type(with_arguments(1), str)
    assert_type(await coroutine(1), str)
    bare("1")  # type: ignore[arg-type]
    with_arguments("1")  # type: ignore[arg-type]
    with audit("collect") as report:
        assert_type(report, AuditReport)
    async with audit() as report:
        assert_type(report, AuditReport)
    audit(mode=1)  # type: ignore[call-overload]
    audit(kind={})  # type: ignore[call-overload]
