"""Evaluates expressions."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from perfkit.inference.arguments import Arguments
from perfkit.inference.definitions import Definitions
from perfkit.inference.folding import spelt
from perfkit.inference.values import (
    BOTTOM,
    INERT,
    NONE,
    TRUTH,
    Generator,
    Inert,
    Tup,
    Value,
    join,
    known,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from perfkit.inference.frames import Names


class Expressions(Definitions):
    """One method per kind of expression, ``expr_<kind>``."""

    def evaluate(self, node: ast.expr) -> Value:
        """Return what an expression may be."""
        self.step()
        handler: Callable[[ast.expr], Value] | None = getattr(
            self, f"expr_{type(node).__name__}", None
        )
        if handler is None:
            return self.lose(f"an expression that is not known: {type(node).__name__}")
        return handler(node)

    # Names and constants

    def expr_Constant(self, node: ast.Constant) -> Value:
        return known(node.value)

    def expr_Name(self, node: ast.Name) -> Value:
        name = self.private(node.id)
        found = self.frame.look_up(name)
        if found is not None:
            return found
        names = self.frame.globals
        if name in names:
            self.names[id(names), name] = (names, name, names[name])
        return self.frame.look_up_live(name)

    def expr_NamedExpr(self, node: ast.NamedExpr) -> Value:
        value = self.evaluate(node.value)
        self.bind(node.target, value)
        return value

    # Attributes, subscripts, calls

    def expr_Attribute(self, node: ast.Attribute) -> Value:
        value = self.evaluate(node.value)
        self.frame.line = node.end_lineno or node.lineno
        found = self.get(value, self.private(node.attr))
        return found if self.frame.settled is None else self.settled(node, found)

    def settled(self, node: ast.Attribute, found: Value) -> Value:
        """Return what of an attribute is left after what was asked of it before."""
        raise NotImplementedError

    def expr_Subscript(self, node: ast.Subscript) -> Value:
        value = self.evaluate(node.value)
        return self.subscript(value, self.evaluate(node.slice), node)

    def subscript(self, value: Value, key: Value, node: object) -> Value:
        """Return ``value[key]``."""
        raise NotImplementedError

    def expr_Slice(self, node: ast.Slice) -> Value:
        for one in (node.lower, node.upper, node.step):
            if one is not None and self.carries(self.evaluate(one)):
                return self.lose("a slice bounded by the row")
        return frozenset({Inert(slice)})

    def expr_Call(self, node: ast.Call) -> Value:
        callee = self.evaluate(node.func)
        arguments = self.arguments(node)
        self.frame.line = node.lineno
        return self.call(callee, arguments, node)

    def arguments(self, node: ast.Call) -> Arguments:
        """Evaluate the arguments of a call."""
        positional: list[Value] = []
        rest, named_rest = BOTTOM, BOTTOM
        for one in node.args:
            items: tuple[Value, ...] = ()
            if isinstance(one, ast.Starred):
                spread = self.evaluate(one.value)
                tuples = [atom for atom in spread if isinstance(atom, Tup)]
                if len(tuples) == len(spread) == 1:
                    items = tuples[0].items
                else:
                    rest |= self.iterate(spread) or INERT
            else:
                items = (self.evaluate(one),)
            if rest:  # After *args of unknown length nobody knows which parameter gets what.
                rest |= join(items)
            else:
                positional.extend(items)
        named: dict[str, Value] = {}
        for keyword in node.keywords:
            value = self.evaluate(keyword.value)
            if keyword.arg is not None:
                named[self.private(keyword.arg)] = value
            else:
                fields, others = self.spread_mapping(value)
                named.update(fields)
                named_rest |= others
        return Arguments(tuple(positional), tuple(named.items()), rest, named_rest)

    def spread_mapping(self, value: Value) -> tuple[dict[str, Value], Value]:
        """Return what ``**value`` gives: by name, and for any other name."""
        raise NotImplementedError

    # Displays

    def expr_Tuple(self, node: ast.Tuple) -> Value:
        if any(isinstance(one, ast.Starred) for one in node.elts):
            box = self.make(node, "list")
            self.put(box, self.elements(node.elts))
            return frozenset({box})
        return frozenset({Tup(tuple(self.evaluate(one) for one in node.elts))})

    def elements(self, nodes: list[ast.expr]) -> Value:
        """Return any element of a display."""
        return join(
            self.iterate(self.evaluate(one.value))
            if isinstance(one, ast.Starred)
            else self.evaluate(one)
            for one in nodes
        )

    def expr_List(self, node: ast.List) -> Value:
        box = self.make(node, "list")
        self.put(box, self.elements(node.elts))
        return frozenset({box})

    def expr_Set(self, node: ast.Set) -> Value:
        box = self.make(node, "set")
        elements = self.elements(node.elts)
        self.digest(elements)
        self.put(box, elements)
        return frozenset({box})

    def expr_Dict(self, node: ast.Dict) -> Value:
        box = self.make(node, "dict")
        for key, one in zip(node.keys, node.values, strict=True):
            value = self.evaluate(one)
            if key is None:
                fields, others = self.spread_mapping(value)
                for name, each in fields.items():
                    self.put(box, each, key=name)
                self.put(box, others)
            else:
                self.put_key(box, self.evaluate(key), value)
        return frozenset({box})

    def put_key(self, box: object, key: Value, value: Value) -> None:
        """Store under a key in a dict."""
        raise NotImplementedError

    def digest(self, value: Value) -> None:
        """Hash a value and compare it, as a key of a dict or an element of a set."""
        raise NotImplementedError

    # Choices

    def expr_IfExp(self, node: ast.IfExp) -> Value:
        self.truth(self.evaluate(node.test))
        before = self.frame.names
        values: list[Value] = []

        def choose(truth: bool, chosen: ast.expr) -> Callable[[], None]:
            return lambda: values.append(
                self.evaluate(chosen) if self.assume(node.test, truth) else BOTTOM
            )

        self.merge(
            self.run_branch(choose(True, node.body), before),
            self.run_branch(choose(False, node.orelse), before),
        )
        return join(values)

    def expr_BoolOp(self, node: ast.BoolOp) -> Value:
        found = BOTTOM
        ends: list[tuple[Names, bool]] = []
        overlay = dict(self.frame.overlay)
        goes_on = isinstance(node.op, ast.And)
        for one in node.values[:-1]:
            value = self.evaluate(one)
            self.truth(value)
            found |= self.kept(value, not goes_on)
            ends.append((dict(self.frame.names), True))
            if not self.assume(one, goes_on):
                break
        else:
            found |= self.evaluate(node.values[-1])
            ends.append((self.frame.names, True))
        self.frame.overlay = overlay
        self.merge(*ends)
        return found

    def kept(self, value: Value, true: bool) -> Value:
        """Return what of a value is left of ``or`` (the true) or ``and`` (the false)."""
        raise NotImplementedError

    def expr_UnaryOp(self, node: ast.UnaryOp) -> Value:
        value = self.evaluate(node.operand)
        if isinstance(node.op, ast.Not):
            self.truth(value)
            return TRUTH
        return self.unary(node.op, value)

    def unary(self, operator: ast.unaryop, value: Value) -> Value:
        """Apply ``-``, ``+`` or ``~``."""
        raise NotImplementedError

    def expr_BinOp(self, node: ast.BinOp) -> Value:
        left = self.evaluate(node.left)
        right = self.evaluate(node.right)
        return self.binary(node.op, left, right, node)

    def binary(self, operator: ast.operator, left: Value, right: Value, node: ast.AST) -> Value:
        """Apply a binary operator."""
        raise NotImplementedError

    def expr_Compare(self, node: ast.Compare) -> Value:
        left = self.evaluate(node.left)
        found = BOTTOM
        for operator, one in zip(node.ops, node.comparators, strict=True):
            right = self.evaluate(one)
            found |= self.compare(operator, left, right)
            left = right
        return found

    def compare(self, operator: ast.cmpop, left: Value, right: Value) -> Value:
        """Apply a comparison."""
        raise NotImplementedError

    # Strings

    def expr_JoinedStr(self, node: ast.JoinedStr) -> Value:
        return spelt([self.evaluate(one) for one in node.values], "".join)

    def expr_FormattedValue(self, node: ast.FormattedValue) -> Value:
        value = self.evaluate(node.value)
        specification = self.evaluate(node.format_spec) if node.format_spec else known("")
        if node.conversion in (114, 97):
            return self.text(value, representation=True)
        if node.conversion == 115:
            return self.text(value)
        return self.formatted(value, specification)

    def expr_TemplateStr(self, node: Any) -> Value:
        """A template string (Python 3.14) holds its values; whoever makes text of it does so later."""
        held = join(self.evaluate(one) for one in node.values)
        return self.lose("a template string that holds a row") if self.carries(held) else INERT

    def expr_Interpolation(self, node: Any) -> Value:
        if node.format_spec is not None:
            self.evaluate(node.format_spec)
        return self.evaluate(node.value)

    def formatted(self, value: Value, specification: Value) -> Value:
        """Return ``format(value, specification)``."""
        raise NotImplementedError

    # Functions

    def expr_Lambda(self, node: ast.Lambda) -> Value:
        return self.closure(node, "<lambda>")

    def expr_Yield(self, node: ast.Yield) -> Value:
        self.frame.yielded |= self.evaluate(node.value) if node.value else NONE
        return INERT | NONE

    def expr_YieldFrom(self, node: ast.YieldFrom) -> Value:
        value = self.evaluate(node.value)
        self.frame.yielded |= self.iterate(value)
        return self.outcome_of(value)

    def outcome_of(self, value: Value) -> Value:
        """Return what a generator returns, after it was consumed."""
        found = BOTTOM
        for atom in value:
            found |= atom.frame.returned if isinstance(atom, Generator) else INERT
        return found or NONE
