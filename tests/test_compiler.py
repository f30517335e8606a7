"""Compiling presets: every mistake has its message, and a union loads what either would."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import models
from django.db.models import Count, F, FilteredRelation, Prefetch, Q, Value
from django.test.utils import isolate_apps

from perfkit import Preset, PresetError, PresetQuerySet, preset
from perfkit.compiler import compile_plan
from perfkit.plan import LoadPlan
from tests.testapp.models import Author, Book, Leaf, Note, Place, Review, Seat, Shop


def plan(model: Any, made: Preset) -> LoadPlan:
    return compile_plan(model, made)[0]


def columns(found: LoadPlan, *path: str) -> set[str] | None:
    """The columns behind a path of relations; None for all."""
    for name in path:
        behind = {join.relation.name: join.plan for join in found.joins}
        behind |= {prefetch.name: prefetch.plans[0] for prefetch in found.prefetches}
        found = behind[name]
    return None if found.columns is None else set(found.columns)


#: (model, preset, the number of the check, what the message says).
MISTAKES: list[tuple[Any, Preset, str, str]] = [
    (
        Book,
        Preset(only=["titel"]),
        "E002",
        "only names 'titel', but testapp.Book has no 'titel'. Did you mean 'title'?",
    ),
    (Book, Preset(only=["zzz"]), "E002", "no 'zzz'; it has author, author_id, blurb"),
    (
        Book,
        Preset(only=["author__nam"]),
        "E002",
        "'nam' in 'author__nam', but testapp.Author has no 'nam'. Did you mean 'name'?",
    ),
    (
        Book,
        Preset(only=["auther__name"]),
        "E002",
        "'auther' in 'auther__name', but testapp.Book has no 'auther'. Did you mean 'author'",
    ),
    (
        Book,
        Preset(only=["author_id__name"]),
        "E003",
        "'author_id' is a column of testapp.Book and no relation",
    ),
    (
        Book,
        Preset(only=["title__name"]),
        "E003",
        "'title' is a column of testapp.Book and no relation",
    ),
    (Book, Preset(only=["tags"]), "E003", "write prefetch_related=['tags']"),
    (Book, Preset(only=["reviews"]), "E003", "such as 'reviews__text'"),
    (Book, Preset(only=["notes"]), "E003", "write prefetch_related=['notes']"),
    (Author, Preset(only=["profile"]), "E003", "write select_related=['profile']"),
    (Book, Preset(only=["author__books"]), "E003", "write prefetch_related=['author__books']"),
    (Note, Preset(only=["target__title"]), "E003", "include={'target': {Model: preset, ...}}"),
    (Book, Preset(defer=["titel"]), "E002", "defer names 'titel'"),
    (Book, Preset(defer=["author__bio"]), "E003", "does not load 'author'"),
    (Book, Preset(defer=["auther__bio"]), "E002", "Did you mean 'author'"),
    (Book, Preset(defer=["auther__bio"]), "E002", "'auther' in 'auther__bio'"),
    (Book, Preset(defer=["tags"]), "E002", "defer names 'tags'"),
    (Book, Preset(select_related=["auther"]), "E002", "Did you mean 'author'"),
    (
        Book,
        Preset(select_related=["title"]),
        "E003",
        "'title' is a column of testapp.Book and no relation",
    ),
    (
        Book,
        Preset(select_related=["tags"]),
        "E003",
        "'tags' can't be joined: write prefetch_related=['tags']",
    ),
    (Book, Preset(select_related=["author__books"]), "E003", "'books' can't be joined"),
    (
        Note,
        Preset(select_related=["target"]),
        "E003",
        "can't be joined: write prefetch_related=['target']",
    ),
    (Shop, Preset(select_related=["place_ptr"]), "E003", "the link to the parent"),
    (Book, Preset(prefetch_related=["tagz"]), "E002", "Did you mean 'tags'?"),
    (Book, Preset(prefetch_related=["title"]), "E003", "no relation"),
    (Book, Preset(prefetch_related=["author__bookz"]), "E002", "'bookz' in 'author__bookz'"),
    (Book, Preset(prefetch_related=[Prefetch("tagz")]), "E002", "Did you mean 'tags'?"),
    (Note, Preset(prefetch_related=["target__author"]), "E003", "leads to no one model"),
    (Book, Preset(include={"auther": "list"}), "E002", "Did you mean 'author'"),
    (
        Book,
        Preset(include={"author": "lst"}),
        "E005",
        "the default manager of testapp.Author has no 'lst'. Did you mean 'list'",
    ),
    (
        Book,
        Preset(include={"tags": "list"}),
        "E005",
        "the default manager of testapp.Tag has no presets",
    ),
    (Book, Preset(include={"author": {Author: "list"}}), "E005", "for generic foreign keys"),
    (Note, Preset(include={"target": "list"}), "E005", "leads to several models"),
    (Note, Preset(include={"target": {"testapp.Nothing": "list"}}), "E005", "'testapp.Nothing'"),
    (Note, Preset(include={"target": {"nothing": "list"}}), "E005", "'nothing'"),
    (Note, Preset(include={"target": {Book: "lst"}}), "E005", "no 'lst'"),
    (
        Review,
        Preset(include={"book": "with_reviews_by"}),
        "E005",
        "can't be called without arguments",
    ),
    (
        Book,
        Preset(include={"author": Preset(annotate={"n": Value(1)})}),
        "E006",
        "annotates, which a joined row can't have",
    ),
    (
        Book,
        Preset(include={"author": Preset(fetch_mode="one")}),
        "E006",
        "has a fetch mode, which a joined row can't have",
    ),
    (
        Book,
        Preset(annotate={"n": Count("reviews")}),
        "E006",
        "n=Subquery(Related.objects.filter(book=OuterRef('pk'))",
    ),
    (Book, Preset(annotate={"n": F("reviews__text")}), "E006", "across 'reviews', a list"),
    (
        Book,
        Preset(annotate={"good": FilteredRelation("reviews", condition=Q(reviews__text=""))}),
        "E006",
        "FilteredRelation",
    ),
    (Book, Preset(lazy_ok=["auther"]), "E002", "Did you mean 'author'"),
    (Book, Preset(lazy_ok=["author__nam"]), "E002", "Did you mean 'name'"),
    (Book, Preset(lazy_ok=["auther__x"]), "E002", "lazy_ok names 'auther' in 'auther__x'"),
    (Book, Preset(lazy_ok=["title__x"]), "E003", "lazy_ok names 'title__x', but 'title'"),
    (Note, Preset(lazy_ok=["target__x"]), "E003", "leads to no one model"),
]


@pytest.mark.parametrize(
    ("model", "made", "number", "message"),
    MISTAKES,
    ids=[repr(made)[7:60] for _, made, _, _ in MISTAKES],
)
def test_a_mistake_is_an_error_that_says_what_to_write(
    model: Any, made: Preset, number: str, message: str
) -> None:
    """The message names the preset, the model and what was wrong; the number is that of the check."""
    with pytest.raises(PresetError) as caught:
        compile_plan(model, made, "ShopQuerySet.optimize_for_list")
    assert message in str(caught.value)
    assert str(caught.value).startswith(f"ShopQuerySet.optimize_for_list on {model._meta.label}")
    assert caught.value.check_id == f"perfkit.{number}"


def test_a_mistake_in_an_included_preset_says_where_it_is_included() -> None:
    """The path of the includes is in the message."""
    made = Preset(include={"author": Preset(include={"books": Preset(only=["titel"])})})
    with pytest.raises(
        PresetError, match=r"on testapp.Book \(included as 'author__books'\): only names 'titel'"
    ):
        compile_plan(Book, made)


def test_a_mistake_in_a_name_of_to_attr_says_so() -> None:
    """The bare name of a list that a Prefetch makes is no data."""
    lookup = Prefetch("reviews", Review.objects.all(), to_attr="good")
    with pytest.raises(PresetError, match="'good', a list that a Prefetch makes"):
        compile_plan(Book, Preset(only=["good"], prefetch_related=[lookup]))


@isolate_apps("tests")
def test_includes_in_a_circle_are_an_error() -> None:
    """A preset that includes itself by name is told of, instead of recursing for ever."""

    class NodeQuerySet(PresetQuerySet["Node"]):
        optimize_for_list = Preset(include={"children": "detail"})
        optimize_for_detail = Preset(include={"parent": "list"})

    class Node(models.Model):
        parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="children")
        objects = NodeQuerySet.as_manager()

        class Meta:
            app_label = "tests"

    with pytest.raises(
        PresetError, match=r"\(included as 'children__parent'\): .* in a circle"
    ) as caught:
        Node.objects.optimize_for_list()
    assert caught.value.check_id == "perfkit.E005"


@isolate_apps("tests")
def test_an_included_method_is_called_each_time() -> None:
    """A @preset method that is included by name may answer otherwise tomorrow: its plan is not kept."""
    answers = iter([["name"], ["bio"]])

    class PersonQuerySet(PresetQuerySet["Person"]):
        @preset
        def optimize_for_today(self) -> Preset:
            return Preset(only=next(answers))

    class Person(models.Model):
        name = models.CharField(max_length=5)
        bio = models.CharField(max_length=5)
        friend = models.ForeignKey("self", models.CASCADE)
        objects = PersonQuerySet.as_manager()

        class Meta:
            app_label = "tests"

    made = Preset(include={"friend": "today"})
    assert columns(plan(Person, made), "friend") == {"id", "name"}
    found, lasting, _ = compile_plan(Person, made)
    assert columns(found, "friend") == {"id", "bio"}
    assert not lasting


def test_the_same_preset_twice_on_a_way_is_no_circle_by_itself() -> None:
    """A preset may be included in two places, and below itself for another model."""
    name = Preset(only=["pk"])
    found = plan(
        Book, Preset(include={"author": name | Preset(include={"books": name}), "tags": name})
    )
    assert columns(found, "author", "books") == {"id", "author_id"}


@pytest.mark.parametrize(
    ("a", "b", "own"),
    [
        (Preset(only=["title"]), Preset(only=["pages"]), {"id", "title", "pages"}),
        (Preset(only=["title"]), Preset(select_related=["author"]), {"id", "title", "author_id"}),
        (
            Preset(only=["title"]),
            Preset(defer=["blurb"]),
            {"id", "title", "code", "pages", "title_upper", "author_id", "editor_id"},
        ),
        (Preset(only=["blurb"]), Preset(defer=["blurb"]), None),
        (
            Preset(defer=["title", "blurb"]),
            Preset(defer=["blurb", "pages"]),
            {"id", "title", "code", "pages", "title_upper", "author_id", "editor_id"},
        ),
        (Preset(defer=["title"]), Preset(defer=["blurb"]), None),
        (Preset(only=["title"]), Preset(), {"id", "title"}),
        (Preset(only=["title"]), Preset(lazy_ok=["author"]), {"id", "title"}),
        (Preset(only=["title"]), Preset(prefetch_related=["tags"]), {"id", "title"}),
        (Preset(only=["title"]), Preset(only=["author__name"]), {"id", "title", "author_id"}),
        (Preset(select_related=["author"]), Preset(prefetch_related=["tags"]), None),
        (Preset(), Preset(), None),
    ],
)
def test_a_union_has_the_columns_that_either_would_load(
    a: Preset, b: Preset, own: set[str] | None
) -> None:
    """All columns less what both leave out; who says nothing of columns leaves the other's narrowing."""
    assert columns(plan(Book, a | b)) == own
    assert plan(Book, a | b) == plan(Book, b | a)


