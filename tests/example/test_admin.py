"""The shop's admin: the pages of the plain ModelAdmin byte for byte, in constant queries, with nothing lazy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from example_project.catalogue.models import DigitalProduct, ProductRanking
from perfkit import audit
from perfkit.integrations.admin import PresetAdminMixin
from perfkit.testing import assert_constant_queries
from tests.example import factories

ADMINS = {
    model._meta.model_name: made
    for model, made in admin.site._registry.items()
    if model.__module__.startswith("example_project.")
}
#: The pages of each model: of all rows, of one row, and the results of its widgets that search.
PAGES = [
    *(
        (name, page)
        for name in ADMINS
        for page in ("changelist", "add", "change", "delete", "history")
    ),
    *((name, field) for name, made in ADMINS.items() for field in made.autocomplete_fields),
]
every_page = pytest.mark.parametrize(("model", "page"), PAGES, ids=map("-".join, PAGES))


def url_of(model: str, page: str, pk: int | None = None) -> str:
    made = ADMINS[model]
    names = made.opts.app_label, made.opts.model_name
    if page in made.autocomplete_fields:
        query = "?app_label={}&model_name={}&field_name={}".format(*names, page)
        return reverse("admin:autocomplete") + query
    row = [] if page in ("changelist", "add") else [pk or made.model.objects.earliest("pk").pk]
    url = reverse("admin:{}_{}_{}".format(*names, page), args=row)
    return url + "?all=" * (page == "changelist")


@contextmanager
def plain() -> Iterator[None]:
    """Take out of the shop's admins what the mixin puts over those of Django."""
    with pytest.MonkeyPatch.context() as patch:
        for name in vars(PresetAdminMixin):
            if hasattr(admin.ModelAdmin, name) and not name.startswith("__"):
                patch.setattr(PresetAdminMixin, name, getattr(admin.ModelAdmin, name))
        yield


def get(client: Client, url: str) -> str:
    """Return a page without what differs from call to call: its token, and the time of the call."""
    response = client.get(url)
    assert response.status_code == 200
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())
    page = re.sub(r'value="[-\d]+( |T)[:\d.]+" id="initial-id', 'id="initial-id', page)
    return re.sub(r"\d+(:\d\d)? [ap]\.m\.", "", page)


@pytest.fixture
def client(db: None, settings: Any, admin_user: User) -> Client:
    """A client of a shop with one or two rows of everything."""
    settings.ROOT_URLCONF = "example_project.urls"
    factories.begin()
    grow()
    made = Client()
    made.force_login(admin_user)
    return made


def grow(count: int = 1) -> None:
    """Make so many more of all, and below number 1."""
    factories.grow(count)
    factories.ProductImageFactory.create_batch(count, product_id=1)
    factories.AddressFactory.create_batch(count, customer_id=1)
    for _ in range(count):
        product = factories.ProductFactory()
        ProductRanking.objects.create(product_id=product.pk, sold=3)
        shared = {name: getattr(product, name) for name in ("brand", "main_category", "currency")}
        number = 10_000 + product.pk
        DigitalProduct.objects.create(
            pk=number,
            sku=f"D-{number}",
            price=8,
            file_format=f"PDF {number}",
            megabytes=2,
            **shared,
        )


@every_page
def test_a_page_is_that_of_the_plain_admin_at_a_constant_cost(
    client: Client, model: str, page: str
) -> None:
    """The answer is Django's byte for byte, nothing of it is lazy, and more rows cost not one query more."""
    url = url_of(model, page)
    with plain():
        expected = get(client, url)
    with audit(mode="collect") as report:
        assert get(client, url) == expected
    assert report.findings == ()
    assert_constant_queries(lambda: client.get(url), grow=lambda: grow(3), fixed_size=True)


def grow_tenfold(rows: int = 180) -> None:
    """Make so many more products, each of a brand of its own, and orders; all products are lines of order 1."""
    model = factories.catalogue
    first = model.Product.objects.latest("pk").pk + 1
    order = factories.orders.Order.objects.get(pk=1)
    for pk in range(first, first + rows):
        model.Brand(pk=pk, name=f"Brand {pk}", country="Portugal").save(force_insert=True)
    shared = {"main_category_id": 1, "currency_id": order.currency_id, "price": 8}
    model.Product.objects.bulk_create(
        model.Product(pk=pk, brand_id=pk, title=f"Product {pk}", sku=f"T-{pk}", **shared)
        for pk in range(first, first + rows)
    )
    factories.orders.OrderLine.objects.bulk_create(
        factories.orders.OrderLine(pk=pk, order=order, product_id=pk, unit_price=8)
        for pk in range(first, first + rows)
    )
    for pk in range(first, first + rows):
        order.pk, order.number = pk, f"T-{pk}"
        order.save(force_insert=True)


@pytest.mark.parametrize(
    ("model", "page", "most"),
    [
        ("order", "changelist", 10),
        ("order", "change", 14),
        ("product", "changelist", 10),
        ("review", "product", 4),
    ],
)
def test_ten_times_the_rows_cost_not_one_query_more(
    client: Client, model: str, page: str, most: int
) -> None:
    """Lists, a form with inlines and the results of a widget at 20 and at 200 rows: equal answers, equal queries."""
    grow_tenfold(20)
    url = url_of(model, page)
    assert_constant_queries(
        lambda: client.get(url), grow=grow_tenfold, max_queries=most, fixed_size=page == "product"
    )
    with plain():
        expected = get(client, url)
    assert get(client, url) == expected


def test_the_user_of_the_admin_is_made_with_debug_alone(db: None, settings: Any) -> None:
    """The user whose password everybody knows can sign in, is made once, and not without DEBUG."""
    settings.ROOT_URLCONF = "example_project.urls"
    with pytest.raises(CommandError, match="DEBUG=1"):
        call_command("demo_admin", stdout=StringIO())
    assert not User.objects.exists()
    settings.DEBUG = True
    for _ in range(2):
        told = StringIO()
        call_command("demo_admin", stdout=told)
        name, password = re.search(r"user (\w+) with the password (\w+)", told.getvalue()).groups()
    client = Client()
    assert client.login(username=name, password=password)
    assert "Orders" in get(client, reverse("admin:index"))
    assert User.objects.count() == 1
