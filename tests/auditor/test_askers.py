"""Who asked: every kind of finding from a view, a template, a serializer, the admin and async code."""

import asyncio
import functools
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path
from types import ModuleType

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.contrib.auth.models import User
from django.db import connections
from django.db.models import QuerySet
from django.template import Context, Engine, Library, Node, Variable
from django.test.utils import isolate_apps
from django.urls import path

from perfkit import audit
from tests.auditor.app import admin, api, views
from tests.auditor.app.models import Book, Chapter, Person
from tests.auditor.app.reads import READS, read

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.auditor.urls")]

TEMPLATES = Path(__file__).parent / "app" / "templates" / "audited"
ROW_LINES = {
    name: number
    for number, line in enumerate((TEMPLATES / "row.html").read_text().splitlines(), 1)
    for name in [line.partition('read == "')[2].partition('"')[0]]
    if name
}
each_kind = pytest.mark.parametrize("entry", READS, ids=[entry.kind for entry in READS])


def found(report, entry):
    """Return the finding of a read, with what all surfaces have in common asserted."""
    chosen = [f for f in report.findings if f.kind == entry.kind and f.field == entry.field]
    assert len(chosen) == 1, str(report)
    (finding,) = chosen
    assert (finding.model, finding.via) == (entry.model, entry.via)
    assert finding.count == finding.queries == 3
    assert finding.duration > 0
    assert finding.advice
    if entry.kind != "repeated-query":
        assert finding.origin.cardinality == "many"
        assert finding.origin.presets == ()
    return finding


@each_kind
def test_a_view(client, books, entry):
    """The line of the view that reads, and the line that loaded the rows."""
    with audit(mode="collect") as report:
        client.get("/view/", {"read": entry.name})
    finding = found(report, entry)
    at = finding.location
    if entry.via or entry.kind == "related-manager" or entry.kind in ("deferred-field", "to-one"):
        assert at.file.endswith("reads.py")
    assert (at.function, finding.template) == ("read", None)
    assert (finding.serializer_field, finding.admin_column) == (None, None)
    if finding.origin:
        assert finding.origin.location.source == "for row in entry.queryset():"
        assert finding.origin.location.file == views.__file__


@each_kind
def test_a_template(client, books, entry):
    """The template and its line, through inheritance and an include, beside the rendering view."""
    with audit(mode="collect") as report:
        client.get("/template/", {"read": entry.name})
    finding = found(report, entry)
    assert finding.template.file == str(TEMPLATES / "row.html")
    assert finding.template.line == ROW_LINES[entry.name]
    assert finding.template.function == "body"
    assert finding.location.file == views.__file__
    assert finding.location.source.endswith("# the view renders")
    if finding.origin:
        assert finding.origin.location == finding.location
        assert finding.origin.template.file == str(TEMPLATES / "books.html")
        assert finding.origin.template.line == 3
        assert finding.origin.template.function == "body"


@each_kind
@pytest.mark.parametrize(
    ("url", "view"),
    [("/lazy-template/", "lazy_template"), ("/generic/", "Generic"), ("/callable/", "Callable")],
)
def test_a_page_that_no_line_of_the_user_renders(client, books, entry, url, view):
    """Where a handler renders or a generic view evaluates, the view's definition is named."""
    with audit(mode="collect") as report:
        client.get(url, {"read": entry.name})
    finding = found(report, entry)
    assert finding.template.line == ROW_LINES[entry.name]
    assert finding.location.file == views.__file__
    assert finding.location.function == view
    if finding.origin:
        assert finding.origin.location.function == view


@each_kind
def test_a_serializer(client, books, entry):
    """The dotted path of the serializer's field; the view set where no line of the user's runs."""
    with audit(mode="collect") as report:
        client.get("/api/", {"read": entry.name})
    finding = found(report, entry)
    assert finding.serializer_field == "ReadSerializer.value"
    assert finding.location.function == "read"
    if finding.origin:
        assert finding.origin.location.file == api.__file__
        assert finding.origin.location.function == "ReadViewSet"


def test_nested_serializers(client, books):
    """The path starts at the outermost serializer and follows the fields."""
    with audit(mode="collect") as report:
        client.get("/api/books/")
    first, second = report.findings
    assert (first.kind, first.field) == ("related-manager", "chapters")
    assert first.serializer_field == "BookSerializer.chapters"
    assert (second.model, second.field) == (Chapter, "reviewer")
    assert second.serializer_field == "BookSerializer.chapters.reviewer"
    assert second.location.function == "BookViewSet"
    assert '.prefetch_related("chapters__reviewer")' in second.advice


