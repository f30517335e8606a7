"""The instrument: what it counts is what the database was asked and gave."""

import json
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import Value
from django.test import Client, RequestFactory

from example_project import settings as shop_settings
from example_project.catalogue.models import Category, Product
from example_project.showroom.links import link
from example_project.showroom.measure import Tally, call, text_size
from example_project.showroom.visit import visit


def test_rows_are_counted_by_column_and_as_text(shop: None) -> None:
    """Three rows of two columns are six values; bytes are those of the values as text."""
    tally = Tally()
    with connection.execute_wrapper(tally.watch):
        rows = list(Category.objects.order_by("pk").values_list("pk", "name")[:3])
    assert tally.queries == 1
    assert tally.columns == 6
    assert tally.size == sum(len(str(pk)) + len(name) for pk, name in rows)


@pytest.mark.parametrize("read", ["list", "iterator", "get", "first", "exists"])
def test_every_way_to_fetch_rows_is_counted(shop: None, read: str) -> None:
    """Whether Django fetches all rows, some, one or a stream: one statement, one row."""
    queryset = Product.objects.filter(pk=1).values_list("pk")
    calls = {
        "list": lambda: list(queryset),
        "iterator": lambda: list(queryset.iterator(chunk_size=10)),
        "get": lambda: queryset.get(),
        "first": lambda: queryset.first(),
        "exists": lambda: queryset.exists(),
    }
    tally = Tally()
    with connection.execute_wrapper(tally.watch):
        assert calls[read]()
    assert tally.queries == 1
    assert tally.columns == 1


def test_raw_cursors_are_counted(db: None) -> None:
    """A cursor that is read by a loop, by fetchone and by fetchall counts each row once."""
    tally = Tally()
    with connection.execute_wrapper(tally.watch), connection.cursor() as cursor:
        cursor.execute("SELECT 1, 2 UNION ALL SELECT 3, 4 UNION ALL SELECT 5, 6")
        assert cursor.fetchone() is not None
        assert len(cursor.fetchall()) == 2
        assert cursor.fetchone() is None
        cursor.execute("SELECT 'four'")
        assert list(cursor) == [("four",)]
    assert tally.queries == 2
    assert tally.columns == 7
    assert tally.size == 6 + 4


def test_nothing_is_counted_behind_the_block(shop: None) -> None:
    """The instrument leaves nothing on the connection."""
    tally = Tally()
    with connection.execute_wrapper(tally.watch):
        pass
    assert Category.objects.annotate(one=Value(1)).exists()
    assert tally.queries == 0


def test_sizes_are_those_of_the_text() -> None:
    """NULL is nothing, text is counted in bytes of UTF-8."""
    assert [text_size(value) for value in (None, "é", b"abc", 12.5)] == [0, 2, 3, 4]


def test_a_page_that_fails_is_no_measurement(shop: None) -> None:
    """A status other than 200 raises, with the URL and the status."""
    with pytest.raises(RuntimeError, match=r"/nowhere/ answers with status 404"):
        call("/nowhere/")


@pytest.mark.parametrize(
    ("here", "name", "args", "expected"),
    [
        ("/naive/products/", "product_list", (), "./"),
        ("/naive/products/", "product_detail", (7,), "7/"),
        ("/naive/products/7/", "product_list", (), "../"),
        ("/naive/products/7/", "customer_reviews", (2,), "../../customers/2/reviews/"),
        ("/naive/feed.json", "product_detail", (7,), "products/7/"),
        ("/naive/customers/2/reviews/", "product_feed", (), "../../../feed.json"),
    ],
)
def test_links_are_relative(
    settings: pytest.FixtureRequest, here: str, name: str, args: tuple[int, ...], expected: str
) -> None:
    """A link leads from page to page without naming the form."""
    from django.urls import resolve

    settings.ROOT_URLCONF = "example_project.urls"
    request = RequestFactory().get(here)
    request.resolver_match = resolve(here)
    assert link(request, name, *args) == expected


def test_what_is_measured_is_no_request_of_a_user(
    shop: None, settings: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> None:
    """The log of the routes has the request that compares, and none of those that it measures or visits."""
    settings.MIDDLEWARE, settings.ALLOWED_HOSTS = (
        shop_settings.MIDDLEWARE,
        shop_settings.ALLOWED_HOSTS,
    )
    caplog.set_level("INFO", "perfkit.routes")
    assert Client(SERVER_NAME="localhost").get("/compare/category_list/").status_code == 200
    with visit(["/naive/categories/"]) as (log, usage):
        [line] = Path(log).read_text(encoding="utf-8").splitlines()
        assert Path(usage).read_text(encoding="utf-8")
    routes = [json.loads(record.getMessage())["route"] for record in caplog.records]
    assert routes == ["compare/<slug:name>/"]
    assert json.loads(line)["route"] == "naive/categories/"
    assert json.loads(line)["lazy_loads"] > 0