def test_a_union_unites_behind_relations() -> None:
    """A join, a prefetch and an include of one relation are each one, with the columns of both."""
    a = Preset(only=["author__name", "reviews__text"], include={"tags": Preset(only=["name"])})
    b = Preset(
        only=["author__bio", "reviews__reviewer"], include={"tags": Preset(only=["description"])}
    )
    found = plan(Book, a | b)
    assert columns(found, "author") == {"id", "name", "bio"}
    assert columns(found, "reviews") == {"id", "book_id", "text", "reviewer"}
    assert columns(found, "tags") is None


def test_whole_and_narrowed_is_whole() -> None:
    """select_related of one preset and a path of another load the relation whole."""
    found = plan(Book, Preset(only=["author__name"]) | Preset(select_related=["author"]))
    assert columns(found, "author") is None
    found = plan(Book, Preset(only=["tags__name"]) | Preset(prefetch_related=["tags"]))
    assert columns(found, "tags") is None


def test_join_and_prefetch_of_one_relation_are_one_join() -> None:
    """Unless the Prefetch has a queryset of the user's own, which then has the join's columns too."""
    found = plan(Book, Preset(only=["author__name"]) | Preset(prefetch_related=["author"]))
    assert [join.relation.name for join in found.joins] == ["author"]
    assert found.prefetches == ()
    own = Prefetch("author", Author.objects.filter(name="Elder"))
    found = plan(Book, Preset(only=["author__name"]) | Preset(prefetch_related=[own]))
    assert found.joins == ()
    assert [prefetch.prefetch for prefetch in found.prefetches] == [own]
    assert columns(found) == {"id", "author_id"}


