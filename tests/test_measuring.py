"""Measuring: statements, presets and findings, in threads, event loops and nested scopes."""

import asyncio

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.db import connection

from perfkit import Preset, audit
from perfkit.auditor import is_installed
from perfkit.auditor.queries import query_of
from perfkit.measuring import Measurement, preset_name, watch_connections
from tests.testapp.models import Author, Book


class Inside:
    """Enter a measurement for a block; it stays open."""

    def __init__(self, measurement=None):
        self.measurement = measurement or Measurement()

    def __enter__(self):
        self.measurement.enter()
        return self.measurement

    def __exit__(self, *exc_info):
        self.measurement.leave()


@pytest.fixture(autouse=True)
def watched(world):
    """Watch the connection of the test."""
    watch_connections()


def test_statements_are_counted_with_the_auditor_off(unhooked, django_assert_num_queries):
    """Queries and their time are counted inside, and nothing is patched for it."""
    with django_assert_num_queries(3):
        with Inside() as measurement:
            assert Book.objects.count() == len(Book.objects.all())
            assert not is_installed()
        Book.objects.count()
    assert measurement.queries == 2
    assert measurement.seconds > 0
    assert (measurement.audited, measurement.lazy_loads) == (False, None)


def test_selected_rows_are_counted_where_the_driver_tells():
    """The rows of selects are summed; SQLite doesn't tell how many there are."""
    with Inside() as measurement:
        books = len(Book.objects.all())
        Book.objects.update(title="x")
    known = {"sqlite": None, "postgresql": books, "mysql": books}
    assert measurement.rows == known[connection.vendor]


def test_the_presets_of_evaluated_querysets_are_known():
    """The names are those that findings have, once each; an unevaluated queryset doesn't count."""
    with Inside() as measurement:
        Book.objects.optimize_for_list().optimize_for_detail()
        list(Book.objects.optimize_for_list())
        list(Book.objects.optimize_for_list().filter(pk=1))
    assert measurement.presets == ("BookQuerySet.optimize_for_list",)


def test_a_preset_made_on_the_spot_has_no_name():
    """Its arguments are no part of the name, so that names can't grow in number."""
    with Inside() as measurement:
        list(Book.objects.optimize_for(Preset(only=["title"])))
        list(Author.objects.optimize_for(Preset(only=["name"])))
    assert measurement.presets == ("Preset",)
    assert preset_name("BookQuerySet.optimize_for_list") == "BookQuerySet.optimize_for_list"


def test_measurements_nest():
    """A statement counts for the measurement around too, as long as that is open."""
    with Inside() as outer:
        with Inside() as inner:
            Book.objects.count()
        outer.close()
        with Inside():
            Book.objects.count()
    assert (outer.queries, inner.queries) == (1, 1)


def read_lazily():
    """Load the author of each book lazily."""
    return [book.author.name for book in Book.objects.all()]


@pytest.mark.parametrize("order", ["scope around", "scope inside"])
def test_findings_of_scopes_around_and_inside(order):
    """It makes no difference whether the scope is opened first or the measurement."""
    if order == "scope around":
        with audit(mode="collect"), Inside() as measurement:
            books = read_lazily()
            assert measurement.lazy_loads == len(books)
    else:
        with Inside() as outer, Inside() as measurement:
            with audit(mode="collect"):
                books = read_lazily()
        assert outer.findings == measurement.findings
    (finding,) = measurement.findings
    assert (finding.target, measurement.audited) == ("Book.author", True)
    assert measurement.lazy_loads == len(books) > 0


def test_an_audited_request_without_a_finding_has_no_lazy_loads():
    """None means that nobody looked, and 0 that nothing was found."""
    with Inside() as measurement, audit(mode="collect"):
        Book.objects.count()
    assert measurement.lazy_loads == 0


def test_a_scope_of_another_context_is_not_heard():
    """What opens its scope outside isn't part of the measurement."""
    measurement = Measurement()
    with Inside(measurement):
        pass
    with audit(mode="collect"):
        read_lazily()
    assert not measurement.audited


@pytest.mark.django_db(transaction=True)
def test_statements_in_threads_belong_to_their_task():
    """Two tasks of one event loop that query in a thread are told apart."""

    async def task(times):
        with Inside() as measurement:
            for _ in range(times):
                await sync_to_async(Book.objects.count)()
        return measurement.queries

    async def both():
        return await asyncio.gather(task(2), task(3))

    assert async_to_sync(both)() == [2, 3]


def test_a_wrapper_of_the_users_own_is_taken_off_again():
    """A connection that opens inside a wrapper leaves it the last one, which Django takes off."""
    before = list(connection.execute_wrappers)
    connection.execute_wrappers.clear()
    seen = []

    def own(execute, *args):
        seen.append(args)
        return execute(*args)

    with Inside() as measurement:
        with connection.execute_wrapper(own):
            watch_connections()
            Book.objects.count()
        Book.objects.count()
    assert (len(seen), measurement.queries) == (1, 2)
    assert connection.execute_wrappers == before


def test_the_query_of_a_statement_is_found():
    """Django's compiler sends statements in execute_sql(), whose frame knows the query."""
    import sys

    queries = []

    def look(execute, *args):
        queries.append(query_of(sys._getframe(1)))
        return execute(*args)

    with connection.execute_wrapper(look):
        list(Book.objects.all())
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    assert queries[0].model is Book
    assert queries[1] is None
