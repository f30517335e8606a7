"""The growth assertion: what it finds, what it says, and when it refuses to pass."""

import re
from collections.abc import Callable
from functools import partial

import pytest
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.test import AsyncClient, Client, RequestFactory, TestCase

from perfkit import audit
from perfkit.testing import (
    PerfkitAssertionsMixin,
    aassert_constant_queries,
    assert_constant_queries,
)
from tests.auditor.app.models import Book, Chapter, Publisher
from tests.auditor.other.models import Person

Grow = Callable[..., None]


def titles() -> list[str]:
    return [book.title for book in Book.objects.all()]


def labels() -> list[str]:
    return [book.label for book in Book.objects.all()]  # each asks for its author


def failure(call: Callable, **options: object) -> str:
    """The message of an assertion that fails."""
    with pytest.raises(AssertionError) as caught:
        assert_constant_queries(call, **options)
    return str(caught.value)


def test_a_constant_call_passes(grow: Grow) -> None:
    """One query for one row and for five, and the calls can be looked at afterwards."""
    growth = assert_constant_queries(titles, grow=grow, max_queries=1)
    assert [(call.queries, call.rows, call.size) for call in growth.calls] == [
        (1, 1, 4),
        (1, 5, 20),
    ]
    assert growth.added[0]["audited_book"] == 4


def test_a_lazy_load_is_told_with_its_fix(grow: Grow) -> None:
    """The message has the counts, the slope, the folded statement, the line, the property and the edit."""
    message = failure(labels, grow=grow)
    assert message.startswith("The number of queries grows: 2 before grow(), 6 after.")
    assert "+4 queries, 1 per row of audited_book" in message
    assert (
        "1 → 5 times: SELECT … FROM audited_person WHERE audited_person.id = ? LIMIT ?" in message
    )
    assert re.search(r"lazy load +Book\.author\n", message)
    assert re.search(r"read at .*test_assertions\.py:\d+ .*# each asks for its author", message)
    assert re.search(r"in property +Book\.label \(", message)
    assert re.search(
        r'fix +add \.select_related\("author"\) to the queryset at .*\.py:\d+', message
    )
    assert message.count(" times: ") == 1


def test_the_line_of_a_template_is_told(grow: Grow, settings: object) -> None:
    """Of a page, the template's line is told, and the view's line that rendered it."""
    settings.ROOT_URLCONF = "tests.auditor.urls"
    message = failure(lambda: Client().get("/template/?read=author"), grow=grow)
    assert re.search(r"read at +\S+templates/audited/row\.html:\d+", message)
    assert re.search(r"rendered by +tests/auditor/app/views\.py:\d+", message)


def test_the_field_of_a_serializer_is_told(grow: Grow, settings: object) -> None:
    """Of an API, the serializer's field is told."""
    settings.ROOT_URLCONF = "tests.auditor.urls"
    message = failure(lambda: Client().get("/api/books/"), grow=grow)
    assert re.search(r"serialized as +BookSerializer\.\w+", message)


def test_a_query_in_a_loop_is_told(grow: Grow) -> None:
    """What no lazy load sent is told with its line too, and in words of its own."""

    def call() -> list[int]:
        return [Chapter.objects.filter(book_id=pk).count() for pk in ids()]  # counts

    def ids() -> list[int]:
        return list(Book.objects.values_list("pk", flat=True))

    message = failure(call, grow=grow)
    assert "1 → 5 times: SELECT COUNT(*) AS __count FROM audited_chapter" in message
    assert re.search(r"read at .* # counts\n", message)
    assert re.search(r"fix +ask once before the loop", message)


