"""Scopes: nesting, decorators, threads, event loops, and responses to their last byte."""

import asyncio
import functools
import gc
import sys
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync, markcoroutinefunction, sync_to_async
from django.db import connections
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.test import AsyncClient, RequestFactory

from perfkit import LazyLoadWarning, audit, record_usage
from perfkit.auditor import callers, install, is_installed, uninstall
from perfkit.middleware import AuditMiddleware
from tests.auditor.app.models import Book
from tests.auditor.app.reads import READS, read

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.auditor.urls")]

each_kind = pytest.mark.parametrize("entry", READS, ids=[entry.kind for entry in READS])
MIDDLEWARE = ["perfkit.middleware.AuditMiddleware"]


def read_blurbs():
    """Read a deferred field of all books."""
    for book in Book.objects.only("title"):
        book.blurb


def test_findings_belong_to_the_innermost_scope(books):
    """A scope inside another keeps its findings; its statements count for both."""
    with audit(mode="collect") as outer:
        Book.objects.count()
        with audit(mode="collect") as inner:
            read_blurbs()
        Book.objects.count()
    assert (len(inner.findings), inner.query_count) == (1, 4)
    assert (outer.findings, outer.query_count) == ((), 6)


def test_nothing_is_recorded_outside(books):
    """After a scope has closed its report doesn't change."""
    with audit(mode="collect") as report:
        rows = list(Book.objects.only("title"))
    rows[0].blurb
    assert (report.findings, report.query_count) == ((), 1)


@each_kind
def test_without_a_scope_nothing_is_told(books, caplog, settings, entry):
    """With the hooks in Django and no scope open, rows are as ever."""
    settings.PERFKIT = {"AUDIT": "raise"}
    assert is_installed()
    values = {str(read(row, entry.name)) for row in entry.queryset()}
    assert values == {str(read(row, entry.name)) for row in entry.model.objects.all()}
    assert caplog.records == []


def test_without_a_scope_a_prefetch_is_served(books, django_assert_num_queries):
    """Rows that were prefetched outside a scope are there inside one."""
    install()
    with django_assert_num_queries(3):
        rows = list(Book.objects.prefetch_related("chapters__reviewer"))
        with audit(mode="raise"):
            headings = [[c.heading for c in book.chapters.all() if c.reviewer] for book in rows]
    uninstall()
    assert headings == [["One", "Two"]] * 3


def test_a_decorated_function(books, caplog):
    """The decorator opens a scope per call, and keeps the function's name and value."""

    @audit(mode="log")
    def task(number):
        """Do the task."""
        read_blurbs()
        return number

    assert (task(1), task(number=2)) == (1, 2)
    assert (task.__name__, task.__doc__) == ("task", "Do the task.")
    assert len(caplog.records) == 2


def test_a_decorated_coroutine(books, caplog):
    """The decorator of a coroutine function opens a scope around its awaits."""

    @audit(mode="log")
    async def task():
        await sync_to_async(read_blurbs)()
        return "done"

    assert async_to_sync(task)() == "done"
    assert len(caplog.records) == 1


def test_a_decorated_generator():
    """A generator can't be decorated; the error says what to write."""
    with pytest.raises(TypeError, match="with audit\\(\\):"):

        @audit()
        def rows():
            yield 1


def test_one_audit_object_serves_twice(books):
    """The same object may be entered again, also inside itself."""
    twice = audit(mode="collect")
    with twice as outer, twice as inner:
        read_blurbs()
    with twice as again:
        pass
    assert (len(inner.findings), len(outer.findings), len(again.findings)) == (1, 0, 0)


