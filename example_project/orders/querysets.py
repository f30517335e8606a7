"""What each page reads of orders, written once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perfkit import Preset, PresetQuerySet

if TYPE_CHECKING:
    pass


class OrderLineQuerySet(PresetQuerySet["OrderLine"]):
    """Lines of orders, and what is read of them."""

    optimize_for_summary = Preset(only=["quantity", "unit_price"], include={"product": "label"})
    optimize_for_table = optimize_for_summary | Preset(include={"product": "line"})


class OrderQuerySet(PresetQuerySet["Order"]):
    """Orders, and what is read of them."""

    optimize_for_list = Preset(
        only=[
            *("number", "status", "created", "currency__symbol"),
            *("shipping_address__city", "shipping_address__country"),
        ],
        include={"customer": "name", "lines": "summary"},
    )
    optimize_for_detail = optimize_for_list | Preset(
        only=[
            *("status_changed", "shipping_address__street"),
            *("billing_address__street", "billing_address__city", "billing_address__country"),
        ],
        include={"lines": "table"},
    )
