"""The presets that usage evidence suggests for the naive pages, against those written by hand."""

from __future__ import annotations

import pytest
from django.http import HttpResponseBase
from django.test import RequestFactory
from django.urls import resolve

from example_project.showroom.measure import call
from example_project.showroom.pages import NAIVE, OPTIMISED, PAGES, Page
from example_project.showroom.rows import SIZES
from perfkit import audit, record_usage
from perfkit.compiler import compile_plan
from perfkit.usage.suggestion import Suggestion, loaded_paths, suggest

SIZE = SIZES[0]
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def suggestion(page: Page) -> Suggestion:
    """Return what is suggested for the queryset of the naive form of a page."""
    with record_usage() as usage:
        naive = call(page.url(NAIVE, SIZE))
    assert naive == call(page.url(NAIVE, SIZE))
    [found] = usage.querysets
    return suggest(found)


def respond(page: Page, **options: object) -> HttpResponseBase:
    url = page.url(NAIVE, SIZE)
    request = RequestFactory(SERVER_NAME="localhost").get(url)
    request.resolver_match = match = resolve(url.partition("?")[0])
    response = page.view.as_view(**options)(request, *match.args, **match.kwargs)
    return response.render() if hasattr(response, "render") else response


@every_page
def test_what_is_suggested_serves_the_page(shop: None, page: Page) -> None:
    """Pasted, it gives the same bytes; nothing loads lazily but what the suggestion says it can't serve."""
    found = suggestion(page)
    assert found.preset is not None
    with audit(mode="collect", single_rows=True) as report:
        pasted = b"".join(respond(page, preset=found.preset))
    assert pasted == call(page.url(NAIVE, SIZE))
    notes = " ".join(found.notes)
    unserved = [f for f in report.findings if not (f.via and f"{f.via[-1]} sends" in notes)]
    assert not unserved, "\n".join(map(str, unserved))


@every_page
def test_what_is_suggested_loads_no_more_than_what_was_written_by_hand(
    shop: None, page: Page
) -> None:
    """The columns of the suggested preset are among those of the preset that the shop has."""
    found = suggestion(page)
    assert found.preset is not None
    by_hand = page.queryset
    suggested = set(loaded_paths(compile_plan(by_hand.model, found.preset).plan))
    assert suggested <= set(loaded_paths(by_hand.loading_plan))


@every_page
def test_the_optimised_form_wastes_little(shop: None, page: Page) -> None:
    """Of what the presets written by hand load, next to nothing is never read."""
    with record_usage() as usage:
        call(page.url(OPTIMISED, SIZE))
    assert usage.evidence.share < 0.2
