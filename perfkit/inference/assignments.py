"""Assigns to names, attributes and several targets at once."""

from __future__ import annotations

import ast
import sys

from perfkit.inference.attributes import Attributes
from perfkit.inference.values import (
    BOTTOM,
    INERT,
    Box,
    Inert,
    Known,
    Lost,
    Row,
    RowPart,
    Rows,
    Value,
    known,
)


class Assignments(Attributes):
    """What ``target = value`` does."""

    def bind(self, target: ast.expr, value: Value) -> None:
        """Assign to a target."""
        if isinstance(target, ast.Name):
            self.bind_name(target.id, value)
        elif isinstance(target, ast.Attribute):
            self.frame.line = target.lineno
            self.set(self.evaluate(target.value), self.private(target.attr), value)
        elif isinstance(target, ast.Subscript):
            self.set_item(self.evaluate(target.value), self.evaluate(target.slice), value)
        elif isinstance(target, (ast.Tuple, ast.List)):
            self.bind_several(target, value)
        else:
            self.lose(f"an assignment to {type(target).__name__}")

    def bind_several(self, target: ast.Tuple | ast.List, value: Value) -> None:
        """Unpack into several targets."""
        starred = any(isinstance(one, ast.Starred) for one in target.elts)
        parts = self.unpack(value, len(target.elts), starred=starred)
        for one, part in zip(target.elts, parts, strict=True):
            if isinstance(one, ast.Starred):
                box = self.make(one, "list")
                self.put(box, part)
                self.bind(one.value, frozenset({box}))
            else:
                self.bind(one, part)

    def bind_name(self, name: str, value: Value) -> None:
        """Assign to a name, as it stands in the code."""
        name = self.private(name)
        frame = self.frame
        if frame.settled is not None and name in frame.settled:
            frame.unsettle(name)
        if name in frame.overlay:
            frame.overlay[name] = value
            return
        if name in frame.scope.globals:
            self.keep_out(value, f"the global {name}")
            return
        if name in frame.scope.nonlocals:
            owner = frame.owner_of(name)
            if owner is None:
                self.keep_out(value, f"{name} of a function that made this one")
                return
            frame = owner
        if name in frame.scope.captured:
            if frame.escaped and self.carries(value):
                self.lose(f"{name}, which a function captures that other code has, becomes the row")
            before = frame.cells.get(name, BOTTOM)
            self.version += not value <= before
            frame.cells[name] = before | value
            return
        frame.names[name] = value
        for reached in frame.tries:
            reached[name] = reached.get(name, BOTTOM) | value

    def keep_out(self, value: Value, where: str) -> None:
        """Say that the row gets where other code may read it."""
        if self.carries(value):
            self.lose(f"the row is kept in {where}")
        self.escape(value)

    def set(self, target: Value, name: str, value: Value) -> None:
        """Assign to an attribute."""
        if name in ("__dict__", "__class__") and self.carries(target | value):
            self.lose(f"an assignment to {name}")
        for atom in target:
            if isinstance(atom, Row):
                self.set_row(atom, name, value)
            elif isinstance(atom, Box) and atom.cls is not None:
                self.set_object(atom, name, value)
            elif isinstance(atom, RowPart) and atom.part == "state" and not self.carries(value):
                continue
            elif isinstance(atom, Rows) and not self.carries(value):
                continue
            elif isinstance(atom, (Known, Inert, Lost)) and not isinstance(atom, Lost):
                self.keep_out(value, f"{name} of {self.describe(atom)}")
            elif not isinstance(atom, Lost):
                self.lose(f"an assignment to {name} of {self.describe(atom)}")

    def stmt_AugAssign(self, node: ast.AugAssign) -> None:
        """Read, compute, assign."""
        if isinstance(node.target, ast.Name):
            before = self.expr_Name(node.target)
        elif isinstance(node.target, ast.Attribute):
            before = self.expr_Attribute(node.target)
        else:
            before = self.expr_Subscript(node.target)
        value = self.evaluate(node.value)
        self.bind(node.target, self.in_place(node.op, before, value, node))

    def imported(self, name: str) -> Value:
        """Return a module that the program has imported; one that it hasn't is not imported now."""
        module = sys.modules.get(name)
        return INERT if module is None else known(module)
