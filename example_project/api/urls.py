"""URLs of the API: ``/api/<form>/products/`` and so on."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, path

from example_project.api import views

#: The form, and the class of each endpoint.
FORMS: dict[str, tuple[Any, Any, Any]] = {
    "naive": (views.ProductAPI, views.OrderAPI, views.CustomerReviewAPI),
    "preset": (views.PresetProductAPI, views.PresetOrderAPI, views.PresetCustomerReviewAPI),
    "derived": (views.DerivedProductAPI, views.DerivedOrderAPI, views.DerivedCustomerReviewAPI),
}


def _patterns(form: str) -> list[URLPattern]:
    products, orders, reviews = FORMS[form]
    return [
        path(f"{form}/products/", products.as_view({"get": "list"})),
        path(f"{form}/products/<int:pk>/", products.as_view({"get": "retrieve"})),
        path(f"{form}/orders/", orders.as_view({"get": "list"})),
        path(f"{form}/orders/<int:pk>/", orders.as_view({"get": "retrieve"})),
        path(f"{form}/customers/<int:pk>/reviews/", reviews.as_view()),
    ]


urlpatterns = [pattern for form in FORMS for pattern in _patterns(form)]
