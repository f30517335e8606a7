"""What each page reads of the catalogue, written once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.db.models import Avg, Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from perfkit import Preset, PresetQuerySet, preset
from perfkit.integrations.model_utils import PresetInheritanceQuerySet

if TYPE_CHECKING:
    pass

DELIVERY = [
    "physicalproduct__stock",
    "physicalproduct__ships_from",
    "physicalproduct__weight_grams",
    "digitalproduct__file_format",
    "digitalproduct__megabytes",
]
CATEGORY_LABEL = ["main_category__name", "main_category__parent__name"]


class CategoryQuerySet(PresetQuerySet["Category"]):
    """Categories, and what is read of them."""

    @preset
    def optimize_for_list(self) -> Preset:
        """Return the tree: labels, branches and the number of products, without the text."""
        through = apps.get_model("catalogue", "Product").categories.through
        return Preset(
            only=["name", "depth", "parent__name", "children__name"],
            annotate={
                "product_count": count(through.objects.filter(category=OuterRef("pk")), "category")
            },
        )


class ProductQuerySet(PresetInheritanceQuerySet["Product"]):
    """Products of all kinds, and what is read of them."""

    optimize_for_label = Preset(only=["title", "brand__name"])
    optimize_for_card = optimize_for_label | Preset(
        only=["price", "currency__symbol", "images__motif", "images__hue", "images__alt"]
    )
    optimize_for_line = optimize_for_card | Preset(only=DELIVERY)
    optimize_for_detail = optimize_for_line | Preset(
        only=[*CATEGORY_LABEL, "sku", "description", "care", "brand__country", "categories__name"],
        include={"reviews": "list"},
    )
    optimize_for_feed = optimize_for_line | Preset(only=["sku", "created", "categories__name"])
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
            only=CATEGORY_LABEL,
            annotate={"rating": Subquery(ratings), "review_count": count(reviews, "product")},
        )


def count(related: QuerySet, key: str) -> Coalesce:
    """Return the number of related rows as a subquery, which leaves the rows themselves alone."""
    counts = related.order_by().values(key).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counts), 0)
