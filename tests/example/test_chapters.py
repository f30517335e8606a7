"""The walkthrough: what its chapters show is what runs, and was measured for the reader."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client

from example_project.orders.models import OrderLine
from example_project.showroom import patience, proof
from example_project.showroom.chapters import CHAPTERS, Chapter
from example_project.showroom.pages import NAIVE, OPTIMISED, get_page
from example_project.showroom.rows import SIZES
from example_project.showroom.sources import ROOT
from perfkit.integrations import external_calls

#: Where the chapters lead from one to the next.
WAYS = ["/", *(f"/chapters/{chapter.name}/" for chapter in CHAPTERS), "/compare/"]


def read(path: str) -> str:
    """Return the page's HTML."""
    response = Client(SERVER_NAME="localhost").get(path)
    assert response.status_code == 200
    return response.content.decode()


def text_of(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html))


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_a_chapter_shows_its_pages_and_their_code(shop: None, chapter: Chapter) -> None:
    """Counts at both sizes, both pages, the code as it stands in its files, the way back and on."""
    html = read(f"/chapters/{chapter.name}/")
    text = text_of(html)
    assert chapter.lead in text
    for source in chapter.sources:
        lines = (ROOT / source.file).read_text(encoding="utf-8").splitlines()[source.line - 1 :]
        shown = source.text.splitlines()
        assert [line.strip() for line in shown] == [line.strip() for line in lines[: len(shown)]]
        assert source.text.strip() in text
        assert f"{source.name} {source.place}" in text
    if chapter.page:
        for form in (NAIVE, chapter.better):
            assert f'src="{get_page(chapter.page).url(form, SIZES[0])}"' in html
        naive, better = re.findall(r">([\d,]+)</td><td [^>]*><strong>([\d,]+)</strong>", html)[:2]
        few, many = (int(count.replace(",", "")) for count in naive)
        assert many - few >= SIZES[1] - SIZES[0]
        assert better[0] == better[1]
        assert "Both pages answer the same" in text
    assert f'rel="prev" href="{WAYS[chapter.number - 1]}"' in html
    assert f'rel="next" href="{WAYS[chapter.number + 1]}"' in html


def test_the_contents_name_every_chapter(shop: None) -> None:
    """The start page leads to each, and says what it is about."""
    start = read("/")
    for chapter in CHAPTERS:
        assert f'href="/chapters/{chapter.name}/"' in start
        assert chapter.lead in text_of(start)


@pytest.mark.parametrize("path", ["/chapters/nothing/", "/evidence/usage/derived/"])
def test_there_are_no_other_chapters(shop: None, path: str) -> None:
    """What does not exist answers 404."""
    assert Client(SERVER_NAME="localhost").get(path).status_code == 404


def test_the_proof_fails_on_the_naive_page_alone(shop: None) -> None:
    """The failure is that of the growth assertion; the rows that it added are gone."""
    before = OrderLine.objects.count()
    assert "4.12 per row of orders_orderline" in proof.failure_of(NAIVE)
    assert proof.failure_of(OPTIMISED) == ""
    assert OrderLine.objects.count() == before


def test_the_naive_search_waits_as_long_as_the_service_hangs(shop: None) -> None:
    """It is told by the auditor, and answered at last; the other page has answered from the database."""
    external_calls.install()
    try:
        naive, optimised = patience.answers(hanging=True).values()
    finally:
        external_calls.uninstall()
    assert [finding.kind for finding in naive.findings] == ["external-call-without-timeout"]
    assert (naive.fallback, optimised.fallback) == (False, True)
    assert optimised.findings == ()
    assert naive.found == optimised.found > 0


def test_both_searches_are_alike_while_the_service_answers(shop: None) -> None:
    """Neither falls back, and both find what the service knows."""
    naive, optimised = patience.answers(hanging=False).values()
    assert (naive.fallback, optimised.fallback) == (False, False)
    assert naive.found == optimised.found > 0


def test_evidence_is_shown_as_the_commands_show_it(shop: None) -> None:
    """The usage of each form, and the routes of a visit to all pages, by the pages of perfkit itself."""
    naive, optimised = (text_of(read(f"/evidence/usage/{form}/")) for form in (NAIVE, OPTIMISED))
    assert re.search(r"9\d% of [\d.]+ kB were never read", naive)
    assert re.search(r"\b[0-5]% of [\d.]+ kB were never read", optimised)
    routes = text_of(read("/evidence/routes/"))
    assert "GET naive/categories/" in routes
    assert "GET derived/categories/" in routes
