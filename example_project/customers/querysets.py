"""What each page reads of customers, written once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perfkit import Preset, PresetQuerySet

if TYPE_CHECKING:
    pass


class CustomerQuerySet(PresetQuerySet["Customer"]):
    """Customers, and what is read of them."""

    optimize_for_name = Preset(only=["first_name", "last_name"])
    optimize_for_byline = optimize_for_name | Preset(
        only=["addresses__is_default", "addresses__city", "addresses__country"]
    )
    optimize_for_reviews = optimize_for_byline | Preset(
        only=["created"], include={"reviews": "author"}
    )