def test_every_write_in_a_loop_is_found(grow: Grow) -> None:
    """save(), delete() and create() in a loop grow; bulk_update(), which writes for all at once, doesn't."""

    def save() -> None:
        for book in Book.objects.all():
            book.save()

    def create() -> None:
        for _ in Book.objects.all():
            Publisher.objects.create(name="new")

    def delete() -> None:
        for chapter in Chapter.objects.all():
            chapter.delete()
        grow(Book.objects.count())

    def update() -> None:
        books = list(Book.objects.all())
        Book.objects.bulk_update(books, ["title"])

    assert "bulk_update()" in failure(save, grow=grow, returns_none=True)
    assert "bulk_create()" in failure(create, grow=grow, returns_none=True)
    assert "DELETE FROM audited_chapter" in failure(delete, grow=grow, returns_none=True)
    assert_constant_queries(update, grow=grow, returns_none=True)


@pytest.mark.django_db(databases=["default", "other"])
def test_every_database_counts(grow: Grow) -> None:
    """A query per row on another database is found, and named."""

    def call() -> list[object]:
        return [list(Person.objects.using("other").all()) or 1 for _ in Book.objects.all()]

    message = failure(call, grow=grow)
    assert "1 → 5 times on 'other': SELECT" in message


def test_transaction_control_does_not_count(grow: Grow) -> None:
    """A savepoint per row is no query per row."""

    def call() -> list[str]:
        found = []
        for title in titles():
            with transaction.atomic():
                found.append(title)
        return found

    assert_constant_queries(call, grow=grow, max_queries=1)


@pytest.mark.django_db(transaction=True)
def test_transactions_do_not_count_outside_of_tests_own(transactional_db: None) -> None:
    """BEGIN and COMMIT of a transaction per row are no queries either."""

    def call() -> list[str]:
        found = []
        for publisher in Publisher.objects.all():
            with transaction.atomic():
                found.append(publisher.name)
        return found

    Publisher.objects.create(name="one")
    more = [Publisher(name="two"), Publisher(name="three")]
    assert_constant_queries(call, grow=lambda: Publisher.objects.bulk_create(more), max_queries=1)


def test_growth_faster_than_the_rows_is_said(grow: Grow) -> None:
    """With grow_again, a loop in a loop is told from a loop."""

    def pairs() -> list[str]:
        return [f"{a.title}{b.author.name}" for a in Book.objects.all() for b in Book.objects.all()]

    message = failure(pairs, grow=grow, grow_again=grow)
    assert "3 before grow(), 31 after, 91 after grow_again()" in message
    assert "faster than the rows" in message
    assert "faster than the rows" not in failure(labels, grow=grow, grow_again=grow)


def test_growth_that_begins_late_is_found(grow: Grow) -> None:
    """A call that is constant up to some number of rows is caught by grow_again()."""

    def call() -> list[str]:
        books = list(Book.objects.all())
        return [book.label if len(books) > 9 else book.title for book in books]

    assert_constant_queries(call, grow=grow)
    message = failure(call, grow=grow, grow_again=grow)
    assert "1 before grow(), 1 after, 14 after grow_again()" in message


def test_the_constant_part_is_bounded(grow: Grow) -> None:
    """More than max_queries fail, with every statement and its line."""
    message = failure(lambda: titles() + titles(), grow=grow, max_queries=1)
    assert message.startswith("The call sends 2 queries; max_queries allows 1.")
    assert "2 times: SELECT … FROM audited_book" in message
    assert re.search(r"read at +tests/testing/test_assertions\.py:\d+", message)


def test_it_refuses_when_no_row_was_added(grow: Grow) -> None:
    """A grow() that adds nothing proves nothing, not even if it writes."""
    assert "grow() added no row" in failure(titles, grow=lambda: None)
    assert "grow() added no row" in failure(titles, grow=lambda: Book.objects.update(title="Bo"))


def test_rows_that_appear_without_an_insert_count(grow: Grow) -> None:
    """What the call reads more than before has grown, however it came to be."""
    grow()
    Book.objects.update(price=0)
    Book.objects.filter(pk=Book.objects.earliest("pk").pk).update(price=1)
    assert_constant_queries(
        lambda: list(Book.objects.filter(price=1)), grow=lambda: Book.objects.update(price=1)
    )


