"""The fetch modes by name, the same on every supported Django."""

import pickle
from contextlib import nullcontext

import pytest
from django.db.models import Prefetch

from perfkit import LazyLoadError, audit
from perfkit._compat import FieldFetchBlocked
from perfkit.auditor import uninstall
from perfkit.auditor.fetch_modes import fetch_mode, name_of, with_fetch_mode
from tests.auditor.app.models import Book, Chapter, Cover, Note

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _uninstalled():
    yield
    uninstall()


READS = [
    ("blurb", lambda row: row.blurb, lambda: Book.objects.only("title"), 2),
    ("author", lambda row: row.author.name, Book.objects.all, 2),
    ("cover", lambda row: row.cover.colour, Book.objects.all, 2),
    ("book", lambda row: row.book.title, Cover.objects.all, 2),
    ("target", lambda row: row.target.title, Note.objects.all, 2),
]
each_read = pytest.mark.parametrize(
    ("name", "read", "queryset", "queries"), READS, ids=[read[0] for read in READS]
)


@each_read
@pytest.mark.parametrize("audited", [False, True])
def test_peers(books, django_assert_num_queries, name, read, queryset, queries, audited):
    """The first lazy read loads for all rows at once, with equal values, audited or not."""
    expected = [read(row) for row in queryset()]
    rows = with_fetch_mode(queryset(), "peers")
    if not audited:
        with django_assert_num_queries(queries):
            assert [read(row) for row in rows] == expected
        return
    with audit(mode="collect") as report, django_assert_num_queries(queries):
        assert [read(row) for row in rows] == expected
    (finding,) = report.findings
    assert (finding.field, finding.count, finding.queries) == (name, 1, 1)


@each_read
def test_peers_of_one_row(books, name, read, queryset, queries):
    """A row without peers is loaded by itself."""
    assert [read(row) for row in with_fetch_mode(queryset(), "peers")[:1]]


def test_peers_of_joined_rows(books, django_assert_num_queries):
    """Rows behind select_related() are peers of each other."""
    rows = with_fetch_mode(Book.objects.select_related("author"), "peers")
    with django_assert_num_queries(2):
        assert [book.author.publisher.name for book in rows] == ["House 0", "House 1", "House 2"]


def test_peers_of_lazily_loaded_rows(books, django_assert_num_queries):
    """Rows that were loaded lazily for all are peers of each other in turn."""
    rows = with_fetch_mode(Book.objects.all(), "peers")
    with django_assert_num_queries(3):
        assert [book.author.publisher.name for book in rows] == ["House 0", "House 1", "House 2"]


def test_peers_that_are_gone(books, django_assert_num_queries):
    """Only living rows are loaded for."""
    rows = list(with_fetch_mode(Book.objects.only("title"), "peers"))
    kept = rows[0]
    del rows
    with django_assert_num_queries(1):
        assert kept.blurb == "blurb"


def test_a_deferred_null_of_peers(books, django_assert_num_queries):
    """None is a value: it is loaded once."""
    Chapter.objects.update(reviewer=None)
    rows = with_fetch_mode(Chapter.objects.only("heading"), "peers")
    with django_assert_num_queries(2):
        assert [chapter.reviewer_id for chapter in rows] == [None] * 6


def test_a_deleted_row_among_peers(books):
    """A row that was deleted meanwhile raises DoesNotExist, as it does one by one."""
    rows = list(with_fetch_mode(Book.objects.only("title"), "peers"))
    Book.objects.filter(pk=rows[0].pk).delete()
    with pytest.raises(Book.DoesNotExist):
        rows[0].blurb


@each_read
@pytest.mark.parametrize("audited", [False, True])
def test_raise(books, django_assert_num_queries, name, read, queryset, queries, audited):
    """A lazy read raises before its query is sent, with a finding, audited or not."""
    rows = with_fetch_mode(queryset(), "raise")
    with audit(mode="collect") if audited else django_assert_num_queries(1):
        row = list(rows)[0]
        with pytest.raises(LazyLoadError, match=f"{name} blocked") as caught:
            read(row)
    assert isinstance(caught.value, FieldFetchBlocked)
    assert (caught.value.finding.model, caught.value.finding.field) == (type(row), name)
    assert caught.value.finding.location.file == __file__


@pytest.mark.parametrize("audited", [False, True])
def test_raise_for_a_row_fetched_alone(books, audited):
    """A row fetched alone, which the auditor lets be lazy, raises; not where there is nothing to send."""
    empty = Note.objects.create(text="empty")
    with audit(mode="collect") if audited else nullcontext():
        book = with_fetch_mode(Book.objects.all(), "raise").get(pk=books[0].pk)
        with pytest.raises(LazyLoadError, match="author blocked") as caught:
            book.author
        assert with_fetch_mode(Note.objects.all(), "raise").get(pk=empty.pk).target is None
    assert caught.value.finding.location.source == "book.author"


def test_two_modes_on_one_line(books):
    """Rows keep the mode of their queryset, though one line evaluates querysets of several."""
    sent = []
    with audit(mode="collect") as report:
        for mode in ("one", "peers", "one"):
            before = report.query_count
            assert all(book.author for book in with_fetch_mode(Book.objects.all(), mode))
            sent.append(report.query_count - before)
    assert sent == [4, 2, 4]


def test_raise_for_joined_rows(books):
    """Rows behind select_related() raise too."""
    rows = with_fetch_mode(Book.objects.select_related("author"), "raise")
    with pytest.raises(LazyLoadError):
        rows[0].author.publisher


def test_raise_for_prefetched_rows(books):
    """Rows of a to-one prefetch, and of a Prefetch that has the mode, raise too."""
    rows = with_fetch_mode(Book.objects.prefetch_related("author"), "raise")
    with pytest.raises(LazyLoadError):
        list(rows)[0].author.publisher
    chapters = Prefetch("chapters", with_fetch_mode(Chapter.objects.all(), "raise"))
    book = Book.objects.prefetch_related(chapters)[0]
    with pytest.raises(LazyLoadError):
        book.chapters.all()[0].reviewer


def test_one_takes_a_mode_back(books):
    """The mode is the queryset's own and the last one counts."""
    rows = with_fetch_mode(with_fetch_mode(Book.objects.all(), "raise"), "one")
    assert name_of(rows) == "one"
    assert rows[0].author
    assert name_of(Book.objects.all()) == "one"
    assert name_of(with_fetch_mode(Book.objects.all(), "peers")) == "peers"


def test_the_mode_survives_chaining_and_pickling(books):
    """Clones and pickles of a queryset keep its mode."""
    rows = with_fetch_mode(Book.objects.only("title"), "raise").filter(pk__gt=0)
    assert name_of(rows) == "raise"
    content = pickle.dumps(rows)
    assert b"perfkit.auditor" not in content
    assert name_of(pickle.loads(content).all()) == "raise"


def test_the_given_queryset_is_left_alone():
    """with_fetch_mode() returns a clone."""
    queryset = Book.objects.all()
    assert with_fetch_mode(queryset, "peers") is not queryset
    assert name_of(queryset) == "one"


def test_an_unknown_name():
    """An unknown name is an error that lists the known ones."""
    with pytest.raises(ValueError, match="'one', 'peers', 'raise', not 'twins'"):
        fetch_mode("twins")


def test_an_explicit_refresh_is_no_lazy_load(books):
    """refresh_from_db() is asked for."""
    with audit(mode="collect") as report:
        for book in Book.objects.filter(pk=books[0].pk):
            book.refresh_from_db()
            book.refresh_from_db(fields=["blurb"])
    assert report.findings == ()