@each_kind
def test_a_column_of_the_admin(client, books, entry, monkeypatch):
    """The column of the change list that reads, and its template."""
    client.force_login(User.objects.create_superuser("admin"))
    model_admin = admin.site._registry[entry.model]
    column = f"{entry.name}_column" if hasattr(model_admin, f"{entry.name}_column") else entry.name
    monkeypatch.setattr(type(model_admin), "list_display", ["pk", column])
    monkeypatch.setattr(type(model_admin), "get_queryset", lambda self, request: entry.queryset())
    with audit(mode="collect") as report:
        response = client.get(f"/admin/audited/{entry.model._meta.model_name}/")
        assert response.status_code == 200
    finding = found(report, entry)
    assert finding.admin_column == f"{type(model_admin).__name__}.{column}"
    assert finding.template.file.endswith("change_list.html")
    assert (finding.location.function) in ("read", type(model_admin).__name__)
    if finding.origin:
        assert finding.origin.location.function == type(model_admin).__name__


@each_kind
def test_an_asynchronous_view(async_client, books, entry):
    """The user's line is right after a hop to a thread, in both directions."""

    async def ask():
        async with audit(mode="collect") as report:
            await async_client.get("/async/", {"read": entry.name})
        return report

    report = async_to_sync(ask)()
    finding = found(report, entry)
    assert finding.location.function == "read"
    if finding.origin:
        assert finding.origin.location.source.endswith("# the asynchronous view loads")
        assert finding.origin.location.function == "asynchronous"


def test_members_from_the_outermost_in(books):
    """The chain of properties and methods, named by the class that defines each."""
    with audit(mode="collect") as report:
        for book in Book.objects.select_related("author"):
            book.house_label
    (finding,) = report.findings
    assert finding.via == ("Book.house_label", "Person.house")
    assert [member.kind for member in finding.members] == ["property", "method"]
    assert finding.members[1].place.file.endswith("models.py")
    assert finding.location.source == "book.house_label"


def test_an_inherited_member(books):
    """A property of an abstract class is named by that class."""
    with audit(mode="collect") as report:
        for person in Person.objects.only("name"):
            person.contact
    (finding,) = report.findings
    assert (finding.via, finding.model) == (("Named.contact",), Person)


@pytest.mark.parametrize("name", ["shout", "whisper", "teaser"])
def test_members_behind_decorators_and_descriptors(books, name):
    """Decorators and descriptors, the user's own too, are nobody's line."""
    with audit(mode="collect") as report:
        for book in Book.objects.only("title"):
            value = getattr(book, name)
            value() if callable(value) else value
    (finding,) = report.findings
    assert finding.via == (f"Book.{name}",)
    assert finding.location.file == __file__


def test_a_method_of_django_under_a_second_name(books):
    """A class that names a method of Django's doesn't make it one of its own."""
    with audit(mode="collect") as report:
        for book in Book.objects.only("title"):
            book.blurb
            for _ in range(3):
                book.refresh()
    assert {finding.via for finding in report.findings} == {()}


def test_the_standard_library_between(books):
    """heapq calls back into a lambda of the method: both belong to the method."""
    with audit(mode="collect") as report:
        for book in Book.objects.prefetch_related("chapters"):
            sorted([book], key=lambda book: book.blurb)
        for book in Book.objects.all():
            book.longest_chapters()
    (finding,) = report.findings
    assert finding.via == ("Book.longest_chapters",)
    assert finding.location.source == "book.longest_chapters()"


def test_a_read_inside_a_comprehension(books):
    """A comprehension inside a method belongs to the method."""
    with audit(mode="collect") as report:
        for book in Book.objects.all():
            book.chapter_blurbs()
    assert {finding.via for finding in report.findings} == {("Book.chapter_blurbs",)}


def test_two_lines_are_two_findings(books):
    """Reads of one field from two lines are told apart."""
    with audit(mode="collect") as report:
        for book in Book.objects.only("title"):
            book.blurb
        for book in Book.objects.only("title"):
            book.blurb
    assert [finding.count for finding in report.findings] == [3, 3]


