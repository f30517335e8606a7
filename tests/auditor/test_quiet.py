"""What must stay quiet: where other tools cry wolf, and what the settings let pass."""

import pytest
from django.db.models import Prefetch, prefetch_related_objects
from django.db.models.functions import Length
from django.shortcuts import get_object_or_404

from perfkit import audit
from tests.auditor.app.models import Book, Chapter, Note, Person, Publisher

pytestmark = pytest.mark.django_db


def test_all_that_is_loaded_beforehand(books):
    """A page whose queryset loads what it reads has no findings, and sends its queries only."""
    with audit(mode="raise") as report:
        queryset = Book.objects.select_related("author__publisher", "cover")
        for book in queryset.prefetch_related("chapters__reviewer", "tags", "notes"):
            book.label
            book.house_label
            book.cover.colour
            [chapter.reviewer.name for chapter in book.chapters.all()]
            list(book.tags.all())
            list(book.notes.all())
    assert (report.findings, report.query_count) == ((), 5)


@pytest.mark.parametrize("name", ["chapters", "tags", "notes"])
def test_what_a_prefetch_serves(books, name):
    """all(), count(), exists(), len(), contains() and indexing are answered by the prefetch."""
    with audit(mode="raise") as report:
        for book in Book.objects.prefetch_related(name):
            manager = getattr(book, name)
            row = manager.all()[0]
            assert (manager.count(), len(manager.all())) in {(1, 1), (2, 2)}
            assert manager.exists()
            assert manager.contains(row)
            assert manager.all()[:1]
    assert (report.findings, report.query_count) == ((), 2)


def test_the_first_of_an_ordered_prefetch(books):
    """first() of a relation with an ordering is served; without one Django sends a query."""
    with audit(mode="collect") as report:
        for book in Book.objects.prefetch_related("chapters", "tags"):
            book.chapters.first()
            book.tags.first()
    assert [(f.kind, f.field) for f in report.findings] == [("bypassed-prefetch", "tags")]


def test_a_prefetch_to_an_attribute(books):
    """to_attr rows are a list; the manager beside them is a related manager as ever."""
    prefetch = Prefetch("chapters", Chapter.objects.filter(heading="One"), to_attr="first_ones")
    with audit(mode="raise") as report:
        for book in Book.objects.prefetch_related(prefetch):
            assert [chapter.heading for chapter in book.first_ones] == ["One"]
    assert report.findings == ()


def test_a_queryset_used_in_a_prefetch_before(books):
    """Django leaves a hint on a Prefetch's queryset; its later use is no related manager."""
    chapters = Chapter.objects.all()
    list(Book.objects.prefetch_related(Prefetch("chapters", chapters)))
    with audit(mode="raise") as report:
        assert len(chapters.filter(heading="One")) == 3
        assert len(chapters.annotate(n=Length("heading")).filter(n=3)) == 6
    assert report.findings == ()


def test_a_row_fetched_alone(books):
    """Relations of one row are let be; with single_rows they are findings."""
    fetches = [
        lambda: Book.objects.get(pk=books[0].pk),
        lambda: Book.objects.first(),
        lambda: Book.objects.last(),
        lambda: Book.objects.order_by("pk")[0],
        lambda: Book.objects.latest("pk"),
        lambda: get_object_or_404(Book, pk=books[0].pk),
        lambda: list(Book.objects.all()[:1])[0],
    ]
    for fetch in fetches:
        with audit(mode="raise") as report:
            book = fetch()
            book.author, book.cover, list(book.chapters.all()), book.tags.count()
        assert report.findings == ()
        with audit(mode="collect", single_rows=True) as report:
            book = fetch()
            book.author, book.cover, list(book.chapters.all()), book.tags.count()
        assert [f.field for f in report.findings] == ["author", "cover", "chapters", "tags"]
        assert {f.origin.cardinality for f in report.findings} == {"one"}


def test_rows_of_a_manager_are_many_whatever_their_owner(books):
    """The rows of a manager of one row are a list, and the fix belongs to the manager's line."""
    with audit(mode="collect") as report:
        book = Book.objects.get(pk=books[0].pk)
        for chapter in book.chapters.all():
            chapter.reviewer
    (finding,) = report.findings
    assert (finding.model, finding.field, finding.count) == (Chapter, "reviewer", 2)
    assert finding.origin.location.source == "for chapter in book.chapters.all():"
    assert '.select_related("reviewer")' in finding.advice


def test_rows_prefetched_for_one_row_are_many(books):
    """Prefetched rows are a list whatever their owner."""
    with audit(mode="collect") as report:
        book = Book.objects.prefetch_related("chapters").get(pk=books[0].pk)
        for chapter in book.chapters.all():
            chapter.reviewer
    (finding,) = report.findings
    assert (finding.field, finding.origin.cardinality) == ("reviewer", "many")


def test_a_repeated_relation_of_single_rows(books):
    """Rows fetched one by one are a repeated query, with what is read of each."""
    with audit(mode="collect") as report:
        for book in books:
            found = Book.objects.get(pk=book.pk)
            found.author
    assert [f.kind for f in report.findings] == ["repeated-query", "repeated-query"]
    assert [f.model for f in report.findings] == [Book, Person]


