"""A Preset is a value: what it takes and refuses, how it compares, and the laws of its union."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from django.db.models import F, Prefetch, Value
from django.db.models.functions import Upper
from hypothesis import given
from hypothesis import strategies as st

from perfkit import Preset, PresetError
from tests.testapp.models import Book, Review

NAMES = ("title", "blurb", "author", "author__name", "tags", "tags__name", "reviews__text")
PREFETCHES = (
    Prefetch("reviews", Review.objects.all()),
    Prefetch("tags"),
    Prefetch("reviews", to_attr="good"),
)


def names() -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(NAMES), max_size=3)


@st.composite
def presets(draw: st.DrawFn) -> Preset:
    """A random preset, as a declaration; it need not fit any model."""
    only = draw(names())
    return Preset(
        only=only,
        defer=[name for name in draw(names()) if name not in only],
        select_related=draw(names()),
        prefetch_related=draw(
            st.lists(st.sampled_from([*NAMES, PREFETCHES[1], PREFETCHES[2]]), max_size=2)
        ),
        annotate=draw(
            st.dictionaries(st.sampled_from(["one", "two"]), st.just(Value(1)), max_size=2)
        ),
        include=draw(
            st.dictionaries(
                st.sampled_from(NAMES), st.sampled_from(["list", Preset(only=["name"])]), max_size=2
            )
        ),
        lazy_ok=draw(names()),
    )


@given(presets(), presets(), presets())
def test_union_is_commutative_associative_and_idempotent(a: Preset, b: Preset, c: Preset) -> None:
    """The laws of a set's union hold for presets, and Preset() is its neutral element."""
    assert a | b == b | a
    assert (a | b) | c == a | (b | c)
    assert a | a == a
    assert a | Preset() == a
    assert hash(a | b) == hash(b | a)


@given(presets(), presets())
def test_a_preset_survives_copies(a: Preset, b: Preset) -> None:
    """Copy gives an equal preset that says the same; so does a pickle of one without Prefetch objects."""
    both = a | b
    assert copy.copy(both) == both
    assert repr(copy.copy(both)) == repr(both)
    lookups = [lookup for clause in both.clauses for lookup in clause.prefetch_related]
    if all(isinstance(lookup, str) for lookup in lookups):
        assert pickle.loads(pickle.dumps(both)) == both
        assert copy.deepcopy(both) == both


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"only": "title"}, r"only=\['title'\]"),
        ({"only": 3}, "only takes a list"),
        ({"only": [3]}, "takes names and paths"),
        ({"only": [["title"]]}, "names, not list"),
        ({"only": [""]}, "takes names and paths"),
        ({"only": ["author__"]}, "takes names and paths"),
        ({"defer": "title"}, r"defer=\['title'\]"),
        ({"select_related": "author"}, r"select_related=\['author'\]"),
        ({"select_related": True}, "select_related takes a list"),
        ({"lazy_ok": "author"}, r"lazy_ok=\['author'\]"),
        ({"prefetch_related": "tags"}, "write a list"),
        ({"prefetch_related": Prefetch("tags")}, "write a list"),
        ({"prefetch_related": [3]}, "takes names"),
        ({"annotate": ["n"]}, "takes a dictionary"),
        ({"annotate": {"n": 3}}, "takes expressions"),
        ({"annotate": {"n": F}}, "takes expressions"),
        ({"annotate": {"n m": F("title")}}, "needs a name"),
        ({"include": "list"}, "takes a dictionary"),
        ({"include": {"author": 3}}, "takes a Preset, the name of one"),
        ({"include": {"target": {"testapp.Book": 3}}}, "takes a Preset, the name of one"),
        ({"include": {"author__": "list"}}, "takes names and paths"),
        ({"fetch_mode": "many"}, "'one', 'peers', 'raise'"),
        ({"fetch_mode": 3}, "'one', 'peers', 'raise'"),
    ],
)
def test_arguments_of_the_wrong_type_are_errors(arguments: dict[str, Any], message: str) -> None:
    """Each says which argument was wrong, how, and what to write."""
    with pytest.raises(PresetError, match=message) as caught:
        Preset(**arguments)
    assert next(iter(arguments)) in str(caught.value)


def test_an_unknown_argument_is_an_error() -> None:
    """A typo in the name of an argument is Python's error, at the line that has it."""
    with pytest.raises(TypeError, match="onli"):
        Preset(onli=["title"])  # type: ignore[call-arg]


def test_a_name_in_only_and_defer_is_an_error() -> None:
    """One preset can't both ask for a column and leave it out."""
    with pytest.raises(PresetError, match="'title' in both only and defer") as caught:
        Preset(only=["title", "blurb"], defer=["title"])
    assert caught.value.check_id == "perfkit.E004"


