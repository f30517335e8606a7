"""Pages of orders."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import DetailView, FormView, ListView

from example_project.catalogue.models import Product
from example_project.orders.forms import OrderForm
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


class PlaceOrder(FormView):
    """Order a product: the answer doesn't wait for the letter that a new customer gets."""

    form_class = OrderForm
    template_name = "orders/order_form.html"

    @property
    def product(self) -> Product:
        """The product that the URL names."""
        products = Product.objects.optimize_for("card")
        return get_object_or_404(products, pk=self.kwargs["pk"])  # type: ignore[no-any-return]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show the product beside the form."""
        return super().get_context_data(product=self.product, **kwargs)

    def form_valid(self, form: OrderForm) -> HttpResponseRedirect:
        """Place the order, and show it."""
        order = form.save(self.product)
        return HttpResponseRedirect(reverse("optimised:order_detail", args=[order.pk]))