def test_rows_from_before_the_scope(books):
    """Rows without an origin report deferred fields at once, relations when repeated."""
    rows = list(Book.objects.only("title", "author"))
    with audit(mode="collect") as report:
        rows[0].blurb
        rows[0].author
        rows[1].author
    assert [(f.kind, f.field, f.origin) for f in report.findings] == [
        ("deferred-field", "blurb", None)
    ]
    rows = list(Book.objects.all())
    with audit(mode="collect") as report:
        for row in rows:
            row.author
    (finding,) = report.findings
    assert (finding.kind, finding.field, finding.count) == ("to-one", "author", 3)
    assert finding.origin is None
    assert 'prefetch_related_objects(rows, "author")' in finding.advice


def test_rows_from_the_scope_around(books):
    """Rows that an outer scope loaded are from before an inner one."""
    with audit(mode="collect") as outer:
        rows = list(Book.objects.all())
        with audit(mode="collect") as inner:
            rows[0].author
            rows[0].chapters.count()
        rows[1].author
        rows[1].chapters.count()
        with audit(mode="collect") as later:
            for row in rows:
                row.chapters.exists()
    assert inner.findings == ()
    assert [f.field for f in outer.findings] == ["author", "chapters"]
    assert [(f.field, f.count, f.origin) for f in later.findings] == [("chapters", 3, None)]


def test_a_created_row_has_no_origin(books):
    """A row that was made, not loaded, has no origin, whoever made it."""
    with audit(mode="raise") as report:
        for book in Book.objects.select_related("author"):
            chapter = book.chapters.create(heading="Three", reviewer_id=book.editor_id)
            assert chapter.book is book
        Chapter.objects.all().create(book_id=books[0].pk, heading="Four").book
        Chapter(book_id=books[0].pk, heading="Five").book
    assert report.findings == ()


def test_a_clone_of_an_evaluated_queryset(books):
    """A queryset made of an evaluated one has an origin of its own."""
    with audit(mode="collect") as report:
        queryset = Book.objects.all()
        list(queryset)
        for book in queryset.filter(pk__gt=0):
            book.author
        queryset.create(title="New", author_id=books[0].author_id).author
    (finding,) = report.findings
    assert finding.origin.location.source == "for book in queryset.filter(pk__gt=0):"


def test_chunks_of_one_queryset(books):
    """The prefetches of iterator()'s chunks and the batches of in_bulk() repeat by nature."""
    with audit(mode="raise") as report:
        for book in Book.objects.prefetch_related("chapters").iterator(chunk_size=1):
            list(book.chapters.all())
    assert report.findings == ()


def test_prefetching_later(books):
    """prefetch_related_objects() gives rows an origin at its own line."""
    rows = list(Book.objects.all())
    with audit(mode="collect") as report:
        prefetch_related_objects(rows, "chapters")
        for row in rows:
            for chapter in row.chapters.all():
                chapter.reviewer
    (finding,) = report.findings
    assert finding.origin.location.source == 'prefetch_related_objects(rows, "chapters")'
    assert (finding.origin.model, finding.origin.path) == (Book, "chapters")


def test_nothing_that_sends_nothing(books):
    """none() and empty filters send nothing, so they are no findings."""
    with audit(mode="collect") as report:
        for book in Book.objects.all():
            list(book.chapters.none())
            list(book.chapters.filter(pk__in=[]))
    assert report.findings == ()


@pytest.mark.parametrize("prefetched", [[], ["chapters", "tags", "notes"]])
@pytest.mark.parametrize("name", ["chapters", "tags", "notes"])
def test_what_sends_nothing_does_not_raise(books, prefetched, name):
    """none() of a manager, and filters that no row can match, are let through in the mode raise."""
    with audit(mode="raise") as report:
        for book in Book.objects.prefetch_related(*prefetched):
            manager = getattr(book, name)
            assert list(manager.none()) == []
            nothing = manager.filter(pk__in=[])
            assert [*nothing, *nothing.values("pk"), *nothing.iterator()] == []
            assert (nothing.count(), nothing.exists(), nothing.first()) == (0, False, None)
    assert report.query_count == 1 + len(prefetched)


def test_a_missing_row_of_a_reverse_relation():
    """The absence of a row is a load as well."""
    house = Publisher.objects.create(name="House")
    author = Person.objects.create(name="Author", publisher=house)
    Book.objects.create(title="Bare", author=author)
    with audit(mode="collect") as report:
        assert [hasattr(book, "cover") for book in Book.objects.all()] == [False]
    assert [(f.kind, f.field) for f in report.findings] == [("to-one", "cover")]


def test_a_deferred_field_of_notes(books):
    """A refreshed field belongs to its row only, and reading it again is quiet."""
    with audit(mode="collect") as report:
        for note in Note.objects.only("pk"):
            note.text
            note.text
    (finding,) = report.findings
    assert finding.count == 3
