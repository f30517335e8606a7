"""The chapters of the walkthrough: which page each shows in which forms, and the code behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django_tasks_db.models import DBTaskResult

from example_project.api.serializers import OrderSerializer
from example_project.api.views import DerivedOrderAPI, OrderAPI
from example_project.catalogue.models import Category, Product
from example_project.catalogue.querysets import CategoryQuerySet, ProductQuerySet
from example_project.catalogue.tasks import rank_products
from example_project.catalogue.views import CategoryList, ProductDetail, ProductList
from example_project.customers.querysets import CustomerQuerySet
from example_project.customers.tasks import send_welcome_letter
from example_project.customers.views import CustomerReviews
from example_project.orders.forms import OrderForm
from example_project.orders.models import Order, OrderLine
from example_project.orders.querysets import OrderLineQuerySet, OrderQuerySet
from example_project.orders.views import OrderDetail, OrderList
from example_project.reviews.querysets import ReviewQuerySet
from example_project.search.client import SearchClient
from example_project.search.views import search
from example_project.showroom import evidence, patience, proof
from example_project.showroom.comparison import Comparison
from example_project.showroom.measure import measure
from example_project.showroom.pages import DERIVED, NAIVE, OPTIMISED, Page, get_page
from example_project.showroom.rows import SIZES
from example_project.showroom.sources import Source, source_of

Options = dict[str, str]


@dataclass(frozen=True)
class Chapter:
    """A chapter; its text is the template of its name."""

    name: str
    title: str
    #: What it is about, in one sentence.
    lead: str
    #: The page that it shows, "" for none, in a naive form and a better one.
    page: str = ""
    better: str = OPTIMISED
    #: Classes, functions, properties and templates whose code it shows.
    code: tuple[Any, ...] = ()
    #: What else it shows, found when it is asked for.
    more: Callable[[Options], dict[str, Any]] = lambda options: {}

    @property
    def number(self) -> int:
        """Which chapter it is."""
        return CHAPTERS.index(self) + 1

    @property
    def template(self) -> str:
        """The template with its text."""
        return f"showroom/chapters/{self.name}.html"

    @property
    def previous(self) -> Chapter | None:
        """The chapter before this one."""
        return CHAPTERS[self.number - 2] if self.number > 1 else None

    @property
    def next(self) -> Chapter | None:
        """The chapter after this one."""
        return CHAPTERS[self.number] if self.number < len(CHAPTERS) else None

    @property
    def sources(self) -> list[Source]:
        """The code."""
        return [source_of(thing) for thing in self.code]

    def show(self, options: Options) -> dict[str, Any]:
        """Measure what the chapter shows; ``options`` are what the URL asks for."""
        found = self.more(options)
        return {**measured(get_page(self.page), self.better), **found} if self.page else found


def measured(page: Page, better: str) -> dict[str, Any]:
    """Measure the naive and the better form of a page, at both sizes."""
    forms = NAIVE, better
    small, large = (Comparison.of(page, size, forms=forms) for size in SIZES)
    sides = [
        {
            "form": form,
            "heading": f"The {form} page",
            "declaration": page.declaration(form),
            "plan": page.plan_of(form) if form != NAIVE else "",
            "small": small.by_form[form],
            "large": large.by_form[form],
        }
        for form in forms
    ]
    return {"page": page, "small": small, "large": large, "naive": sides[0], "better": sides[1]}


def usage(options: Options) -> dict[str, Any]:
    """Find how much of what both forms of the list of categories load is never read."""
    page = get_page("category_list")
    forms = NAIVE, OPTIMISED
    return {"usage": {form: evidence.usage_of(page.url(form, SIZES[0])).share for form in forms}}


def endpoints(options: Options) -> dict[str, Any]:
    """Measure an endpoint of the API in its naive and its derived form, at both sizes."""
    forms = NAIVE, DERIVED
    urls = [f"/api/{form}/orders/?rows={size}" for form in forms for size in SIZES]
    found = iter(measure(*urls))
    return {"endpoints": [(form, next(found), next(found)) for form in forms]}


def proofs(options: Options) -> dict[str, Any]:
    """Run the growth assertion on both forms of the page of an order."""
    return {"failures": {form: proof.failure_of(form) for form in (NAIVE, OPTIMISED)}}


def waiting(options: Options) -> dict[str, Any]:
    """Ask the search service, which hangs where the URL says so; and count the waiting tasks."""
    hanging = "hang" in options
    return {
        "hanging": hanging,
        "hangs": patience.HANGS,
        "answers": patience.answers(hanging=hanging),
        "word": patience.WORD,
        "waiting": DBTaskResult.objects.ready().count(),
    }


def checklist(options: Options) -> dict[str, Any]:
    """Answer the checklist of the shop, after a visit to its optimised pages."""
    return {"answers": evidence.checklist()}


CHAPTERS = (
    Chapter(
        name="queries-per-row",
        title="A query per row",
        lead="A loop in a template follows a relation, and each row costs queries of its own.",
        page="customer_reviews",
        code=(CustomerReviews, "customers/reviews.html", CustomerQuerySet, ReviewQuerySet),
    ),
    Chapter(
        name="properties",
        title="A property that loads behind your back",
        lead="Nothing in the view or the template looks like a query; it is in the model.",
        page="product_list",
        code=(
            *(ProductList, "catalogue/product_list.html"),
            *(Product.label, Product.display_price, Product.delivery, Product.review_count),
            ProductQuerySet,
        ),
    ),
    Chapter(
        name="unread-data",
        title="Data that nobody reads",
        lead="Few queries are not enough: kilobytes travel for each row, and the page shows a name.",
        page="category_list",
        code=(CategoryList, "catalogue/category_list.html", Category, CategoryQuerySet),
        more=usage,
    ),
    Chapter(
        name="derived",
        title="A page that derives its preset",
        lead="The template and the serializer say already what they read, so nobody has to repeat it.",
        page="product_detail",
        better=DERIVED,
        code=(
            *(ProductDetail, "catalogue/product_detail.html"),
            *(OrderSerializer, OrderAPI, DerivedOrderAPI),
        ),
        more=endpoints,
    ),
    Chapter(
        name="proof",
        title="Proof",
        lead="A test that fails when a page sends more queries for more rows, and says where to look.",
        page="order_detail",
        code=(
            *(proof.check_order, proof.add_lines, OrderDetail, "orders/order_detail.html"),
            *(OrderLine, OrderLineQuerySet, OrderQuerySet),
        ),
        more=proofs,
    ),
    Chapter(
        name="monitoring",
        title="What to mend first",
        lead="Time spent per route is requests times average: the log says it, and the toolbar why.",
        page="order_list",
        code=(OrderList, "orders/order_list.html", Order, OrderQuerySet),
    ),
    Chapter(
        name="waiting",
        title="Nobody should wait for it",
        lead="What the answer doesn't need is done later, and a service that hangs is not waited for.",
        code=(search, SearchClient, OrderForm, send_welcome_letter, rank_products),
        more=waiting,
    ),
    Chapter(
        name="checklist",
        title="The checklist",
        lead="Ten points of a fast project, each answered with evidence from the shop itself.",
        more=checklist,
    ),
)


def get_chapter(name: str) -> Chapter:
    """Return the chapter of this name; raises KeyError when there is none."""
    return {chapter.name: chapter for chapter in CHAPTERS}[name]
