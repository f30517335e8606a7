"""The panel of the Debug Toolbar, read as the toolbar's own JavaScript does: from its store."""

import html
import re

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client

from perfkit import record_usage
from perfkit.auditor import is_installed
from perfkit.auditor.context import current
from perfkit.measuring import _current
from tests.auditor.conftest import books  # noqa: F401 - a fixture

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.integrations.toolbar_urls"),
]
TOOLBAR = "debug_toolbar.middleware.DebugToolbarMiddleware"
AUDIT = "perfkit.middleware.AuditMiddleware"


@pytest.fixture(autouse=True)
def toolbar(settings):
    """Show the toolbar."""
    settings.DEBUG = True
    settings.INTERNAL_IPS = ["127.0.0.1"]
    settings.MIDDLEWARE = [TOOLBAR]


def panel_of(response):
    """Return the HTML of the panel for a response."""
    query = {"request_id": response.headers["djdt-request-id"], "panel_id": "PerfkitPanel"}
    return Client().get("/__debug__/render_panel/", query).json()["content"]


def section(content, title):
    """Return the text under a heading, without tags."""
    found = re.search(f"<h4>{title}</h4>(.*?)(<h4>|$)", content, re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", found[1])).split())


@pytest.mark.parametrize("middleware", [[TOOLBAR], [TOOLBAR, AUDIT], [AUDIT, TOOLBAR]])
@pytest.mark.parametrize("mode", ["off", "log"])
def test_a_finding_is_in_the_panel(settings, caplog, books, middleware, mode):  # noqa: F811 - a fixture
    """Once, whatever audits the request: what, how often, where, rows from, and the fix."""
    settings.MIDDLEWARE = middleware
    settings.PERFKIT = {"AUDIT": mode}
    text = section(panel_of(Client().get("/view/?read=author")), "Findings")
    assert text.count("Book.author") == 1
    assert "to-one 3 times, 3 queries" in text
    assert "tests/auditor/app/views.py:" in text
    assert "for row in entry.queryset():" in text
    assert '.select_related("author")' in text
    logged = [record for record in caplog.records if record.name == "perfkit.audit"]
    assert len(logged) == (mode == "log" and AUDIT in middleware)


def test_the_line_of_the_template_is_told(books):  # noqa: F811 - a fixture
    """The template's line stands where it was read, with the line that renders behind it."""
    text = section(panel_of(Client().get("/template/?read=author")), "Findings")
    where = text[text.index("audited/row.html:4") :]
    assert where.index("views.py") < where.index("books.html")


@pytest.mark.parametrize("path", ["/async/", "/view/"])
def test_under_asgi(books, path):  # noqa: F811 - a fixture
    """The findings and the queries of a request are in the panel under ASGI too."""
    response = async_to_sync(AsyncClient().get)(f"{path}?read=author")
    content = panel_of(response)
    assert "Book.author" in section(content, "Findings")
    assert "views.py" in section(content, "Queries by line")


def test_plans_and_lines(world):
    """A preset has its plan as a tree, and each line its queries, its source and its presets."""
    content = panel_of(Client().get("/presets/"))
    assert "No lazy load and no repeated query in 5 queries." in section(content, "Findings")
    plans = section(content, "Presets")
    assert plans.startswith("BookQuerySet.optimize_for_list , 2 times testapp.Book: ")
    assert "├─ author (join): " in plans
    first, second = section(content, "Queries by line").split("toolbar_urls.py")[1:]
    assert "list(Book.objects.optimize_for_list()) BookQuerySet.optimize_for_list 1 " in first
    assert second.endswith("none")


def test_what_is_shown_is_escaped(world):
    """A line of source with tags is shown as it is written."""
    content = panel_of(Client().get("/presets/"))
    assert "&lt;b&gt;this line&lt;/b&gt;" in content
    assert "<b>" not in content


def test_usage_where_it_is_recorded(world):
    """Evidence of the request's lines is shown where usage is recorded, and not spoken of elsewhere."""
    with record_usage():
        recorded = panel_of(Client().get("/presets/"))
    text = section(recorded, "Loaded and never read")
    assert "toolbar_urls.py" in text
    assert "unread" in text
    assert "never read" not in panel_of(Client().get("/presets/"))


def test_earlier_requests_keep_their_panel(books, world):  # noqa: F811 - a fixture
    """What the history panel leads back to is what that request did."""
    first = Client().get("/view/?read=author")
    second = Client().get("/presets/")
    assert "Book.author" in panel_of(first)
    assert "Book.author" not in section(panel_of(second), "Findings")


def test_the_side_bar_has_the_figures(world):
    """The button says how many queries were lazy loads."""
    page = Client().get("/presets/").content.decode()
    assert re.search(r"perfkit\s*<br><small>0 lazy of 5 queries</small>", page)


def test_a_panel_that_is_switched_off_costs_nothing(unhooked, world, monkeypatch):
    """With its check box off the request is neither audited nor measured."""
    client = Client(raise_request_exception=False)
    client.cookies["djdtPerfkitPanel"] = "off"
    seen = []
    monkeypatch.setattr(
        "tests.integrations.toolbar_urls.list", lambda rows: seen.append(state()), raising=False
    )
    Client(raise_request_exception=False).get("/failing/")
    client.get("/failing/")
    assert seen == [(True, True, True), (False, False, False)]


def state():
    """Return whether the hooks are in Django, a scope is open, and a measurement."""
    return is_installed(), current.get() is not None, _current.get() is not None


def test_nothing_is_left_behind_by_a_view_that_fails(unhooked, world):
    """The hooks, the scope and the measurement end with the request."""
    Client(raise_request_exception=False).get("/failing/")
    assert state() == (False, False, False)


def test_more_lines_and_plans_than_are_kept_are_counted(world, monkeypatch):
    """What is beyond the limits is told as a number."""
    monkeypatch.setattr("perfkit.integrations.debug_toolbar.MAX_LINES", 1)
    monkeypatch.setattr("perfkit.integrations.debug_toolbar.MAX_PLANS", 0)
    content = panel_of(Client().get("/presets/"))
    assert "1 queries of further lines" in section(content, "Queries by line")
    assert "2 evaluations of further plans" in section(content, "Presets")
