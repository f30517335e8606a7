"""Writes members at random, runs them, and compares with what inference says of them.

``python -m tests.inference.fuzzing --seconds 600 --seed 1`` goes on as long as it is told, and prints each
member that read what inference left out. A short run with a fixed seed is part of the suite.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import linecache
import os
import random
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import django

from tests.inference import fuzz_parts
from tests.inference.fuzz_parts import (
    BINDINGS,
    BLOCKS,
    COLUMNS,
    CONTAINERS,
    METHODS,
    NUMBERS,
    OUTCOMES,
    QUESTIONS,
    SAME_ROW,
    TEXTS,
    TO_MANY,
    TO_ONE,
)


@dataclass(frozen=True)
class Written:
    """A member that was written at random, with methods of models that it may come by."""

    source: str
    attributes: dict[str, dict[str, Any]]


class Writer:
    """Composes expressions and statements; ``chance`` decides everything."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.lines: list[str] = []
        self.rows: list[tuple[str, str]] = [("self", "Product")]
        self.texts: list[str] = []
        #: Methods that models are given, since something written asks for them.
        self.asked: list[tuple[str, str]] = []
        self.count = itertools.count()

    def name(self) -> str:
        """Return a name that is new."""
        return f"v{next(self.count)}"

    def row(self, depth: int) -> tuple[str, str]:
        """Write an expression that is a row; return it and the model."""
        expression, model = self.chance.choice(self.rows)
        for _ in range(self.chance.randrange(3)):
            step = self.chance.random()
            if step < 0.55 and TO_ONE.get(model):
                relation = self.chance.choice(list(TO_ONE[model]))
                if (model, relation) != ("Product", "detail") or expression == "self":
                    expression, model = f"{expression}.{relation}", TO_ONE[model][relation]
            elif depth > 0:
                expression = self.chance.choice(SAME_ROW).format(expression)
        return expression, model

    def text(self, depth: int) -> str:
        """Write an expression that is text."""
        kind = self.chance.random()
        if depth <= 0 or kind < 0.35:
            return self.column(*self.row(depth - 1))
        if kind < 0.5:
            return self.chance.choice(TEXTS).format(self.row(depth - 1)[0])
        if kind < 0.7:
            return self.chance.choice(QUESTIONS).format(self.row(depth - 1)[0], self.row(0)[0])
        if kind < 0.76 and self.texts:
            return self.chance.choice(self.texts)
        if kind < 0.82:
            return self.many(depth)
        if kind < 0.96:
            return self.container(depth)
        return f"{self.text(depth - 1)} + {self.text(depth - 1)}"

    def column(self, row: str, model: str) -> str:
        """Write the read of a column as text, in one of several ways."""
        column = self.chance.choice(COLUMNS[model])
        if model in NUMBERS and self.chance.random() < 0.2:
            return f"str({row}.{self.chance.choice(NUMBERS[model])})"
        way = self.chance.choice(
            (
                "{0}.{1}",
                "{0}.{1}",
                "{0}.{1}",
                "getattr({0}, '{1}')",
                "getattr({0}, f'{2}{{\"{3}\"}}')",
                "getattr({0}, '{2}%s' % '{3}')",
                "getattr({0}, '{2}{{}}'.format('{3}'))",
                "operator.attrgetter('{1}')({0})",
                "{0}.__dict__.get('{1}', '') + {0}.{1}",
                "'{{0.{1}}}'.format({0})",
                "Proxy({0}).{1}",
                "{0}.serializable_value('{1}')",
                "getattr({0}, ''.join(('{2}', '{3}')))",
                "str({0}.{1} or {0}.pk)",
            )
        )
        return way.format(row, column, column[:2], column[2:])

    def many(self, depth: int) -> str:
        """Write a text made of the rows of a to-many relation."""
        row, model = self.row(0)
        if model not in TO_MANY:
            row, model = "self", "Product"
        relation = self.chance.choice(list(TO_MANY[model]))
        related = TO_MANY[model][relation]
        rows = f"{row}.{relation}.all()"
        column = self.column("one", related)
        return self.chance.choice(
            (
                f"''.join({column} for one in {rows})",
                f"''.join([{column} for one in {rows}])",
                f"''.join(sorted({column} for one in {rows}))",
                f"''.join(map(lambda one: {column}, {rows}))",
                f"str([one for one in {rows} if {column}])",
                f"str({{one.pk: {column} for one in {rows}}})",
                f"str(sorted({rows}, key=lambda one: {column}))",
                f"str(max({rows}, key=lambda one: {column}))",
                f"str(len({rows}))",
                f"str(list({rows}))",
                f"str([list(group) for key, group in itertools.groupby({rows}, key=lambda one: {column})])",
                f"(lambda one: {column})({rows}[0])",
                f"(lambda one: {column})(list({rows})[-1])",
                f"str({row}.{relation}.count())",
                f"str({row} in {rows})",
                f"str(list(enumerate({rows})))",
                f"str(any({column} for one in {rows}))",
                f"''.join({column} for _, one in zip([1, 2], {rows}))",
            )
        )

    def container(self, depth: int) -> str:
        """Write a text made of what is done with several rows at once: sorting, hashing, looking for one."""
        row, model = self.row(0)
        if model in TO_MANY and self.chance.random() < 0.7:
            relation = self.chance.choice(list(TO_MANY[model]))
            rows, model = f"{row}.{relation}.all()", TO_MANY[model][relation]
            row = f"list({rows})[-1]"
        else:
            rows = f"[{row}, {self.chance.choice(SAME_ROW).format(row)}]"
        key = f"(lambda one: {self.column('one', model)})"
        template, method = self.chance.choice(CONTAINERS)
        if method and self.chance.random() < 0.8:
            self.asked.append((model, method))
        return f"str({template.format(rows=rows, row=row, key=key)})"

    def statement(self, depth: int, margin: str = "    ") -> None:
        """Write one statement."""
        kind = self.chance.random()
        if kind < 0.4:
            self.keep(self.text(depth), margin)
        elif kind < 0.75 or depth <= 0:
            self.binding(depth, margin)
        else:
            self.block(depth, margin)

    def keep(self, text: str, margin: str) -> None:
        """Write a text down, and use it."""
        name = self.name()
        self.lines += [f"{margin}{name} = {text}", f"{margin}found.append({name})"]
        self.texts.append(name)

    def binding(self, depth: int, margin: str) -> None:
        """Give a row a name."""
        row, model = self.row(depth)
        name = self.name()
        written = self.chance.choice(BINDINGS).format(n=name, row=row)
        self.lines += [f"{margin}{line}" for line in written.split("\n")]
        self.rows.append((name, model))

    def block(self, depth: int, margin: str) -> None:
        """Write a statement that has others in it."""
        row, model = self.row(depth)
        name = self.name()
        template = self.chance.choice(BLOCKS)
        self.lines.append(margin + template.format(row=row, text=self.text(1), n=name))
        before = (list(self.rows), list(self.texts))
        if "{n}" in template:
            self.rows.append((name, model))
        for _ in range(self.chance.randrange(1, 3)):
            self.statement(depth - 1, margin + "    ")
        if template == "try:":
            self.lines += [f"{margin}except (ValueError, TypeError, AttributeError):"]
            self.rows, self.texts = before
            self.statement(depth - 1, margin + "    ")
        elif template.startswith("for") and self.chance.random() < 0.3:
            end = self.chance.choice(("break", "continue"))
            self.lines.append(f"{margin}    if {self.text(0)}: {end}")
        # What is bound below a condition may not be there.
        self.rows, self.texts = (
            before if template.startswith(("if", "try")) else (self.rows, self.texts)
        )


