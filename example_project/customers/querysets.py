"""What each page reads of customers, written once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perfkit import Preset, PresetQuerySet

if TYPE_CHECKING:
    # Ruff does not see the names in quotes below.
    from example_project.customers.models import Customer  # noqa: F401


class CustomerQuerySet(PresetQuerySet["Customer"]):
    """Customers, and what is read of them."""

    optimize_for_letter = Preset(only=["first_name", "email"])
    optimize_for_reviews = Preset(
        only=["display_name", "town", "created"], include={"reviews": "author"}
    )
