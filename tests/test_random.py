"""Random presets on random models: what is declared is read without a query, and nothing else is loaded."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from hypothesis import given
from hypothesis import strategies as st

from perfkit.compiler import compile_plan
from tests.graphs import Graph
from tests.loads import plain, queries, read, selected
from tests.random_presets import Declared, declarations, steps

pytestmark = pytest.mark.django_db

#: A campaign looks at more graphs: ``PERFKIT_GRAPHS=100``.
GRAPHS = range(int(os.environ.get("PERFKIT_GRAPHS", "4")))
TESTAPP = sorted(
    (
        model
        for model in apps.get_app_config("testapp").get_models()
        if model._meta.default_manager.__class__.__name__ != "TenantManager"
    ),
    key=lambda model: model.__name__,
)


@pytest.fixture(params=GRAPHS, scope="module")
def graph(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> Iterator[Graph]:
    """The tables and rows of one random graph of models."""
    made = Graph(request.param)
    with django_db_blocker.unblock():
        made.create()
        yield made
        made.drop()


def loaded(sql: str) -> set[tuple[str, str]]:
    """Return the columns of a SELECT by table."""
    found = set()
    for part in selected(sql):
        table, names = re.fullmatch(r"(\w+)\(([^)]*)\)", part).groups()  # type: ignore[union-attr]
        found |= {(table, name) for name in names.split()}
    return found


def lists(model: Any, reads: set[str]) -> int:
    """Return how many relations the paths cross that no join can load, each counted once."""
    found = set()
    for path in reads:
        here: Any = model
        parts = path.split("__")
        for position, name in enumerate(parts[:-1], start=1):
            step = next(step for step in steps(here) if step.name == name)
            here = step.model
            if not step.joinable:
                found.add(tuple(parts[:position]))
    return len(found)


def hold(model: Any, declared: Declared, *, prefetched_ones: bool) -> None:
    """Hold a preset against a plain read of the same rows."""
    with queries() as building:
        queryset = declared.preset.apply(model._base_manager.order_by("pk"))
    assert not building.captured_queries
    with queries() as evaluating:
        rows = list(queryset)
    statements = [query["sql"] for query in evaluating.captured_queries]
    if not prefetched_ones:
        assert len(statements) <= 1 + lists(model, declared.reads), "\n".join(statements)
    allowed = {(table.removeprefix("testapp_"), column) for table, column in declared.allowed}
    beyond = set().union(*map(loaded, statements)) - allowed
    assert not beyond, "\n".join(map(str, [beyond, queryset, *statements]))
    with queries() as reading:
        values = {path: [read(row, path) for row in rows] for path in declared.reads}
    assert not reading.captured_queries, "\n".join(
        [*statements, reading.captured_queries[0]["sql"]]
    )
    assert values == {path: [plain(row, path) for row in rows] for path in declared.reads}


def has_prefetched_ones(declared: Declared) -> bool:
    """Whether a relation to one may be prefetched, which costs a query of its own."""
    clauses = list(declared.preset.clauses)
    while clauses:
        clause = clauses.pop()
        if clause.prefetch_related:
            return True
        for _, included in clause.include:
            clauses += included.clauses  # type: ignore[union-attr]
    return False


@given(data=st.data())
def test_random_presets_on_random_models(graph: Graph, data: st.DataObject) -> None:
    """On models of every kind of relation, made at random."""
    model = data.draw(st.sampled_from([*graph.models, *graph.proxies]), label="model")
    declared = data.draw(declarations(model), label="preset")
    hold(model, declared, prefetched_ones=has_prefetched_ones(declared))


@pytest.fixture(scope="module")
def lasting_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The rows of the test project, for all examples."""
    from django.db import transaction

    from tests.world import make_world

    with django_db_blocker.unblock(), transaction.atomic():
        make_world()
        yield
        transaction.set_rollback(True)


@given(data=st.data())
def test_random_presets_on_the_test_project(lasting_world: None, data: st.DataObject) -> None:
    """On models with odd keys, managers and generic relations."""
    model = data.draw(st.sampled_from(TESTAPP), label="model")
    declared = data.draw(declarations(model), label="preset")
    hold(model, declared, prefetched_ones=has_prefetched_ones(declared))


@given(data=st.data())
def test_applying_several_is_applying_the_union(data: st.DataObject) -> None:
    """In whatever order, the plan is that of the union; applying one again changes nothing."""
    model = data.draw(st.sampled_from(TESTAPP), label="model")
    a, b, c = (data.draw(declarations(model), label=name).preset for name in "abc")
    queryset = model._base_manager.all()
    plans = [
        compile_plan(model, a | b | c)[0],
        compile_plan(model, c | a | b)[0],
    ]
    from perfkit.apply import plan_of

    for order in ((a, b, c), (c, b, a), (b, a, c, a, b), (a | c, b)):
        applied = queryset
        for preset in order:
            applied = preset.apply(applied)
        plans.append(plan_of(applied))
    assert all(plan == plans[0] for plan in plans[1:]), "\n".join(map(str, plans))
