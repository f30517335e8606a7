"""What each page reads of the catalogue, written once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Avg, Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from perfkit import Preset, PresetQuerySet, preset
from perfkit.integrations.model_utils import PresetInheritanceQuerySet

if TYPE_CHECKING:
    # Ruff does not see the names in quotes below.
    from example_project.catalogue.models import Category, Product  # noqa: F401

#: What a page shows of a picture. To name ``cover`` would be to load the picture whole.
PICTURE = ["images__motif", "images__hue", "images__alt"]


class CategoryQuerySet(PresetQuerySet["Category"]):
    """Categories, and what is read of them."""

    @preset
    def optimize_for_list(self) -> Preset:
        """Return the tree: labels, branches and the number of products, without the text."""
        through = apps.get_model("catalogue", "Product").categories.through
        return Preset(
            only=["label", "depth", "branches"],
            annotate={
                "product_count": count(through.objects.filter(category=OuterRef("pk")), "category")
            },
        )


class ProductQuerySet(PresetInheritanceQuerySet["Product"]):
    """Products of all kinds, and what is read of them."""

    optimize_for_card = Preset(only=["label", "display_price", *PICTURE])
    optimize_for_line = optimize_for_card | Preset(only=["delivery"])
    optimize_for_detail = optimize_for_line | Preset(
        only=["sku", "main_category__label", "description", "care", "tags", "brand__country"],
        include={"reviews": "list"},
    )
    optimize_for_feed = optimize_for_line | Preset(only=["sku", "created", "tags"])
    #: Columns and to-one paths alone, so that it serves dictionaries, too.
    optimize_for_search = Preset(
        only=[
            *("id", "sku", "title", "price", "currency__code", "brand__name", "brand__country"),
            *("main_category__name", "main_category__parent__name"),
            "main_category__parent__parent__name",
        ]
    )

    @preset
    def optimize_for_list(self) -> Preset:
        """Return the cards of a list, with ratings that the database counts."""
        reviews = apps.get_model("reviews", "Review").objects.filter(product=OuterRef("pk"))
        ratings = reviews.order_by().values("product").annotate(mean=Avg("rating")).values("mean")
        return ProductQuerySet.optimize_for_line.preset | Preset(
            only=["main_category__label"],
            annotate={"rating": Subquery(ratings), "review_count": count(reviews, "product")},
        )


def count(related: QuerySet[Any], key: str) -> Coalesce:
    """Return the number of related rows as a subquery, which leaves the rows themselves alone."""
    counts = related.order_by().values(key).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counts), 0)