def write(seed: int) -> Written:
    """Write the member of a seed: always the same."""
    chance = random.Random(seed)
    writer = Writer(chance)
    for _ in range(chance.randrange(1, 5)):
        writer.statement(2)
    outcome = writer.text(2)
    lines: list[str] = []
    methods: dict[str, list[tuple[str, str]]] = {}
    asked = [*writer.asked, *([("", "")] * chance.randrange(4))]
    for number, (model, name) in enumerate(asked):
        model = model or chance.choice(("Brand", "Brand", "Product", "Owner", "Tag", "Line"))
        name = name or chance.choice(list(METHODS))
        if (
            name in ("__eq__", "__hash__", "__ne__")
            and model == "Product"
            and chance.random() < 0.5
        ):
            continue
        column = chance.choice(COLUMNS[model])
        body = OUTCOMES.get(name, "self.{0} + 'x'").format(column)
        function = f"method{number}"
        lines.append(f"def {function}({METHODS[name]}):\n    return {body}\n")
        methods.setdefault(model, []).append((name, function))
    lines += ["def member(self):", "    found = []", *writer.lines]
    lines += [f"    found.append({outcome})", "    return ''.join(map(str, found))", ""]
    source = "\n".join(lines)
    filename = f"/fuzz/{seed}.py"
    names: dict[str, Any] = dict(vars(fuzz_parts))
    code = compile(source, filename, "exec")
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(code, names)
    attributes: dict[str, dict[str, Any]] = {"Product": {"member": names["member"]}}
    for model, given in methods.items():
        for name, function in given:
            attributes.setdefault(model, {})[name] = names[function]
    return Written(source, attributes)


