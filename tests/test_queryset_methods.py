"""The table of QuerySet methods and parts of presets: complete, true on this database, and documented."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import django
import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.functions import Upper
from django.db.models.query import ModelIterable

from perfkit import Preset, PresetQuerySet
from perfkit._compat import HAS_FETCH_MODES
from perfkit.loading import loading_of
from tests.loads import queries
from tests.queryset_methods import ELSEWHERE, KEPT, METHODS, PAGE, PARTS, UNUSED, render
from tests.testapp.models import Book

pytestmark = pytest.mark.django_db


class Seen(ModelIterable):  # type: ignore[type-arg]
    """Notes on each row what the queryset that made it was allowed to load lazily."""

    def __iter__(self) -> Any:
        loading = loading_of(self.queryset)
        for row in super().__iter__():
            row.seen_lazy_ok = loading.lazy_ok if loading is not None else frozenset()
            yield row


def is_deferred(row: Any, name: str) -> bool:
    return name in row.get_deferred_fields()


def fetch_mode_of(row: Any) -> str:
    """The name of the mode that a row was loaded with."""
    if HAS_FETCH_MODES:
        from perfkit.auditor.native import NAMED, unwrap

        mode = unwrap(row._state.fetch_mode)
        return next(name for name, named in NAMED.items() if mode == named)
    from perfkit.auditor.row_alias import mode_of

    return mode_of(row)


#: For each part a preset, and how its effect shows on a row.
PROBES: dict[str, tuple[Preset, Callable[[Any], bool]]] = {
    "only": (
        Preset(only=["title"]),
        lambda row: not is_deferred(row, "title") and is_deferred(row, "blurb"),
    ),
    "defer": (
        Preset(defer=["blurb"]),
        lambda row: not is_deferred(row, "title") and is_deferred(row, "blurb"),
    ),
    "select_related": (
        Preset(select_related=["author"]),
        lambda row: "author" in row._state.fields_cache,
    ),
    "prefetch_related": (
        Preset(prefetch_related=["tags"]),
        lambda row: "tags" in row._prefetched_objects_cache,
    ),
    "annotate": (Preset(annotate={"loud": Upper("title")}), lambda row: "loud" in row.__dict__),
    "include": (
        Preset(include={"reviews": "list"}),
        lambda row: all(
            is_deferred(review, "private") for review in row._prefetched_objects_cache["reviews"]
        ),
    ),
    "fetch_mode": (Preset(fetch_mode="peers"), lambda row: fetch_mode_of(row) == "peers"),
    "lazy_ok": (Preset(lazy_ok=["editor"]), lambda row: "editor" in row.seen_lazy_ok),
}


def rows_in(result: Any) -> list[Any]:
    """Return the rows that a call gave, in whatever form."""
    if isinstance(result, dict):
        return list(result.values())
    if isinstance(result, tuple) and len(result) == 2:
        return [result[0]]
    if isinstance(result, Model):
        return [result]
    found: list[Any] = []
    for row in result:
        found += row if isinstance(row, list) else [row]
    return found


def evaluate(call: Callable[[Any], Any], queryset: Any) -> Any:
    """Call a method and load what it gives; the asynchronous ones in a loop."""
    result = call(queryset)
    if inspect.isawaitable(result):

        async def awaited() -> Any:
            return await result

        return async_to_sync(awaited)()
    if hasattr(result, "__aiter__") and not hasattr(result, "__iter__"):

        async def listed() -> list[Any]:
            return [row async for row in result]

        return async_to_sync(listed)()
    if isinstance(result, QuerySet) or hasattr(result, "columns"):
        return list(result)
    return result


def rows_of_books() -> Any:
    queryset = PresetQuerySet(Book)
    queryset._iterable_class = Seen
    return queryset


def cells() -> list[Any]:
    return [
        pytest.param(name, part, id=f"{name} after {part}") for name in METHODS for part in PARTS
    ]


@pytest.mark.parametrize(("name", "part"), cells())
def test_the_cell_is_true(name: str, part: str, world: None) -> None:
    """kept: every row shows the part; unused: the SQL is the same as without; else: no row shows it."""
    method = METHODS[name]
    if method.since > django.VERSION:
        pytest.skip("not in this version of Django")
    if part == "fetch_mode" and "update_or_create" in name and not HAS_FETCH_MODES:
        pytest.skip("the backport keeps the mode beside the database's alias, which it saves anew")
    if (
        name in ("intersection()", "difference()")
        and not connection.features.supports_select_intersection
    ):
        pytest.skip("not on this database")
    preset, shows = PROBES[part]
    if method.of(part) == UNUSED:
        sent = []
        for queryset in (rows_of_books(), rows_of_books().optimize_for(preset)):
            with queries() as sending:
                evaluate(method.call, queryset)
            sent.append([without_keys(query["sql"]) for query in sending.captured_queries])
        assert sent[0] == sent[1]
        return
    rows = rows_in(evaluate(method.call, rows_of_books().optimize_for(preset)))
    assert rows
    assert [shows_safely(shows, row) for row in rows] == [method.of(part) == KEPT] * len(rows)


def without_keys(sql: str) -> str:
    """Drop what differs from call to call: the keys of rows that a call makes."""
    return sql.partition(" VALUES ")[0] if sql.startswith("INSERT") else sql


def shows_safely(shows: Callable[[Any], bool], row: Any) -> bool:
    try:
        return shows(row)
    except (AttributeError, KeyError):
        return False


def test_every_method_of_a_queryset_is_in_the_table() -> None:
    """A method that Django adds fails this test until somebody says what it does after a preset."""
    names = {
        name
        for name, value in inspect.getmembers(PresetQuerySet, callable)
        if not name.startswith("_")
    }
    names -= {"presets"}
    listed = {
        name.partition("(")[0] for name, method in METHODS.items() if method.since <= django.VERSION
    }
    operators = {name for name in listed if not name.isidentifier()}
    assert operators == {
        "rows[a:b]",
        "rows | other",
        "rows & other",
        "rows ^ other",
        "for row in rows",
        "rows[i]",
        "async for row in rows",
    }
    assert listed - operators | ELSEWHERE.keys() == names


def test_the_documentation_has_the_table() -> None:
    """``python -m tests.queryset_methods`` writes the page anew."""
    assert PAGE.read_text(encoding="utf-8") == render()


def test_delete_after_each_part(world: None) -> None:
    """delete() deletes the rows and what refers to them, whatever the preset."""
    for preset, _ in PROBES.values():
        rows = rows_of_books().optimize_for(preset)
        assert rows.filter(pk=rows[0].pk).delete()[1]["testapp.Book"] == 1
        from tests.world import make_books

        make_books()


def test_explain_after_each_part(world: None) -> None:
    """explain() explains the query that the preset makes."""
    for preset, _ in PROBES.values():
        rows = rows_of_books().optimize_for(preset)
        with queries() as explaining:
            rows.explain()
        with queries() as evaluating:
            list(rows)
        assert explaining.captured_queries[0]["sql"].endswith(evaluating.captured_queries[0]["sql"])
