"""Operators and subscripts."""

from __future__ import annotations

import ast
from dataclasses import replace

from perfkit.inference.comparisons import Comparisons
from perfkit.inference.folding import spelt
from perfkit.inference.values import (
    BOTTOM,
    INERT,
    LOST,
    TEXT,
    Atom,
    Box,
    Condition,
    Inert,
    Known,
    Lost,
    Row,
    Rows,
    Tup,
    Value,
    join,
)

_NAMES: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "truediv",
    ast.FloorDiv: "floordiv",
    ast.Mod: "mod",
    ast.Pow: "pow",
    ast.LShift: "lshift",
    ast.RShift: "rshift",
    ast.BitOr: "or",
    ast.BitXor: "xor",
    ast.BitAnd: "and",
    ast.MatMult: "matmul",
}
_UNARY: dict[type[ast.unaryop], str] = {
    ast.USub: "__neg__",
    ast.UAdd: "__pos__",
    ast.Invert: "__invert__",
}


class Operators(Comparisons):
    """``a + b``, ``-a``, ``a += b``, ``a[b]``."""

    def binary(self, operator: ast.operator, left: Value, right: Value, node: ast.AST) -> Value:
        """Apply a binary operator."""
        if isinstance(operator, ast.Mod) and _textual(left):
            return self.percent(left, right)
        if isinstance(operator, ast.Add):
            if _textual(left) and _textual(right):
                return spelt([left, right], "".join)
            if _textual(left) and not self.carries(right):
                return TEXT
        return join(self.combine(operator, a, b, node) for a in left for b in right)

    def percent(self, left: Value, right: Value) -> Value:
        """Return ``text % value``."""
        raise NotImplementedError

    def combine(self, operator: ast.operator, left: Atom, right: Atom, node: ast.AST) -> Value:
        """Apply a binary operator to two things."""
        name = _NAMES[type(operator)]
        if isinstance(left, Lost) or isinstance(right, Lost):
            return LOST
        if isinstance(left, Tup) and isinstance(right, Tup) and name == "add":
            return frozenset({Tup(left.items + right.items)})
        if isinstance(left, Condition) and isinstance(right, Condition):
            return frozenset({Condition(left.pairs | right.pairs)})
        if isinstance(left, Rows) and isinstance(right, Rows):
            self.query(f"{self.name_of(left)} combined with another queryset")
            return frozenset({replace(self.unserved(left))})
        if _container(left) and (_container(right) or name == "mul"):
            return self.merge_containers(left, right, node)
        found = self.ask_operator(left, right, name)
        if found is not None:
            return found
        if isinstance(left, (Row, Box)) and isinstance(right, (Row, Box, Known)):
            if not self.carries(frozenset({left, right})):
                return INERT
        if self.carries(frozenset({left, right})) and not self.refuses(left, right):
            return self.lose(f"{name} of {self.describe(left)} and {self.describe(right)}")
        return INERT

    def ask_operator(self, left: Atom, right: Atom, name: str) -> Value | None:
        """Call the methods that define an operator, in either order."""
        forward = self.ask(left, f"__{name}__", frozenset({right}))
        backward = self.ask(right, f"__r{name}__", frozenset({left}))
        if forward is None:
            return backward
        return forward if backward is None else forward | backward

    def refuses(self, left: Atom, right: Atom) -> bool:
        """Tell whether an operator surely raises: plain values know nothing of rows."""
        return all(
            isinstance(one, Row)
            or (isinstance(one, Inert) and one.type is not None)
            or (isinstance(one, Known) and type(one.obj).__module__ == "builtins")
            for one in (left, right)
        )

    def merge_containers(self, left: Atom, right: Atom, node: ast.AST) -> Value:
        """Return the container that an operator makes of others."""
        kind = next((one.kind for one in (left, right) if isinstance(one, Box)), "list")
        box = self.make(node, kind)
        for one in (left, right):
            if isinstance(one, Box):
                held = self.contents(one)
                self.put(box, held.items, keys=held.keys)
                for key, value in held.fields.items():
                    self.put(box, value, key=key)
            elif isinstance(one, (Tup, Known, Inert)) and _container(one):
                self.put(box, self.iterate_atom(one))
        if kind in ("set", "dict"):
            self.digest(self.iterate_atom(box))
        return frozenset({box})

    def in_place(self, operator: ast.operator, left: Value, right: Value, node: ast.AST) -> Value:
        """Apply an in-place operator."""
        found = BOTTOM
        for atom in left:
            own = f"__i{_NAMES[type(operator)]}__"
            answer = self.ask(atom, own, right)
            if answer is None and isinstance(atom, Box) and atom.cls is None:
                self.extend(atom, right)
                answer = frozenset({atom})
            if answer is None:
                answer = self.binary(operator, frozenset({atom}), right, node)
            found |= answer
        return found

    def extend(self, box: Box, value: Value) -> None:
        """Add the elements of an iterable, or the items of a dict, to a container."""
        if box.kind == "dict":
            fields, others = self.spread_mapping(value)
            for key, one in fields.items():
                self.put(box, one, key=key)
            keys = join(self.iterate_atom(atom) for atom in value if isinstance(atom, Box))
            self.put(box, others, keys=keys)
            return
        elements = self.iterate(value)
        if box.kind == "set":
            self.digest(elements)
        self.put(box, elements)

    def unary(self, operator: ast.unaryop, value: Value) -> Value:
        """Apply ``-``, ``+`` or ``~``."""
        found = BOTTOM
        for atom in value:
            answer = self.ask(atom, _UNARY[type(operator)])
            if answer is None and isinstance(atom, Condition):
                answer = frozenset({atom})
            if answer is None and self.carries(frozenset({atom})) and not isinstance(atom, Row):
                answer = self.lose(f"a sign before {self.describe(atom)}")
            found |= INERT if answer is None else answer
        return found


def _textual(value: Value) -> bool:
    return bool(value) and all(
        (isinstance(atom, Inert) and atom.type is str)
        or (isinstance(atom, Known) and type(atom.obj) is str)
        for atom in value
    )


def _container(atom: Atom) -> bool:
    if isinstance(atom, Box):
        return atom.cls is None
    kinds = (list, tuple, set, frozenset, dict)
    return isinstance(atom, Tup) or (isinstance(atom, Known) and type(atom.obj) in kinds)
