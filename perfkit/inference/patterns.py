"""``match``: what patterns read of the subject, and what they bind."""

from __future__ import annotations

import ast

from perfkit.inference.assignments import Assignments
from perfkit.inference.conditions import PLAIN_METACLASSES
from perfkit.inference.values import BOTTOM, INERT, Box, Tup, Value, constants, join


class Patterns(Assignments):
    """One method per kind of pattern, ``pattern_<kind>``; each binds what it captures."""

    def stmt_Match(self, node: ast.Match) -> None:
        """Run every case from the names before it; any may be taken, or none."""
        subject = self.evaluate(node.subject)
        before = self.frame.names
        ends = [(dict(before), True)]
        for case in node.cases:

            def run(case: ast.match_case = case) -> None:
                self.frame.line = case.pattern.lineno
                self.match(case.pattern, subject)
                if case.guard is not None:
                    self.truth(self.evaluate(case.guard))
                self.execute(case.body)

            ends.append(self.run_branch(run, before))
            # A pattern that fails late, or a guard, leaves its names bound.
        self.merge(*ends)

    def match(self, pattern: ast.pattern, subject: Value) -> None:
        """Match one pattern."""
        self.step()
        handler = getattr(self, f"pattern_{type(pattern).__name__}", None)
        if handler is None:
            self.lose(f"a pattern that is not known: {type(pattern).__name__}")
        else:
            handler(pattern, subject)

    def capture(self, name: str | None, value: Value) -> None:
        """Bind a name of a pattern."""
        if name:
            self.bind_name(name, value)

    def pattern_MatchValue(self, node: ast.MatchValue, subject: Value) -> None:
        self.compare(ast.Eq(), subject, self.evaluate(node.value))

    def pattern_MatchSingleton(self, node: ast.MatchSingleton, subject: Value) -> None:
        pass

    def pattern_MatchAs(self, node: ast.MatchAs, subject: Value) -> None:
        if node.pattern is not None:
            self.match(node.pattern, subject)
        self.capture(node.name, subject)

    def pattern_MatchOr(self, node: ast.MatchOr, subject: Value) -> None:
        for one in node.patterns:
            self.match(one, subject)

    def pattern_MatchStar(self, node: ast.MatchStar, subject: Value) -> None:
        box = self.make(node, "list")
        self.put(box, subject)
        self.capture(node.name, frozenset({box}))

    def pattern_MatchSequence(self, node: ast.MatchSequence, subject: Value) -> None:
        starred = any(isinstance(one, ast.MatchStar) for one in node.patterns)
        for atom in subject:
            sequence = frozenset({atom})
            if isinstance(atom, Tup) and not starred:
                if len(atom.items) == len(node.patterns):
                    for one, item in zip(node.patterns, atom.items, strict=True):
                        self.match(one, item)
            elif isinstance(atom, (Tup, Box)) or not self.carries(sequence):
                elements = self.iterate(sequence) if isinstance(atom, (Tup, Box)) else INERT
                for one in node.patterns:
                    self.match(one, elements)
            else:
                self.lose(f"a sequence pattern on {self.describe(atom)}")

    def pattern_MatchMapping(self, node: ast.MatchMapping, subject: Value) -> None:
        for atom in subject:
            mapping = frozenset({atom})
            if not (isinstance(atom, (Box, Tup)) or not self.carries(mapping)):
                self.lose(f"a mapping pattern on {self.describe(atom)}")
        for key, one in zip(node.keys, node.patterns, strict=True):
            self.match(one, self.subscript(subject, self.evaluate(key), node) or BOTTOM)
        if node.rest:
            self.capture(node.rest, subject)

    def pattern_MatchClass(self, node: ast.MatchClass, subject: Value) -> None:
        classes = constants(self.evaluate(node.cls))
        if classes is None:
            if self.carries(subject):
                self.lose("a class pattern whose class is not known")
            return
        if all(type(one) in PLAIN_METACLASSES for one in classes):
            subject = join(self.instances(atom, tuple(classes), True) for atom in subject)
        for name, one in zip(node.kwd_attrs, node.kwd_patterns, strict=True):
            self.match(one, join(self.get(frozenset({atom}), name) for atom in subject))
        for index, one in enumerate(node.patterns):
            self.match(one, join(self.positional(cls, index, subject) for cls in classes))

    def positional(self, cls: object, index: int, subject: Value) -> Value:
        """Return what the positional pattern ``index`` of a class is matched with."""
        names = vars(cls).get("__match_args__") if isinstance(cls, type) else None
        if isinstance(names, tuple) and index < len(names):
            return self.get(subject, names[index])
        if isinstance(cls, type) and cls.__module__ == "builtins":
            return subject
        if self.carries(subject):
            return self.lose("a positional class pattern")
        return INERT
