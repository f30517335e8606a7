"""What the campaigns of random chains have found, each as a test of its own."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Prefetch

from perfkit import Preset, PresetQuerySet, audit
from tests.graphs import Graph
from tests.loads import plain, queries, read
from tests.test_random import graph
from tests.testapp.models import Book

__all__ = ["graph"]

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("late", [False, True])
def test_a_prefetch_after_a_preset_has_its_key(world: None, late: bool) -> None:
    """prefetch_related() after a preset that left the key out loads the key, and not once for each row."""
    rows: Any = (
        Book.objects.order_by("pk").optimize_for(Preset(only=["title"])).prefetch_related("editor")
    )
    if late:
        rows = rows.optimize_for(Preset(only=["pages"]))
    with audit(mode="collect") as report, queries() as sent:
        found = [book.editor and book.editor.name for book in rows]
    assert found == [book.editor and book.editor.name for book in Book.objects.order_by("pk")]
    assert len(sent) == 2
    assert report.findings == ()


def test_a_later_preset_leaves_the_columns_of_one_before(world: None) -> None:
    """Also where a join of the user's brought the column that the first preset left out, so that none is missing."""
    rows: Any = (
        Book.objects.order_by("pk")
        .optimize_for(Preset(defer=["editor_id"]))
        .select_related("editor")
    )
    rows = rows.select_related("author").optimize_for(Preset(only=["author__name"]))
    with audit(mode="collect") as report, queries() as sent:
        found = [(book.title, book.pages, book.author and book.author.name) for book in rows]
    assert found == [
        (b.title, b.pages, b.author and b.author.name) for b in Book.objects.order_by("pk")
    ]
    assert len(sent) == 1
    assert report.findings == ()


def _of(row: Any, *steps: str) -> Any:
    for step in steps:
        row = None if row is None else getattr(row, step)
    return row


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize(
    ("named", "path"),
    [
        ("author__name", "author__publisher"),
        ("author__name", Prefetch("author__publisher")),
        ("author__mentor__name", "author__publisher"),
        ("author__mentor__name", "author__mentor__publisher"),
        ("author__publisher__name", "author__publisher__country"),
        ("author__name", "author__publisher__country"),
    ],
)
def test_a_prefetch_behind_a_join_of_a_preset_has_its_key(
    world: None, named: str, path: Any, late: bool
) -> None:
    """The key stands in the row that is joined, where the preset left it out."""
    rows: Any = (
        Book.objects.order_by("pk")
        .optimize_for(Preset(only=["title", named]))
        .prefetch_related(path)
    )
    if late:
        rows = rows.optimize_for(Preset(only=["pages"]))
    steps = getattr(path, "prefetch_to", path).split("__")
    with audit(mode="collect") as report, queries() as sent:
        found = [_of(book, *steps, "name") for book in rows]
    assert found == [_of(book, *steps, "name") for book in Book.objects.order_by("pk")]
    assert any(found)
    assert len(sent) <= 3
    assert report.findings == ()


@pytest.mark.parametrize("graph", [1], indirect=True)
def test_the_way_back_to_a_row_that_is_the_child(graph: Graph) -> None:
    """A path that comes back to the row by its parent, and goes down to the child again, is prefetched."""
    proxy = next(model for model in graph.proxies if model.__name__ == "Graph1P2")
    path = "back9__one9__graph1m2__c0"
    rows = list(PresetQuerySet(proxy).optimize_for(Preset(only=[path])))
    with queries() as reading:
        values = [read(row, path) for row in rows]
    assert not reading.captured_queries
    assert values == [plain(row, path) for row in rows]
    assert any(values)


@pytest.mark.parametrize("loaded", [False, True])
@pytest.mark.parametrize(
    ("name", "paths"),
    [
        ("Graph6M3", ["graph6m5__self_alike8__id", "self_alike8__many7__n0"]),
        ("Graph6M5", ["graph6m3_ptr__self_alike8__many7__n0", "self_alike8__key6__n1"]),
    ],
)
@pytest.mark.parametrize("graph", [6], indirect=True)
def test_the_list_of_a_child_is_not_written_into_that_of_its_parent(
    graph: Graph, name: str, paths: list[str], loaded: bool
) -> None:
    """Many-to-many rows of a row and of its child's row, each with what is read of them, also onto loaded rows."""
    (model,) = (one for one in graph.models if one.__name__ == name)
    preset = Preset(only=paths)
    rows = PresetQuerySet(model).order_by("pk")
    if loaded:
        rows = list(rows)
        preset.prefetch(rows)
    else:
        rows = list(rows.optimize_for(preset))
    with queries() as reading:
        values = [[read(row, path) for row in rows] for path in paths]
    assert not reading.captured_queries
    assert values == [[plain(row, path) for row in rows] for path in paths]
    assert all(any(one) for one in values)


@pytest.mark.parametrize("graph", [27], indirect=True)
def test_a_child_has_the_inherited_key_of_what_is_behind_it(graph: Graph) -> None:
    """Its row takes the column from its parent's row, where nothing else asks for it."""
    model, path = graph.models[0], "graph27m6__back17__a6"
    rows: Any = PresetQuerySet(model).order_by("pk").optimize_for(Preset(only=[path]))
    with audit(mode="collect") as report, queries() as sent:
        rows = list(rows)
        values = [read(row, path) for row in rows]
    assert values == [plain(row, path) for row in rows]
    assert any(values)
    assert len(sent) == 2
    assert report.findings == ()
