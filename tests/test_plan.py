"""A plan is a value that a person can read: it prints as a tree, compares, hashes and pickles."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from django.db.models import F, Prefetch
from hypothesis import given
from hypothesis import strategies as st

from perfkit import Preset, PresetError
from perfkit.compiler import compile_plan
from perfkit.draft import freeze, thaw
from perfkit.plan import LoadPlan
from tests.random_presets import declarations
from tests.test_random import TESTAPP
from tests.testapp.models import Author, Book, Note, Review


def plan(model: Any, **parts: Any) -> LoadPlan:
    return compile_plan(model, Preset(**parts))[0]


def test_a_plan_prints_as_a_tree() -> None:
    """Joins, prefetches, annotations and what may load lazily, each on its line."""
    found = plan(
        Book,
        only=["title", "author__publisher__name", "tags__name"],
        annotate={"double": F("pages") * 2},
        include={"reviews": "list"},
        lazy_ok=["editor"],
    )
    assert str(found).splitlines() == [
        "testapp.Book: id, title, author_id, double = F(pages) * Value(2) [may load lazily: editor]",
        "├─ author (join): id, publisher_id",
        "│  └─ publisher (join): id, name",
        "├─ reviews (prefetch): id, book_id, text, reviewer",
        "└─ tags (prefetch): id, name",
    ]


def test_a_plan_prints_what_is_the_users_own() -> None:
    """A Prefetch with its attribute, a generic key by model, a fetch mode."""
    found = plan(
        Book,
        only=["title"],
        prefetch_related=[Prefetch("reviews", Review.objects.all(), to_attr="good")],
        fetch_mode="peers",
    )
    assert str(found).splitlines() == [
        "testapp.Book: id, title [fetch mode peers]",
        "└─ good (prefetch of reviews, with a queryset of its own): all columns [fetch mode peers]",
    ]
    found = plan(Note, only=["text"], include={"target": {Book: "compact", Review: "list"}})
    assert str(found).splitlines() == [
        "testapp.Note: id, text, content_type_id, object_id",
        "└─ target (prefetch): by model",
        "   ·  testapp.Book: id, title",
        "   ·  testapp.Review: id, text, reviewer",
    ]


def test_a_queryset_has_a_plan_without_presets() -> None:
    """It is the plan that loads everything, and that of only(), select_related() and prefetch_related()."""
    assert str(Book.objects.all().loading_plan) == "testapp.Book: all columns"
    made = Book.objects.only("title", "author__name").select_related("author")
    assert str(made.prefetch_related("tags").loading_plan).splitlines() == [
        "testapp.Book: id, title, author_id",
        "├─ author (join): id, name",
        "└─ tags (prefetch): all columns",
    ]


@given(data=st.data())
def test_plans_are_values(data: st.DataObject) -> None:
    """The plan of a preset compiled twice, pickled, thawed and frozen is equal, with an equal hash and print."""
    model = data.draw(st.sampled_from(TESTAPP))
    preset = data.draw(declarations(model)).preset
    found = compile_plan(model, preset)[0]
    for other in (
        compile_plan(model, preset)[0],
        pickle.loads(pickle.dumps(found)),
        freeze(thaw(found)),
    ):
        assert other == found
        assert hash(other) == hash(found)
        assert str(other) == str(found)
        assert other.loads_the_same(found)


@given(data=st.data())
def test_union_of_plans_is_commutative_associative_and_idempotent(data: st.DataObject) -> None:
    """The laws hold for what is compiled, and a row of the union has every column that either would load."""
    model = data.draw(st.sampled_from(TESTAPP))
    a, b, c = (data.draw(declarations(model), label=name).preset for name in "abc")

    def union(*presets: Preset) -> LoadPlan:
        drafts = [thaw(compile_plan(model, preset)[0]) for preset in presets]
        for draft in drafts[1:]:
            drafts[0].merge(draft)
        return freeze(drafts[0])

    both = union(a, b)
    assert both == union(b, a)
    assert union(a, b, c) == union(c, b, a) == union(b, c, a)
    assert union(a, a) == compile_plan(model, a)[0]
    assert both == compile_plan(model, a | b)[0]
    for part in (a, b):
        assert covers(both, compile_plan(model, part)[0])


def covers(whole: LoadPlan, part: LoadPlan) -> bool:
    """Whether a plan loads all that another one does; what was joined may be prefetched."""
    if whole.columns is not None:
        columns = (
            part.columns
            if part.columns is not None
            else tuple(f.attname for f in part.model._meta.concrete_fields)
        )
        # A preset that says nothing of own columns leaves the other's narrowing.
        if part.declared is not None and not set(columns) <= set(whole.columns):
            return False
    behind = {join.relation.name: join.plan for join in whole.joins}
    behind |= {prefetch.name: prefetch.plans[0] for prefetch in whole.prefetches if prefetch.plans}
    parts = [(join.relation.name, join.plan) for join in part.joins]
    parts += [(prefetch.name, prefetch.plans[0]) for prefetch in part.prefetches if prefetch.plans]
    return all(name in behind and covers(behind[name], plan) for name, plan in parts)


def test_plans_differ_by_what_they_load() -> None:
    """Columns, joins, a Prefetch by identity, an annotation, a fetch mode, what may load lazily."""
    lookups = [Prefetch("reviews", Review.objects.all()) for _ in range(2)]
    plans = [
        plan(Book),
        plan(Book, only=["title"]),
        plan(Book, only=["title", "author__name"]),
        plan(Book, prefetch_related=["tags"]),
        plan(Book, prefetch_related=lookups[:1]),
        plan(Book, prefetch_related=lookups[1:]),
        plan(Book, annotate={"n": F("pages")}),
        plan(Book, annotate={"n": F("title")}),
        plan(Book, fetch_mode="peers"),
        plan(Book, lazy_ok=["author"]),
        plan(Author),
    ]
    assert len(set(plans)) == len(plans)
    assert plans[8].loads_the_same(plans[0])
    assert plans[9].loads_the_same(plans[0])
    assert not plans[1].loads_the_same(plans[0])
    assert plans[0] != "testapp.Book: all columns"


def test_names_for_values() -> None:
    """What is declared of the row and of joined rows, in the model's order; stitching is left out."""
    assert plan(Book, only=["author__name", "title"]).value_names() == ["title", "author__name"]
    assert plan(Author, only=["passport__number"]).value_names() == ["passport_of__number"]
    assert plan(Book, only=["title"], annotate={"n": F("pages")}).value_names() == ["title", "n"]
    with pytest.raises(PresetError, match="'author__books', a list of rows"):
        _nested().value_names()


def _nested() -> LoadPlan:
    return plan(Book, only=["title", "author__books__title"])


def test_a_plan_says_whether_it_narrows() -> None:
    """Columns left out of the row or of a joined one."""
    assert not plan(Book).narrowed
    assert not plan(Book, select_related=["author"]).narrowed
    assert plan(Book, only=["title"]).narrowed
    assert plan(Book, defer=["title"]).narrowed
    assert plan(Book, select_related=["author"], defer=["author__bio"]).narrowed
    assert len(list(_nested().walk())) == 3
