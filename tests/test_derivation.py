"""Deriving: from what a consumer reads to the preset that loads it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import F, Value

from example_project.catalogue.models import Category
from example_project.catalogue.models import Product as Shown
from example_project.reviews.models import Review
from perfkit import Preset
from perfkit.abridging import abridged
from perfkit.derivation import Derivation, Place
from tests.inference.app.models import Brand, Line, Note, Product
from tests.loads import queries
from tests.testapp.models import Book

HERE = Place(__file__, 1, "here")


def derive(model: Any, *paths: str) -> Derivation:
    return derive_from(model, None, *paths)


def derive_from(model: Any, presets: Any, *paths: str) -> Derivation:
    derivation = Derivation(model, presets)
    for path in paths:
        derivation.read(path, HERE)
    return derivation


def test_what_is_read_is_what_is_loaded() -> None:
    """Columns, keys, joined and prefetched columns, members; nothing else, and each read has its place."""
    derived = derive(Product, "title", "brand", "brand__name", "lines__total", "tags").result()
    assert derived.complete
    assert [read.path for read in derived.reads] == [
        *("brand", "brand__name", "lines__total", "tags", "title"),
    ]
    assert {read.place for read in derived.reads} == {HERE}
    assert str(derived) == str(derived.plan)
    assert str(derived).splitlines() == [
        "inferred.Product: id, title, price, brand_id",
        "├─ brand (join): id, name",
        "├─ lines (prefetch): id, product_id, amount [for total]",
        "└─ tags (prefetch): id",
    ]


def test_rows_handed_on_are_whole() -> None:
    """The row itself or one behind relations; a relation that is only crossed loads keys."""
    derivation = derive(Book, "title")
    derivation.whole("author", HERE)
    derivation.relation("reviews", HERE)
    plan = derivation.result().plan
    assert plan.columns == ("id", "title", "author_id")
    assert plan.joins[0].plan.columns is None
    assert plan.prefetches[0].plans[0].columns == ("id", "book_id")
    derivation.whole("", HERE)
    assert derivation.result().plan.columns is None


def test_what_cannot_be_followed_leaves_its_rows_whole() -> None:
    """Only the rows that it may read; and it is said where."""
    derivation = derive(Product, "title", "brand__name")
    derivation.lose("a filter", Place("list.html", 3, "content"), "brand")
    derived = derivation.result()
    assert not derived.complete
    assert derived.plan.columns is not None
    assert derived.plan.joins[0].plan.columns is None
    assert "? a filter (list.html:3)" in str(derived)


def test_a_function_is_followed_from_the_rows_it_is_handed() -> None:
    """Its reads, with their own places; what is unresolved in it; what it hands on."""

    def label(line: Line) -> Any:
        return line.remark if line.amount else line.product.brand

    derivation = Derivation(Product)
    derivation.function("lines", label, HERE)
    derived = derivation.result()
    assert derived.complete
    assert {read.path for read in derived.reads} >= {"lines__amount", "lines__product__brand"}
    assert {read.place.function for read in derived.reads if "remark" in read.path} == {
        f"{test_a_function_is_followed_from_the_rows_it_is_handed.__name__}.<locals>.label"
    }
    (joined,) = derived.plan.joins
    assert joined.relation.name == "brand"
    assert joined.plan.columns is None

    derivation.function("brand", lambda brand: eval("brand.name"), HERE)
    assert "only known when it runs" in str(derivation.result().unresolved)


def test_generic_keys_are_prefetched_and_said_to_be_of_any_model() -> None:
    """The key alone is two columns; what is read of the row behind it can't be told."""
    key = derive(Note, "target").result()
    assert (key.complete, key.plan.prefetches) == (True, ())
    behind = derive(Note, "target__title").result()
    assert not behind.complete
    assert [prefetch.name for prefetch in behind.plan.prefetches] == ["target"]


def test_unknown_names_are_kept_and_load_nothing() -> None:
    """An annotation or an attribute that the view sets is no matter of the model."""
    derived = derive(Book, "title", "review_count").result()
    assert derived.complete
    assert [read.path for read in derived.unknown] == ["review_count"]
    assert derived.plan.columns == ("id", "title")
    assert f"has no 'review_count' ({__file__}:1)" in str(derived)