def test_two_places_in_one_template(client, books, settings):
    """Two variables on two lines of a template are told apart."""
    from django.template import engines

    template = engines["django"].from_string(
        "{% for b in books %}{{ b.author }}\n{{ b.editor }}{% endfor %}"
    )
    with audit(mode="collect") as report:
        template.render({"books": Book.objects.all()})
    assert [(f.field, f.template.line) for f in report.findings] == [("author", 1), ("editor", 2)]


def test_two_members_on_one_line(books):
    """Members that read the same in turn are told apart, though one line asks them."""
    with audit(mode="collect") as report:
        for book in Book.objects.all():
            book.longest_chapters(), book.chapter_blurbs()
    found = [(f.via, f.count) for f in report.findings if f.field == "chapters"]
    assert found == [(("Book.longest_chapters",), 3), (("Book.chapter_blurbs",), 3)]


def test_two_tags_that_read_the_same(books):
    """Tags of one template that ask a relation anew each time are told apart by their place."""
    source = "{% for c in b.chapters.all %}{{ c }}{% endfor %}"
    template = Engine().from_string(f"{{% for b in books %}}{source}\n{source}{{% endfor %}}")
    with audit(mode="collect") as report:
        template.render(Context({"books": Book.objects.all()}))
    assert [(f.field, f.template.line, f.count) for f in report.findings] == [
        ("chapters", 1, 3),
        ("chapters", 2, 3),
    ]


def test_one_template_that_two_lines_render(books):
    """Rows that one place of a template evaluates are told apart by the line that renders it."""
    template = Engine().from_string("{% for b in books %}{{ b.author }}{% endfor %}")
    with audit(mode="collect") as report:
        template.render(Context({"books": Book.objects.all()}))  # once
        template.render(Context({"books": Book.objects.all()}))  # twice
    origins = [finding.origin.location.source.partition("# ")[2] for finding in report.findings]
    assert origins == ["once", "twice"]


class Reading(Node):
    """A tag of the user's own that looks its variable up in helpers of its own."""

    def __init__(self, variable):
        self.variable = variable

    def render(self, context):
        return self.odd(context) if context["forloop"]["counter"] % 2 else self.even(context)

    def odd(self, context):
        return str(self.variable.resolve(context))

    def even(self, context):
        return str(self.variable.resolve(context))


def test_two_ways_from_one_node_to_its_variable(books):
    """The user's own frames tell reads apart that one node and one variable of a template have in common."""
    library = Library()
    library.tag("reading", lambda parser, token: Reading(Variable(token.split_contents()[1])))
    engine = Engine()
    engine.template_builtins.append(library)
    template = engine.from_string("{% for b in books %}{% reading b.author %}{% endfor %}")
    with audit(mode="collect") as report:
        template.render(Context({"books": Book.objects.all()}))
    told = [(f.field, f.count, f.location.function) for f in report.findings]
    assert told == [("author", 2, "odd"), ("author", 1, "even")]


def test_one_row_or_a_list_from_one_line(books):
    """What a line calls decides whether its rows are fetched alone, however many frames that takes."""
    calls = [("get",), ("in_bulk",), ("latest", "pk"), ("__iter__",), ("first",), ("last",)]
    with audit(mode="collect") as report:
        for name, *arguments in [*calls, *calls]:
            rows = Book.objects.only("title").filter(pk=books[0].pk)
            found = getattr(rows, name)(*arguments)
            if not isinstance(found, Book):
                (found,) = found.values() if name == "in_bulk" else found
            found.blurb
    read = [f for f in report.findings if f.kind == "deferred-field"]
    assert {f.origin.cardinality: f.count for f in read} == {"one": 8, "many": 4}
    assert len({f.origin.location for f in read}) == 1


class OwnIterator(QuerySet):
    """A queryset that is told by its wrapper to be Django's own."""

    @functools.wraps(QuerySet.__iter__)
    def __iter__(self):
        self._fetch_all()
        return iter(self._result_cache)


def test_a_queryset_of_the_users_own(books):
    """Rows come from the line of the user's own queryset, though it goes by the name of Django's."""
    with audit(mode="collect") as report:
        for book in OwnIterator(Book).only("title"):
            book.blurb
    (finding,) = report.findings
    assert finding.origin.location.function == "__iter__"
    assert finding.origin.location.source == "self._fetch_all()"


