"""What each page reads of orders, written once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perfkit import Preset, PresetQuerySet

if TYPE_CHECKING:
    # Ruff does not see the names in quotes below.
    from example_project.orders.models import Order, OrderLine  # noqa: F401


class OrderLineQuerySet(PresetQuerySet["OrderLine"]):
    """Lines of orders, and what is read of them."""

    optimize_for_table = Preset(only=["label", "quantity"], include={"product": "line"})


class OrderQuerySet(PresetQuerySet["Order"]):
    """Orders, and what is read of them."""

    optimize_for_list = Preset(
        only=["number", "status", "created", "summary", "contents", "display_total"]
    )
    optimize_for_detail = Preset(
        only=[
            *("number", "status", "status_changed", "summary", "ship_to", "bill_to"),
            *("display_total", "lines__display_subtotal"),
        ],
        include={"lines": "table"},
    )
