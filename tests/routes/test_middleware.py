"""The middleware: one line of log per request, for WSGI and ASGI, streams included."""

import json
import logging

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client

from perfkit.routes.entry import RouteEntry

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.auditor.urls")]
ROUTES = "perfkit.middleware.RoutesMiddleware"
AUDIT = "perfkit.middleware.AuditMiddleware"


@pytest.fixture
def lines(caplog, settings, books):
    """Return a function that gives the entries logged so far; it checks that each is one line."""
    settings.MIDDLEWARE = [ROUTES]
    caplog.set_level(logging.INFO, "perfkit.routes")

    def entries():
        messages = [r.getMessage() for r in caplog.records if r.name == "perfkit.routes"]
        assert not any("\n" in message for message in messages)
        return [RouteEntry.of_dict(json.loads(message)) for message in messages]

    return entries


def test_a_request_writes_one_line(lines):
    """The line has the pattern of the route, the numbers, and no value of the URL."""
    response = Client().get("/view/?read=author&secret=value")
    assert response.status_code == 200
    (entry,) = lines()
    assert (entry.route, entry.method, entry.status) == ("view/", "GET", 200)
    assert entry.queries > 0
    assert 0 < entry.database < entry.duration
    assert entry.lazy_loads is None
    assert "secret" not in entry.to_json()


@pytest.mark.parametrize("middleware", [[ROUTES, AUDIT], [AUDIT, ROUTES]])
def test_lazy_loads_are_counted_where_the_auditor_is_on(lines, settings, middleware):
    """The order of the two middlewares makes no difference."""
    settings.PERFKIT = {"AUDIT": "log"}
    settings.MIDDLEWARE = middleware
    Client().get("/view/?read=author")
    (entry,) = lines()
    assert 0 < entry.lazy_loads < entry.queries


@pytest.mark.parametrize("path", ["/stream/", "/lazy-template/"])
def test_a_response_is_measured_to_its_last_byte(lines, path):
    """The line is written when the content was made, and counts what that took."""
    response = Client().get(f"{path}?read=author")
    before = len(lines())
    assert response.getvalue()
    (entry,) = lines()
    assert entry.queries > 1
    assert before == (0 if response.streaming else 1)


def test_a_stream_that_nobody_reads_has_its_line(lines):
    """A client that goes away leaves a line all the same."""
    Client().get("/stream/?read=author").close()
    (entry,) = lines()
    assert entry.status == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", ["/async/", "/view/"])
def test_under_asgi(lines, path):
    """Asynchronous and synchronous views are measured under ASGI, each in its thread."""
    async_to_sync(AsyncClient().get)(f"{path}?read=author")
    (entry,) = lines()
    assert (entry.route, entry.status) == (path.strip("/") + "/", 200)
    assert entry.queries > 0


def test_what_no_route_matches_and_no_method_names(lines):
    """A path and a method that a client makes up don't reach the log."""
    Client().generic("FROBNICATE", "/no/such/page/")
    (entry,) = lines()
    assert (entry.route, entry.method, entry.status) == ("", "_OTHER", 404)


def test_nothing_is_measured_where_the_line_would_go_nowhere(lines, caplog):
    """With the logger off for INFO there is no line."""
    caplog.set_level(logging.WARNING, "perfkit.routes")
    Client().get("/view/?read=author")
    assert lines() == []
