"""Dotted names in templates: dictionary, attribute and index lookups, and the calls that follow each."""

from __future__ import annotations

import inspect
from dataclasses import replace
from types import FunctionType
from typing import TYPE_CHECKING, Any

from django.db.models.constants import LOOKUP_SEP
from django.db.models.query import QuerySet

from perfkit.annotations import annotation_at
from perfkit.derivation import ConsumerRead
from perfkit.inference import is_member
from perfkit.inference.arguments import Arguments
from perfkit.inference.interpreter import Interpreter
from perfkit.inference.live import MISSING, static
from perfkit.inference.values import (
    BOTTOM,
    INERT,
    TEXT,
    Atom,
    Bound,
    Box,
    Closure,
    Known,
    Method,
    Opaque,
    Partial,
    Row,
    Rows,
    Selector,
    Tup,
    Value,
    join,
    known,
)
from perfkit.relations import column, find_relation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import Model

    from perfkit.inference.declarations import Declaration

#: Methods of a dictionary that a template may call.
_VIEWS = ("items", "keys", "values")


class Lookups(Interpreter):
    """What ``{{ value.bit }}`` reads: see ``Variable._resolve_lookup`` of Django."""

    #: Names that a query adds to the rows of the root, such as annotations: they are loaded with it.
    annotated: frozenset[str] = frozenset()
    #: The model of the root, and the presets of its queryset.
    root: type[Model] | None = None
    queryset_class: type | None = None
    presets: Mapping[str, Any] | None = None

    def __init__(self) -> None:
        super().__init__()
        #: The members that the template names, by their paths, and what declared presets annotate for it.
        self.members: dict[str, None] = {}
        self.annotations: dict[ConsumerRead, None] = {}
        #: What the template does with the variable that may be a row or rows: ``"row"``, ``"rows"``.
        self.used_as: set[str] = set()
        #: Whether the variable may be either: what one of them can't do tells that it is the other.
        self.either = False

    def look_up(self, value: Value, bit: str, node: object) -> Value:
        """Return what a lookup gives, called if it can be; a failed lookup gives an empty text."""
        value = self.told_apart(value, bit)
        with self.about(value):
            found = join(self.look_up_atom(atom, bit, node) for atom in value)
            return join(self.called(atom, bit, node) for atom in found) or TEXT

    def told_apart(self, value: Value, bit: str = "") -> Value:
        """Leave of a variable that may be a row or rows what it must be to have this name, or elements."""
        kinds = {self.root_kind(atom): atom for atom in value}
        row, rows = kinds.get("row"), kinds.get("rows")
        if not isinstance(row, Row) or not isinstance(rows, Rows):
            return value
        of_rows = not bit or bit.isdecimal() or static(rows.cls, bit) is not MISSING
        of_row = bool(bit) and any(raw is not MISSING for _, raw in self.variants(row, bit))
        if of_rows == of_row:
            return value
        self.used_as.add("rows" if of_rows else "row")
        return value - {row if of_rows else rows}

    def get_rows(self, rows: Rows, name: str) -> Value:
        """Read an attribute of a queryset or manager; what only a row has tells that it is a row."""
        unknown = self.either and self.root_kind(rows) and static(rows.cls, name) is MISSING
        if unknown and any(raw is not MISSING for _, raw in self.variants(rows.row, name)):
            self.used_as.add("row")
            return BOTTOM
        return super().get_rows(rows, name)

    def iterate_object(self, atom: Atom) -> Value:
        """Return the elements of an object; that a row has none tells that it is rows."""
        if self.either and self.root_kind(atom) and self.ask(atom, "__iter__") is None:
            self.used_as.add("rows")
            return BOTTOM
        return super().iterate_object(atom)

    def call_declared(
        self, target: Any, declaration: Declaration, arguments: Arguments, node: object
    ) -> Value:
        """Call something whose reads were declared, which are those of a row."""
        if self.either:
            positional = tuple(
                frozenset(one for one in value if self.root_kind(one) != "rows")
                for value in arguments.positional
            )
            if positional != arguments.positional:
                self.used_as.add("row")
                arguments = replace(arguments, positional=positional)
        return super().call_declared(target, declaration, arguments, node)

    @staticmethod
    def root_kind(atom: Atom) -> str:
        """Tell whether something is the row or the rows that the template is given."""
        row = atom.row if isinstance(atom, Rows) else atom
        if not isinstance(row, Row) or row.path or row.own:
            return ""
        return "rows" if isinstance(atom, Rows) else "row"

    def look_up_atom(self, atom: Atom, bit: str, node: object) -> Value:
        """Return what a lookup gives of one thing, before it is called."""
        if isinstance(atom, Rows):
            return self.look_up_rows(atom, bit, node)
        if isinstance(atom, Row) or (isinstance(atom, Box) and atom.cls is not None):
            item = self.ask(atom, "__getitem__", known(bit)) or BOTTOM
            if isinstance(atom, Row) and not atom.own and self.is_named(atom, bit):
                self.members[LOOKUP_SEP.join((*atom.path, bit))] = None
            return item | self.get_atom(atom, bit)
        if isinstance(atom, Box):
            return self.look_up_container(atom, bit, node)
        if isinstance(atom, Tup):
            if bit.isdecimal():
                return self.subscript_tuple(atom, known(int(bit)), False, node)
            return self.get_atom(atom, bit) if atom.cls is not None else BOTTOM
        if isinstance(atom, (Bound, Closure, Partial, Method, Selector)):
            return INERT
        if isinstance(atom, Opaque):
            return self.lose(f"{bit} of {atom.what}")
        if isinstance(atom, Known) and isinstance(atom.obj, (str, int, float, tuple, list, dict)):
            return INERT
        return self.get_atom(atom, bit)

    @staticmethod
    def is_named(row: Row, name: str) -> bool:
        """Tell whether a name of a row is a property or method."""
        return column(row.model, name) is None and is_member(row.model, name)

    def get_row(self, row: Row, name: str) -> Value:
        """Read an attribute of a row; what its query annotates, or could as presets do, comes first."""
        if not row.own and self.is_annotation(row, name):
            return INERT
        return super().get_row(row, name)

    def is_annotation(self, row: Row, name: str) -> bool:
        """Tell whether a name of a row is one that its query adds, or that a declared preset adds."""
        if not row.path and name in self.annotated:
            return True
        if self.root is None or column(row.model, name) or find_relation(row.model, name):
            return False
        path = LOOKUP_SEP.join(row.path)
        found = annotation_at(self.root, path, name, self.presets)
        if found is None:
            return False
        self.annotations[
            ConsumerRead(f"{path}{LOOKUP_SEP}{name}" if path else name, self.place())
        ] = None
        return not found.ambiguous

    def look_up_rows(self, rows: Rows, bit: str, node: object) -> Value:
        """Return what a lookup gives of a queryset or manager."""
        if bit.isdecimal():
            return self.subscript_rows(rows, known(int(bit)), False, node)
        raw = static(rows.cls, bit)
        if raw is MISSING and rows.manager:
            raw = static(QuerySet, bit)
        return BOTTOM if raw is MISSING else self.get_rows(rows, bit)

    def look_up_container(self, box: Box, bit: str, node: object) -> Value:
        """Return what a lookup gives of a dictionary, list or set that analysed code made."""
        if box.kind != "dict":
            if bit.isdecimal():
                return self.subscript_box(box, known(int(bit)), False)
            return frozenset({Method(box, bit)}) if hasattr(list, bit) else BOTTOM
        found = self.subscript_box(box, known(bit), False)
        if bit.isdecimal():
            found |= self.subscript_box(box, known(int(bit)), False)
        return found | ({Method(box, bit)} if bit in _VIEWS and not found else BOTTOM)

    # Calls

    def called(self, atom: Atom, bit: str, node: object) -> Value:
        """Call what a lookup gave, if a template would."""
        function = self.function_of(atom)
        if function is not None:
            if getattr(function, "do_not_call_in_templates", False):
                return frozenset({atom})
            if getattr(function, "alters_data", False) or self.needs_arguments(atom, function):
                return TEXT
        if isinstance(atom, (Bound, Closure, Partial, Method, Selector)):
            return self.call_atom(atom, Arguments(), (node, bit))
        if isinstance(atom, Known) and callable(atom.obj):
            return self.call_atom(atom, Arguments(), (node, bit))
        if (
            isinstance(atom, Box)
            and atom.cls is not None
            and isinstance(self.static(atom.cls, "__call__"), FunctionType)
        ):
            return self.call_object(atom, Arguments(), (node, bit))
        return frozenset({atom})

    @staticmethod
    def function_of(atom: Atom) -> Any:
        """Return the live function behind something that can be called, or None."""
        if isinstance(atom, Known):
            return atom.obj if callable(atom.obj) else None
        if isinstance(atom, Bound) and isinstance(atom.function, Known):
            return atom.function.obj
        if isinstance(atom, Method) and isinstance(atom.receiver, Rows):
            found = static(atom.receiver.cls, atom.name)
            return static(QuerySet, atom.name) if found is MISSING else found
        return None

    @staticmethod
    def needs_arguments(atom: Atom, function: Any) -> bool:
        """Tell whether a call without arguments is an error, which a template takes for an empty text."""
        if not isinstance(function, FunctionType):
            return False
        given = [None] if isinstance(atom, (Bound, Method)) else []
        try:
            inspect.signature(function).bind(*given)
        except TypeError:
            return True
        return False

    # What the output of a template does with a value

    def shown(self, value: Value) -> Value:
        """Turn a value into text, as ``{{ value }}`` does."""
        with self.about(value):
            return self.text(value)

    def marked_up(self, value: Value) -> Value:
        """Turn a value into text as ``conditional_escape()`` does, which asks ``__html__`` first."""
        with self.about(value):
            for atom in value:
                if isinstance(atom, (Row, Box)):
                    self.ask(atom, "__html__")
            return self.text(value)

    # The rows that a template is given

    def begin(
        self, model: type[Model], queryset_class: type | None, annotated: frozenset[str]
    ) -> None:
        """Say of which model the rows are, and what their queryset has and could have."""
        self.root, self.queryset_class, self.annotated = model, queryset_class, annotated
        self.presets = (
            getattr(queryset_class, "presets", {}) if queryset_class is not None else None
        )

    def root_rows(self, model: type[Model], queryset_class: type | None = None) -> Rows:
        """Return the queryset that the context holds; what a preset loads serves it."""
        # Private, but a manager's QuerySet class is not told otherwise.
        declared: Any = getattr(model._default_manager, "_queryset_class", QuerySet)
        cls: type = queryset_class or declared
        return Rows(Row(model, model), cls, served=True, ordered=True)

    def record(self, path: tuple[str, ...], kind: str) -> None:
        """Note a read; that the rows of the root are fetched is no read of them."""
        if path:
            super().record(path, kind)

    @staticmethod
    def unserved(rows: Rows) -> Rows:
        """Return the queryset of fresh rows that a chained method makes.

        One that is made from the root's keeps its preset: what is read of its rows counts.
        """
        fresh = Interpreter.unserved(rows)
        if not rows.row.path and not rows.row.own:
            return Rows(rows.row, fresh.cls, served=False, plain=rows.plain, ordered=rows.ordered)
        return fresh

    def about(self, value: Value) -> Any:
        """Say what a piece of the analysis is about: what it can't follow may read these rows."""
        raise NotImplementedError