def test_conflicts_that_only_a_model_shows_are_errors() -> None:
    """Included presets that annotate one name differently, or have two fetch modes, can't be united."""
    for part in ({"annotate": {"n": Value(1)}}, {"fetch_mode": "one"}):
        other = {"annotate": {"n": Value(2)}} if "annotate" in part else {"fetch_mode": "peers"}
        both = Preset(include={"tags": Preset(**part)}) | Preset(include={"tags": Preset(**other)})  # type: ignore[arg-type]
        with pytest.raises(PresetError) as caught:
            compile_plan(Book, both)
        assert caught.value.check_id == "perfkit.E004"


def test_an_included_annotation_goes_to_the_prefetch() -> None:
    """Below a to-many include the related rows are annotated."""
    found = plan(
        Author, Preset(include={"books": Preset(only=["title"], annotate={"n": F("pages")})})
    )
    (books,) = found.prefetches
    assert books.plans[0].annotations == (("n", F("pages")),)
    assert found.annotations == ()


def test_only_may_name_an_annotation_of_its_own() -> None:
    """It is data of the row like a column."""
    found = plan(Book, Preset(only=["title", "double"], annotate={"double": F("pages") * 2}))
    assert columns(found) == {"id", "title"}


def test_models_without_presets_compile_too() -> None:
    """A preset fits any model: of Django's own apps, with a composite key, a child, a parent."""
    assert columns(plan(User, Preset(only=["username", "groups__name"]))) == {"id", "username"}
    assert columns(plan(Seat, Preset(only=["colour"]))) == {"row", "number", "colour"}
    assert columns(plan(Place, Preset(only=["name"]))) == {"id", "name"}
    assert columns(plan(Leaf, Preset(only=["text"]))) == {"id", "text"}


def test_nothing_declared_is_everything_loaded() -> None:
    """An empty preset loads what Django loads, and so does one that speaks of relations only."""
    assert columns(plan(Book, Preset())) is None
    assert columns(plan(Book, Preset(prefetch_related=["tags"]))) is None


def test_naming_every_column_is_no_narrowing() -> None:
    """The plan is that of all columns, so Django makes no deferred rows."""
    every = [field.attname for field in Book._meta.concrete_fields]
    assert not plan(Book, Preset(only=every)).narrowed


def test_lazy_ok_is_kept_as_declared() -> None:
    """Names and paths; the plan changes no column for their sake."""
    found = plan(
        Book, Preset(only=["title"], lazy_ok=["author", "author__bio", "reviews", "pages"])
    )
    assert found.lazy_ok == {"author", "author__bio", "reviews", "pages"}
    assert columns(found) == {"id", "title"}