def in_threads(*functions):
    """Run the functions in threads of their own on this thread's connection."""
    connection = connections["default"]
    connection.inc_thread_sharing()

    def share(function):
        connections["default"] = connection
        function()

    threads = [threading.Thread(target=share, args=[function]) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    connection.dec_thread_sharing()


def test_a_thread_without_a_scope(books):
    """Rows carry their scope into a thread that has none, while that scope is open."""
    seen = []

    def read():
        seen.extend(row.blurb for row in rows)
        seen.extend(list(row.chapters.all()) for row in rows)

    with audit(mode="collect") as report:
        rows = list(Book.objects.only("title"))
        in_threads(read)
    assert [f.kind for f in report.findings] == ["deferred-field", "related-manager"]
    assert len(seen) == 6


def test_a_thread_after_the_scope(books):
    """When the scope of the rows has closed, a thread without one reports nothing."""
    with audit(mode="collect") as report:
        rows = list(Book.objects.only("title"))
    in_threads(lambda: [row.blurb for row in rows])
    assert report.findings == ()


two_names = pytest.mark.parametrize("names", [("blurb", "price"), ("author", "editor")])


@two_names
def test_two_threads_never_mix(books, names):
    """Two scopes in two threads that take turns keep their findings apart."""
    turns = threading.Barrier(2)
    taking = threading.Lock()
    found = {}

    def read(name):
        with audit(mode="collect") as report:
            with taking:
                rows = list(Book.objects.only("title", "author", "editor"))
            for row in rows:
                turns.wait()
                with taking:
                    getattr(row, name)
        found[name] = [(f.field, f.count) for f in report.findings]

    in_threads(*(functools.partial(read, name) for name in names))
    assert found == {name: [(name, 3)] for name in names}


@two_names
def test_two_tasks_of_one_loop_never_mix(books, names):
    """Two coroutines that take turns in one event loop keep their findings apart."""

    async def work(name):
        async with audit(mode="collect") as report:
            async for book in Book.objects.only("title", "author", "editor"):
                await asyncio.sleep(0)
                await sync_to_async(getattr)(book, name)
        return [(f.field, f.count) for f in report.findings]

    async def both():
        return await asyncio.gather(*map(work, names))

    assert async_to_sync(both)() == [[(name, 3)] for name in names]


def test_two_requests_of_one_loop_never_mix(books, settings):
    """Two streams that are read in turns keep their findings apart, to the last byte."""
    settings.PERFKIT = {"AUDIT": "warn"}
    settings.MIDDLEWARE = MIDDLEWARE

    async def both():
        clients = [AsyncClient().get("/async-stream/", {"read": entry.name}) for entry in READS[:2]]
        streams = [aiter(r.streaming_content) for r in await asyncio.gather(*clients)]
        for _ in range(3):
            await asyncio.gather(*(anext(stream) for stream in streams))
        return await asyncio.gather(*(anext(stream, None) for stream in streams))

    with pytest.warns(LazyLoadWarning) as seen:
        assert async_to_sync(both)() == [None, None]
    found = [(w.message.finding.field, w.message.finding.count) for w in seen]
    assert sorted(found) == [("author", 3), ("blurb", 3)]


def assert_found(seen, entry, url):
    """Assert that a request was warned of its lazy loads once, where they were read."""
    (finding,) = [w.message.finding for w in seen if w.message.finding.kind == entry.kind]
    assert (finding.model, finding.field, finding.count) == (entry.model, entry.field, 3)
    assert finding.via == entry.via
    if "template" in url or url == "generic":
        assert finding.template.file.endswith("audited/row.html")
    else:
        assert finding.template is None
        assert finding.location.function == "read"
    if "template-stream" in url:
        assert finding.location.source.endswith("# the stream renders")


@each_kind
@pytest.mark.parametrize(
    "url", ["view", "template", "lazy-template", "generic", "stream", "template-stream"]
)
def test_the_middleware(client, books, settings, entry, url):
    """A request is a scope, to the last byte of a stream or a lazily rendered template."""
    settings.PERFKIT = {"AUDIT": "warn"}
    settings.MIDDLEWARE = MIDDLEWARE
    with pytest.warns(LazyLoadWarning) as seen:
        response = client.get(f"/{url}/", {"read": entry.name})
        if response.streaming:
            assert len(seen) == 0
            assert len(list(response.streaming_content)) == 3
    assert_found(seen, entry, url)


@each_kind
@pytest.mark.parametrize(
    "url",
    [
        *("view", "template", "async", "async-stream"),
        *("async-template-stream", "async-lazy-template"),
    ],
)
def test_the_middleware_under_asgi(books, settings, entry, url):
    """The same under an event loop, with asynchronous streams."""
    settings.PERFKIT = {"AUDIT": "warn"}
    settings.MIDDLEWARE = MIDDLEWARE

    async def ask():
        response = await AsyncClient().get(f"/{url}/", {"read": entry.name})
        if response.streaming:
            assert len([chunk async for chunk in response.streaming_content]) == 3

    with pytest.warns(LazyLoadWarning) as seen:
        async_to_sync(ask)()
    assert_found(seen, entry, url)


def middleware_of_the_user(get_response):
    """Stand between the server and the view, as an asynchronous function of the project's own."""

    async def pass_on(request):
        return await get_response(request)

    return markcoroutinefunction(pass_on)


middleware_of_the_user.sync_capable, middleware_of_the_user.async_capable = False, True


def test_no_middleware_is_the_origin_of_a_generic_view_s_rows(books, settings):
    """Under an event loop too, rows that a generic view evaluates come from the view, not from who awaits it."""
    settings.PERFKIT = {"AUDIT": "warn"}
    settings.MIDDLEWARE = [*MIDDLEWARE, f"{__name__}.middleware_of_the_user"]
    with pytest.warns(LazyLoadWarning) as seen:
        async_to_sync(AsyncClient().get)("/generic/", {"read": "blurb"})
    [origin] = {warning.message.finding.origin.location for warning in seen}
    assert (Path(origin.file).name, origin.function) == ("views.py", "Generic")


def test_the_middleware_with_the_auditor_off(client, books, settings, unhooked):
    """Without AUDIT the middleware passes requests on."""
    settings.MIDDLEWARE = MIDDLEWARE
    assert client.get("/view/", {"read": "blurb"}).status_code == 200
    assert not is_installed()


def test_a_response_that_is_rendered_after_the_middleware(books, settings):
    """A response that leaves the middleware unrendered takes the scope along."""
    settings.PERFKIT = {"AUDIT": "warn"}

    def view(request):
        context = {"rows": Book.objects.only("title"), "read": "blurb"}
        return TemplateResponse(request, "audited/books.html", context)

    response = AuditMiddleware(view)(RequestFactory().get("/"))
    with pytest.warns(LazyLoadWarning) as seen:
        response.render()
    assert len(seen) == 1
    assert "render" not in vars(response)


def test_a_stream_that_is_not_read_to_its_end(books, settings):
    """A client that goes away closes the response, and the scope with it."""
    settings.PERFKIT = {"AUDIT": "warn"}

    def rows():
        for book in Book.objects.only("title"):
            yield book.blurb

    response = AuditMiddleware(lambda request: StreamingHttpResponse(rows()))(
        RequestFactory().get("/")
    )
    next(iter(response))
    with pytest.warns(LazyLoadWarning) as seen:
        response.close()
    assert seen[0].message.finding.count == 1


def test_a_view_that_fails(books, settings):
    """An exception goes on through the middleware, and what was found is reported."""
    settings.PERFKIT = {"AUDIT": "warn"}

    def view(request):
        read_blurbs()
        raise ZeroDivisionError

    with pytest.warns(LazyLoadWarning), pytest.raises(ZeroDivisionError):
        AuditMiddleware(view)(RequestFactory().get("/"))


def test_a_file_is_left_alone(settings, tmp_path):
    """A file response keeps the file that a server sends by itself."""
    settings.PERFKIT = {"AUDIT": "warn"}
    file = tmp_path / "file"
    file.write_text("text")
    opened = file.open("rb")
    response = AuditMiddleware(lambda request: FileResponse(opened))(RequestFactory().get("/"))
    assert response.file_to_stream is opened
    response.close()


def test_a_plain_response_is_the_view_s_own(settings):
    """The middleware hands on the very response."""
    settings.PERFKIT = {"AUDIT": "warn"}
    response = HttpResponse("x")
    assert AuditMiddleware(lambda request: response)(RequestFactory().get("/")) is response


@each_kind
def test_a_finding_keeps_no_row_alive(books, entry):
    """Neither the report nor an open scope keeps an instance or a queryset alive."""
    del books
    with audit(mode="collect") as report:
        queryset = entry.queryset()
        rows = list(queryset)
        for row in rows:
            read(row, entry.name)
        del row
        references = [weakref.ref(row) for row in rows] + [weakref.ref(queryset)]
        del rows, queryset
        gc.collect()
        assert [reference() for reference in references] == [None] * 4
    assert len(report.findings) == 1


def test_an_override_that_there_is_not():
    """A misspelt argument is refused when audit() is called, as any function's is."""
    with pytest.raises(TypeError, match="unexpected keyword argument 'single_row'"):
        audit(single_row=True)


def test_no_cycle_of_references(books):
    """What the auditor hangs on rows goes with them, without the garbage collector."""
    with audit(mode="collect"):
        gc.collect()
        gc.set_debug(gc.DEBUG_SAVEALL)
        try:
            rows = list(Book.objects.select_related("author").defer("blurb"))
            [(row.editor.publisher, row.author.publisher, row.blurb) for row in rows]
            del rows
            gc.collect()
            left = [type(value) for value in gc.garbage]
        finally:
            gc.set_debug(0)
            gc.garbage.clear()
    assert [kind for kind in left if kind.__module__.startswith("perfkit")] == []


@pytest.mark.parametrize("around", [audit, record_usage], ids=["audit", "usage"])
def test_code_made_for_a_request_is_not_kept(books, around):
    """Code that a project compiles anew each time, as some template engines do, lives no longer for being seen."""
    source = "for book in books: book.blurb"
    with audit():  # as long as one is open, what is known of code is kept
        for file in ("/made/on/the/spot.py", "<template>"):
            code = compile(source, file, "exec")
            with around():
                exec(code, {"books": Book.objects.only("title")})
            alive = weakref.ref(code)
            del code
            gc.collect()
            assert alive() is None


class Blocking(ThreadPoolExecutor):
    """An executor whose thread is done before the loop goes on."""

    def submit(self, *args, **kwargs):
        """Return a result that is there."""
        future = super().submit(*args, **kwargs)
        wait([future])
        return future


def test_a_thread_that_is_quicker_than_its_loop():
    """The line that awaits a thread is found, though its coroutine isn't suspended yet."""
    names = {"look": callers.look, "sys": sys}
    exec(compile("def asks(): return look(sys._getframe())", "<library>", "exec"), names)

    async def page(executor):
        return await sync_to_async(names["asks"], thread_sensitive=False, executor=executor)()

    for executor in (ThreadPoolExecutor(1), Blocking(1)):
        with executor:
            assert asyncio.run(page(executor)).location.function == "page"
