"""Exceptions in code that perfkit calls, or runs inside of: the page goes on, and nothing else is lost."""

from __future__ import annotations

import logging
import pickle
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import models
from django.db.models import Value
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings

from perfkit import LazyLoadError, LazyLoadWarning, Preset, PresetQuerySet, audit, record_usage
from perfkit.auditor.context import current
from perfkit.middleware import AuditMiddleware, RoutesMiddleware
from perfkit.signals import lazy_load
from perfkit.usage import recorder
from tests.auditor.app.models import Book, Person

pytestmark = pytest.mark.django_db

request = RequestFactory().get("/")


@pytest.fixture
def books(db: None) -> None:
    """Two books of two authors."""
    for number in range(2):
        author = Person.objects.create(name=f"Author {number}")
        Book.objects.create(title=f"Book {number}", author=author)


def read_two_fields() -> None:
    for book in Book.objects.only("title"):
        book.blurb
        book.author


class Broken(logging.Handler):
    """A handler that fails, as one does whose server is gone and that doesn't ask ``handleError``."""

    def handle(self, record: logging.LogRecord) -> bool:
        raise ConnectionError("the log server is gone")


@contextmanager
def broken_logging(*names: str) -> Iterator[None]:
    """Let what is logged under the names fail."""
    handler = Broken()
    loggers = [logging.getLogger(name) for name in names]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.removeHandler(handler)
            logger.setLevel(level)


class Failing(Book):
    """A book whose property fails after it has read."""

    class Meta:
        proxy = True
        app_label = "auditor"

    @property
    def broken(self) -> str:
        raise ValueError(f"no price for {len(self.blurb)} letters")


def test_an_exception_in_a_property(books: None) -> None:
    """It goes to whoever read; the loads before it are findings that name the property."""
    with audit(mode="collect") as report, record_usage() as usage:
        for book in Failing.objects.only("title"):
            with pytest.raises(ValueError, match="no price for 5 letters"):
                book.broken
    [finding] = report.findings
    assert (finding.field, finding.count, finding.via) == ("blurb", 2, ("Failing.broken",))
    assert usage.querysets[0].rows.columns["blurb"].lazy in (0, 2)
    assert current.get() is None
    assert recorder.current.get() is None


def test_an_exception_in_a_receiver(books: None, caplog: pytest.LogCaptureFixture) -> None:
    """The receiver is named in the log, the other receivers and the log get all findings."""
    seen: list[str] = []

    def fails(**kwargs: Any) -> None:
        raise RuntimeError("no")

    def hears(finding: Any, **kwargs: Any) -> None:
        seen.append(finding.field)

    with connected(fails), connected(hears), audit(mode="log"):
        read_two_fields()
    assert sorted(seen) == ["author", "author_id", "blurb"]
    assert len([record for record in caplog.records if hasattr(record, "finding")]) == 3
    assert "fails" in caplog.text
    assert "lazy_load failed" in caplog.text


@contextmanager
def connected(receiver: Callable[..., Any]) -> Iterator[None]:
    lazy_load.connect(receiver)
    try:
        yield
    finally:
        lazy_load.disconnect(receiver)


def test_a_receiver_and_the_log_fail(books: None, capsys: pytest.CaptureFixture[str]) -> None:
    """Where there is nobody left to tell it to, it goes to the standard error output."""

    def fails(**kwargs: Any) -> None:
        raise RuntimeError("the chat is down")

    with broken_logging("perfkit.audit", "django.dispatch"), connected(fails):
        with audit(mode="collect") as report:
            read_two_fields()
    assert len(report.findings) == 3
    told = capsys.readouterr().err
    assert "the chat is down" in told
    assert "the log server is gone" in told


