"""The middleware: evidence of a process goes to a file, and stays in memory where it can't."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory, override_settings

from perfkit.middleware import UsageMiddleware
from perfkit.usage import files, hooks, process
from tests.testapp.models import Book

request = RequestFactory().get("/")


def page(request: object) -> HttpResponse:
    return HttpResponse("".join(book.title for book in Book.objects.all()))


@pytest.fixture
def file(tmp_path: Path):
    """A file of evidence that the settings name; recording stops afterwards."""
    path = tmp_path / "usage"
    with override_settings(PERFKIT={"USAGE_FILE": str(path)}):
        yield path
    with override_settings(PERFKIT={}):
        process.collector()


@pytest.mark.django_db
def test_requests_add_up_in_the_file(world: None, file: Path) -> None:
    """Two requests are one line of evidence, written when the recording stops."""
    middleware = UsageMiddleware(page)
    middleware(request)
    middleware(request)
    assert hooks.is_installed()
    assert not file.exists()
    process.collector().write()
    [found] = files.read([str(file)])[0].querysets
    assert found.rows.evaluations == 2
    assert found.rows.columns["title"].used
    process.collector().write()
    assert files.read([str(file)])[0].querysets[0].rows.evaluations == 2


@pytest.mark.django_db
def test_a_stream_is_recorded_to_its_end(world: None, file: Path) -> None:
    """What is loaded and read as the content is sent counts."""

    def stream(request: object) -> StreamingHttpResponse:
        return StreamingHttpResponse(book.blurb for book in Book.objects.iterator())

    b"".join(UsageMiddleware(stream)(request))
    process.collector().write()
    [found] = files.read([str(file)])[0].querysets
    assert found.rows.columns["blurb"].used
    assert found.rows.rows == Book.objects.count()


@pytest.mark.django_db
def test_what_cannot_be_written_is_kept(
    world: None, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A full disk is told, and the evidence is written the next time."""
    UsageMiddleware(page)(request)
    collector = process.collector()
    collector.file = "/dev/full"
    with caplog.at_level(logging.ERROR, "perfkit.usage"):
        assert not collector.write()
    assert "kept in memory" in caplog.text
    collector.file = str(file)
    assert collector.write()
    assert files.read([str(file)])[0].querysets[0].rows.evaluations == 1


@pytest.mark.django_db
def test_without_a_file_nothing_is_recorded(world: None) -> None:
    """The middleware passes requests on, and nothing is in Django."""
    with override_settings(PERFKIT={}):
        UsageMiddleware(page)(request)
    assert not hooks.is_installed()
