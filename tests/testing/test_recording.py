"""Recording statements: on every connection, with their rows, and without a trace afterwards."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.test.utils import CaptureQueriesContext

from perfkit.testing.recording import recording
from tests.auditor.app.models import Book, Tag


def test_nothing_is_left_in_django(db: None) -> None:
    """After the outermost recording, Django's cursor has the very methods it had, errors or not."""
    before = dict(vars(CursorWrapper))
    with recording():
        with pytest.raises(ZeroDivisionError), recording():
            1 / 0
        assert vars(CursorWrapper)["execute"] is not before["execute"]
    assert dict(vars(CursorWrapper)) == before


def test_recordings_nest(grow: Callable) -> None:
    """The inner recording has what is sent inside it, the outer one has all."""
    with recording() as outer:
        list(Tag.objects.all())
        with recording() as inner:
            list(Book.objects.all())
    assert [len(made.statements) for made in (outer, inner)] == [2, 1]


def test_rows_are_those_read_or_touched(grow: Callable) -> None:
    """However rows are fetched or written, they are counted once."""
    grow()
    sql = "SELECT id FROM audited_book ORDER BY id"
    with recording() as made:
        list(Book.objects.all())
        list(Book.objects.iterator(chunk_size=2))
        Book.objects.first()
        Book.objects.update(title="x")
        Tag.objects.create(word="one")
        Tag.objects.bulk_create([Tag(word="two"), Tag(word="three")])
        Tag.objects.filter(word="two").delete()
        with connection.cursor() as cursor:
            cursor.execute(sql)
            cursor.fetchone()
            cursor.fetchmany(2)
            cursor.execute(sql)
            assert len(list(cursor)) == 5
            cursor.executemany("UPDATE audited_book SET price = %s", [[1], [2]])
    rows = [statement.rows for statement in made.statements]
    # Deleting looks for what goes along before it deletes.
    assert rows[:6] == [5, 5, 1, 5, 1, 2]
    assert rows[-3:] == [3, 5, 10]
    assert sum(s.rows for s in made.statements if s.verb == "DELETE") == 1


@pytest.mark.django_db(databases=["default", "other"])
def test_statements_of_other_threads_are_recorded() -> None:
    """A live server's thread has a connection of its own; what it sends is recorded."""

    def read() -> None:
        with connections["other"].cursor() as cursor:
            cursor.execute("SELECT 1")
        # The wrapper's own close() leaves a SQLite database in memory open, and with it this thread's connection.
        BaseDatabaseWrapper.close(connections["other"])

    with recording() as made, ThreadPoolExecutor(1) as threads:
        threads.submit(read).result()
    assert [statement.folded for statement in made.statements] == ["SELECT ?"]


def test_what_else_watches_goes_on(grow: Callable) -> None:
    """Django's own capturing sees the statements too, and each is recorded once."""
    with recording() as made, CaptureQueriesContext(connection) as captured:
        list(Book.objects.all())
    assert len(made.statements) == len(captured) == 1


def test_control_is_not_recorded(grow: Callable) -> None:
    """A savepoint inside the test's own transaction is no statement."""
    with recording() as made, transaction.atomic():
        list(Book.objects.all())
    assert len(made.statements) == 1


def test_a_statement_that_fails_is_recorded(db: None) -> None:
    """What the database refuses was sent all the same."""
    with recording() as made, pytest.raises(DatabaseError), transaction.atomic():
        connection.cursor().execute("SELECT nothing FROM nowhere")
    assert [statement.rows for statement in made.statements] == [0]
