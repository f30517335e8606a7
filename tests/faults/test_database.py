"""The database goes away in mid-page, or a row does: Django's own error, and nothing else is lost."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import DatabaseError, InterfaceError, connections
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import RequestFactory, override_settings

from perfkit import Preset, PresetQuerySet, audit, record_usage
from perfkit.auditor import hooks
from perfkit.auditor.context import current
from perfkit.middleware import AuditMiddleware, RoutesMiddleware, UsageMiddleware
from perfkit.usage import recorder
from tests.auditor.app.models import Book, Chapter, Person
from tests.faults.conftest import DOOMED

#: What Django raises where the connection is gone; of SQLite's closed file it lets the driver's own through.
GONE = (DatabaseError, InterfaceError, sqlite3.ProgrammingError)

READS: dict[str, Callable[[Book], Any]] = {
    "deferred-field": lambda book: book.blurb,
    "to-one": lambda book: book.author.name,
    "related-manager": lambda book: list(book.chapters.all()),
    "related-manager, count": lambda book: book.tags.count(),
    "related-manager, iterator": lambda book: list(book.tags.iterator()),
}


def books() -> Any:
    return Book.objects.using(DOOMED).only("title", "author").order_by("pk")


@pytest.mark.parametrize("mode", ["collect", "log", "warn"])
@pytest.mark.parametrize("read", READS.values(), ids=READS)
@pytest.mark.filterwarnings("ignore::perfkit.LazyLoadWarning")
def test_the_database_goes_as_a_row_is_read(
    doomed: Callable[[], None], read: Callable[[Book], Any], mode: str
) -> None:
    """The page gets Django's error; what was found before counts, and what comes after is not mixed up with it."""
    with audit(mode=mode) as report:
        first, second, _ = books()
        read(first)
        doomed()
        with pytest.raises(GONE):
            read(second)
        before, [finding] = report.query_count, report.findings
        assert finding.count == 2
        Person.objects.count()
        assert report.query_count == before + 1
    [after] = report.findings
    assert after.queries == finding.queries
    assert current.get() is None


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_the_next_read_goes_well(doomed: Callable[[], None], read: Callable[[Book], Any]) -> None:
    """After a new connection the same line loads the row, and is counted."""
    with audit(mode="collect") as report:
        first, second, third = books()
        read(first)
        doomed()
        with pytest.raises(GONE):
            read(second)
        connections[DOOMED].close()
        assert read(third)
    assert [finding.count for finding in report.findings] == [3]


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_usage_of_a_page_that_fails(
    doomed: Callable[[], None], read: Callable[[Book], Any]
) -> None:
    """What was loaded and read before is evidence."""
    with record_usage() as usage:
        rows = list(books())
        assert rows[0].title
        doomed()
        with pytest.raises(GONE):
            read(rows[0])
    assert recorder.current.get() is None
    [found] = [
        each for each in usage if each.line.function == test_usage_of_a_page_that_fails.__name__
    ]
    assert found.rows.columns["title"].used
    assert found.rows.rows == 3


