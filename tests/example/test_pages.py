"""Every page of the shop exists in several forms: equal answers, unlike costs."""

import json
import re
from collections.abc import Callable
from urllib.parse import urljoin

import pytest
from django.db import connection
from django.test import Client

from example_project.showroom.measure import Tally, call
from example_project.showroom.pages import DERIVED, FORMS, NAIVE, OPTIMISED, PAGES, Page
from example_project.showroom.rows import SIZES
from perfkit.checks import check_views

SMALL, LARGE = SIZES
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
every_template = pytest.mark.parametrize(
    "page", [page for page in PAGES if DERIVED in page.forms], ids=lambda page: page.name
)
Count = Callable[[Page, str, int], tuple[bytes, Tally]]


@pytest.fixture(scope="module")
def counted(filled_shop: None) -> dict[str, tuple[bytes, Tally]]:
    """Keep what was counted of a URL, since the naive forms take their time."""
    return {}


@pytest.fixture
def count(shop: None, counted: dict[str, tuple[bytes, Tally]]) -> Count:
    """Return a function that calls a form of a page with so many rows, and counts."""

    def count(page: Page, form: str, size: int) -> tuple[bytes, Tally]:
        url = page.url(form, size)
        if url not in counted:
            tally = Tally()
            with connection.execute_wrapper(tally.watch):
                counted[url] = call(url), tally
        return counted[url]

    return count


@every_page
@pytest.mark.parametrize("size", SIZES)
def test_all_forms_answer_the_same_bytes(count: Count, page: Page, size: int) -> None:
    """The optimised and the derived form of a page are equal to the naive one byte for byte."""
    naive, *others = (count(page, form, size)[0] for form in page.forms)
    assert all(other == naive for other in others)
    assert len(naive) > 50 * size


@pytest.mark.urls("example_project.urls")
def test_written_presets_are_what_their_pages_read() -> None:
    """The checks find nothing that is missing, and nothing that nobody reads."""
    said = [message.id for message in check_views(app_configs=None)]
    assert not {"perfkit.W005", "perfkit.I002", "perfkit.E005"}.intersection(said)


def test_pages_with_a_template_have_a_derived_form() -> None:
    """Six pages of eight; the feed and the export have no template to derive a preset from."""
    assert [page.name for page in PAGES if DERIVED not in page.forms] == [
        "product_feed",
        "search_export",
    ]


@every_template
@pytest.mark.parametrize("size", SIZES)
def test_the_derived_form_costs_no_more_than_the_written_one(
    count: Count, page: Page, size: int
) -> None:
    """As many queries, no more values from the database, and none of the loading is written by hand."""
    (_, written), (_, derived) = (count(page, form, size) for form in (OPTIMISED, DERIVED))
    assert derived.queries == written.queries
    assert derived.columns <= written.columns
    assert derived.size <= written.size
    assert page.options_of(DERIVED) == {"preset_from": "template"}


@every_template
def test_all_that_a_template_reads_is_followed(page: Page) -> None:
    """No row is loaded whole because something in a page could not be followed."""
    view = page.view(**page.options_of(DERIVED))
    derived = view.get_derived(page.rows_of(NAIVE))
    assert derived.complete, str(derived)
    assert not derived.own_queries
    assert not derived.unknown


@every_page
def test_a_page_shows_more_rows_with_more_data(count: Count, page: Page) -> None:
    """At ten times the size the answer is several times as long, so that costs can grow at all."""
    (small, _), (large, _) = (count(page, OPTIMISED, size) for size in SIZES)
    assert len(large) > 4 * len(small)


@every_page
def test_the_optimised_form_sends_as_many_queries_however_much_data(
    count: Count, page: Page
) -> None:
    """Ten times the rows cost not one statement more, and none is sent twice."""
    (_, small), (_, large) = (count(page, OPTIMISED, size) for size in SIZES)
    assert small.queries == large.queries <= 6
    assert set(large.statements.values()) == {1}


@every_page
def test_the_naive_form_sends_more_queries_with_more_data(count: Count, page: Page) -> None:
    """Each row costs the naive form at least one query: the N+1 is there."""
    (_, small), (_, large) = (count(page, NAIVE, size) for size in SIZES)
    assert large.queries - small.queries >= LARGE - SMALL


@every_page
def test_the_optimised_form_fetches_less(count: Count, page: Page) -> None:
    """Fewer values and fewer bytes come from the database, too."""
    (_, naive), (_, optimised) = (count(page, form, LARGE) for form in (NAIVE, OPTIMISED))
    assert optimised.columns < naive.columns
    assert optimised.size < naive.size / 3


@pytest.mark.parametrize(
    "page", [page for page in PAGES if "." not in page.route], ids=lambda page: page.name
)
@pytest.mark.parametrize("form", [OPTIMISED, DERIVED])
def test_links_stay_in_the_form_that_is_open(shop: None, page: Page, form: str) -> None:
    """Links to the shop keep to the form; all others lead out of it; and all lead to a page."""
    url = page.url(form, SMALL)
    links = set(re.findall(r'href="([^"#]+)"', call(url).decode()))
    inner = {link for link in links if not link.startswith("/")}
    assert len(inner) >= 5
    assert not [
        link for link in links - inner if link.startswith(tuple(f"/{other}/" for other in FORMS))
    ]
    targets = {urljoin(url, link) for link in inner}
    assert all(target.startswith(f"/{form}/") for target in targets)
    for target in sorted(targets)[:10]:
        assert call(target)


def test_the_feed_is_a_json_feed(shop: None) -> None:
    """The feed says which version it speaks, and its items have what the standard demands."""
    feed = json.loads(call("/optimised/feed.json?rows=3"))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert [set(item) >= {"id", "url", "content_text"} for item in feed["items"]] == [True] * 3


@pytest.mark.parametrize("form", FORMS)
def test_the_search_export_streams_a_line_per_product(shop: None, form: str) -> None:
    """The export is a stream, has all products unless told otherwise, and each line is JSON."""
    response = Client(SERVER_NAME="localhost").get(f"/{form}/search.jsonl")
    assert response.streaming
    records = [json.loads(line) for line in response.getvalue().splitlines()]
    assert len({record["objectID"] for record in records}) == 200
    assert all(record["department"] and record["brand"] for record in records)


@pytest.mark.parametrize("rows", ["0", "-1", "many", "", "200001"])
def test_a_wrong_number_of_rows_is_not_found(shop: None, rows: str) -> None:
    """A number of rows that makes no sense answers 404, not 500."""
    response = Client(SERVER_NAME="localhost").get("/optimised/products/", {"rows": rows})
    assert response.status_code == 404