def test_order_and_repetition_of_names_say_nothing() -> None:
    """Presets that name the same are equal, and equal as keys."""
    a = Preset(only=["title", "blurb", "title"], annotate={"n": F("pages"), "m": Value(1)})
    b = Preset(only=["blurb", "title"], annotate={"m": Value(1), "n": F("pages")})
    assert a == b
    assert {a: 1}[b] == 1
    assert a != Preset(only=["title"])
    assert a != "title"
    by_model = {"testapp.Book": "list", "testapp.Review": Preset(only=["text"])}
    turned = dict(reversed(by_model.items()))
    assert Preset(include={"target": by_model}) == Preset(include={"target": turned})


def test_a_prefetch_counts_by_identity() -> None:
    """Django finds two Prefetch objects of one path equal, whatever their querysets; presets do not."""
    lookup = Prefetch("reviews", Review.objects.filter(reviewer="a"))
    other = Prefetch("reviews", Review.objects.filter(reviewer="b"))
    assert lookup == other
    assert Preset(prefetch_related=[lookup]) == Preset(prefetch_related=[lookup])
    assert Preset(prefetch_related=[lookup]) != Preset(prefetch_related=[other])
    assert Preset(prefetch_related=[lookup, "tags"]) | Preset(prefetch_related=[lookup])


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        (Preset(annotate={"n": F("pages")}), Preset(annotate={"n": F("title")}), "annotate 'n'"),
        (Preset(fetch_mode="one"), Preset(fetch_mode="peers"), "different fetch modes: one, peers"),
        (
            Preset(prefetch_related=[PREFETCHES[0]]),
            Preset(prefetch_related=[Prefetch("reviews", Review.objects.all())]),
            "Two Prefetch objects for 'reviews'",
        ),
    ],
)
def test_what_cannot_be_united_is_an_error(a: Preset, b: Preset, message: str) -> None:
    """Either way round, and the error says what clashes."""
    for left, right in ((a, b), (b, a)):
        with pytest.raises(PresetError, match=message) as caught:
            left | right
        assert caught.value.check_id == "perfkit.E004"


def test_two_prefetch_objects_of_one_path_in_one_preset_are_an_error() -> None:
    """The error tells of to_attr, with which the two do get on."""
    with pytest.raises(PresetError, match="to_attr"):
        Preset(prefetch_related=[PREFETCHES[0], Prefetch("reviews", Review.objects.all())])
    Preset(prefetch_related=[PREFETCHES[0], PREFETCHES[2]])


def test_the_same_annotation_and_fetch_mode_twice_are_one() -> None:
    """Equal expressions are one annotation, as equal modes are one mode."""
    a = Preset(annotate={"n": Upper("title")}, fetch_mode="peers")
    assert a | Preset(annotate={"n": Upper("title")}, fetch_mode="peers") == a


def test_union_with_something_else_is_a_type_error() -> None:
    """Only presets unite with presets."""
    with pytest.raises(TypeError):
        Preset(only=["title"]) | "list"  # type: ignore[operator]


def test_a_preset_cannot_be_changed() -> None:
    """It is shared by every queryset of a class; so it can't be set, nor emptied."""
    preset = Preset(only=["title"])
    with pytest.raises(AttributeError, match="make another one"):
        preset.clauses = frozenset()  # type: ignore[misc]
    with pytest.raises(AttributeError, match="make another one"):
        del preset.clauses
    with pytest.raises(AttributeError):
        preset.only = ["blurb"]  # type: ignore[attr-defined]


def test_a_preset_prints_as_it_is_written() -> None:
    """Repr is Python that makes an equal preset, as far as its values print so."""
    preset = Preset(
        only=["title"], select_related=["author"], include={"tags": "list"}, fetch_mode="peers"
    )
    assert repr(preset) == (
        "Preset(only=['title'], select_related=['author'], include={'tags': 'list'}, fetch_mode='peers')"
    )
    both = preset | Preset(defer=["blurb"])
    assert eval(repr(both), {"Preset": Preset}) == both
    assert repr(Preset()) == "Preset()"


def test_a_preset_outside_of_a_queryset_class_stays_a_preset() -> None:
    """A view or a plain class may hold one."""

    class View:
        needs = Preset(only=["title"])

    assert View.needs == Preset(only=["title"])


def test_a_union_of_attributes_is_written_in_the_class_body() -> None:
    """``optimize_for_list | Preset(...)`` works there, where the attribute is still a Preset."""
    presets = type(Book.objects.all()).presets  # type: ignore[attr-defined]
    assert presets["detail"] == presets["list"] | Preset(
        only=["blurb"], include={"reviews": "list"}
    )


@pytest.mark.parametrize("name", ["one", "peers", "raise"])
def test_fetch_modes_by_name_and_by_constant(name: str) -> None:
    """Django's constants (6.1) and their names are the same mode."""
    from perfkit._compat import HAS_FETCH_MODES

    if not HAS_FETCH_MODES:
        pytest.skip("Django has fetch modes from 6.1 on")
    from django.db.models import fetch_modes

    constant = {
        "one": fetch_modes.FETCH_ONE,
        "peers": fetch_modes.FETCH_PEERS,
        "raise": fetch_modes.FETCH_RAISE,
    }[name]
    assert Preset(fetch_mode=constant) == Preset(fetch_mode=name)
