"""Querysets with presets in a ``Prefetch`` of the user's own: what ties the rows to their owners is loaded."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Prefetch, prefetch_related_objects
from pytest_django import DjangoAssertNumQueries

from perfkit import Preset, PresetQuerySet
from tests.testapp.models import Author, Book, Note, Parcel, Review, Shipment

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rows() -> None:
    """Two owners of each kind, each with two rows."""
    for number in range(2):
        author = Author.objects.create(name=f"A{number}")
        book = Book.objects.create(title=f"B{number}", author=author)
        shipment = Shipment.objects.create(number=f"S{number}")
        for _ in range(2):
            Review.objects.create(book=book, text="t", reviewer="Ann")
            Note.objects.create(text="n", target=book)
            Parcel.objects.create(shipment=shipment, weight=number)


def narrowed(model: Any, *names: str) -> Any:
    """Return a queryset of any model, with a preset of its own."""
    return PresetQuerySet(model).optimize_for(Preset(only=names))


@pytest.mark.parametrize(
    ("owner", "name", "queryset", "attribute"),
    [
        (Book, "reviews", lambda: Review.objects.optimize_for_list(), "text"),
        (Book, "notes", lambda: narrowed(Note, "text"), "text"),
        (Shipment, "parcels", lambda: narrowed(Parcel, "weight"), "weight"),
        (Parcel, "shipment", lambda: narrowed(Shipment, "pk"), "pk"),
        (Author, "books", lambda: narrowed(Book, "title"), "title"),
        (Book, "author", lambda: narrowed(Author, "name"), "name"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_preset_in_a_prefetch(
    owner: Any,
    name: str,
    queryset: Any,
    attribute: str,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    """Two queries, and no more when the rows are read: over every kind of relation."""

    def values(owners: Any) -> list[Any]:
        found = []
        for row in owners:
            related = getattr(row, name)
            rows = related.all() if hasattr(related, "all") else [related]
            found.append([getattr(behind, attribute) for behind in rows])
        return found

    plain = values(owner.objects.order_by("pk"))
    with django_assert_num_queries(2):
        assert (
            values(owner.objects.order_by("pk").prefetch_related(Prefetch(name, queryset())))
            == plain
        )


def test_a_preset_in_a_prefetch_to_an_attribute(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    """The same with ``to_attr``, a slice, and rows that are there already."""
    reviews = Review.objects.optimize_for_list().order_by("pk")[:1]
    books = list(Book.objects.order_by("pk"))
    with django_assert_num_queries(1):
        prefetch_related_objects(books, Prefetch("reviews", reviews, to_attr="first"))
        assert [[review.text for review in book.first] for book in books] == [["t"], ["t"]]  # type: ignore[attr-defined]


def test_rows_stay_narrowed() -> None:
    """Only the key is added; without a preset, nothing is."""
    reviews = Review.objects.optimize_for_list()
    book = Book.objects.prefetch_related(Prefetch("reviews", reviews))[0]
    assert [review.get_deferred_fields() for review in book.reviews.all()] == [{"private"}] * 2
    plain = Review.objects.only("text", "book")
    book = Book.objects.prefetch_related(Prefetch("reviews", plain))[0]
    assert book.reviews.all()[0].get_deferred_fields() == {"reviewer", "private"}
