"""What is recorded as read, and what as never read."""

from __future__ import annotations

import copy
import pickle

import pytest
from django.db import connection
from django.db.models import Value
from django.db.models.query import ModelIterable
from django.test.utils import CaptureQueriesContext

from example_project.catalogue.models import Category
from perfkit import record_usage
from perfkit.usage import hooks
from tests.testapp.models import Author, Book


def read_and_unread(rows):
    """Return the columns that were read, and those that need not be loaded."""
    read = {name for name, column in rows.columns.items() if column.used}
    return read, {name for name in rows.columns if not rows.needs(name)}


def of(usage, model):
    [found] = [item for item in usage.querysets if item.line.model == model._meta.label]
    return found.rows


@pytest.mark.django_db
def test_columns_read_and_never_read(world: None) -> None:
    """A column that is read is told as read, any other as unread; the key is neither."""
    with record_usage() as usage:
        for book in Book.objects.all():
            book.title
    rows = of(usage, Book)
    read, unread = read_and_unread(rows)
    assert read == {"title"}
    assert {"blurb", "code", "pages", "author_id"} <= unread
    assert "id" not in unread
    assert rows.rows == Book.objects.count()
    assert rows.samples == min(3, rows.rows)


@pytest.mark.django_db
def test_joins_and_prefetches(world: None) -> None:
    """A join passed through is used, with the key under it; a prefetch that nobody asks for is not."""
    with record_usage() as usage:
        for book in Book.objects.select_related("author", "editor").prefetch_related(
            "tags", "reviews"
        ):
            book.author.name
            list(book.reviews.all())
    [found] = usage.querysets
    assert set(found.unused) == {"editor", "tags"}
    assert found.rows.columns["author_id"].used
    assert read_and_unread(found.rows.children["author"])[0] == {"name"}
    assert found.rows.children["reviews"].used


@pytest.mark.django_db
def test_lazy_loads_are_followed(world: None) -> None:
    """What is loaded lazily from a sampled row is recorded behind its relation."""
    with record_usage() as usage:
        for book in Book.objects.all():
            book.author.name
            [review.text for review in book.reviews.all()]
    [found] = usage.querysets
    assert found.rows.children["author"].how == {"lazy"}
    assert read_and_unread(found.rows.children["author"])[0] == {"name"}
    assert "text" in read_and_unread(found.rows.children["reviews"])[0]


@pytest.mark.django_db
def test_a_sampled_row_is_a_row(world: None) -> None:
    """Class, equality, hash, pickle and copy of a sampled row are those of any other."""
    plain = Author.objects.first()
    with record_usage():
        row = list(Author.objects.order_by("pk"))[0]
    assert type(row) is not Author
    assert row.__class__ is Author
    assert isinstance(row, Author)
    assert row == plain
    assert hash(row) == hash(plain)
    assert repr(row) == repr(plain)
    for twin in (pickle.loads(pickle.dumps(row)), copy.copy(row), copy.deepcopy(row)):
        assert type(twin) is Author
        assert twin == plain
    assert b"perfkit.usage" not in pickle.dumps(row)


@pytest.mark.django_db
def test_saving_is_not_reading(world: None) -> None:
    """What save() reads is not the page's; all the same the rows stay whole."""
    with record_usage() as usage:
        author = list(Author.objects.order_by("pk"))[0]
        author.bio = "changed"
        author.save()
    rows = of(usage, Author)
    assert read_and_unread(rows) == (set(), set())
    assert rows.saved
    assert Author.objects.get(pk=author.pk).bio == "changed"


def test_nothing_is_in_django_before_and_after() -> None:
    """The iterables have no __init__ of their own outside a recording."""
    with record_usage():
        assert "__init__" in vars(ModelIterable)
    assert "__init__" not in vars(ModelIterable)
    assert not hooks.is_installed()


@pytest.mark.django_db
def test_an_annotation_comes_before_a_cached_property_of_its_name() -> None:
    """As on any row: the property is not computed, so nothing is queried for it."""
    category = Category.objects.create(name="Lamps")
    counted = Category.objects.annotate(product_count=Value(7))
    with record_usage(), CaptureQueriesContext(connection) as queries:
        assert [row.product_count for row in counted] == [7]
    assert len(queries) == 1
    with record_usage():
        assert [row.product_count for row in Category.objects.all()] == [0]
    assert category.product_count == 0


@pytest.mark.django_db
def test_rows_of_a_prefetch_are_sampled(world: None) -> None:
    """Prefetched rows are counted, and their unread columns told, with or without a queryset of their own."""
    with record_usage() as usage:
        for book in Book.objects.prefetch_related("reviews", "tags"):
            [review.text for review in book.reviews.all()]
            [tag.name for tag in book.tags.all()]
    [found] = usage.querysets
    for name, read in (("reviews", "text"), ("tags", "name")):
        rows = found.rows.children[name]
        assert rows.how == {"prefetch"}
        assert rows.evaluations == 1
        assert rows.rows > 0
        assert read_and_unread(rows)[0] == {read}
        assert read_and_unread(rows)[1]
