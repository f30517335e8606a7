"""Customers and addresses."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from model_utils.models import TimeStampedModel

from example_project.customers.querysets import CustomerQuerySet


class Customer(TimeStampedModel):
    """A person who buys and reviews products."""

    first_name = models.CharField(max_length=40)
    last_name = models.CharField(max_length=40)
    email = models.EmailField(unique=True)
    #: What the shop's support wrote down about the customer.
    notes = models.TextField(blank=True)

    objects: ClassVar[CustomerQuerySet] = CustomerQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """The name as other customers see it: "Ada L."."""
        return f"{self.first_name} {self.last_name[0]}."

    @property
    def town(self) -> str:
        """Where the customer lives, by the default address; empty without one."""
        for address in self.addresses.all():
            if address.is_default:
                return address.place
        return ""


class Address(models.Model):
    """Where a customer lives or receives parcels."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="addresses")
    street = models.CharField(max_length=120)
    postcode = models.CharField(max_length=12)
    city = models.CharField(max_length=60)
    country = models.CharField(max_length=60)
    is_default = models.BooleanField(default=False)
    directions = models.TextField("directions for the driver", blank=True)

    class Meta:
        verbose_name_plural = "addresses"
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.street}, {self.place}"

    @property
    def place(self) -> str:
        """City and country."""
        return f"{self.city}, {self.country}"
