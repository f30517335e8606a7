"""Evaluates comprehensions and generator expressions."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from perfkit.inference.frames import Frame
from perfkit.inference.scopes import runs_apart, scope_of
from perfkit.inference.values import (
    BOTTOM,
    Generator,
    Value,
)

if TYPE_CHECKING:
    from collections.abc import Callable
from perfkit.inference.expressions import Expressions


class Comprehensions(Expressions):
    """A comprehension runs in the frame around it, unless a function inside captures its names."""

    def expr_ListComp(self, node: ast.ListComp) -> Value:
        box = self.make(node, "list")
        self.comprehend(node, lambda: self.put(box, self.evaluate(node.elt)))
        return frozenset({box})

    def expr_SetComp(self, node: ast.SetComp) -> Value:
        box = self.make(node, "set")

        def add() -> None:
            element = self.evaluate(node.elt)
            self.digest(element)
            self.put(box, element)

        self.comprehend(node, add)
        return frozenset({box})

    def expr_DictComp(self, node: ast.DictComp) -> Value:
        box = self.make(node, "dict")
        self.comprehend(
            node, lambda: self.put_key(box, self.evaluate(node.key), self.evaluate(node.value))
        )
        return frozenset({box})

    def expr_GeneratorExp(self, node: ast.GeneratorExp) -> Value:
        outer = self.frame
        first = self.evaluate(node.generators[0].iter)
        self.ask_for_iterator(first)
        key = (node, "generator", outer.key, first)
        inner = self.inner_frame(node, key)

        def run() -> Value:
            inner.yielded = BOTTOM

            def give() -> None:
                inner.yielded |= self.evaluate(node.elt)

            self.generate(node.generators, give, first)
            return inner.yielded

        found = self.made.get(key)
        if not isinstance(found, Generator):
            found = self.made[key] = Generator(run, inner)
        return frozenset({found})

    def ask_for_iterator(self, value: Value) -> None:
        """Ask for an iterator: of its first iterable, a generator does that when it is made."""
        raise NotImplementedError

    def inner_frame(self, node: ast.expr, key: object) -> Frame:
        """Return the frame of a comprehension that needs one."""
        outer = self.frame
        return Frame(
            scope=scope_of(node, outer.owner),
            file=outer.file,
            function=outer.function,
            globals=outer.globals,
            outer=outer,
            owner=outer.owner,
            above=outer.above,
            key=key,
            line=node.lineno,
            first=outer.first,
        )

    def comprehend(
        self, node: ast.ListComp | ast.SetComp | ast.DictComp, add: Callable[[], None]
    ) -> None:
        """Run a comprehension that is evaluated at once."""
        if runs_apart(node):
            first = self.evaluate(node.generators[0].iter)
            self.frames.append(self.inner_frame(node, (node, self.frame.key, first)))
            try:
                self.generate(node.generators, add, first)
            finally:
                self.frames.pop()
            return
        overlay = self.frame.overlay
        self.frame.overlay = dict(overlay)
        names = {
            self.private(name.id)
            for one in node.generators
            for name in ast.walk(one.target)
            if isinstance(name, ast.Name)
        }
        first = self.evaluate(node.generators[0].iter)
        self.frame.overlay.update(dict.fromkeys(names, BOTTOM))
        self.generate(node.generators, add, first)
        self.frame.overlay = overlay

    def generate(
        self, clauses: list[ast.comprehension], give: Callable[[], None], first: Value | None = None
    ) -> None:
        """Run ``for ... in ... if ...`` clauses, innermost ``give``."""
        clause = clauses[0]
        value = self.evaluate(clause.iter) if first is None else first

        def run() -> None:
            self.bind(clause.target, self.iterate(value))
            for condition in clause.ifs:
                self.truth(self.evaluate(condition))
                if not self.assume(condition, True):
                    return
            if clauses[1:]:
                self.generate(clauses[1:], give)
            else:
                give()

        self.loop(run)