def test_it_refuses_when_the_call_reads_other_rows(grow: Grow) -> None:
    """Rows that the call doesn't read prove nothing."""
    message = failure(titles, grow=lambda: Publisher.objects.create(name="unread"))
    assert message.startswith("The result has not grown: its size was 4 ")


def test_it_refuses_when_rows_are_read_and_not_shown(grow: Grow) -> None:
    """Rows that are read and left out of the answer prove nothing of the code that shows them."""
    message = failure(lambda: titles() and HttpResponse("page"), grow=grow)
    assert message.startswith("The result has not grown: its size was 4")


def test_it_refuses_a_page_that_was_full(grow: Grow) -> None:
    """A page that tells how many rows there are, and shows as many as before, proves nothing."""

    def page() -> HttpResponse:
        shown = [book.label for book in Book.objects.all()[:1]]
        return HttpResponse(f"{'x' * Book.objects.count()} {shown}")

    assert "start with fewer rows" in failure(page, grow=grow)


def test_it_refuses_a_call_without_a_query(grow: Grow) -> None:
    """What reads nothing, or from a cache, proves nothing."""
    assert "sent no query" in failure(lambda: HttpResponse("page"), grow=grow)
    assert "sent no query" in failure(
        lambda: cache.get_or_set("titles", titles), grow=lambda: grow() or None
    )
    cache.clear()


def test_it_refuses_none_unless_that_is_said(grow: Grow) -> None:
    """A call without a result may be a forgotten return; said on purpose, its rows are judged."""

    def call() -> None:
        titles()

    assert "The call returned None" in failure(call, grow=grow)
    assert_constant_queries(call, grow=grow, returns_none=True)
    assert "grow() added no row" in failure(call, grow=lambda: None, returns_none=True)
    Book.objects.exclude(pk=Book.objects.earliest("pk").pk).delete()
    other = failure(call, grow=lambda: Publisher.objects.create(name="x"), returns_none=True)
    assert "The call used 1 rows of the database, and 1 before" in other


@pytest.mark.parametrize("status", [302, 403, 500])
def test_it_refuses_an_answer_that_failed(grow: Grow, status: int) -> None:
    """A redirect to the login, a refusal and an error send constant queries, and prove nothing."""
    response = HttpResponse("x", status=status, headers={"Location": "/login/"})
    message = failure(lambda: titles() and response, grow=grow)
    assert message.startswith(f"The call was answered with {status} to /login/, so its queries")


def test_a_redirect_can_be_what_is_wanted(grow: Grow) -> None:
    """With its status said, a redirect passes by the rows that it used, and grows like any call."""

    def post(read: Callable) -> HttpResponse:
        read()
        return HttpResponse(status=302, headers={"Location": "/done/"})

    assert_constant_queries(lambda: post(titles), grow=grow, status=302)
    assert "Book.author" in failure(lambda: post(labels), grow=grow, status=302)
    assert ", not 302" in failure(lambda: HttpResponse("x"), grow=grow, status=302)


def test_a_full_page_passes_when_that_is_said(grow: Grow) -> None:
    """fixed_size=True lets a full page pass, unless its rows load lazily, which counts can't show."""

    def page(*joins: str) -> list[str]:
        books = Book.objects.select_related(*joins) if joins else Book.objects.all()
        return [book.label for book in books[:3]]

    grow()
    assert "has not grown" in failure(lambda: page("author"), grow=grow)
    assert_constant_queries(lambda: page("author"), grow=grow, fixed_size=True)
    message = failure(page, grow=grow, fixed_size=True)
    assert "the rows in it load lazily" in message
    assert 'add .select_related("author")' in message


def test_a_call_that_began_with_nothing_is_told_so(grow: Grow) -> None:
    """Prefetches that ran for the first time are no growth; the message says what to do."""
    Book.objects.all().delete()
    message = failure(lambda: list(Book.objects.prefetch_related("chapters")), grow=grow)
    assert "Let it find at least one row before it is called" in message


