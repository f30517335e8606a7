"""``manage.py demo``: fills the shop, measures, prints one table."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Value
from django.test import Client

from example_project.catalogue.models import Product
from example_project.catalogue.querysets import CategoryQuerySet
from example_project.showroom.management.commands import demo as command
from example_project.showroom.pages import PAGES, get_page
from example_project.showroom.rows import SIZES
from perfkit import Preset


def demo(**options: object) -> str:
    """Run the command quietly, and return what it prints."""
    out = StringIO()
    call_command("demo", products=200, rounds=1, verbosity=0, stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def shop_urls(db: None, settings: pytest.FixtureRequest) -> None:
    """Let the test use the shop's URLs, on empty tables."""
    settings.ROOT_URLCONF = "example_project.urls"


def test_the_demo_fills_the_shop_and_prints_its_table(
    shop_urls: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One row per page, with constant queries on the optimised side, and where to look next."""
    pages = [get_page(name) for name in ("product_detail", "category_list")]
    monkeypatch.setattr(command, "PAGES", pages)
    first = demo()
    assert "Filled the shop with 200 products" in first
    for page in pages:
        row = next(line for line in first.splitlines() if line.startswith(f"{page.title} "))
        (naive_small, naive_large), (small, large), derived = re.findall(
            r"([\d,]+) → ([\d,]+)", row
        )
        assert int(naive_large.replace(",", "")) >= int(naive_small) + SIZES[1] - SIZES[0]
        assert small == large
        assert derived == (small, large)
        assert row.rstrip().endswith("×")
    assert "2 of 2 optimised pages send as many queries" in first
    assert "http://127.0.0.1:8000/" in first


def test_a_second_run_reuses_the_data(shop_urls: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody changed in the shop is still there after another run."""
    monkeypatch.setattr(command, "PAGES", PAGES[2:3])
    demo()
    Product.objects.filter(pk=1).update(title="Kept")
    second = demo()
    assert "from an earlier run" in second
    assert Product.objects.get(pk=1).title == "Kept"


def test_the_demo_fails_where_the_forms_differ(
    shop_urls: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A preset that changes what a page shows is an error that names the page, not a fast page."""

    class Wrong(CategoryQuerySet):
        optimize_for_list = Preset(annotate={"product_count": Value(0)})

    monkeypatch.setattr(CategoryQuerySet, "optimize_for_list", Wrong.optimize_for_list)
    monkeypatch.setattr(command, "PAGES", [get_page("category_list")])
    with pytest.raises(CommandError, match="'Category list' answer differently"):
        demo()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"products": 199}, "from 200 to 200,000, not 199"),
        ({"products": 200_001}, "from 200 to 200,000, not 200,001"),
        ({"rounds": 0}, "at least 1, not 0"),
    ],
)
def test_the_demo_says_which_numbers_it_takes(
    shop_urls: None, options: dict[str, int], message: str
) -> None:
    """A number that makes no sense is refused before anything is written."""
    with pytest.raises(CommandError, match=message):
        call_command("demo", stdout=StringIO(), **options)


def test_an_empty_shop_says_how_to_fill_it(shop_urls: None) -> None:
    """Who opens the shop before its data is made learns what to do, and finds no dead doors."""
    client = Client(SERVER_NAME="localhost")
    html = client.get("/").content.decode()
    assert "python manage.py demo" in html
    assert "Begin with chapter 1" not in html
    assert "python manage.py demo" in client.get("/chapters/proof/").content.decode()
