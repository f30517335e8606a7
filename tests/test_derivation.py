"""Deriving: from what a consumer reads to the preset that loads it."""

from __future__ import annotations

from typing import Any

from perfkit.derivation import Derivation, Place
from tests.inference.app.models import Line, Note, Product
from tests.testapp.models import Book

HERE = Place(__file__, 1, "here")


def derive(model: Any, *paths: str) -> Derivation:
    derivation = Derivation(model)
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