class Pages:
    """A page that reads a row of each of three books, one of which may be the last."""

    def __init__(self, doomed: Callable[[], None]) -> None:
        self.doomed = doomed
        self.fails = True

    def parts(self) -> Iterator[str]:
        for number, book in enumerate(books()):
            if self.fails and number == 1:
                self.doomed()
            yield book.author.name

    def whole(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("".join(self.parts()))

    def streamed(self, request: HttpRequest) -> StreamingHttpResponse:
        return StreamingHttpResponse(self.parts())


@pytest.mark.parametrize("how", ["whole", "streamed"])
def test_a_page_through_the_middlewares(
    doomed: Callable[[], None], how: str, caplog: pytest.LogCaptureFixture, tmp_path: Any
) -> None:
    """The findings of the page that failed are told, its line is written, and the next page is a new one."""
    pages = Pages(doomed)
    chain: Any = getattr(pages, how)
    for middleware in (AuditMiddleware, UsageMiddleware, RoutesMiddleware):
        chain = middleware(chain)
    request = RequestFactory().get("/")
    usage = str(tmp_path / "usage")
    with override_settings(PERFKIT={"AUDIT": "log", "USAGE_FILE": usage}):
        with caplog.at_level(logging.INFO), pytest.raises(GONE):
            b"".join(chain(request))
        assert [record.name for record in caplog.records] == ["perfkit.audit", "perfkit.routes"]
        assert caplog.records[0].__dict__["finding"].count == 2
        assert current.get() is None
        assert recorder.current.get() is None
        caplog.clear()
        connections[DOOMED].close()
        pages.fails = False
        with caplog.at_level(logging.INFO):
            assert b"".join(chain(request)) == b"Author 0Author 1Author 2"
        assert caplog.records[0].__dict__["finding"].count == 3
    with override_settings(PERFKIT={}):
        UsageMiddleware(pages.whole)
        from perfkit.usage import process

        process.collector()
    hooks.uninstall_unless_held()


def test_a_prefetch_that_fails(doomed: Callable[[], None]) -> None:
    """A preset's prefetch raises Django's error; the same queryset is evaluated again on a new connection."""
    queryset = Preset(only=["title", "chapters__heading"]).apply(PresetQuerySet(Book, using=DOOMED))

    ended = []

    def ending(execute: Any, sql: str, *rest: Any) -> Any:
        if "chapter" in sql and not ended:
            ended.append(sql)
            doomed()
        return execute(sql, *rest)

    with audit(mode="collect") as report:
        with connections[DOOMED].execute_wrapper(ending), pytest.raises(GONE):
            list(queryset)
        connections[DOOMED].close()
        assert [book.chapters.all()[0].heading for book in queryset.all()] == ["One"] * 3
    assert report.findings == ()
    assert current.get() is None


@pytest.mark.parametrize("name", ["blurb", "author"])
def test_a_row_is_deleted_before_it_is_read(doomed: Callable[[], None], name: str) -> None:
    """The page gets Django's DoesNotExist, and the read is counted as any other."""
    with audit(mode="collect") as report:
        rows = list(books())
        Chapter.objects.using(DOOMED).all().delete()
        through: Any = Book.tags.through
        through.objects.using(DOOMED).all().delete()
        Book.objects.using(DOOMED).filter(pk=rows[1].pk)._raw_delete(DOOMED)
        if name == "author":
            Book.objects.using(DOOMED).all()._raw_delete(DOOMED)
            Person.objects.using(DOOMED).filter(pk=rows[1].author_id)._raw_delete(DOOMED)
        expected = Book.DoesNotExist if name == "blurb" else Person.DoesNotExist
        missing = []
        for row in rows:
            try:
                getattr(row, name)
            except expected:
                missing.append(row)
    assert missing == [rows[1]]
    assert [(f.field, f.count, f.queries) for f in report.findings] == [(name, 3, 3)]
    assert current.get() is None


@pytest.mark.parametrize("mode", ["one", "peers"])
def test_a_deleted_row_among_its_peers(doomed: Callable[[], None], mode: str) -> None:
    """With fetch mode "peers" the other rows get their values, as they do with Django's own."""
    queryset = Preset(only=["title"], fetch_mode=mode).apply(PresetQuerySet(Book, using=DOOMED))
    with audit(mode="collect") as report:
        rows = list(queryset.order_by("pk"))
        gone = Book.objects.using(DOOMED).get(pk=rows[1].pk)
        gone.delete()
        assert rows[0].blurb == "blurb"
        with pytest.raises(Book.DoesNotExist):
            rows[1].blurb
        assert rows[2].blurb == "blurb"
    assert report.findings[0].field == "blurb"


def test_batches_that_are_interrupted(doomed: Callable[[], None]) -> None:
    """Whoever begins again behind the last row sees every row once."""
    rows = PresetQuerySet(Book, using=DOOMED)
    seen: list[Book] = []

    def work() -> None:
        for batch in rows.batches(1):
            seen.extend(batch)
            doomed()

    with pytest.raises(GONE):
        work()
    assert len(seen) == 1
    connections[DOOMED].close()
    for batch in rows.filter(pk__gt=seen[-1].pk).batches(1):
        seen += batch
    assert [book.title for book in seen] == ["Book 0", "Book 1", "Book 2"]


def test_batches_that_are_left(doomed: Callable[[], None]) -> None:
    """An interrupted loop leaves nothing open: the connection serves the next query, and the iterator is over."""
    rows = PresetQuerySet(Book, using=DOOMED)
    batches = rows.batches(1)
    assert len(next(batches)) == 1
    with pytest.raises(KeyboardInterrupt):
        batches.throw(KeyboardInterrupt)
    assert list(batches) == []
    assert rows.count() == 3
