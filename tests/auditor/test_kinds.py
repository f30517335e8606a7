"""Every kind of finding, read in plain code: what it names, how often it happened, what fixes it."""

import itertools
import sys

import pytest
from django.db.models import Count, FilteredRelation, Prefetch, Q, prefetch_related_objects
from django.db.models.query import RawQuerySet

from perfkit import audit
from perfkit.auditor import hooks, loads, version
from tests.auditor.app.models import Book, Chapter, Note, Novel, Person, Tag
from tests.auditor.app.reads import READS, read
from tests.auditor.other.models import Person as Stranger

pytestmark = pytest.mark.django_db


def only(report):
    """Return the one finding of a report."""
    assert len(report.findings) == 1, str(report)
    return report.findings[0]


def test_a_deferred_field(books, django_assert_num_queries):
    """A column that only() left out is named, counted, timed and placed."""
    with audit(mode="collect") as report, django_assert_num_queries(4):
        for book in Book.objects.only("title"):
            book.blurb
    finding = only(report)
    assert (finding.kind, finding.model, finding.field) == ("deferred-field", Book, "blurb")
    assert (finding.count, finding.queries, report.query_count) == (3, 3, 4)
    assert finding.duration > 0
    assert finding.via == ()
    assert finding.location.file == __file__
    assert finding.location.source == "book.blurb"
    assert finding.location.function == "test_a_deferred_field"
    assert finding.origin.location.source == 'for book in Book.objects.only("title"):'
    assert finding.origin.cardinality == "many"
    assert finding.origin.presets == ()
    assert 'add "blurb" to .only(...)' in finding.advice


def test_a_field_that_defer_left_out(books):
    """The advice for defer() is to defer less."""
    with audit(mode="collect") as report:
        for book in Book.objects.defer("blurb"):
            book.blurb
    assert 'take "blurb" out of .defer(...)' in only(report).advice


def test_a_deferred_field_of_a_joined_row(books):
    """A row behind select_related() knows its path from the queryset."""
    with audit(mode="collect") as report:
        for book in Book.objects.select_related("author").only("title", "author__name"):
            book.author.email
    finding = only(report)
    assert (finding.kind, finding.model, finding.field) == ("deferred-field", Person, "email")
    assert (finding.origin.model, finding.origin.path) == (Book, "author")
    assert 'add "author__email" to .only(...)' in finding.advice


def test_a_deferred_field_of_a_prefetched_row(books):
    """A row of a narrowed Prefetch reports its column, with the path of the prefetch."""
    chapters = Prefetch("chapters", Chapter.objects.only("book_id", "heading"))
    with audit(mode="collect") as report:
        for book in Book.objects.prefetch_related(chapters):
            for chapter in book.chapters.all():
                chapter.summary
    finding = only(report)
    assert (finding.kind, finding.model, finding.field) == ("deferred-field", Chapter, "summary")
    assert finding.count == 6
    assert (finding.origin.model, finding.origin.path) == (Book, "chapters")
    assert 'load "summary" in the Prefetch for "chapters"' in finding.advice


def test_a_row_behind_two_prefetches(books):
    """Each level of a prefetch is a step of the path."""
    with audit(mode="collect") as report:
        for book in Book.objects.prefetch_related("chapters__reviewer"):
            for chapter in book.chapters.all():
                chapter.reviewer.publisher
    finding = only(report)
    assert (finding.model, finding.field, finding.count) == (Person, "publisher", 3)
    assert (finding.origin.model, finding.origin.path) == (Book, "chapters__reviewer")
    assert '.prefetch_related("chapters__reviewer__publisher")' in finding.advice


def test_the_back_reference_that_a_prefetch_forgot(books):
    """Prefetch(...only()) without the foreign key loads it row by row; it is named."""
    chapters = Prefetch("chapters", Chapter.objects.only("heading"))
    with audit(mode="collect") as report:
        list(Book.objects.prefetch_related(chapters))
    finding = only(report)
    assert (finding.kind, finding.model, finding.field) == ("deferred-field", Chapter, "book_id")
    assert finding.count == 6


def test_a_deferred_field_of_a_row_fetched_alone(books):
    """A deferred field is reported for one row too."""
    with audit(mode="collect") as report:
        Book.objects.only("title").get(pk=books[0].pk).blurb
    finding = only(report)
    assert (finding.kind, finding.origin.cardinality) == ("deferred-field", "one")


