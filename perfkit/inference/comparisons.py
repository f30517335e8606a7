"""Compares and hashes, by the methods that classes define."""

from __future__ import annotations

import ast
from typing import Any

from perfkit.inference.attributes import MAPPINGS
from perfkit.inference.protocols import Protocols
from perfkit.inference.values import (
    BOTTOM,
    INERT,
    TRUTH,
    Atom,
    Bound,
    Box,
    Generator,
    Inert,
    Known,
    Opaque,
    Partial,
    Row,
    RowPart,
    Rows,
    Tup,
    Value,
    join,
)

_ORDER = {ast.Lt: ("__lt__", "__gt__"), ast.LtE: ("__le__", "__ge__")}

_ORDER |= {ast.Gt: ("__gt__", "__lt__"), ast.GtE: ("__ge__", "__le__")}


class Comparisons(Protocols):
    """Equality, order, hashes, membership."""

    def compare(self, operator: ast.cmpop, left: Value, right: Value) -> Value:
        """Apply a comparison."""
        if isinstance(operator, (ast.Is, ast.IsNot)):
            return TRUTH
        if isinstance(operator, (ast.In, ast.NotIn)):
            self.search(right, left)
            return TRUTH
        if not self.carries(left) and not self.carries(right):
            return TRUTH if all(isinstance(a, (Known, Inert)) for a in left) else INERT
        if isinstance(operator, (ast.Eq, ast.NotEq)):
            names = ("__ne__", "__eq__") if isinstance(operator, ast.NotEq) else ("__eq__",)
            return join(self.equal(left, right, name) for name in names)
        forward, backward = _ORDER[type(operator)]
        return self.ordered_by(left, right, forward, backward)

    def equal(self, left: Value, right: Value, name: str = "__eq__") -> Value:
        """Compare two values for equality."""
        found = TRUTH
        for one in left:
            for other in right:
                found |= self.equal_atoms(one, other, name)
        return found

    def equal_atoms(self, one: Atom, other: Atom, name: str) -> Value:
        """Compare two things for equality."""
        found: Value = BOTTOM
        carrying = self.carries(frozenset({one, other}))
        for first, second in ((one, other), (other, one)):
            if isinstance(first, (Row, Box)):
                found |= self.ask(first, name, frozenset({second})) or BOTTOM
            elif carrying and not self.compares_harmlessly(first):
                return self.lose(f"a comparison with {self.describe(first)}")
        if isinstance(one, (Box, Tup)) and isinstance(other, (Box, Tup)):
            self.equal(self.held(one), self.held(other))
        return found

    def compares_harmlessly(self, atom: Atom) -> bool:
        """Tell whether ``==`` of an object surely looks into nothing it is compared with."""
        if isinstance(atom, Inert):
            return atom.type is not None
        if isinstance(atom, Known):
            kind = type(atom.obj)
            equal: Any = kind.__eq__
            return equal is object.__eq__ or kind.__module__ == "builtins"
        return not isinstance(atom, (Opaque, RowPart))

    def held(self, atom: Atom) -> Value:
        """Return everything in a container."""
        if isinstance(atom, Box):
            held = self.contents(atom)
            return held.everything() | held.keys
        return join(atom.items) if isinstance(atom, Tup) else BOTTOM

    def ordered_by(self, left: Value, right: Value, forward: str, backward: str) -> Value:
        """Compare two values by ``<`` and its kin."""
        found = TRUTH
        for one in left:
            for other in right:
                if not self.carries(frozenset({one, other})):
                    continue
                for first, name, second in ((one, forward, other), (other, backward, one)):
                    if isinstance(first, (Row, Box)):
                        found |= self.ask(first, name, frozenset({second})) or BOTTOM
                    elif not self.compares_harmlessly(first):
                        found |= self.lose(f"a comparison with {self.describe(first)}")
                if isinstance(one, (Box, Tup)) and isinstance(other, (Box, Tup)):
                    self.sort(self.held(one) | self.held(other))
        return found

    def sort(self, value: Value) -> None:
        """Compare elements with each other, as sorting does."""
        if self.carries(value):
            self.ordered_by(value, value, "__lt__", "__gt__")
            self.equal(value, value)

    def digest(self, value: Value) -> None:
        """Hash a value and compare it, as a key of a dict or an element of a set."""
        for atom in value:
            if isinstance(atom, (Row, Box)):
                self.ask(atom, "__hash__")
                self.ask(atom, "__eq__", frozenset({atom}))
            elif isinstance(atom, Tup):
                self.digest(join(atom.items))
            elif isinstance(atom, Bound):
                self.digest(atom.receiver)
            elif isinstance(atom, (Opaque, Partial, RowPart)):
                self.lose(f"the hash of {self.describe(atom)}")

    def search(self, container: Value, item: Value) -> None:
        """Ask whether a container has an item."""
        for atom in container:
            if isinstance(atom, Row) or (isinstance(atom, Box) and atom.cls is not None):
                if self.ask(atom, "__contains__", item) is None:
                    self.equal(self.iterate_object(atom), item)
            elif isinstance(atom, (Box, Tup)):
                if isinstance(atom, Box) and atom.kind in ("dict", "set"):
                    self.digest(item)
                self.equal(self.iterate_atom(atom), item)
            elif isinstance(atom, (Rows, Generator)):
                self.equal(self.iterate_atom(atom), item)
            elif isinstance(atom, RowPart) and atom.part in MAPPINGS:
                continue
            elif isinstance(atom, Known) and type(atom.obj) in (tuple, list, set, frozenset, dict):
                self.digest(item)
                self.equal(item, frozenset({Inert(object)}))
            elif self.carries(item | {atom}):
                self.lose(f"in {self.describe(atom)}")