def test_tasks_that_wait_for_threads_at_once(books):
    """Each read is told from the coroutine that waits for it, among others that wait too."""
    library = {}
    exec(compile("def read(book): return book.author.name", "<library>", "exec"), library)
    read_there = library["read"]

    async def first(book):
        await sync_to_async(read_there)(book)

    async def second(book):
        await sync_to_async(read_there)(book)

    async def third(book):
        await sync_to_async(read_there)(book)

    async def ask():
        async with audit(mode="collect") as report:
            rows = [book async for book in Book.objects.all()]
            await asyncio.gather(first(rows[0]), second(rows[1]), third(rows[2]))
        return report

    told = [(f.location.function, f.count) for f in async_to_sync(ask)().findings]
    assert sorted(told) == [("first", 1), ("second", 1), ("third", 1)]


def test_a_model_that_is_made_meanwhile(books):
    """Its members are known as are those of the models that were there before."""
    with audit(mode="collect") as report:
        for book in Book.objects.only("title"):
            book.teaser
        with isolate_apps("tests.auditor.app"):

            class Late(Book):
                class Meta:
                    app_label = "audited"
                    proxy = True

                @property
                def late(self):
                    return self.blurb

        for book in Late.objects.only("title"):
            book.late
    assert [finding.via for finding in report.findings] == [("Book.teaser",), ("Late.late",)]


@pytest.mark.parametrize("module", ["nowhere", "builtins", views.__name__])
def test_a_view_that_no_line_defines(client, books, settings, module):
    """What a view evaluates is told without the view's place where that isn't to be found."""
    made = type("Made", (views.Generic,), {"__module__": module})
    settings.ROOT_URLCONF = ModuleType("urls")
    settings.ROOT_URLCONF.urlpatterns = [path("", made.as_view())]
    with audit(mode="collect") as report:
        client.get("/", {"read": "author"})
    (finding,) = report.findings
    assert (finding.field, finding.count, finding.location) == ("author", 3, None)
    assert finding.template.line == ROW_LINES["author"]
    assert finding.advice.endswith(f"to the queryset at {finding.origin.template}")


LIBRARY = {}
exec(
    compile("def rows_of(queryset): return list(queryset)", "/site-packages/l.py", "exec"), LIBRARY
)


@pytest.mark.parametrize(
    ("evaluate", "place"),
    [(list, ""), (LIBRARY["rows_of"], " at /site-packages/l.py:1 (third party)")],
    ids=["nobody", "a library"],
)
def test_rows_that_no_line_of_the_user_evaluates(books, evaluate, place):
    """The advice names a library's line, or no place, as in a thread that was given the queryset itself."""
    connection = connections["default"]
    connection.inc_thread_sharing()
    with audit(mode="collect") as report:
        share = functools.partial(connections.__setitem__, "default", connection)
        with ThreadPoolExecutor(1, initializer=share) as executor:
            queryset = Book.objects.only("title")
            rows = executor.submit(copy_context().run, evaluate, queryset).result()
        rows[0].blurb
    connection.dec_thread_sharing()
    (finding,) = report.findings
    assert finding.advice == f'add "blurb" to .only(...) of the queryset{place}'


async def ask_for(how, books):
    """Read asynchronously; return the report."""

    async def ask(book):
        await Book.objects.aget(pk=book.pk)  # asks

    with audit(mode="collect", single_rows=True) as report:
        if how == "async for":
            rows = [book async for book in Book.objects.only("title")]  # asks
        elif how == "aiterator":
            rows = [book async for book in Book.objects.only("title").aiterator()]  # asks
        elif how == "aget":
            rows = [await Book.objects.only("title").aget(pk=books[0].pk)]  # asks
        elif how == "acount":
            for _ in range(3):
                await Book.objects.acount()  # asks
            rows = []
        else:
            await asyncio.gather(*(ask(book) for book in books))
            rows = []
        for row in rows:
            await sync_to_async(read)(row, "blurb")
    return report


@pytest.mark.parametrize("how", ["async for", "aget", "acount", "aiterator", "gather"])
def test_places_of_asynchronous_queries(books, how):
    """However a coroutine asks, the origin is its line."""
    report = async_to_sync(ask_for)(how, books)
    (finding,) = report.findings
    place = finding.origin.location if finding.origin else finding.location
    assert place.source.endswith("# asks"), place