def test_a_deferred_key_and_its_object_are_two_reads(books):
    """Reading a relation whose key is deferred loads the column and then the row."""
    with audit(mode="collect") as report:
        for book in Book.objects.only("title"):
            book.author
    assert [(f.kind, f.field) for f in report.findings] == [
        ("deferred-field", "author_id"),
        ("to-one", "author"),
    ]


@pytest.mark.parametrize("name", ["author", "cover"])
def test_a_relation_to_one(books, name):
    """Forward and reverse relations to one row are reported from the first row on."""
    with audit(mode="collect") as report:
        for book in Book.objects.filter(pk=books[0].pk):
            getattr(book, name)
    finding = only(report)
    assert (finding.kind, finding.model, finding.field) == ("to-one", Book, name)
    assert (finding.count, finding.queries) == (1, 1)
    assert f'.select_related("{name}")' in finding.advice


def test_two_foreign_keys_to_one_model(books):
    """Two keys to one model are two findings, and a row behind one of them knows which."""
    with audit(mode="collect") as report:
        for book in Book.objects.select_related("author", "editor"):
            book.editor.publisher
    finding = only(report)
    assert (finding.model, finding.field, finding.origin.path) == (Person, "publisher", "editor")
    assert '.select_related("editor__publisher")' in finding.advice


def test_rows_reached_lazily_speak_from_the_root(books):
    """The second step of a lazy path is advised on the queryset where the first began."""
    with audit(mode="collect") as report:
        for book in Book.objects.all():
            book.author.publisher
    first, second = report.findings
    assert (first.model, first.field) == (Book, "author")
    assert (second.model, second.field, second.origin.path) == (Person, "publisher", "author")
    assert second.origin.location == first.origin.location
    assert '.select_related("author__publisher")' in second.advice


def test_a_path_through_a_manager_is_prefetched(books):
    """Behind a relation to many, a relation to one is advised as a prefetch from the root."""
    with audit(mode="collect") as report:
        for book in Book.objects.all():
            for chapter in book.chapters.all():
                chapter.reviewer
    manager, reviewer = report.findings
    assert (manager.kind, manager.field) == ("related-manager", "chapters")
    assert (reviewer.kind, reviewer.origin.path) == ("to-one", "chapters")
    assert '.prefetch_related("chapters__reviewer")' in reviewer.advice


def test_a_generic_key(books):
    """A generic key is named, and what lies behind it is advised as a prefetch."""
    with audit(mode="collect") as report:
        for note in Note.objects.all():
            note.target.author
    generic, author = report.findings
    assert (generic.kind, generic.model, generic.field) == ("generic", Note, "target")
    assert '.prefetch_related("target")' in generic.advice
    assert (author.model, author.field, author.origin.path) == (Book, "author", "target")
    assert '.prefetch_related("target__author")' in author.advice


def test_an_empty_generic_key_is_quiet():
    """A generic key without a content type sends nothing, so it is no finding."""
    Note.objects.create(text="empty")
    with audit(mode="raise") as report:
        assert [note.target for note in Note.objects.all()] == [None]
    assert report.findings == ()


@pytest.mark.parametrize("name", ["chapters", "tags", "notes"])
@pytest.mark.parametrize(
    ("call", "expression"),
    [
        ("", lambda manager: list(manager.all())),
        ("", lambda manager: list(manager.filter(pk__gt=0))),
        ("", lambda manager: list(manager.filter(pk__gt=0) | manager.filter(pk=0))),
        ("", lambda manager: list(manager.values("pk"))),
        ("", lambda manager: list(manager.iterator())),
        ("", lambda manager: manager.first()),
        ("", lambda manager: list(manager.order_by("pk")[:1])),
        ("count", lambda manager: manager.count()),
        ("exists", lambda manager: manager.exists()),
        ("aggregate", lambda manager: manager.aggregate(Count("pk"))),
    ],
)
def test_a_related_manager(books, name, call, expression):
    """Reverse, many-to-many and generic managers report each way to ask them, with its name."""
    with audit(mode="collect") as report:
        for book in Book.objects.all():
            expression(getattr(book, name))
    finding = only(report)
    assert (finding.kind, finding.model, finding.field) == ("related-manager", Book, name)
    assert (finding.call, finding.count, finding.queries) == (call, 3, 3)
    assert finding.origin.cardinality == "many"


@pytest.mark.parametrize("name", ["chapters", "tags", "notes"])
def test_a_related_manager_that_is_asked_for_a_row(books, name):
    """contains() is reported under its own name."""
    row = getattr(books[0], name).first()
    with audit(mode="collect") as report:
        for book in Book.objects.all():
            getattr(book, name).contains(row)
    assert only(report).call == "contains"


