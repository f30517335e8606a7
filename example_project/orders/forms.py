"""The form in which a visitor orders a product."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.utils.crypto import get_random_string

from example_project.catalogue.models import Product
from example_project.customers.models import Address, Customer
from example_project.customers.tasks import send_welcome_letter
from example_project.orders.models import Order, OrderLine


class OrderForm(forms.Form):
    """Who orders, and where the parcel goes."""

    first_name = forms.CharField(max_length=40)
    last_name = forms.CharField(max_length=40)
    email = forms.EmailField()
    street = forms.CharField(max_length=120)
    postcode = forms.CharField(max_length=12)
    city = forms.CharField(max_length=60)
    country = forms.CharField(max_length=60)

    @transaction.atomic
    def save(self, product: Product) -> Order:
        """Place the order; a new customer gets a letter, after the transaction and from a task."""
        data: dict[str, Any] = self.cleaned_data
        names = {name: data[name] for name in ("first_name", "last_name")}
        customer, is_new = Customer.objects.get_or_create(email=data["email"], defaults=names)
        address = Address.objects.create(
            customer=customer,
            is_default=is_new,
            **{name: data[name] for name in ("street", "postcode", "city", "country")},
        )
        order = Order.objects.create(
            number=get_random_string(12).upper(),
            customer=customer,
            currency_id=product.currency_id,
            shipping_address=address,
        )
        OrderLine.objects.create(order=order, product=product, unit_price=product.price)
        if is_new:
            # Enqueued before the commit, the task could run before there is a customer.
            transaction.on_commit(lambda: send_welcome_letter.enqueue(customer.pk))
        return order
