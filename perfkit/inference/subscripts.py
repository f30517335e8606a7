"""Reads, sets and deletes items; spreads mappings."""

from __future__ import annotations

import ast
from types import FunctionType

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from perfkit.inference.arguments import Arguments
from perfkit.inference.attributes import MAPPINGS
from perfkit.inference.formats import Formats
from perfkit.inference.live import MISSING
from perfkit.inference.rows import MEMBER_GETS
from perfkit.inference.values import (
    BOTTOM,
    INERT,
    LOST,
    NONE,
    TEXT,
    Atom,
    Box,
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

#: Cached properties: to delete one is to forget its value.
CACHED_GETS = MEMBER_GETS[1:]

#: Keys that the heap tells apart.
_KEYS = (str, int, bool)


class Subscripts(Formats):
    """``a[b]``, ``a[b] = c``, ``del a[b]``, ``**a``."""

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
        if part.part == "dict":
            return join(self.get_from_dict(part.row, name) for name in names)
        found = join(self.get_row(part.row, name) for name in names)
        if part.part != "prefetched":
            return found
        return join(self.fetchable(a) if isinstance(a, Rows) else frozenset({a}) for a in found)

    def get_from_dict(self, row: Row, name: str) -> Value:
        """Return what the ``__dict__`` of a row holds: for a column, its value, whatever its descriptor."""
        for field in row.model._meta.concrete_fields:
            if field.attname == name:
                return self.read_column(row, field) | self.stored.get((row.path, name), BOTTOM)
        return self.get_row(row, name)

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
            for _, raw in self.variants(atom, self.private(target.attr)):
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