def test_the_other_end_of_many_to_many(books):
    """The reverse manager of a many-to-many has its own name."""
    with audit(mode="collect") as report:
        for tag in Tag.objects.all():
            list(tag.books.all())
    finding = only(report)
    assert (finding.model, finding.field) == (Tag, "books")


@pytest.mark.parametrize("name", ["chapters", "tags", "notes"])
@pytest.mark.parametrize(
    "expression",
    [
        lambda manager: list(manager.filter(pk__gt=0)),
        lambda manager: list(manager.iterator()),
        lambda manager: list(manager.values("pk")),
        lambda manager: list(manager.order_by("-pk")),
        lambda manager: manager.aggregate(Count("pk")),
        lambda manager: manager.last() if manager.model is not Chapter else manager.reverse()[0],
    ],
)
def test_a_bypassed_prefetch(books, name, expression):
    """A prefetched relation that is queried all the same is a finding of its own kind."""
    with audit(mode="collect") as report:
        for book in Book.objects.prefetch_related(name):
            expression(getattr(book, name))
    finding = only(report)
    assert (finding.kind, finding.model, finding.field) == ("bypassed-prefetch", Book, name)
    assert finding.count == 3
    assert "prefetched" in finding.advice


def test_a_repeated_query(books):
    """The third equal statement from one line is a finding; the second is not."""
    for times, expected in ((2, 0), (3, 1)):
        with audit(mode="collect") as report:
            for book in books[:times]:
                Book.objects.get(pk=book.pk)
        assert len(report.findings) == expected
    finding = only(report)
    assert (finding.kind, finding.model, finding.field) == ("repeated-query", Book, "")
    assert (finding.count, finding.queries) == (3, 3)
    assert finding.location.source == "Book.objects.get(pk=book.pk)"
    assert finding.origin is None


def test_a_statement_is_counted_to_its_last(books):
    """Those after the third are counted one by one."""
    with audit(mode="collect") as report:
        for _ in range(6):
            Book.objects.get(pk=books[0].pk)
    finding = only(report)
    assert (finding.count, finding.queries, report.query_count) == (6, 6, 6)


def test_two_statements_of_one_line_are_one_finding(books):
    """Each is counted from its third time on, with those before; the finding has the sum of both."""
    with audit(mode="collect") as report:
        for _ in range(3):
            Book.objects.filter(title="x").exists(), Book.objects.filter(blurb="x").exists()
    finding = only(report)
    assert (finding.count, finding.queries) == (6, 6)


@pytest.fixture
def clock(monkeypatch):
    """A clock that is a second further each time that somebody looks at it."""
    seconds = itertools.count()
    for module in (hooks, loads, sys.modules[version.carry.__module__]):
        monkeypatch.setattr(module, "perf_counter", lambda: next(seconds), raising=False)


@pytest.mark.parametrize("entry", READS, ids=[entry.kind for entry in READS])
def test_the_time_of_each_kind(books, clock, entry):
    """Each statement counts for its finding as long as it took, save the first of those that repeat."""
    with audit(mode="collect") as report:
        for row in entry.queryset():
            read(row, entry.name)
    assert only(report).duration == (2 if entry.kind == "repeated-query" else 3)


def test_the_time_of_statements_that_share_a_line(books, clock):
    """The finding has the time of both."""
    with audit(mode="collect") as report:
        for _ in range(4):
            Book.objects.filter(title="x").exists(), Book.objects.filter(blurb="x").exists()
    finding = only(report)
    assert (finding.count, finding.queries, finding.duration) == (8, 8, 6)


def test_the_time_of_rows_from_before_the_scope(books, clock):
    """Loads are timed for rows without an origin too."""
    rows = list(Book.objects.all())
    with audit(mode="collect") as report:
        for book in rows:
            book.author
    finding = only(report)
    assert (finding.field, finding.origin, finding.duration) == ("author", None, 3)


def test_equal_statements_from_different_lines_are_no_repetition(books):
    """A statement is counted by the line that sends it."""
    with audit(mode="collect") as report:
        Book.objects.count()
        Book.objects.count()
        Book.objects.count()
    assert report.findings == ()


def test_writes_are_no_repetition(books):
    """What is written row by row is not the auditor's business."""
    with audit(mode="collect") as report:
        for number in range(5):
            Tag.objects.create(word="new")
            Tag.objects.filter(word=f"{number}").update(word="old")
    assert report.query_count == 10
    assert report.findings == ()


