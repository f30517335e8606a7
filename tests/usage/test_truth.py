"""Evidence against pages whose reads are known: nothing read is told as unread, nothing unread as read."""

from __future__ import annotations

import threading
from contextvars import copy_context
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db.models import Value
from django.forms import modelform_factory
from django.forms.models import model_to_dict
from hypothesis import given
from hypothesis import strategies as st

from perfkit import record_usage
from perfkit.compiler import compile_plan
from perfkit.usage.suggestion import loaded_paths, suggest
from tests.integrations.app.models import Room, Task
from tests.testapp.models import Author, Book, Novel

#: What a page may read of a book: a path, to-many relations marked by a star.
PATHS = [
    "title",
    "blurb",
    "code",
    "pages",
    "title_upper",
    "author_id",
    "author__name",
    "author__bio",
    "author__publisher__name",
    "author__mentor__name",
    "editor__name",
    "tags*__name",
    "reviews*__text",
    "reviews*__private",
    "notes*__text",
]
JOINS = ["author", "author__publisher", "author__mentor", "editor"]
PREFETCHES = ["tags", "reviews", "notes", "author", "author__publisher"]
COLUMNS = ["title", "blurb", "code", "pages", "title_upper"]


def read(row: Any, path: str) -> None:
    """Read a path of a row, as a page does."""
    name, _, rest = path.partition("__")
    if name.endswith("*"):
        for one in getattr(row, name[:-1]).all():
            read(one, rest)
        return
    value = getattr(row, name)
    if rest and value is not None:
        read(value, rest)


pages = st.fixed_dictionaries(
    {
        "paths": st.sets(st.sampled_from(PATHS), max_size=6),
        "joins": st.sets(st.sampled_from(JOINS)),
        "prefetches": st.sets(st.sampled_from(PREFETCHES)),
        "narrow": st.sampled_from(["", "only", "defer"]),
        "names": st.sets(st.sampled_from(COLUMNS), min_size=1),
        "way": st.sampled_from(["list", "iterator", "slice", "raw"]),
    }
)


def rows_of(page: dict[str, Any]) -> Any:
    if page["way"] == "raw":
        return Book.objects.raw("SELECT * FROM testapp_book ORDER BY id")
    queryset = Book.objects.order_by("pk").prefetch_related(*page["prefetches"])
    if page["narrow"] == "defer":
        queryset = queryset.defer(*page["names"])
    if page["narrow"] == "only":
        queryset = queryset.only(*page["names"], "author", "editor")
    if page["joins"]:
        queryset = queryset.select_related(*page["joins"])
    if page["way"] == "slice":
        return queryset[:2]
    return queryset.iterator(chunk_size=2) if page["way"] == "iterator" else queryset


def evidence_of(usage: Any) -> Any:
    return next(found for found in usage.querysets if found.line.model == "testapp.Book")


@given(page=pages)
@pytest.mark.django_db
def test_generated_pages(world: None, page: dict[str, Any]) -> None:
    """The columns told as read are those that the page read, and what is suggested loads them all."""
    with record_usage(sample=10) as usage:
        for row in rows_of(page):
            for path in page["paths"]:
                read(row, path)
    found = evidence_of(usage)
    told = {
        f"{path}__{name}" if path else name
        for path, rows, _ in found.rows.walk()
        for name, column in rows.columns.items()
        if column.via
    }
    expected = {path.replace("*", "") for path in page["paths"]}
    assert told <= expected
    # What no row has to read (no editor, no review) can't be told.
    met = {path for path in expected if is_met(path)}
    assert met <= told
    suggestion = suggest(found)
    assert suggestion.preset is not None
    assert told <= set(loaded_paths(compile_plan(Book, suggestion.preset).plan))
    for path, rows, _ in found.rows.walk():
        used = not path or any(p.startswith(path + "__") for p in expected)
        assert used or not rows.used


def is_met(path: str) -> bool:
    relation, _, _ = path.rpartition("__")
    rows = Book.objects.order_by("pk")[:2]
    kept = Book.objects.filter(pk__in=[row.pk for row in rows])
    return not relation or kept.filter(**{f"{relation}__isnull": False}).exists()


