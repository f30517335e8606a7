"""No value of a row comes out of perfkit, no text becomes markup, nothing foreign is run, no page is open."""

from __future__ import annotations

import ast
import json
import logging
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django import urls
from django.core.management import call_command
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry import trace

import perfkit
from perfkit import LazyLoadError, Preset, PresetQuerySet, audit, record_usage
from perfkit.auditor import baseline
from perfkit.integrations.opentelemetry import OpenTelemetryMiddleware
from perfkit.middleware import AuditMiddleware, RoutesMiddleware, UsageMiddleware
from perfkit.signals import lazy_load
from perfkit.testing import assert_constant_queries
from perfkit.usage import Evidence, Line, QuerysetUsage, RowsUsage, process
from perfkit.usage.page import page
from tests.auditor.app.models import Book, Chapter, Person, Publisher, Tag
from tests.integrations.test_opentelemetry import EXPORTER, READER, sdk

__all__ = ["sdk"]

PACKAGE = Path(perfkit.__file__).parent
SENTINEL = "S3NT1N3L"
NUMBER = 918273645


class Spoken(Book):
    """A book whose property reads behind the page's back."""

    class Meta:
        proxy = True
        app_label = "auditor"

    @property
    def secret(self) -> str:
        return f"{self.blurb} {self.author.name} {self.price}"


def make_rows(count: int = 3) -> None:
    """Fill every column with the sentinel."""
    for number in range(count):
        text = f"{SENTINEL}{number}"
        house = Publisher.objects.create(name=text, city=text)
        author = Person.objects.create(name=text, email=text, publisher=house)
        book = Book.objects.create(
            title=text, blurb=text, price=NUMBER, author=author, editor=author
        )
        book.tags.add(Tag.objects.create(word=text))
        Chapter.objects.create(book=book, heading=text, summary=text, reviewer=author)


def read_everything() -> list[Any]:
    """Read lazily, in every way there is a finding for."""
    found: list[Any] = []
    preset = Preset(only=["title"], annotate={"loud": models.F("title")})
    for book in preset.apply(PresetQuerySet(Spoken)).prefetch_related("chapters"):
        found += [book.secret, book.author.publisher, list(book.tags.all()), book.loud]
        found += [list(book.chapters.filter(heading=f"{SENTINEL}0")), book.chapters.count()]
        found.append(Person.objects.filter(name=book.title, email__startswith=SENTINEL).first())
    return found