def test_a_write_of_a_relation_is_no_load(books):
    """set() and its like query the relation in order to change it."""
    tag = Tag.objects.create(word="new")
    with audit(mode="collect", kinds={"repeated-query": "off"}) as report:
        for book in Book.objects.all():
            book.tags.set([tag])
    assert report.findings == ()


def test_a_raw_queryset(books):
    """Rows of raw() are rows of a list."""
    with audit(mode="collect") as report:
        for book in Book.objects.raw("SELECT id, title FROM audited_book"):
            book.blurb
    finding = only(report)
    assert (finding.kind, finding.field, finding.count) == ("deferred-field", "blurb", 3)


def test_a_raw_queryset_with_a_hint(books):
    """A hint for the database's router makes no related manager of it."""
    rows = RawQuerySet("SELECT * FROM audited_chapter", Chapter, hints={"instance": books[0]})
    with audit(mode="collect") as report:
        for chapter in rows:
            chapter.reviewer
    finding = only(report)
    assert (finding.model, finding.field, finding.count) == (Chapter, "reviewer", 6)


def test_rows_of_iterator(books):
    """iterator() hands on the origin as any evaluation does."""
    with audit(mode="collect") as report:
        for book in Book.objects.iterator():
            book.author
    finding = only(report)
    assert finding.origin.location.source == "for book in Book.objects.iterator():"


def test_equal_names_in_two_apps(books):
    """Models of one name in two apps are told apart by their label."""
    boss = Stranger.objects.create(name="boss")
    Stranger.objects.create(name="clerk", boss=boss)
    with audit(mode="collect") as report:
        for person in [*Person.objects.all(), *Stranger.objects.filter(boss__isnull=False)]:
            person.boss if isinstance(person, Stranger) else person.publisher
    assert [f.to_dict()["model"] for f in report.findings] == [
        "audited.Person",
        "audited_other.Person",
    ]


def test_a_row_of_two_tables(books):
    """A field of the parent's table is deferred like one of the row's own."""
    Novel.objects.create(title="Novel", author=books[0].author)
    with audit(mode="collect") as report:
        for novel in Novel.objects.only("plot"):
            novel.blurb
    finding = only(report)
    assert (finding.kind, finding.model, finding.field) == ("deferred-field", Novel, "blurb")


def test_the_parent_of_a_loaded_child_is_quiet(books):
    """A parent link is filled from the child's columns without a query, so it is no finding."""
    Novel.objects.create(title="Novel", author=books[0].author)
    with audit(mode="raise") as report:
        for novel in Novel.objects.all():
            assert novel.book_ptr.title == "Novel"
    assert (report.findings, report.query_count) == ((), 1)


def test_a_row_joined_through_a_filtered_relation(books):
    """A join that a FilteredRelation makes is one of the list's rows too."""
    first = FilteredRelation("books", condition=Q(books__title="Book 0"))
    people = Person.objects.annotate(first=first).filter(first__pk__gt=0)
    with audit(mode="collect") as report:
        for person in people.select_related("first__author__publisher"):
            person.first.editor
    finding = only(report)
    assert (finding.kind, finding.model, finding.field) == ("to-one", Book, "editor")


def test_a_column_that_defer_leaves_out_behind_a_filtered_relation(books):
    """The names of the user's defer() can't be told there, so the advice is to load the column."""
    first = FilteredRelation("books", condition=Q(books__title="Book 0"))
    people = Person.objects.annotate(first=first).filter(first__pk__gt=0).select_related("first")
    with audit(mode="collect") as report:
        for person in people.defer("first__blurb"):
            person.first.blurb
    finding = only(report)
    assert (finding.kind, finding.model, finding.field) == ("deferred-field", Book, "blurb")
    assert finding.advice.startswith('load "')


def test_prefetches_of_two_relations_in_the_same_words_are_no_repetition(books):
    """Two relations to one model ask for it in the same words where they lead to as many rows."""
    with audit(mode="collect", repeated=2) as report:
        list(Book.objects.prefetch_related("author", "editor"))
    assert report.findings == ()
    assert report.query_count == 3


def test_the_same_prefetch_again_is_a_repetition(books):
    """A prefetch for one row at a time is told from two that look alike."""
    rows = list(Book.objects.all())
    with audit(mode="collect") as report:
        for book in rows:
            prefetch_related_objects([book], "author")
    finding = only(report)
    assert (finding.kind, finding.model, finding.count) == ("repeated-query", Person, 3)