@dataclass
class Tally:
    """How many members there were, what became of them, and those that were missed in silence."""

    members: int = 0
    complete: int = 0
    ran_through: int = 0
    missed: list[tuple[int, str, set[str]]] = field(default_factory=list)


def compare(seed: int, key: int, tally: Tally) -> None:
    """Write, infer and run the member of one seed."""
    from django.db import connection, reset_queries, transaction
    from django.test.utils import CaptureQueriesContext

    from perfkit.inference import field_reads, members
    from tests.inference.app.models import Product
    from tests.inference.constructs import Construct
    from tests.inference.tracing import load_as_planned, run_traced, use

    try:
        written = write(seed)
    except SyntaxError:
        return
    filename = f"/fuzz/{seed}.py"
    construct = Construct(f"fuzz.{seed}", written.attributes, None)
    members._cache.clear()
    reset_queries()  # The log of a connection is full after 9,000, and would show none of what is sent then.
    try:
        with construct.installed(), transaction.atomic():
            reads = field_reads(Product, "member")
            tally.members += 1
            if reads.complete:
                tally.complete += 1
                trace = run_traced(Product.objects.get(pk=key), "member")
                missed = set(trace.missed_by(reads))
                tally.ran_through += trace.error is None
                if not missed and trace.error is None and not reads.own_queries:
                    row = load_as_planned(Product.objects.filter(pk=key), reads)[0]
                    with CaptureQueriesContext(connection) as queries:
                        use(row, "member")
                    missed = {query["sql"] for query in queries}
                if missed:
                    tally.missed.append((seed, written.source, missed))
            transaction.set_rollback(True)
    finally:
        linecache.cache.pop(filename, None)


def run(seeds: Iterator[int], key: int, goes_on: Callable[[], bool] = lambda: True) -> Tally:
    """Compare the members of many seeds."""
    tally = Tally()
    for seed in seeds:
        if not goes_on():
            break
        compare(seed, key, tally)
    return tally


def main() -> None:
    """Go on for as long as is asked, on a database in memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--members", type=int, help="so many members at most")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from django.test.utils import setup_databases

    setup_databases(verbosity=0, interactive=False)
    from tests.inference.rows import make_rows

    end = time.monotonic() + options.seconds
    key = make_rows().pk
    with contextlib.suppress(KeyboardInterrupt):
        seeds = itertools.count(options.seed)
        if options.members:
            seeds = iter(range(options.seed, options.seed + options.members))
        tally = run(seeds, key, lambda: time.monotonic() < end)
    for seed, source, missed in tally.missed[:20]:
        sys.stdout.write(f"--- seed {seed} missed {sorted(missed)}\n{source}\n")
    sys.stdout.write(
        f"{tally.members} members, {tally.complete} complete, {tally.ran_through} of these ran through, "
        f"{len(tally.missed)} missed in silence\n"
    )


if __name__ == "__main__":
    main()
