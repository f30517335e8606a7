"""The pages of the shop: each in a naive and an optimised form, those with a template in a derived one too."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import URLPattern, path, reverse
from django.views.generic import View
from django.views.generic.base import TemplateResponseMixin

from example_project.catalogue.views import CategoryList, ProductDetail, ProductFeed, ProductList
from example_project.customers.views import CustomerReviews
from example_project.orders.views import OrderDetail, OrderList
from example_project.search.views import SearchExport
from example_project.showroom.rows import SIZES

NAIVE, OPTIMISED, DERIVED = FORMS = ("naive", "optimised", "derived")


@dataclass(frozen=True)
class Page:
    """A page: one view, a template for most, a URL for each form."""

    name: str
    title: str
    route: str
    view: type[View]
    #: What the optimised form gives to the view; the naive form gives it nothing, the derived one one word.
    options: Mapping[str, Any]
    #: What on this page costs queries that nobody sees in the view.
    hidden: str

    @property
    def is_list(self) -> bool:
        """Whether the page lists rows; else it shows one thing and what belongs to it."""
        return "<" not in self.route

    @property
    def forms(self) -> tuple[str, ...]:
        """The forms of the page: what has no template has nothing to derive a preset from."""
        has_template = issubclass(self.view, TemplateResponseMixin)
        return FORMS if has_template else (NAIVE, OPTIMISED)

    @property
    def links(self) -> list[dict[str, str]]:
        """Where to find both forms, at the smaller size."""
        return [{"form": form, "url": self.url(form, SIZES[0])} for form in self.forms]

    def rows_of(self, form: str) -> QuerySet[Any]:
        """Return the rows of a form, with its preset applied, before the view narrows them."""
        view: Any = self.view(**self.options_of(form))
        rows = view.model._default_manager.all() if view.queryset is None else view.queryset.all()
        return view.with_preset(rows)  # type: ignore[no-any-return]

    @property
    def queryset(self) -> QuerySet[Any]:
        """The rows of the optimised form, with the preset applied, before the view narrows them."""
        return self.rows_of(OPTIMISED)

    def plan_of(self, form: str) -> str:
        """Return what a form loads, as a tree to read."""
        return str(self.rows_of(form).loading_plan)

    @property
    def loading_plan(self) -> str:
        """What the optimised form loads."""
        return self.plan_of(OPTIMISED)

    @property
    def derived_plan(self) -> str:
        """What the derived form loads; empty where there is no such form."""
        return self.plan_of(DERIVED) if DERIVED in self.forms else ""

    @property
    def source(self) -> str:
        """The code that declares the preset, among those of the same model."""
        return inspect.getsource(type(self.queryset))

    def options_of(self, form: str) -> Mapping[str, Any]:
        """Return what this form gives to the view; without a template the derived shop takes the preset."""
        if form == DERIVED and DERIVED in self.forms:
            return {"preset_from": "template"}
        return {} if form == NAIVE else self.options

    def declaration(self, form: str) -> str:
        """Return what the URLconf says of this form."""
        options = ", ".join(f"{name}={value!r}" for name, value in self.options_of(form).items())
        return f"{self.view.__name__}.as_view({options})"

    def url(self, form: str, size: int) -> str:
        """Return the URL of a form of this page with so many rows, one of SIZES."""
        if self.is_list:
            return f"{reverse(f'{form}:{self.name}')}?rows={size}"
        return reverse(f"{form}:{self.name}", args=[SIZES.index(size) + 1])


PAGES = (
    Page(
        name="product_list",
        title="Product list",
        route="products/",
        view=ProductList,
        options={"preset": "list"},
        hidden="`label` reads the brand, `display_price` the currency, `delivery` the subclass, and "
        "`rating` and `review_count` ask the database.",
    ),
    Page(
        name="product_detail",
        title="Product",
        route="products/<int:pk>/",
        view=ProductDetail,
        options={"preset": "detail"},
        hidden="Each review's `byline` reads its author, and the author's `town` all addresses.",
    ),
    Page(
        name="category_list",
        title="Category list",
        route="categories/",
        view=CategoryList,
        options={"preset": "list"},
        hidden="`label` reads the parent, `branches` the children, `product_count` counts; and every "
        "row brings along kilobytes of text for search engines.",
    ),
    Page(
        name="order_list",
        title="Order list",
        route="orders/",
        view=OrderList,
        options={"preset": "list"},
        hidden="`summary`, `contents` and `total` each read the lines; `contents` reads their "
        "products, too, and the brands of these.",
    ),
    Page(
        name="order_detail",
        title="Order",
        route="orders/<int:pk>/",
        view=OrderDetail,
        options={"preset": "detail"},
        hidden="A line's `label` reads the product, and the product's `label` reads the brand.",
    ),
    Page(
        name="customer_reviews",
        title="A customer's reviews",
        route="customers/<int:pk>/reviews/",
        view=CustomerReviews,
        options={"preset": "reviews"},
        hidden="Each review shows its product, with brand, price and picture.",
    ),
    Page(
        name="product_feed",
        title="JSON feed",
        route="feed.json",
        view=ProductFeed,
        options={"preset": "feed"},
        hidden="`tags` reads the categories and `cover` the pictures; and nobody reads the "
        "description.",
    ),
    Page(
        name="search_export",
        title="Search export",
        route="search.jsonl",
        view=SearchExport,
        options={"preset": "search", "as_values": True},
        hidden="Brand, category, section and department cost a query each per product, and a stream "
        "hides them until its last line.",
    ),
)


def urlpatterns(form: str) -> list[URLPattern]:
    """Return the URLs of one form of all pages."""
    return [
        path(
            page.route,
            page.view.as_view(**page.options_of(form)),
            name=page.name,
        )
        for page in PAGES
    ]


def get_page(name: str) -> Page:
    """Return the page of this name; raises KeyError when there is none."""
    return {page.name: page for page in PAGES}[name]
