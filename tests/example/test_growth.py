"""Every page of the shop against growing data: all forms but the naive ones are constant, and these are told."""

import re
from pathlib import Path

import pytest
from django.test import Client

from example_project.api import serializers
from example_project.api import urls as api
from example_project.showroom.pages import NAIVE, PAGES
from example_project.showroom.rows import SIZES
from perfkit.testing import assert_constant_queries
from tests.example import factories

#: The name and the form of each page and each endpoint, and its URL.
FOUND = [
    *(
        (page.name, form, f"/{form}/{page.route.replace('<int:pk>', '1')}?rows={SIZES[0]}")
        for page in PAGES
        for form in page.forms
    ),
    *(
        (f"api/{route}", form, f"/api/{form}/{route.replace('<int:pk>', '1')}?rows={SIZES[0]}")
        for pattern in api.urlpatterns
        for form, _, route in [str(pattern.pattern).partition("/")]
    ),
]


def every(*, naive: bool) -> pytest.MarkDecorator:
    """Run a test for every page and endpoint, in its naive form or in each of the others."""
    chosen = [found for found in FOUND if (found[1] == NAIVE) is naive]
    ids = [f"{name}-{form}" for name, form, _ in chosen]
    return pytest.mark.parametrize("url", [url for *_, url in chosen], ids=ids)


@pytest.fixture
def small_shop(db: None, settings: pytest.FixtureRequest) -> None:
    """A shop with one or two rows of everything."""
    settings.ROOT_URLCONF = "example_project.urls"
    factories.begin()


def prove(url: str, **options: int) -> None:
    """Assert that a page sends as many queries for more rows."""
    client = Client(SERVER_NAME="localhost")
    assert_constant_queries(lambda: client.get(url), grow=factories.grow, **options)


@every(naive=False)
def test_a_page_sends_as_many_queries_for_more_rows(small_shop: None, url: str) -> None:
    """No page of the shop costs a query more when its data has grown, and none costs more than six."""
    prove(url, max_queries=6)


@every(naive=True)
def test_a_naive_page_fails_with_the_right_lines(small_shop: None, url: str) -> None:
    """The naive form is told with its slope, and each line or field that is told does read what is told of it."""
    with pytest.raises(AssertionError, match="The number of queries grows") as caught:
        prove(url)
    head, *entries = str(caught.value).split("\n\n")
    assert float(re.search(r"([\d.]+) per row of \w+", head)[1]) >= 1
    for entry in entries:
        file, line = re.search(r"^  read at +(\S+):(\d+)", entry, re.M).groups()
        field = re.search(r"^  serialized as +(\w+)\.(\w+)", entry, re.M)
        member = re.search(r"^  in \w+ +\w+\.(\w+)", entry, re.M)
        read = member or re.search(r"^  lazy load +\w+\.(\w+)", entry, re.M)
        assert file.startswith("example_project/")
        told = field_of(*field.groups()) if field else line_of(file, int(line))
        # The export reads what a path names.
        assert read[1] in told or "getattr(" in told, entry
        assert re.search(r"^  fix +\S", entry, re.M), entry


def field_of(serializer: str, name: str) -> str:
    """A field of a serializer as it is written, with what is nested in it."""
    return f"{name} = {getattr(serializers, serializer)().fields[name]!r}"


def line_of(file: str, line: int) -> str:
    return Path(file).read_text(encoding="utf-8").splitlines()[line - 1]


def test_all_forms_show_the_same_small_shop(small_shop: None) -> None:
    """The factories' rows are shown, and all forms show them alike."""
    client = Client(SERVER_NAME="localhost")
    for page in PAGES:
        naive, *others = (client.get(page.url(form, SIZES[0])).getvalue() for form in page.forms)
        assert all(other == naive for other in others)


def test_the_guide_shows_what_is_said(db: None, settings: pytest.FixtureRequest) -> None:
    """The failure in the how-to guide is that of the shop's order list."""
    settings.ROOT_URLCONF = "example_project.urls"
    for made in factories.ALL:
        made.reset_sequence(1)
    factories.OrderFactory()
    client = Client(SERVER_NAME="localhost")
    with pytest.raises(AssertionError) as caught:
        assert_constant_queries(
            lambda: client.get("/naive/orders/"),
            grow=lambda: factories.OrderFactory.create_batch(20),
        )
    entries = str(caught.value).split("\n\n")
    assert len(entries) == 9
    guide = Path("docs/how-to/prove-growth.md").read_text(encoding="utf-8")
    assert "AssertionError: " + "\n\n".join(entries[:3]) in guide
