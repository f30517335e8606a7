"""Orders and their lines."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models
from model_utils import Choices
from model_utils.fields import MonitorField, StatusField
from model_utils.models import TimeStampedModel

from example_project.catalogue.models import Currency, Product
from example_project.customers.models import Address, Customer
from example_project.orders.querysets import OrderLineQuerySet, OrderQuerySet


class Order(TimeStampedModel):
    """What a customer bought at one time."""

    STATUS = Choices("open", "paid", "shipped", "delivered", "cancelled")

    number = models.CharField(max_length=20, unique=True)
    status = StatusField(db_index=True)
    status_changed = MonitorField(monitor="status")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="orders")
    currency = models.ForeignKey(
        Currency, to_field="code", on_delete=models.PROTECT, related_name="orders"
    )
    shipping_address = models.ForeignKey(
        Address, on_delete=models.PROTECT, related_name="shipped_orders"
    )
    #: None where the bill goes with the parcel.
    billing_address = models.ForeignKey(
        Address, on_delete=models.PROTECT, null=True, blank=True, related_name="billed_orders"
    )
    #: What the payment service answered, word by word.
    payment_log = models.TextField(blank=True)

    objects: ClassVar[OrderQuerySet] = OrderQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.number

    @property
    def summary(self) -> str:
        """How many things go to whom: "3 items for Ada L., Lisbon, Portugal"."""
        count = sum(line.quantity for line in self.lines.all())
        items = "1 item" if count == 1 else f"{count} items"
        return f"{items} for {self.customer.display_name}, {self.shipping_address.place}"

    @property
    def contents(self) -> str:
        """The first things in the order, with a hint at the rest."""
        labels = [line.label for line in self.lines.all()]
        rest = f" and {len(labels) - 2} more" if len(labels) > 2 else ""
        return ", ".join(labels[:2]) + rest

    @property
    def total(self) -> Decimal:
        """What all lines cost together, in the order's currency."""
        return sum((line.subtotal for line in self.lines.all()), Decimal(0))

    @property
    def display_total(self) -> str:
        """The total with the symbol of its currency."""
        return f"{self.currency.symbol}{self.total:,.2f}"

    @property
    def ship_to(self) -> str:
        """Where the parcel goes."""
        return str(self.shipping_address)

    @property
    def bill_to(self) -> str:
        """Where the bill goes."""
        return str(self.billing_address) if self.billing_address else "with the parcel"


class OrderLine(models.Model):
    """A product in an order, at the price of that day."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="order_lines")
    quantity = models.PositiveSmallIntegerField(default=1)
    unit_price = models.DecimalField(max_digits=10, decimal_places=2)
    #: The terms and conditions in force that day.
    terms = models.TextField(blank=True)

    objects: ClassVar[OrderLineQuerySet] = OrderLineQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product_id}"

    @property
    def label(self) -> str:
        """The product's label, with the brand."""
        return self.product.label

    @property
    def subtotal(self) -> Decimal:
        """What the line costs, in the order's currency."""
        return self.quantity * self.unit_price

    @property
    def display_subtotal(self) -> str:
        """The subtotal with the symbol of the order's currency."""
        return f"{self.order.currency.symbol}{self.subtotal:,.2f}"
