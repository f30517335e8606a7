"""Comparing what a preset loads with what a consumer reads."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Prefetch, Value

from example_project.catalogue.models import Category, Product
from perfkit import Preset, checks
from perfkit.comparing import extra, missing
from perfkit.consumers import Consumer
from perfkit.derivation import ConsumerRead, Derivation, Derived, Place
from tests.testapp.models import Author, Book, Note, Tag

HERE = Place("list.html", 3, "content")


def derived(*paths: str, lost: str | None = None) -> Derived:
    derivation = Derivation(Book)
    for path in paths:
        derivation.read(path, HERE)
    if lost is not None:
        derivation.lose("a filter", HERE, lost)
    return derivation.result()


READS = ("title", "author__name", "editor", "tags__name")


def names(loaded: Any, *paths: str, lost: str | None = None) -> list[str]:
    return [read.path for read in missing(loaded, derived(*paths, lost=lost))]


@pytest.mark.parametrize(
    ("preset", "lacks"),
    [
        (Preset(only=READS), []),
        (Preset(), ["author__name", "tags__name"]),
        (Preset(only=["title", "editor"]), ["author__name", "tags__name"]),
        (Preset(defer=["editor"], select_related=["author"]), ["editor", "tags__name"]),
        (Preset(only=["title", "author__bio"]), ["author__name", "editor", "tags__name"]),
        (
            Preset(only=["title", "editor"], prefetch_related=["author", Prefetch("tags")]),
            [],
        ),
        (
            Preset(prefetch_related=[Prefetch("tags", to_attr="labels")]),
            ["author__name", "tags__name"],
        ),
        (
            Preset(only=READS[:3], prefetch_related=[Prefetch("tags", Tag.objects.only("pk"))]),
            [],
        ),
        (Preset(only=READS[:2], lazy_ok=["editor", "tags"]), []),
    ],
)
def test_what_a_preset_leaves_out_is_missing(preset: Preset, lacks: list[str]) -> None:
    """Columns, joins and prefetches that are read; a to-one relation may be joined or prefetched."""
    assert names(preset, *READS) == lacks


def test_a_plan_is_compared_as_well_and_each_read_has_its_place() -> None:
    """A plan says the same as the preset that it is of; the line that reads is told."""
    plan = Preset(only=["title"]).apply(Book.objects.all()).loading_plan
    (read,) = missing(plan, derived("title", "blurb"))
    assert (read.path, read.place) == ("blurb", HERE)
    assert extra(plan, derived("blurb")) == ("title",)


def test_keys_that_joins_stand_on_are_not_extra() -> None:
    """A join that nobody reads is told, and not its key besides."""
    assert extra(Preset(only=["title", "author__name"]), derived("title")) == ("author",)


def test_what_is_lost_is_neither_missing_nor_extra() -> None:
    """A filter that can't be followed may read any column, or none."""
    assert names(Preset(only=["title"]), "title", lost="") == []
    assert extra(Preset(only=["title", "blurb"]), derived("title", lost="")) == ()
    assert extra(Preset(only=["title", "author__bio"]), derived("title", lost="author")) == ()


@pytest.mark.parametrize(
    ("preset", "beyond"),
    [
        (Preset(only=READS), ()),
        (Preset(only=[*READS, "editor__name"]), ("editor",)),
        (Preset(only=[*READS, "blurb", "author__bio"]), ("author__bio", "blurb")),
        (Preset(only=[*READS, "reviews__text"]), ("reviews",)),
        (Preset(only=READS, select_related=["editor"]), ("editor",)),
        (Preset(only=READS, prefetch_related=["tags"]), ("tags__description",)),
    ],
)
def test_what_nobody_reads_is_extra(preset: Preset, beyond: tuple[str, ...]) -> None:
    """Columns and relations; never the keys that joins and prefetches stand on."""
    assert extra(preset, derived(*READS)) == beyond


def test_a_path_to_rows_is_told_as_a_preset_takes_it() -> None:
    """What is missing can be pasted into `only`."""
    assert names(Preset(only=["title"]), "tags") == ["tags__pk"]
    Preset(only=["tags__pk"]).apply(Book.objects.all())


def test_rows_of_no_one_model_are_not_compared() -> None:
    """Nobody knows which columns of the target are read."""
    derivation = Derivation(Note)
    derivation.read("target__name", HERE)
    derivation.read("text", HERE)
    preset = Preset(only=["text"], include={"target": {Author: Preset(only=["name"])}})
    assert missing(preset, derivation.result()) == ()
    assert extra(preset, derivation.result()) == ()


def test_a_member_that_cannot_be_followed_is_not_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may read what is loaded, and no more."""
    monkeypatch.setattr(Book, "odd", property(lambda book: eval("book.title")), raising=False)
    assert names(Preset(only=["title"]), "odd") == []


def annotated(model: Any, *paths: str) -> Derived:
    """Return what reads names that presets of the shop annotate."""
    derivation = Derivation(model)
    for path in paths:
        derivation.read(path, HERE)
    return derivation.result()


@pytest.mark.parametrize(
    ("preset", "lacks"),
    [
        (Preset(only=["title"]), ["rating"]),
        (Preset(only=["title"], annotate={"rating": Value(1)}), []),
        (Preset(only=["title"], annotate={"other": Value(1)}), ["rating"]),
    ],
)
def test_an_annotation_that_is_read_is_missing_without_it(preset: Preset, lacks: list[str]) -> None:
    """Its property would ask the database for each row."""
    assert [read.path for read in missing(preset, annotated(Product, "title", "rating"))] == lacks


def test_an_annotation_is_not_missing_where_its_property_is_served() -> None:
    """A prefetch gives what it counts."""
    counted = annotated(Product, "review_count")
    assert [read.path for read in missing(Preset(only=["title"]), counted)] == ["review_count"]
    assert missing(Preset(prefetch_related=["reviews"]), counted) == ()


def test_an_annotation_below_a_list_is_looked_for_there() -> None:
    """With the rows of the prefetch, and not with those above."""
    below = annotated(Category, "children__product_count")
    counting = Preset(annotate={"product_count": Value(1)})
    assert missing(Preset(include={"children": counting}), below) == ()
    (read,) = missing(
        Preset(prefetch_related=["children"], annotate={"product_count": Value(1)}), below
    )
    assert (read.path, read.place) == ("children__product_count", HERE)


def test_an_annotation_of_no_property_is_missing_too() -> None:
    """The row would not have it at all."""
    found = Derived(
        Book, (), Preset(only=["title"]), annotated=(ConsumerRead("nothing_of_the_kind", HERE),)
    )
    assert [read.path for read in missing(Preset(), found)] == ["nothing_of_the_kind"]


def test_the_check_says_to_annotate() -> None:
    """And names what only takes beside it."""
    plan = Preset(only=["title"]).apply(Product.objects.all()).loading_plan
    read = annotated(Product, "rating", "price")
    consumer = Consumer("a view", "the template", lambda: read, plan)
    message, *_ = checks._check_consumer(consumer)
    assert message.id == "perfkit.W005"
    assert message.hint == (
        "Add only=['price'] to the preset. Annotate the rows with 'rating', as another preset does."
    )
