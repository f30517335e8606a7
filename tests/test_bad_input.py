"""Wrong input to every entry point of presets: a PresetError that says what to write, and no hang."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import F, Prefetch, QuerySet, Value
from django.test.utils import isolate_apps

from perfkit import Preset, PresetError, PresetQuerySet, preset
from perfkit.compiler import compile_plan
from tests.testapp.models import Author, Book, Note, Review


@pytest.mark.parametrize("part", ["only", "defer", "select_related", "prefetch_related", "lazy_ok"])
@pytest.mark.parametrize(
    "value", [None, 1, True, "title", [1], [None], [["title"]], [""], ["__title"], [b"title"]]
)
def test_names_that_are_none(part: str, value: Any) -> None:
    """Whatever is no list of names is refused when the preset is made."""
    with pytest.raises(PresetError, match=part):
        Preset(**{part: value})


@pytest.mark.parametrize(
    "value", [1, "x", ["x"], {1: F("title")}, {"x": "title"}, {"x": F}, {"a b": F("title")}]
)
def test_annotations_that_are_none(value: Any) -> None:
    """annotate takes a dictionary of names to expressions."""
    with pytest.raises(PresetError, match="annotat"):
        Preset(annotate=value)


@pytest.mark.parametrize(
    "value", [1, "reviews", ["reviews"], {"reviews": 1}, {"reviews": None}, {1: "list"}]
)
def test_includes_that_are_none(value: Any) -> None:
    """include takes a dictionary of relations to presets."""
    with pytest.raises(PresetError, match="include"):
        Preset(include=value)


@pytest.mark.parametrize("key", [1, None, "nowhere.Book", "Book", AbstractBaseUser, str])
def test_a_generic_key_with_what_is_no_model(key: Any) -> None:
    """The models of a generic key are models of the project."""
    made = Preset(include={"target": {key: Preset(only=["pk"])}})
    with pytest.raises(PresetError, match="no model of this project"):
        made.apply(Note.objects.all())


@pytest.mark.parametrize("value", [None, Book, Book.objects, [], 1, Book.objects.raw("SELECT 1")])
def test_a_preset_on_what_is_no_queryset(value: Any) -> None:
    """The likeliest slip is a manager; the message shows all()."""
    with pytest.raises(
        PresetError, match=r"apply\(\) takes a queryset, such as Product.objects.all\(\)"
    ):
        Preset(only=["title"]).apply(value)


@pytest.mark.parametrize("value", [None, 1, [None], [{}], Book(title="one")])
def test_rows_that_are_none(value: Any) -> None:
    """prefetch() takes a list of rows."""
    with pytest.raises(PresetError, match=r"prefetch\(\) takes a list of rows"):
        Preset(only=["title"]).prefetch(value)


def test_a_path_of_a_thousand_steps() -> None:
    """It is refused when it is written, and the message is short."""
    with pytest.raises(PresetError, match="more than 50 steps") as caught:
        Preset(only=["mentor__" * 1000 + "name"])
    assert len(str(caught.value)) < 400


def test_a_name_of_a_megabyte() -> None:
    """The message shows its beginning."""
    with pytest.raises(PresetError) as caught:
        Preset(only=["x" * 1_000_000]).apply(Book.objects.all())
    assert len(str(caught.value)) < 2_500_000
    assert "has no" in str(caught.value)


def test_presets_included_in_presets_for_ever() -> None:
    """The depth is bounded, so that nothing that walks them overflows."""
    made = Preset(only=["name"])
    for _ in range(49):
        made = Preset(include={"students": made})
    with pytest.raises(PresetError, match="more than 50 deep"):
        Preset(include={"students": made})
    assert made.depth == 50
    assert repr(made).count("students") == 49
    assert made.apply(Author.objects.all()).loading_plan


@pytest.mark.parametrize("name", ["title", "author_id", "reviews"])
def test_an_annotation_named_as_a_field(name: str) -> None:
    """Django would say so at use; the compiler says so at start-up."""
    with pytest.raises(PresetError, match="is a field of testapp.Book") as caught:
        compile_plan(Book, Preset(annotate={name: Value(1)}))
    assert caught.value.check_id == "perfkit.E006"


@pytest.mark.django_db
def test_annotations_that_read_each_other() -> None:
    """They are made in the order that they need, whatever the order of their names."""
    Book.objects.create(title="One", author=Author.objects.create(name="A"))
    made = Preset(annotate={"y": F("title"), "x": F("y")})
    assert [book.x for book in made.apply(Book.objects.all())] == ["One"]
    assert (
        made.apply(Book.objects.all()).loading_plan
        == (Preset(annotate={"x": F("y")}) | Preset(annotate={"y": F("title")}))
        .apply(Book.objects.all())
        .loading_plan
    )


def test_a_preset_method_that_is_none() -> None:
    """@preset decorates a method, and optimize_for() calls those without arguments."""
    with pytest.raises(PresetError, match="@preset takes a method"):
        preset(1)  # type: ignore[arg-type]
    with pytest.raises(PresetError, match=r"with_reviews_by\(\) takes arguments"):
        Book.objects.optimize_for("with_reviews_by")


@pytest.mark.parametrize("value", [None, 1, "", "lst", ["list"], Preset])
def test_presets_that_are_none(value: Any) -> None:
    """optimize_for() takes a name or a preset."""
    with pytest.raises(PresetError, match="BookQuerySet has no"):
        Book.objects.optimize_for(value)


def test_the_name_in_the_error_after_values() -> None:
    """A preset made on the spot is applied by optimize_for(), which is what the error names."""
    with pytest.raises(TypeError, match=r"Cannot call optimize_for\(\) after .values\(\)"):
        Preset(only=["title"]).apply(Book.objects.values())  # type: ignore[type-var]


@isolate_apps("tests.testapp")
def test_near_matches_have_properties() -> None:
    """A property that is misspelt is found, too."""

    class Titled(Book):
        class Meta:
            proxy = True
            app_label = "testapp"

        @property
        def headline(self) -> str:
            return self.title

    with pytest.raises(PresetError, match="Did you mean 'headline'"):
        Preset(only=["headlin"]).apply(PresetQuerySet(Titled))


def test_prefetches_of_one_path_in_one_preset() -> None:
    """Two querysets for one attribute are refused when the preset is made."""
    lookups = [Prefetch("reviews", Review.objects.all()), Prefetch("reviews", QuerySet(Review))]
    with pytest.raises(PresetError, match="can't be united"):
        Preset(prefetch_related=lookups)