def test_a_cache_per_row_is_told(grow: Grow) -> None:
    """What only the first call sent for the rows that were there is held by a cache."""
    known: dict[int, str] = {}

    def call() -> list[str]:
        return [known.get(b.pk) or known.setdefault(b.pk, b.label) for b in Book.objects.all()]

    assert "a cache holds something per row" in failure(call, grow=grow)


@pytest.mark.parametrize("respond", [StreamingHttpResponse, list, iter])
def test_what_is_read_late_is_counted(grow: Grow, respond: Callable) -> None:
    """A stream and a generator are read to their end, so what they load shows."""

    def lines(attribute: str) -> object:
        for book in Book.objects.all():
            yield str(getattr(book, attribute))

    assert_constant_queries(lambda: respond(lines("title")), grow=grow)
    assert "Book.author" in failure(lambda: respond(lines("label")), grow=grow)


def test_a_queryset_is_evaluated(grow: Grow) -> None:
    """A queryset that a call returns is evaluated, for its prefetches count."""
    growth = assert_constant_queries(lambda: Book.objects.prefetch_related("chapters"), grow=grow)
    assert [call.queries for call in growth.calls] == [2, 2]


def test_a_template_response_is_rendered(grow: Grow) -> None:
    """A view that is called without a client has its template rendered."""
    request = RequestFactory().get("/")

    def view() -> TemplateResponse:
        context = {"rows": Book.objects.all(), "read": "author"}
        return TemplateResponse(request, "audited/books.html", context)

    assert "Book.author" in failure(view, grow=grow)


def test_a_scope_around_it_hears_of_the_lazy_loads(grow: Grow) -> None:
    """Inside a scope of the test's own, lazy loads are its findings, and still told by the message."""
    with audit(mode="collect") as report:
        assert 'select_related("author")' in failure(labels, grow=grow)
    assert report.findings[0].field == "author"


def test_an_asynchronous_function_asks_for_the_other(grow: Grow) -> None:
    """A coroutine that nobody awaited is an error that says what to write."""

    async def call() -> list[str]:
        return []

    with pytest.raises(TypeError, match="await aassert_constant_queries"):
        assert_constant_queries(call, grow=grow)


class Asynchronous(PerfkitAssertionsMixin, TestCase):
    """The methods for a TestCase, synchronous and asynchronous."""

    def setUp(self) -> None:
        self.more()

    def more(self) -> None:
        house = Publisher.objects.create(name="House")
        author = house.people.create(name="Author")
        Book.objects.create(title="Book", author=author)

    def test_a_constant_call_passes(self) -> None:
        """The method takes what the function takes."""
        self.assertConstantQueries(titles, grow=self.more, max_queries=1)
        with pytest.raises(AssertionError, match="Book.author"):
            self.assertConstantQueries(labels, grow=self.more)

    async def test_an_asynchronous_call_passes(self) -> None:
        """Coroutine functions, functions that return awaitables, and plain functions work."""

        async def call() -> list[str]:
            return [book.title async for book in Book.objects.all()]

        await self.aassertConstantQueries(call, grow=self.more, max_queries=1)
        await self.aassertConstantQueries(lambda: call(), grow=self.more, max_queries=1)
        await aassert_constant_queries(titles, grow=self.more, grow_again=self.more)

    async def test_asynchronous_growth_is_found(self) -> None:
        """The line of the coroutine is told."""

        async def call() -> list[str]:
            books = [book async for book in Book.objects.all()]
            return [str(await book.chapters.acount()) for book in books]  # each counts

        with pytest.raises(AssertionError, match=r"read at .* # each counts"):
            await self.aassertConstantQueries(call, grow=self.more)

    async def test_asynchronous_pages_are_read(self) -> None:
        """The answer of an asynchronous client, a stream too, is read to its end."""
        with self.settings(ROOT_URLCONF="tests.auditor.urls"):
            client = AsyncClient()
            for path in ("/async/?read=author", "/async-stream/?read=author"):
                with pytest.raises(AssertionError, match="The number of queries grows"):
                    await self.aassertConstantQueries(partial(client.get, path), grow=self.more)