def read_of(model: type, usage: Any) -> set[str]:
    found = next(f for f in usage.querysets if f.line.model == model._meta.label)
    return {name for name, column in found.rows.columns.items() if column.via}


@pytest.mark.django_db
def test_what_django_reads_by_itself_is_not_the_pages(world: None) -> None:
    """Comparing, hashing, refreshing and deleting read nothing for the page; nor does a narrowed row that is saved."""
    with record_usage() as usage:
        first, second = list(Author.objects.order_by("pk"))[:2]
        assert first != second
        assert len({first, second}) == 2
        first.refresh_from_db()
        first.save()
    assert read_of(Author, usage) <= {"id"}


@pytest.mark.django_db
def test_forms_read_for_the_page(world: None) -> None:
    """model_to_dict() and a form read the fields that they show, as the page's own."""
    with record_usage() as usage:
        author = list(Author.objects.order_by("pk"))[0]
        assert model_to_dict(author, fields=["name"]) == {"name": author.name}
        modelform_factory(Author, fields=["bio"])(instance=author).as_p()
    assert read_of(Author, usage) >= {"name", "bio"}
    assert "publisher_id" not in read_of(Author, usage)


@pytest.mark.django_db
def test_rows_read_as_a_whole_keep_their_columns(world: None) -> None:
    """vars() of a row may be used for any column, so none is told as unread."""
    with record_usage() as usage:
        vars(list(Author.objects.order_by("pk"))[0])
    rows = usage.querysets[0].rows
    assert rows.left == 1
    assert all(rows.needs(name) for name in rows.columns)


@pytest.mark.django_db
def test_annotations(world: None) -> None:
    """An annotation is a column of its own: read or not."""
    with record_usage() as usage:
        for book in Book.objects.annotate(shown=Value("a"), hidden=Value("b")):
            assert book.shown == "a"
    assert "shown" in read_of(Book, usage)
    assert "hidden" not in read_of(Book, usage)


@pytest.mark.django_db
def test_a_childs_row_counts_for_its_parents_columns(world: None) -> None:
    """A row of a child in multi-table inheritance has all columns of both tables."""
    Novel.objects.create(title="N", plot="p", author=Author.objects.first())
    with record_usage() as usage:
        for novel in Novel.objects.all():
            novel.title, novel.author.name
    assert read_of(Novel, usage) == {"title"}
    found = next(f for f in usage.querysets if f.line.model == "testapp.Novel")
    assert "plot" in found.rows.columns
    assert found.rows.children["author"].columns["name"].via


@pytest.mark.django_db(transaction=True)
def test_async_code_is_recorded() -> None:
    """Rows of an asynchronous loop are sampled like others."""
    author = Author.objects.create(name="A")
    Book.objects.create(title="B", author=author)

    async def page() -> list[str]:
        return [book.title async for book in Book.objects.all()]

    with record_usage() as usage:
        # Its queries run in this thread, whose connection the test closes.
        assert async_to_sync(page)() == ["B"]
    assert read_of(Book, usage) == {"title"}


@pytest.mark.django_db
def test_reads_in_a_thread_are_recorded(world: None) -> None:
    """A row that was loaded while recording is read in a thread: that counts."""
    with record_usage() as usage:
        books = list(Book.objects.all())
        thread = threading.Thread(target=copy_context().run, args=(lambda: books[0].blurb,))
        thread.start()
        thread.join()
    assert read_of(Book, usage) == {"blurb"}


@pytest.mark.django_db
def test_a_tracker_works_and_reads_nothing_by_itself() -> None:
    """A FieldTracker knows what changed, on a sampled row as on any other; what it keeps is not the page's read."""
    Task.objects.create(room=Room.objects.create(), title="old", notes="n")
    with record_usage() as usage:
        task = list(Task.objects.all())[0]
        task.title = "new"
        assert task.tracker.changed() == {"title": "old"}
        task.save()
        assert not task.tracker.changed()
    rows = next(f for f in usage.querysets if f.line.model == Task._meta.label).rows
    assert rows.saved
    assert Task.objects.get().title == "new"
