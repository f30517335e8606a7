"""Operators and subscripts."""

from __future__ import annotations

import ast
import string
from dataclasses import dataclass, replace
from types import FunctionType

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from perfkit.inference.arguments import Arguments
from perfkit.inference.attributes import MAPPINGS
from perfkit.inference.expressions import folded
from perfkit.inference.live import MISSING
from perfkit.inference.protocols import Protocols
from perfkit.inference.rows import MEMBER_GETS
from perfkit.inference.values import (
    BOTTOM,
    INERT,
    LOST,
    NONE,
    TEXT,
    Atom,
    Box,
    Condition,
    Inert,
    Known,
    Lost,
    Row,
    RowPart,
    Rows,
    Tup,
    Value,
    constants,
    join,
    known,
    strings,
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
#: Cached properties: to delete one is to forget its value.
CACHED_GETS = MEMBER_GETS[1:]
#: Keys that the heap tells apart.
_KEYS = (str, int, bool)
#: Methods that ``%`` may call for other conversions than ``%s`` and ``%r``.
_CONVERSIONS = ("__getitem__", "__int__", "__float__", "__index__", "__trunc__")


@dataclass(frozen=True)
class Fields:
    """What ``str.format`` is given; ``rest`` where it isn't known which field gets it."""

    positional: list[Value]
    named: dict[str, Value]
    rest: Value


class Operators(Protocols):
    """``a + b``, ``-a``, ``a += b``, ``a[b]``."""

    def binary(self, operator: ast.operator, left: Value, right: Value, node: ast.AST) -> Value:
        """Apply a binary operator."""
        if isinstance(operator, ast.Mod) and _textual(left):
            return self.percent(left, right)
        if isinstance(operator, ast.Add):
            first, second = strings(left), strings(right)
            if first is not None and second is not None:
                return folded([first, second])
            if _textual(left) and not self.carries(right):
                return TEXT
        return join(self.combine(operator, a, b, node) for a in left for b in right)

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

    # The two languages of formatting

    def percent(self, left: Value, right: Value) -> Value:
        """Return ``text % value``."""
        for atom in right:
            for one in atom.items if isinstance(atom, Tup) else (frozenset({atom}),):
                self.percent_operand(one)
        texts, only = strings(left), constants(right)
        if texts and len(texts) == 1 and only and len(only) == 1 and type(only[0]) is str:
            if texts[0].count("%") == texts[0].count("%s") == 1:
                return known(texts[0].replace("%s", only[0]))
        return TEXT

    def percent_operand(self, value: Value) -> None:
        """Turn a value into text in any way that ``%`` may."""
        if not self.carries(value):
            return
        for atom in value:
            if isinstance(atom, Box) and atom.kind == "dict":
                held = self.contents(atom)
                self.percent_operand(held.everything())
            elif isinstance(atom, (Row, Box)):
                for name in _CONVERSIONS:
                    if self.ask(atom, name, *([TEXT] if name == "__getitem__" else [])) is not None:
                        self.lose(f"% with {name}")
                self.text_atom(atom, False)
                self.text_atom(atom, True)
            else:
                self.text_atom(atom, True)

    def format_text(
        self,
        texts: Value,
        positional: list[Value],
        named: dict[str, Value],
        rest: Value = BOTTOM,
    ) -> Value:
        """Return ``text.format(...)``: its fields read attributes and items."""
        fields = Fields(positional, named, rest)
        templates = strings(texts)
        everything = rest.union(*positional, *named.values())
        if templates is None:
            if self.carries(everything):
                return self.lose("format() of a text that is not known")
            return TEXT
        for template in templates:
            self.format_template(template, fields, 0)
        return TEXT

    def format_template(self, template: str, given: Fields, count: int) -> int:
        """Follow the fields of one template; ``count`` is that of unnumbered fields so far."""
        try:
            fields = list(string.Formatter().parse(template))
        except ValueError:
            return count
        for _, name, specification, conversion in fields:
            if name is None:
                continue
            first, rest = _field_parts(name)
            if first == "":
                first, count = str(count), count + 1
            index = int(first) if first.isdigit() else -1
            value = given.named.get(first, given.rest)
            if 0 <= index < len(given.positional):
                value = given.positional[index]
            for is_attribute, key in rest:
                if is_attribute:
                    value = self.get(value, str(key))
                else:
                    value = self.subscript(value, known(key), (template, name))
            if specification and "{" in specification:
                count = self.format_template(specification, given, count)
            if conversion in ("r", "a"):
                self.text(value, representation=True)
            elif conversion == "s":
                self.text(value)
            else:
                self.formatted(value, TEXT if specification else known(""))
        return count

    # Subscripts

    def subscript(self, value: Value, key: Value, node: object) -> Value:
        """Return ``value[key]``."""
        return join(self.subscript_atom(atom, key, node) for atom in value)

    def subscript_atom(self, atom: Atom, key: Value, node: object) -> Value:
        """Return ``atom[key]``."""
        sliced = any(isinstance(one, Inert) and one.type is slice for one in key)
        if isinstance(atom, Row) or (isinstance(atom, Box) and atom.cls is not None):
            found = self.ask(atom, "__getitem__", key)
            return self.lose(f"an item of {self.describe(atom)}") if found is None else found
        if isinstance(atom, Box):
            return self.subscript_box(atom, key, sliced)
        if isinstance(atom, Tup):
            return self.subscript_tuple(atom, key, sliced, node)
        if isinstance(atom, Rows):
            return self.subscript_rows(atom, key, sliced, node)
        if isinstance(atom, RowPart) and atom.part in MAPPINGS:
            return self.subscript_part(atom, key)
        if isinstance(atom, Lost):
            return LOST
        if isinstance(atom, Known) and atom.obj is None:
            return BOTTOM
        if self.carries(key | {atom}):
            if isinstance(atom, Known) and type(atom.obj) is dict:
                self.digest(key)
                return INERT
            return self.lose(f"an item of {self.describe(atom)}")
        return self.subscript_known(atom, key)

    def subscript_known(self, atom: Atom, key: Value) -> Value:
        """Return an item of what no row can be got out of."""
        keys = constants(key)
        if isinstance(atom, Known) and type(atom.obj) is tuple and keys is not None:
            try:
                return frozenset(Known(atom.obj[one]) for one in keys)
            except (IndexError, TypeError):
                return BOTTOM
        if isinstance(atom, Known) and atom.obj is connections:
            return frozenset({Inert(BaseDatabaseWrapper)})
        textual = isinstance(atom, Inert) and atom.type is str
        return TEXT if textual else INERT

    def subscript_box(self, box: Box, key: Value, sliced: bool) -> Value:
        """Return an item of a container that the analysed code made."""
        held = self.contents(box)
        if box.kind != "dict":
            if self.carries(key):
                return self.lose("an index that is the row")
            return frozenset({box}) if sliced else held.everything()
        self.digest(key)
        if box.factory:
            self.put(box, self.call(box.factory, Arguments(), (box, "factory")), keys=key)
        keys = constants(key)
        if keys is None or any(type(one) not in _KEYS for one in keys):
            return held.everything()
        return held.items.union(*(held.fields.get(one, BOTTOM) for one in keys))

    def subscript_tuple(self, atom: Tup, key: Value, sliced: bool, node: object) -> Value:
        """Return an item of a tuple."""
        keys = constants(key)
        if self.carries(key):
            return self.lose("an index that is the row")
        if keys is not None and all(type(one) is int for one in keys):
            count = len(atom.items)
            return join(atom.items[one] for one in keys if -count <= one < count)
        if not sliced:
            return join(atom.items)
        box = self.make((node, "slice"), "list")
        self.put(box, join(atom.items))
        return frozenset({box})

    def subscript_rows(self, rows: Rows, key: Value, sliced: bool, node: object) -> Value:
        """Return a row or a slice of a queryset."""
        if rows.manager:
            return BOTTOM
        if self.carries(key):
            return self.lose("an item of a queryset")
        if sliced and not rows.served:
            return frozenset({rows})
        found = self.fetch(rows)
        if not sliced:
            return found
        box = self.make((node, "slice"), "list")
        self.put(box, found)
        return frozenset({box})

    def subscript_part(self, part: RowPart, key: Value) -> Value:
        """Return an item of the ``__dict__`` of a row."""
        names = strings(key)
        if names is None:
            return self.lose(f"an item of the {part.part} of a row")
        found = join(self.get_row(part.row, name) for name in names)
        if part.part != "prefetched":
            return found
        return join(self.fetchable(a) if isinstance(a, Rows) else frozenset({a}) for a in found)

    def delete(self, atom: Atom, target: ast.Attribute | ast.Subscript, key: Value | None) -> None:
        """Delete an attribute or item of one thing."""
        if key is not None:
            answer = self.ask(atom, "__delitem__", key)
            if answer is None and not (isinstance(atom, Box) and atom.cls is None):
                if self.carries(key | {atom}):
                    self.lose(f"del of an item of {self.describe(atom)}")
            return
        assert isinstance(target, ast.Attribute)
        if isinstance(atom, Row):
            for _, raw in self.variants(atom, target.attr):
                if raw is not MISSING and getattr(type(raw), "__get__", None) not in CACHED_GETS:
                    self.lose(f"del of {target.attr} of a row")
        elif self.ask(atom, "__delattr__", known(target.attr)) is None:
            if self.carries(frozenset({atom})) and not isinstance(atom, Box):
                self.lose(f"del of {target.attr} of {self.describe(atom)}")

    def set_item(self, target: Value, key: Value, value: Value) -> None:
        """Assign to ``target[key]``."""
        for atom in target:
            if isinstance(atom, Box) and atom.cls is None:
                setter = self.static(atom.extension, "__setitem__") if atom.extension else None
                if isinstance(setter, FunctionType) and not self.is_running(setter):
                    self.ask(atom, "__setitem__", key, value)
                    continue
                if atom.kind == "dict":
                    self.put_key(atom, key, value)
                else:
                    sliced = any(isinstance(one, Inert) and one.type is slice for one in key)
                    self.put(atom, self.iterate(value) if sliced else value)
            elif isinstance(atom, (Row, Box)):
                self.ask(atom, "__setitem__", key, value)
            elif isinstance(atom, RowPart) and atom.part == "dict" and strings(key) is not None:
                for name in strings(key) or ():
                    self.store(atom.row, name, value)
            elif isinstance(atom, (Known, Inert)):
                self.keep_out(key | value, f"an item of {self.describe(atom)}")
            elif not isinstance(atom, Lost):
                self.lose(f"an assignment to an item of {self.describe(atom)}")

    def put_key(self, box: object, key: Value, value: Value) -> None:
        """Store under a key in a dict."""
        assert isinstance(box, Box)
        self.digest(key)
        keys = constants(key)
        if keys is not None and len(keys) <= 4 and all(type(one) in _KEYS for one in keys):
            for one in keys:
                self.put(box, value, key=one)
        else:
            self.put(box, value, keys=key)

    def spread_mapping(self, value: Value) -> tuple[dict[str, Value], Value]:
        """Return what ``**value`` gives: by name, and for any other name."""
        fields: dict[str, Value] = {}
        others = BOTTOM
        for atom in value - NONE:
            if isinstance(atom, Tup):
                continue  # Not a mapping: it raises.
            if isinstance(atom, Box) and atom.kind == "dict":
                held = self.contents(atom)
                others |= held.items
                for key, one in held.fields.items():
                    if isinstance(key, str):
                        fields[key] = fields.get(key, BOTTOM) | one
            elif self.carries(frozenset({atom})):
                others |= self.lose(f"the items of {self.describe(atom)}")
            else:
                others |= INERT
        return fields, others


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


def _field_parts(name: str) -> tuple[str, list[tuple[bool, str | int]]]:
    """Split the name of a replacement field as ``str.format`` does."""
    import _string  # type: ignore[import-not-found]

    first, rest = _string.formatter_field_name_split(name)
    return str(first), [(is_attribute, key) for is_attribute, key in rest]
