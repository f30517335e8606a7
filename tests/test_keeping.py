"""What was derived is kept: bounded, under its key, and as long as what it rests on is as it was."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import F, Value

from perfkit import Preset, PresetError, PresetQuerySet, audit
from perfkit.derivation import Derivation, Derived, Place
from perfkit.keeping import Keeper, Witness, apply_kept
from tests.testapp.models import Author, Book, BookQuerySet, Review, ReviewQuerySet

HERE = Place("list.html", 3, "content")


def derived(*paths: str, presets: Any = None) -> Derived:
    derivation = Derivation(Book, presets)
    for path in paths:
        derivation.read(path, HERE)
    return derivation.result()


class Maker:
    """Derives, and counts how often."""

    def __init__(self, *paths: str, witnesses: tuple[Witness, ...] = ()) -> None:
        self.paths = paths
        self.witnesses = witnesses
        self.calls = 0

    def __call__(self) -> tuple[Derived, tuple[Witness, ...]]:
        self.calls += 1
        return derived(*self.paths), self.witnesses


def test_an_answer_is_derived_once_for_each_key() -> None:
    """The same key gives the same object; another one is another answer."""
    keeper, make = Keeper(), Maker("title")
    assert keeper.find("a") is None
    kept = keeper.keep("a", "Label", make)
    assert keeper.keep("a", "Label", make) is kept is keeper.find("a")
    assert make.calls == 1
    assert kept.loading.presets == ("Label",)
    assert kept.loading.plan.columns == ("id", "title")
    assert keeper.keep("b", "Label", make) is not kept
    assert (make.calls, len(keeper)) == (2, 2)
    keeper.clear()
    assert len(keeper) == 0
    assert keeper.find("a") is None


def test_the_one_longest_unused_goes_first() -> None:
    """To be found, or made, is to be used."""
    keeper, make = Keeper(most=2), Maker("title")
    keeper.keep("a", "", make)
    keeper.keep("b", "", make)
    assert keeper.find("a") is not None
    keeper.keep("c", "", make)
    assert [key for key in "abc" if keeper.find(key)] == ["a", "c"]
    assert len(keeper) == 2
    keeper.keep("d", "", make)
    assert [key for key in "acd" if keeper.find(key)] == ["c", "d"]


def test_a_preset_that_does_not_fit_is_an_error_and_is_not_kept() -> None:
    """Whoever asks again is told again."""
    keeper = Keeper()
    wrong = Derived(Book, (), Preset(only=["nothing"]))
    for _ in range(2):
        with pytest.raises(PresetError, match="Label on"):
            keeper.keep("a", "Label", lambda: (wrong, ()))
    assert len(keeper) == 0


class Base:
    """Has what a subclass may inherit."""

    inherited = 1


def made() -> Any:
    return type("Made", (Base,), {"told": 1, "other": 1})


def test_an_answer_is_old_when_what_it_rests_on_changes() -> None:
    """Replaced, taken away or added; a name that nobody watches may be replaced."""

    def set_told(cls: Any) -> None:
        cls.told = 2

    def delete_told(cls: Any) -> None:
        del cls.told

    def delete_told_and_add(cls: Any) -> None:
        del cls.told
        cls.more = 1

    def add(cls: Any) -> None:
        cls.more = 1

    def set_other(cls: Any) -> None:
        cls.other = 2

    for change, calls in (
        (set_told, 2),
        (delete_told, 2),
        (delete_told_and_add, 2),
        (add, 2),
        (set_other, 1),
    ):
        cls, keeper = made(), Keeper()
        make = Maker("title", witnesses=(Witness.of(cls, ["told", "inherited", "more"]),))
        keeper.keep("a", "", make)
        assert keeper.find("a") is not None
        change(cls)
        assert (keeper.find("a") is None) == (calls == 2)
        keeper.keep("a", "", make)
        assert make.calls == calls, change


def test_a_class_without_any_of_the_names_is_watched_for_them() -> None:
    """One of them may come."""
    cls, keeper = made(), Keeper()
    keeper.keep("a", "", Maker("title", witnesses=(Witness.of(cls, ["absent"]),)))
    assert keeper.find("a") is not None
    cls.absent = 1
    assert keeper.find("a") is None


def replace(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, preset: Preset) -> None:
    """Replace a declared preset as a reload would."""
    method = vars(type("Other", (PresetQuerySet,), {name: preset}))[name]
    monkeypatch.setattr(owner, name, method)


@pytest.mark.parametrize(
    ("owner", "name", "paths"),
    [
        (BookQuerySet, "optimize_for_list", ["title"]),
        (ReviewQuerySet, "optimize_for_list", ["reviews__text"]),
    ],
)
def test_an_answer_is_old_when_a_preset_of_its_rows_is_replaced(
    monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, paths: list[str]
) -> None:
    """Its annotations may have been taken over: of the rows themselves, and of those behind a relation."""
    keeper, make = Keeper(), Maker(*paths)
    keeper.keep("a", "", make)
    assert keeper.find("a") is not None
    replace(monkeypatch, owner, name, Preset(only=["id"]))
    assert keeper.find("a") is None


def test_presets_of_rows_that_are_not_loaded_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that loads books alone doesn't rest on the presets of reviews."""
    keeper = Keeper()
    keeper.keep("a", "", Maker("title"))
    replace(monkeypatch, ReviewQuerySet, "optimize_for_list", Preset(only=["id"]))
    assert keeper.find("a") is not None


def test_the_queryset_class_of_the_rows_is_watched_with_what_it_inherits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It may be another than that of the default manager."""

    class Inner(PresetQuerySet[Book]):
        optimize_for_list = Preset(only=["title"])

    class Outer(Inner):
        optimize_for_detail = Preset(only=["title"])

    for owner, name in ((Outer, "optimize_for_detail"), (Inner, "optimize_for_list")):
        keeper = Keeper()
        keeper.keep("a", "", Maker("title"), Outer)
        assert keeper.find("a") is not None
        with monkeypatch.context() as patch:
            replace(patch, owner, name, Preset(only=["pages"]))
            assert keeper.find("a") is None


@pytest.mark.django_db
def test_annotations_of_a_nested_preset_are_those_of_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second answer has the second expression, and the rows its values."""
    author = Author.objects.create(name="Ann")
    book = Book.objects.create(title="One", author=author)
    Review.objects.create(book=book, text="good", reviewer="Bob")
    keeper, make = Keeper(), Maker("reviews__shouted")
    for expression, value in ((Value("!"), "!"), (F("reviewer"), "Bob")):
        replace(
            monkeypatch,
            ReviewQuerySet,
            "optimize_for_list",
            Preset(annotate={"shouted": expression}),
        )
        kept = keeper.keep("a", "", make)
        (row,) = apply_kept(Book.objects.all(), kept)
        assert [review.shouted for review in row.reviews.all()] == [value]
    assert make.calls == 2


@pytest.mark.django_db
def test_rows_tell_the_label_and_the_line_that_applied_it() -> None:
    """As those of a declared preset."""
    author = Author.objects.create(name="Ann")
    Book.objects.create(title="One", author=author)
    kept = Keeper().keep("a", "Label", Maker("title"))
    with audit(mode="collect") as report:
        (row,) = apply_kept(Book.objects.all(), kept)
        assert row.blurb == ""
    (finding,) = report.findings
    assert finding.origin is not None
    assert finding.origin.presets == ("Label",)
    assert finding.origin.location is not None
    assert finding.origin.location.file == __file__
