"""What each page reads of the catalogue, written once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Avg, Count, Sum

from example_project.expressions import RelatedAggregate
from perfkit import Preset, PresetQuerySet
from perfkit.integrations.model_utils import PresetInheritanceQuerySet

if TYPE_CHECKING:
    # Ruff does not see the names in quotes below.
    from example_project.catalogue.models import Category, Product  # noqa: F401

#: What a page shows of a picture. To name ``cover`` would be to load the picture whole.
PICTURE = ["images__motif", "images__hue", "images__alt"]


class CategoryQuerySet(PresetQuerySet["Category"]):
    """Categories, and what is read of them."""

    optimize_for_list = Preset(
        only=["label", "depth", "branches"],
        annotate={"product_count": RelatedAggregate("products", Count("pk"), default=0)},
    )


class ProductQuerySet(PresetInheritanceQuerySet["Product"]):
    """Products of all kinds, and what is read of them."""

    optimize_for_card = Preset(only=["label", "display_price", *PICTURE])
    #: What an order shows: the price is that of its line.
    optimize_for_line = Preset(only=["label", "delivery", *PICTURE])
    optimize_for_tile = optimize_for_card | optimize_for_line
    optimize_for_list = optimize_for_tile | Preset(
        only=["main_category__label"],
        annotate={
            "rating": RelatedAggregate("reviews", Avg("rating")),
            "review_count": RelatedAggregate("reviews", Count("pk"), default=0),
        },
    )
    optimize_for_detail = optimize_for_tile | Preset(
        only=["sku", "main_category__label", "description", "care", "tags", "brand__country"],
        include={"reviews": "list"},
    )
    optimize_for_feed = optimize_for_tile | Preset(only=["sku", "created", "tags"])
    optimize_for_ranking = Preset(
        only=["id"],
        annotate={"sold": RelatedAggregate("order_lines", Sum("quantity"), default=0)},
    )
    #: Columns and to-one paths alone, so that it serves dictionaries, too.
    optimize_for_search = Preset(
        only=[
            *("id", "sku", "title", "price", "currency__code", "brand__name", "brand__country"),
            *("main_category__name", "main_category__parent__name"),
            "main_category__parent__parent__name",
        ]
    )