def test_an_annotation_that_presets_declare_is_taken_over() -> None:
    """A cached property that asks the database is annotated as the written presets do, and asks no more."""
    derived = derive(Shown, "title", "rating").result()
    assert derived.complete
    assert not derived.own_queries
    (annotation,) = derived.plan.annotations
    assert annotation in Shown.objects.optimize_for("list").loading_plan.annotations
    alone = derive_from(Shown, {}, "title", "rating").result()
    assert alone.own_queries
    assert not alone.plan.annotations


@pytest.mark.django_db
def test_an_annotation_below_a_list_goes_to_its_prefetch() -> None:
    """Rows that a query of their own loads have it; the values are those that the properties give."""
    top = Category.objects.create(name="Top")
    Category.objects.create(name="Below", parent=top)
    derived = derive(Category, "name", "children__product_count").result()
    (prefetch,) = derived.plan.prefetches
    assert [name for name, _ in prefetch.plans[0].annotations] == ["product_count"]
    with queries() as using:
        found = derived.preset.apply(Category.objects.filter(pk=top.pk)).get()
        assert [child.__dict__["product_count"] for child in found.children.all()] == [0]
    assert len(using) == 2


def test_joined_rows_are_not_annotated() -> None:
    """A joined row can't have an annotation: the property's own query is told."""
    derived = derive(Review, "title", "product__rating").result()
    assert derived.own_queries
    assert not any(plan.annotations for plan in derived.plan.walk())


def test_presets_that_annotate_differently_are_told() -> None:
    """Which of the two is meant nobody can know: the answer is incomplete, and says the name."""
    presets = {
        "list": Preset(annotate={"product_count": Value(1)}),
        "detail": Preset(annotate={"product_count": Value(2)}),
    }
    derived = derive_from(Category, presets, "product_count").result()
    assert not derived.complete
    assert "annotate 'product_count' with different expressions" in str(derived)
    assert not derived.plan.annotations
    presets["detail"] = presets["list"] | Preset(only=["name"])
    assert derive_from(Category, presets, "product_count").result().complete


def test_an_annotation_brings_those_that_it_reads() -> None:
    """They are annotated in their order, or the expression would name nothing."""
    presets = {"list": Preset(annotate={"one": Value(1), "two": F("one") + Value(1)})}
    derived = derive_from(Category, presets, "two").result()
    assert [name for name, _ in derived.plan.annotations] == ["one", "two"]
    assert not derived.unknown


def test_what_the_queryset_annotates_is_left_as_it_is() -> None:
    """An annotation of the view's own is not replaced by one that a preset has under its name."""
    derivation = Derivation(Shown, annotated={"rating"})
    derivation.read("rating", HERE)
    derived = derivation.result()
    assert not derived.plan.annotations
    assert not derived.own_queries


def test_members_stand_for_what_they_read() -> None:
    """A name that the consumer reads is written in place of its columns where that loads the same."""
    derivation = derive(Product, "brand__name", "title", "lines__total", "lines__amount", "tax")
    long = derivation.result()
    derivation.member("lines__total")
    derived = derivation.result()
    (clause,) = derived.preset.clauses
    assert "lines__total" in clause.only
    assert "lines__amount" not in clause.only
    assert "lines__pk" not in clause.only
    assert derived.plan.loads_the_same(long.plan)


def test_what_members_cover_is_not_written_again() -> None:
    """A column that a member reads and nothing else is loaded with it."""
    assert abridged(Brand, ["name", "slogan"], ["label"]) == ["label"]
    assert abridged(Brand, ["slogan"], ["describe"]) == ["describe"]
    assert abridged(Brand, ["name", "slogan", "motto"], ["label"]) == ["label", "motto"]


def test_a_member_that_would_load_more_is_not_written() -> None:
    """A property that hands on whole rows, of which the consumer reads one column, stays unnamed."""
    derivation = derive(Shown, "images__motif")
    derivation.member("cover")
    (clause,) = derivation.result().preset.clauses
    assert clause.only == ("images__motif",)
