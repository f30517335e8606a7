"""The search page before a service that answers, and before one that hangs."""

from __future__ import annotations

from contextvars import Context
from dataclasses import dataclass
from threading import Timer
from time import perf_counter

from django.test import RequestFactory
from httpx import Timeout

from example_project.catalogue.models import Product
from example_project.search.client import PAGE_TIMEOUT, SearchClient
from example_project.search.records import record
from example_project.search.stub import SearchStub
from example_project.search.views import search
from perfkit import Finding, audit

#: Seconds until a service that hangs comes round.
HANGS = 2.0
WORD = "lamp"
#: What the page says when it didn't wait for the service.
FALLBACK = "the search service does not answer"
#: How long each form of the page waits.
TIMEOUTS: dict[str, Timeout | None] = {"naive": None, "optimised": PAGE_TIMEOUT}


@dataclass(frozen=True)
class Answer:
    """What the search page did."""

    seconds: float
    fallback: bool
    found: int
    findings: tuple[Finding, ...]


def answers(*, hanging: bool) -> dict[str, Answer]:
    """Ask both forms of the search page, with a service of their own behind them."""
    with SearchStub() as service:
        products = Product.objects.optimize_for("search")
        lamps = products.filter(title__icontains=WORD)[:20]
        SearchClient(url=service.url).index(map(record, lamps))
        found = {}
        for form, timeout in TIMEOUTS.items():
            if hanging:
                service.hang()
                Timer(HANGS, service.recover).start()
            found[form] = Context().run(_ask, timeout, service.url)
        return found


def _ask(timeout: Timeout | None, url: str) -> Answer:
    request = RequestFactory().get("/search/", {"q": WORD})
    start = perf_counter()
    with audit(mode="collect") as report:
        html = search(request, timeout=timeout, service=url).content.decode()
    seconds = perf_counter() - start
    return Answer(seconds, FALLBACK in html, html.count('class="card"'), report.findings)
