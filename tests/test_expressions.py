"""Annotations of presets: what keeps the rows as they are is taken, what changes them is refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import (
    Avg,
    Case,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    FilteredRelation,
    IntegerField,
    Max,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
    When,
    Window,
)
from django.db.models.functions import Coalesce, Concat, Length, RowNumber, Upper

from perfkit import Preset, PresetError
from tests.loads import load, queries
from tests.testapp.models import Author, Book, Place, Review

pytestmark = pytest.mark.django_db

COUNT = Subquery(
    Review.objects.filter(book=OuterRef("pk"))
    .order_by()
    .values("book")
    .annotate(n=Count("pk"))
    .values("n")
)

TAKEN: dict[str, tuple[Any, list[Any]]] = {
    "a column": (F("pages"), [0, 100, 200, 5]),
    "arithmetic": (F("pages") + 1, [1, 101, 201, 6]),
    "a value": (Value(7), [7, 7, 7, 7]),
    "a function": (Upper("title"), ["BOOK 0", "BOOK 1", "BOOK 2", "NOVEL"]),
    "functions in functions": (Length(Concat("title", Value("!"))), [7, 7, 7, 6]),
    "a column across a foreign key": (F("author__name"), ["Elder", "Pupil", "Loner", "Elder"]),
    "a column across a nullable one": (
        Coalesce("editor__name", Value("-")),
        ["Pupil", "-", "Elder", "-"],
    ),
    "a column across a one to one": (
        Coalesce("author__profile__website", Value("")),
        ["elder.example", "pupil.example", "", "elder.example"],
    ),
    "a condition": (
        Case(When(Q(pages__gt=50) & ~Q(author__name="Loner"), then=Value(1)), default=Value(0)),
        [0, 1, 0, 0],
    ),
    "a subquery": (Coalesce(COUNT, Value(0)), [0, 1, 2, 0]),
    "exists": (
        Case(
            When(Exists(Review.objects.filter(book=OuterRef("pk"))), then=Value(1)),
            default=Value(0),
        ),
        [0, 1, 1, 0],
    ),
    "an aggregate over a window": (Window(Sum("pages")), [305, 305, 305, 305]),
    "a window": (Window(RowNumber(), order_by="pk"), [1, 2, 3, 4]),
}


@pytest.mark.parametrize("kind", TAKEN)
def test_what_keeps_the_rows_is_taken(kind: str, world: None) -> None:
    """The rows are as many, narrowed as declared, and have the value."""
    expression, values = TAKEN[kind]
    rows = load(
        lambda: Preset(only=["title"], annotate={"extra": expression}).apply(
            Book.objects.order_by("pk")
        ),
        "book(id title) +extra",
    )
    with queries() as reading:
        assert [row.extra for row in rows] == values
    assert not reading.captured_queries


REFUSED: dict[str, tuple[Any, Any, str]] = {
    "count": (
        Book,
        Count("reviews"),
        r"extra=Subquery\(Related\.objects\.filter\(book=OuterRef\('pk'\)\)",
    ),
    "count of a column": (Book, Count("pk"), "aggregate"),
    "in arithmetic": (Book, Sum("reviews__pk") + 1, "aggregate"),
    "in a function": (Book, Coalesce(Avg("pages"), Value(0.0)), "aggregate"),
    "in a condition": (
        Book,
        Case(When(pages__gt=1, then=Max("reviews__pk")), default=Value(0)),
        "aggregate",
    ),
    "in a condition on own columns": (
        Book,
        Case(When(pages__gt=1, then=Max("pages")), default=Value(0)),
        "aggregate",
    ),
    "on the right of a condition": (
        Book,
        Case(When(Q(pages=Max("pages")), then=Value(1)), default=Value(0)),
        "aggregate",
    ),
    "across a reverse foreign key": (Book, F("reviews__text"), "across 'reviews', a list"),
    "across many to many": (Book, Upper("tags__name"), "across 'tags', a list"),
    "across a generic relation": (Book, F("notes__text"), "across 'notes', a list"),
    "across a list behind a join": (Book, Length("author__books__title"), "across 'books', a list"),
    "a list in a condition": (
        Book,
        Case(When(reviews__text="x", then=Value(1)), default=Value(0)),
        "across 'reviews', a list",
    ),
    "a list in a nested condition": (
        Book,
        Case(When(Q(pages=1) | Q(~Q(tags__name="x")), then=Value(1)), default=Value(0)),
        "across 'tags', a list",
    ),
    "a list on the right of a condition": (
        Book,
        Case(When(title=F("reviews__text"), then=Value(1)), default=Value(0)),
        "across 'reviews', a list",
    ),
    "the bare list": (Author, F("books"), "across 'books', a list"),
    "wrapped": (
        Author,
        ExpressionWrapper(F("books__pages") * 2, IntegerField()),
        "across 'books', a list",
    ),
    "a filtered relation": (
        Book,
        FilteredRelation("reviews", condition=Q(reviews__text="")),
        "FilteredRelation",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_changes_the_rows_is_refused(kind: str) -> None:
    """When it is compiled, before any query, and the message says what to write."""
    model, expression, message = REFUSED[kind]
    with pytest.raises(PresetError, match=message) as caught:
        Preset(annotate={"extra": expression}).apply(model._base_manager.all())
    assert caught.value.check_id == "perfkit.E006"
    assert "extra" in str(caught.value)


def test_a_related_query_name_is_seen(world: None) -> None:
    """Expressions use the name of a relation in queries, which may differ from the attribute."""
    assert Preset(annotate={"n": F("passport_of__number")}).apply(Author.objects.all()).count() == 4
    with pytest.raises(PresetError, match="across 'mark', a list"):
        Preset(annotate={"n": F("mark__page")}).apply(Book.objects.all())


def test_columns_of_children_and_parents(world: None) -> None:
    """A parent's row has one child at most, so its columns keep the rows."""
    made = Preset(only=["name"], annotate={"hours": F("shop__opening_hours")}).apply(
        Place.objects.order_by("pk")
    )
    assert [row.hours for row in made] == [None, "9-5", "5-9"]


def test_an_unknown_name_in_an_expression_is_djangos_error() -> None:
    """FieldError, with Django's list of choices."""
    from django.core.exceptions import FieldError

    with pytest.raises(FieldError, match="Cannot resolve keyword 'titel'"):
        Preset(annotate={"extra": F("titel")}).apply(Book.objects.all())


def test_an_annotation_below_an_include(world: None) -> None:
    """Rows of a list are annotated by the query that prefetches them."""
    preset = Preset(
        only=["name"], include={"books": Preset(only=["title"], annotate={"loud": Upper("title")})}
    )
    rows = load(
        lambda: preset.apply(Author.objects.order_by("pk")),
        "author(id name)",
        "book(id title author_id) +loud",
    )
    with queries() as reading:
        assert sorted(book.loud for book in rows[0].books.all()) == ["BOOK 0", "NOVEL"]
    assert not reading.captured_queries
