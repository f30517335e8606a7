"""Pages of orders."""

from __future__ import annotations

from django.views.generic import DetailView, ListView

from example_project.orders.models import Order
from example_project.views import PresetMixin, RowsMixin


class OrderList(RowsMixin, PresetMixin, ListView):
    """The newest orders."""

    model = Order
    context_object_name = "orders"


class OrderDetail(PresetMixin, DetailView):
    """One order with its lines."""

    model = Order
    context_object_name = "order"
