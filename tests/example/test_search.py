"""The search: a service that answers, hangs, is down or talks nonsense; and the tests without it."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

import httpx
import pytest
import vcr
from django.test import Client

from example_project.catalogue.models import Product
from example_project.search.client import SearchClient, SearchUnavailable
from example_project.search.records import record
from example_project.search.stub import SearchStub
from perfkit import audit

CASSETTES = Path(__file__).parent / "cassettes"


def search(word: str) -> str:
    with audit(mode="raise"):
        response = Client().get("/search/", {"q": word})
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def service(settings):
    with SearchStub() as stub:
        settings.SEARCH_URL = stub.url
        yield stub


def test_the_service_finds_products(shop: None, service: SearchStub) -> None:
    """The page shows what the service found, loaded with a preset."""
    product = Product.objects.optimize_for("search").get(pk=7)
    SearchClient().index([record(product)])
    html = search(product.brand.name)
    assert "1 product." in html
    assert product.title in html


def test_a_service_that_hangs_is_not_waited_for(shop: None, service: SearchStub) -> None:
    """The page answers from the database while the service still hangs."""
    product = Product.objects.get(pk=7)
    service.hang()
    html = search(product.title)
    # The question has arrived, and is answered by nobody: recover() comes when the test is over.
    assert service.asked.is_set()
    assert product.title in html
    assert "the search service does not answer" in html


def test_a_service_that_is_down(shop: None, settings) -> None:
    """Nothing listens: the same."""
    settings.SEARCH_URL = "http://127.0.0.1:9"
    assert "the search service does not answer" in search("lamp")


def test_an_empty_search_asks_nobody(shop: None) -> None:
    """The page is there, with its form."""
    with mock.patch("httpx.request") as asked:
        assert 'name="q"' in search("")
    assert not asked.called


@pytest.mark.parametrize(
    "answer", [httpx.Response(500), httpx.Response(200, text="<html>")], ids=["error", "nonsense"]
)
def test_an_answer_that_is_none(answer: httpx.Response, socket_disabled: None) -> None:
    """An error of the service, and what isn't JSON, are one exception; here the client is mocked."""
    answer.request = httpx.Request("GET", "http://search.example")
    with mock.patch("httpx.request", return_value=answer) as asked:
        with pytest.raises(SearchUnavailable):
            SearchClient(url="http://search.example").find("lamp")
    assert asked.call_args.kwargs["timeout"] == httpx.Timeout(1.0, connect=0.3)


def test_what_the_service_once_said(socket_disabled: None) -> None:
    """A cassette replays a recorded answer: the network is shut, and the client is the real one."""
    with vcr.use_cassette(str(CASSETTES / "search.yaml"), record_mode="none") as cassette:
        assert SearchClient(url="http://127.0.0.1:7700").find("lamp") == [12, 7]
    assert cassette.play_count == 1