def test_no_value_of_a_row_comes_out(
    db: None,
    sdk: None,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Logs, warnings, signals, reports, spans, files and pages of a page that reads everything hold none."""
    make_rows()
    outputs: dict[str, str] = {}
    usage, known = tmp_path / "usage", tmp_path / "known.json"

    def page_of_all(request: HttpRequest) -> HttpResponse:
        return HttpResponse(str(read_everything()))

    chain: Any = page_of_all
    for middleware in (AuditMiddleware, UsageMiddleware, RoutesMiddleware, OpenTelemetryMiddleware):
        chain = middleware(chain)
    heard: list[str] = []

    def hear(sender: Any, finding: Any, **kwargs: Any) -> None:
        heard.append(f"{finding!r} {finding} {json.dumps(finding.to_dict())}")

    lazy_load.connect(hear)
    try:
        with override_settings(PERFKIT={"AUDIT": "log", "USAGE_FILE": str(usage)}):
            with caplog.at_level(logging.DEBUG, "perfkit"), baseline.recording() as recorder:
                with trace.get_tracer("tests").start_as_current_span("a page"):
                    answer = chain(RequestFactory().get("/", {"q": SENTINEL}))
            assert SENTINEL in answer.content.decode()
            collector = process.collector()
            assert collector is not None
            collector.write()
        with override_settings(PERFKIT={}):
            process.collector()
    finally:
        lazy_load.disconnect(hear)
    ours = [record for record in caplog.records if record.name.startswith("perfkit")]
    assert len(ours) > 5
    outputs["log"] = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in ours)
    [span] = [span for span in EXPORTER.get_finished_spans() if span.name == "a page"]
    assert span.events
    outputs["span"] = span.to_json()
    outputs["metrics"] = str(READER.get_metrics_data().to_json())  # type: ignore[union-attr]
    outputs["signals"] = "\n".join(heard)
    baseline.write(known, recorder.entries)
    outputs["baseline"] = known.read_text()
    outputs["evidence"] = usage.read_text()
    log = tmp_path / "routes.log"
    log.write_text("\n".join(r.getMessage() for r in ours if r.name == "perfkit.routes"))
    capsys.readouterr()
    call_command("perfkit", "usage", str(usage), "--html", str(tmp_path / "usage.html"))
    outputs["usage page"] = (tmp_path / "usage.html").read_text()
    for name, arguments in {
        "usage": ["usage", str(usage)],
        "usage as JSON": ["usage", str(usage), "--json"],
        "routes": ["routes", str(log)],
        "routes as JSON": ["routes", str(log), "--json"],
        "routes page": ["routes", str(log), "--html"],
    }.items():
        call_command("perfkit", *arguments)
        outputs[name] = capsys.readouterr().out
    with audit(mode="collect") as report:
        read_everything()
    outputs["report"] = f"{report} {report!r} {report.to_json()}"
    with audit(mode="raise"), pytest.raises(LazyLoadError) as caught:
        read_everything()
    outputs["error"] = f"{caught.value} {caught.value.finding}"
    with pytest.raises(AssertionError) as grown:
        assert_constant_queries(lambda: len(read_everything()), grow=make_rows, fixed_size=False)
    outputs["growth"] = str(grown.value)
    outputs["plan"] = str(PresetQuerySet(Book).optimize_for(Preset(only=["title"])).loading_plan)
    for name, text in outputs.items():
        assert text, name
        assert SENTINEL not in text, f"{name}: {text[max(0, text.index(SENTINEL) - 300) :][:400]}"
        assert str(NUMBER) not in text, name
    assert "blurb" in outputs["report"]


class Pages:
    """The URLs of a project with the Debug Toolbar, and the page that reads everything."""

    urlpatterns = (
        urls.path("everything/", lambda request: HttpResponse(str(read_everything()))),
        urls.path("__debug__/", urls.include("debug_toolbar.urls")),
    )


@pytest.mark.parametrize("audit_first", [False, True])
def test_no_value_of_a_row_is_in_the_panel_of_the_debug_toolbar(
    transactional_db: None, settings: Any, audit_first: bool
) -> None:
    """It has findings, plans, lines and evidence of the page that reads everything, and no value."""
    settings.ROOT_URLCONF, settings.DEBUG, settings.INTERNAL_IPS = Pages, True, ["127.0.0.1"]
    settings.MIDDLEWARE = ["debug_toolbar.middleware.DebugToolbarMiddleware"]
    settings.PERFKIT = {"AUDIT": "log"}
    if audit_first:
        settings.MIDDLEWARE.insert(0, "perfkit.middleware.AuditMiddleware")
    make_rows()
    with record_usage():
        answer = Client().get("/everything/", {"q": SENTINEL})
        assert SENTINEL in answer.content.decode()
        query = {"request_id": answer.headers["djdt-request-id"], "panel_id": "PerfkitPanel"}
        panel = Client().get("/__debug__/render_panel/", query).json()["content"]
    for shown in (
        "Spoken.blurb",
        "Spoken.secret",
        "Spoken.tags",
        "test_security.py",
        "Loaded and never read",
    ):
        assert shown in panel
    assert SENTINEL not in panel
    assert str(NUMBER) not in panel


class Tags(HTMLParser):
    """Collects the elements of a page, with the names of their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.found.append((tag, tuple(name for name, _ in attrs)))


MARKUP = st.lists(
    st.sampled_from(
        [
            *(
                "<script>",
                "</script>",
                "<img src=x onerror=alert(1)>",
                "<!--",
                "-->",
                "]]>",
                "</style>",
            ),
            *('"', "'", ">", "<", "&", "&lt;", "&#60;", "`", "\\", "/", " onload=", "javascript:"),
            *(
                "{{ 7|add:7 }}",
                "{% include 'x' %}",
                "</td>",
                "</html>",
                "<svg/onload=x>",
                "é",
                "\u202e",
            ),
        ]
    ),
    min_size=1,
    max_size=6,
).map("".join)


def usage_page(name: str) -> str:
    evidence = Evidence()
    rows = RowsUsage(name, how={"rows", name}, rows=1, samples=1, members={name}, queries={name})
    rows.column(name).size = 3
    rows.column("read").via.add(name)
    rows.children[name] = RowsUsage(name, how={name}, samples=1)
    evidence.add(QuerysetUsage(Line(name, name, 1, name, name, 1, (name,)), rows))
    return page(evidence, [name])


@given(name=MARKUP)
def test_markup_in_names_stays_text_on_the_usage_page(name: str) -> None:
    """The page has the elements and attributes that it has for harmless names, and no others."""
    assert Tags(usage_page(name)).found == Tags(usage_page("plain")).found
    assert "14" not in Tags(usage_page("{{ 7|add:7 }}")).rawdata


def routes_page(name: str, path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    line = {"event": "perfkit.route", "route": name, "method": name, "status": 200, "duration": 0.1}
    line |= {"database": 0.1, "queries": 1, "lazy_loads": 1, "presets": [name]}
    path.write_text(json.dumps(line) + "\n")
    call_command("perfkit", "routes", str(path), "--html")
    return capsys.readouterr().out


@given(name=MARKUP)
def test_markup_in_names_stays_text_on_the_routes_page(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same for the page of a log."""
    path = tmp_path / "log"
    assert (
        Tags(routes_page(name, path, capsys)).found == Tags(routes_page("a/", path, capsys)).found
    )


#: Calls that run what they are given, or make objects of foreign bytes.
DANGEROUS = {
    *("eval", "exec", "__import__", "compile", "execfile", "input"),
    *(
        "pickle",
        "cPickle",
        "dill",
        "marshal",
        "shelve",
        "yaml",
        "jsonpickle",
        "subprocess",
        "os.system",
    ),
}
#: Where one of them stands, and why it may.
ALLOWED = {
    (
        "inference/sources.py",
        "compile",
    ): "code of the project's own files is compiled to be found again, never run",
}


def dangerous_names(tree: ast.AST) -> set[str]:
    """Return what a module calls or imports that runs or unpacks things."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            found |= {name} & DANGEROUS
        elif isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names} & DANGEROUS
        elif isinstance(node, ast.ImportFrom):
            found |= {(node.module or "").partition(".")[0]} & DANGEROUS
    return found


def test_nothing_foreign_is_run_or_unpickled() -> None:
    """No module evaluates, unpickles or starts anything; what is allowed has its reason."""
    assert dangerous_names(ast.parse("import pickle\neval(x)")) == {"pickle", "eval"}
    found = {
        (str(path.relative_to(PACKAGE)), name)
        for path in PACKAGE.rglob("*.py")
        for name in dangerous_names(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert found == set(ALLOWED)


def test_templates_of_perfkit_escape_everything() -> None:
    """No template switches escaping off, and none loads anything from elsewhere."""
    for path in (PACKAGE / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        for word in ("|safe", "autoescape", "mark_safe", "<script", "http://", "https://", "url("):
            assert word not in text, (path.name, word)


def test_no_page_is_reachable_unless_it_is_mounted() -> None:
    """perfkit has no URLs and no views of its own: in a project without URLs every path is a 404."""
    for path in PACKAGE.rglob("*.py"):
        names = {
            node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)
        }
        assert "urlpatterns" not in names, path
    client = Client(raise_request_exception=False)
    with override_settings(ROOT_URLCONF="tests.no_urls", DEBUG=False, PERFKIT={"AUDIT": "log"}):
        for path in (
            "",
            "perfkit/",
            "perfkit/usage/",
            "perfkit/routes/",
            "__perfkit__/",
            "__debug__/",
        ):
            answer = client.get(f"/{path}")
            assert answer.status_code == 404
            assert b"perfkit" not in answer.content
