"""Pages of customers."""

from __future__ import annotations

from django.views.generic import DetailView

from example_project.customers.models import Customer
from example_project.views import PresetMixin


class CustomerReviews(PresetMixin, DetailView):
    """What one customer thinks of the products they bought."""

    model = Customer
    context_object_name = "customer"
    template_name = "customers/reviews.html"
