"""A queryset with presets beside the same queryset without: a model of it for Hypothesis.

Each step does the same to both. What is compared: the rows and their order, the values of what is
declared, the queries that reading it sends (none), and the findings: none for what sends no query,
one for what does.
"""

from __future__ import annotations

import copy
import random
import sys
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, F, Q, Value
from django.test.utils import CaptureQueriesContext
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
)

from perfkit import Preset, PresetError, PresetQuerySet, audit
from tests.loads import plain, read
from tests.random_presets import attnames, declarations, steps, table_column

#: What a campaign did: examples, steps, rows and reads that were compared.
COUNTS: Counter[str] = Counter()


@dataclass
class Claims:
    """What is known of the rows: the paths that are loaded, and the columns that may be."""

    reads: set[str] = field(default_factory=set)
    #: None once a later call has changed what is loaded.
    allowed: set[tuple[str, str]] | None = None

    def relations(self) -> set[str]:
        return {path.partition("__")[0] for path in self.reads if "__" in path}


class Differential(RuleBasedStateMachine):
    """Two querysets that differ in their presets alone."""

    #: The models to choose from, and the values of their plain rows, which don't change.
    models: list[Any]
    known: dict[tuple[Any, ...], Any]

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        COUNTS["examples"] += 1
        self.random = random.Random(data.draw(st.integers(0, 2**32), label="seed"))
        self.model = data.draw(st.sampled_from(self.models), label="model")
        own = data.draw(st.booleans(), label="a queryset of perfkit's")
        rows = self.model._base_manager.all()
        self.plain = rows.order_by("pk")
        self.ours = (PresetQuerySet(self.model) if own else rows).order_by("pk")
        self.own = own
        self.claims = Claims()
        self.presets = 0
        self.sliced = self.counted = False
        self.single = False
        #: Whether the user asked for relations, and then left out columns, which may be their keys.
        self.related = self.undone = False
        #: Whether the user joined relations, whose keys Django wants, and cleared what was narrowed.
        self.joined = self.cleared = False
        self.annotations = 0
        self.apply_a_preset(data)

    def both(self, call: Any) -> None:
        COUNTS["steps"] += 1
        self.plain, self.ours = call(self.plain), call(self.ours)

    def column(self, data: st.DataObject) -> Any:
        return data.draw(st.sampled_from(list(self.model._meta.concrete_fields)), label="column")

    # Presets.

    @rule(data=st.data())
    def apply_a_preset(self, data: st.DataObject) -> None:
        COUNTS["steps"] += 1
        declared = data.draw(declarations(self.model), label="preset")
        first = not self.presets
        self.presets += 1
        with CaptureQueriesContext(connection) as building:
            self.ours = declared.preset.apply(self.ours)
        assert not building.captured_queries
        if self.cleared:
            # A preset narrows what nothing narrows.
            self.cleared = False
            self.claims = Claims({path for path in self.claims.reads if path.startswith("extra")})
        self.claims.reads |= declared.reads - {"pk"}
        if first:
            self.claims.allowed = set(declared.allowed)
        elif self.claims.allowed is not None:
            self.claims.allowed |= declared.allowed

    @rule(data=st.data())
    def apply_an_annotation(self, data: st.DataObject) -> None:
        if self.counted:
            return
        name, column = self.named(), self.column(data)
        expression = data.draw(st.sampled_from([F(column.attname), Value(7)]), label="expression")
        COUNTS["steps"] += 1
        self.plain = self.plain.annotate(**{name: expression})
        self.ours = Preset(annotate={name: expression}).apply(self.ours)
        # A preset without own columns leaves the narrowing of others.
        self.claims.reads.add(name)

    @rule()
    def apply_a_fetch_mode(self) -> None:
        COUNTS["steps"] += 1
        self.ours = Preset(fetch_mode="peers").apply(self.ours)

    def named(self) -> str:
        self.annotations += 1
        return f"extra{self.annotations}"

    # Methods that both have.

    @rule(data=st.data(), negated=st.booleans())
    @precondition(lambda self: not self.sliced)
    def filter_by_a_column(self, data: st.DataObject, negated: bool) -> None:
        column = self.column(data)
        values = sorted(
            set(self.model._base_manager.values_list(column.attname, flat=True)), key=repr
        )
        if not values:
            return
        value = data.draw(st.sampled_from(values), label="value")
        condition = (
            Q(**{f"{column.attname}__isnull": True})
            if value is None
            else Q(**{f"{column.attname}__in": [value]})
        )
        self.both(lambda rows: rows.filter(~condition if negated else condition))

    @rule(data=st.data(), null=st.booleans())
    @precondition(lambda self: not self.sliced)
    def filter_by_a_relation(self, data: st.DataObject, null: bool) -> None:
        fields = [f for f in self.model._meta.get_fields() if f.is_relation and f.related_model]
        names = sorted(
            f.related_query_name()
            if hasattr(f, "field") and callable(getattr(f, "related_query_name", None))
            else f.name
            for f in fields
            if isinstance(f.related_model, type) and not getattr(f, "hidden", False)
        )
        if names:
            name = data.draw(st.sampled_from(names), label="relation")
            self.both(lambda rows: rows.filter(**{f"{name}__isnull": null}))

    @rule(data=st.data(), descending=st.booleans())
    @precondition(lambda self: not self.sliced)
    def order(self, data: st.DataObject, descending: bool) -> None:
        name = ("-" if descending else "") + self.column(data).attname
        self.both(lambda rows: rows.order_by(name, "pk"))

    @rule()
    @precondition(lambda self: not self.sliced)
    def reverse(self) -> None:
        self.both(lambda rows: rows.reverse())

    # Django itself sends wrong SQL for distinct rows in the order of a composite key.
    @rule()
    @precondition(
        lambda self: not self.sliced and not self.counted and len(self.model._meta.pk_fields) == 1
    )
    def distinct(self) -> None:
        self.both(lambda rows: rows.distinct())

    @rule(data=st.data())
    @precondition(lambda self: not self.sliced and not self.counted)
    def count_a_relation(self, data: st.DataObject) -> None:
        many = sorted(f.name for f in self.model._meta.local_many_to_many)
        if many:
            name, counted = self.named(), data.draw(st.sampled_from(many), label="counted")
            self.both(lambda rows: rows.annotate(**{name: Count(counted, distinct=True)}))
            self.counted = True
            self.claims.reads.add(name)

    @rule(data=st.data())
    def alias(self, data: st.DataObject) -> None:
        name, column = self.named(), self.column(data)
        self.both(lambda rows: rows.alias(**{name: F(column.attname)}))

    @rule(start=st.integers(0, 2), length=st.integers(1, 4))
    @precondition(lambda self: not self.sliced)
    def slice(self, start: int, length: int) -> None:
        self.sliced = True
        self.single = length == 1
        self.both(lambda rows: rows[start : start + length])

    @rule(data=st.data(), operator=st.sampled_from("|&"))
    @precondition(lambda self: not self.sliced and not self.counted)
    def combine(self, data: st.DataObject, operator: str) -> None:
        column = self.column(data)
        other = self.model._base_manager.filter(**{f"{column.attname}__isnull": False})
        if self.plain.query.distinct:
            other = other.distinct()
        if operator == "|":
            self.both(lambda rows: rows | other)
        else:
            self.both(lambda rows: rows & other)

    @rule()
    def clone(self) -> None:
        self.both(lambda rows: copy.deepcopy(rows.all()))

    # On querysets that are not perfkit's these know nothing of what a preset's joins stand on.

    @rule(data=st.data())
    @precondition(lambda self: self.own and not self.joined)
    def defer(self, data: st.DataObject) -> None:
        name = self.column(data).attname
        self.both(lambda rows: rows.defer(name))
        self.undone = self.related
        # A child's row has its parent's columns from the parent's row, where Django joins it.
        self.claims.reads = {p for p in self.claims.reads if p.rpartition("__")[2] != name}
        self.claims.allowed = None

    @rule()
    @precondition(lambda self: self.own)
    def defer_none(self) -> None:
        self.both(lambda rows: rows.defer(None))
        self.claims.reads |= set(attnames(self.model))
        self.cleared = True
        self.claims.allowed = None

    @rule(data=st.data())
    @precondition(lambda self: self.own and not self.joined)
    def only(self, data: st.DataObject) -> None:
        name = self.column(data).attname
        self.both(lambda rows: rows.only(name))
        self.undone = self.related
        annotations = {path for path in self.claims.reads if path.startswith("extra")}
        self.claims = Claims({name} | annotations)

    @rule(data=st.data())
    @precondition(lambda self: self.own)
    def select_related(self, data: st.DataObject) -> None:
        self.relate(data, "select_related", [s for s in steps(self.model) if s.joinable])

    @rule(data=st.data())
    @precondition(lambda self: self.own)
    def prefetch_related(self, data: st.DataObject) -> None:
        self.relate(data, "prefetch_related", steps(self.model))

    def relate(self, data: st.DataObject, method: str, choices: list[Any]) -> None:
        fresh = [step for step in choices if step.name not in self.claims.relations()]
        # Django refuses select_related() of a column that only() left out.
        if not fresh or (method == "select_related" and self.plain.query.deferred_loading[0]):
            return
        step = data.draw(st.sampled_from(fresh), label="relation")
        name = self.query_name(step.name) if method == "select_related" else step.name
        self.both(lambda rows: getattr(rows, method)(name))
        self.related = True
        self.joined = self.joined or method == "select_related"
        self.claims.allowed = None

    def query_name(self, name: str) -> str:
        """Return the name that queries have for a relation backwards."""
        for relation in self.model._meta.related_objects:
            if relation.get_accessor_name() == name:
                return str(relation.field.related_query_name())
        return name

    @rule(method=st.sampled_from(["select_related", "prefetch_related"]))
    def clear(self, method: str) -> None:
        self.both(lambda rows: getattr(rows, method)(None))
        self.claims.reads = {path for path in self.claims.reads if "__" not in path}
        self.claims.allowed = None

    # What is compared.

    def teardown(self) -> None:
        if sys.exc_info()[0] is None:
            self.evaluate_as("list")

    @rule(how=st.sampled_from(["list", "iterator", "bulk"]))
    def evaluate(self, how: str) -> None:
        self.evaluate_as(how)

    def evaluate_as(self, how: str) -> None:
        COUNTS["steps"] += 1
        with transaction.atomic():
            expected = [row.pk for row in self.plain.all()]
            with audit(mode="collect") as report:
                rows = self.rows(how)
                if how != "bulk":
                    assert [row.pk for row in rows] == expected[: len(rows) or None]
                self.hold_declared(rows, report)
            for _ in range(3):
                self.hold_any_read()

    def rows(self, how: str) -> list[Any]:
        if how == "iterator":
            return list(self.ours.iterator(chunk_size=2))
        if how == "bulk" and not self.sliced and len(self.model._meta.pk_fields) == 1:
            return list(self.ours.in_bulk().values())
        return list(self.ours.all())

    def hold_declared(self, rows: list[Any], report: Any) -> None:
        """What is declared is read without a query and without a finding, and is right."""
        with CaptureQueriesContext(connection) as reading:
            values = {p: [read(row, p) for row in rows] for p in self.claims.reads}
        assert not reading.captured_queries, reading.captured_queries[0]["sql"]
        assert self.undone or not report.findings, str(report)
        for path, found in values.items():
            if not path.startswith("extra"):
                COUNTS["values"] += len(found)
                assert found == [self.plain_value(row, path) for row in rows], path
        for name in (path for path in values if path.startswith("extra")):
            assert values[name] == [getattr(row, name) for row in self.matching(rows)], name

    def matching(self, rows: list[Any]) -> list[Any]:
        by_key = {row.pk: row for row in self.plain.all()}
        return [by_key[row.pk] for row in rows]

    def plain_value(self, row: Any, path: str) -> Any:
        key = (row.__class__, row.pk, path)
        if key not in self.known:
            self.known[key] = plain(row, path)
        return self.known[key]

    def hold_any_read(self) -> None:
        """Whatever else is read is right too, and is found if and only if it sends a query."""
        names, end = [], self.model
        for _ in range(self.random.randint(0, 2)):
            if choices := steps(end):
                step = self.random.choice(choices)
                names.append(step.name)
                end = step.model
        column = self.random.choice(end._meta.concrete_fields)
        path = "__".join([*names, column.attname])
        with audit(mode="collect") as report:
            rows = list(self.ours.all())
            with CaptureQueriesContext(connection) as reading:
                found = [read(row, path) for row in rows]
        COUNTS["other reads"] += 1
        assert found == [self.plain_value(row, path) for row in rows], path
        if self.undone or (self.single and names):
            return  # Relations of a row that was asked for alone are let alone.
        sent = [query["sql"] for query in reading.captured_queries]
        assert bool(report.findings) == bool(sent), "\n".join([path, *sent, str(report)])
        allowed = self.claims.allowed
        if allowed is not None and rows and not names and table_column(column) not in allowed:
            COUNTS["insufficient"] += 1
            assert [f.field for f in report.findings] == [column.attname], str(report)

    @rule(
        call=st.sampled_from(["count", "exists", "values", "first", "last", "union", "as_values"])
    )
    def ask(self, call: str) -> None:
        COUNTS["steps"] += 1
        with transaction.atomic():
            self.asked(call)

    def asked(self, call: str) -> None:
        keys = [row.pk for row in self.plain.all()]
        if call in ("count", "exists"):
            assert getattr(self.ours.all(), call)() == getattr(self.plain.all(), call)()
        elif call == "values":
            found = [tuple(each) for each in self.ours.values_list("pk", flat=False)]
            assert found == [tuple(each) for each in self.plain.values_list("pk", flat=False)]
        elif call in ("first", "last") and not (self.sliced and call == "last"):
            mine, theirs = getattr(self.ours.all(), call)(), getattr(self.plain.all(), call)()
            assert (mine and mine.pk) == (theirs and theirs.pk)
        elif call == "union" and not self.sliced:
            union = self.ours.order_by().union(self.ours.order_by())
            assert {row.pk for row in union} == set(keys)
        elif call == "as_values" and self.own:
            try:
                values = self.ours.as_values()
            except PresetError as error:
                assert "as_values" in str(error)  # noqa: PT017 - it is allowed, not expected
            else:
                assert len(list(values)) == len(keys)


def machine(models: list[Any]) -> type[Differential]:
    """Return the state machine of some models, whose rows don't change meanwhile."""
    return type("Differential", (Differential,), {"models": models, "known": {}})