@pytest.mark.parametrize("logger", ["perfkit.audit", "perfkit.routes", ""])
def test_a_log_handler_that_fails(
    books: None, logger: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The page is answered; every finding goes to the standard error output with the handler's error."""

    def page(request: HttpRequest) -> HttpResponse:
        read_two_fields()
        return HttpResponse("whole")

    chain: Any = RoutesMiddleware(AuditMiddleware(page))
    with override_settings(PERFKIT={"AUDIT": "log"}), broken_logging(logger):
        assert chain(request).content == b"whole"
    told = capsys.readouterr().err
    if logger != "perfkit.routes":
        for field in ("blurb", "author_id", "author"):
            assert f"Book.{field} was read lazily" in told
    if logger != "perfkit.audit":
        assert '"event": "perfkit.route"' in told
    assert "the log server is gone" in told
    assert current.get() is None


def test_a_warning_that_is_an_error(books: None) -> None:
    """Where the project makes warnings errors, the block fails with the first, and all findings are told."""
    seen: list[str] = []

    def hears(finding: Any, **kwargs: Any) -> None:
        seen.append(finding.field)

    def work() -> None:
        with audit(mode="warn"):
            read_two_fields()

    with connected(hears), warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(LazyLoadWarning) as caught:
            work()
    assert sorted(seen) == ["author", "author_id", "blurb"]
    for field in ("blurb", "author_id", "author"):
        assert f"Book.{field} was read lazily" in str(caught.value)
    assert current.get() is None


def test_a_receiver_that_loads_lazily(books: None) -> None:
    """What a receiver reads of a row in the mode "raise" is stopped once, not for ever."""
    calls = []
    rows = list(Book.objects.only("title"))

    def reads(finding: Any, **kwargs: Any) -> None:
        calls.append(finding)
        rows[1].blurb

    with connected(reads), audit(mode="raise"), pytest.raises(LazyLoadError):
        Book.objects.only("title")[:2][0].blurb
    assert len(calls) <= 2


def test_an_exception_in_the_block_and_in_the_report(books: None) -> None:
    """The error of the page is the one that is raised on, or is its context."""

    def page(request: HttpRequest) -> HttpResponse:
        read_two_fields()
        raise KeyError("of the page")

    with override_settings(PERFKIT={"AUDIT": "log"}), broken_logging("perfkit.audit"):
        with pytest.raises(KeyError, match="of the page"):
            AuditMiddleware(page)(request)
    assert current.get() is None


class Circular(Book):
    """A book whose property asks for itself."""

    class Meta:
        proxy = True
        app_label = "auditor"

    @property
    def endless(self) -> str:
        return self.blurb + self.endless

    @property
    def deep(self) -> int:
        return self.level(150)

    def level(self, left: int) -> int:
        return self.level(left - 1) if left else len(self.blurb)


def test_recursion_without_end(books: None, caplog: pytest.LogCaptureFixture) -> None:
    """Python's RecursionError comes through, and the auditor goes on."""
    with audit(mode="collect") as report:
        first, second = Circular.objects.only("title")
        with pytest.raises(RecursionError):
            first.endless
        assert second.deep == 5
    assert {finding.field for finding in report.findings} == {"blurb"}
    assert current.get() is None
    with record_usage():
        with pytest.raises(RecursionError):
            Circular.objects.all()[0].endless
    assert recorder.current.get() is None


def test_a_recursive_property_in_a_preset() -> None:
    """Inference ends, and what it can't follow is not narrowed."""
    queryset = Preset(only=["endless"]).apply(PresetQuerySet(Circular))
    assert queryset.loading_plan
    assert "endless" in str(Preset(only=["endless"]))


class Unpicklable:
    """A value that no pickle takes."""

    def __reduce__(self) -> Any:
        raise TypeError("no pickle takes this")


class Odd(models.Field):  # type: ignore[type-arg]
    """A column whose values no pickle takes."""

    def db_type(self, connection: Any) -> str:
        return "integer"

    def from_db_value(self, value: Any, *args: Any) -> Any:
        return Unpicklable()


def odd() -> Any:
    return Preset(only=["title"], annotate={"odd": Value(1, output_field=Odd())})


@pytest.mark.parametrize("recording", [False, True])
def test_an_unpicklable_annotation(books: None, recording: bool) -> None:
    """Its rows are read as any others, and only the pickle of them fails, with the value's own error."""
    with audit(mode="collect") as report:
        if recording:
            with record_usage():
                rows = list(odd().apply(PresetQuerySet(Book)))
        else:
            rows = list(odd().apply(PresetQuerySet(Book)))
        assert type(rows[0].odd) is Unpicklable
        with pytest.raises(TypeError, match="no pickle takes this"):
            pickle.dumps(rows[0])
        assert rows[0].title == "Book 0"
    assert report.findings == ()


def test_pickles_of_what_made_it() -> None:
    """An expression that no pickle takes is Python's own error for queryset and plan, as without perfkit."""
    made = Preset(annotate={"odd": Value(Unpicklable(), output_field=Odd())})
    queryset = made.apply(PresetQuerySet(Book))
    for value in (queryset.query, queryset.loading_plan, made):
        with pytest.raises(TypeError, match="no pickle takes this"):
            pickle.dumps(value)
    assert "odd" in str(queryset.loading_plan)
    assert hash(queryset.loading_plan) == hash(made.apply(PresetQuerySet(Book)).loading_plan)
