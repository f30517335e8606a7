"""What Python asks of an object behind its syntax: truth, text, equality, hash, iteration, ``with``."""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING, Any

from django.apps import apps

from perfkit.inference.arguments import Arguments
from perfkit.inference.live import MISSING, static
from perfkit.inference.querysets import QuerySets
from perfkit.inference.values import (
    BOTTOM,
    INERT,
    LOST,
    NONE,
    TEXT,
    Atom,
    Behind,
    Bound,
    Box,
    Closure,
    Condition,
    Generator,
    Inert,
    Known,
    Lost,
    Method,
    Opaque,
    Partial,
    Row,
    RowPart,
    Rows,
    Spelt,
    Tup,
    Value,
    join,
    known,
)

if TYPE_CHECKING:
    import ast


class Protocols(QuerySets):
    """The protocols of Python, as rows and other modelled objects answer them."""

    # Methods with double underscores

    def ask(self, atom: Atom, name: str, *arguments: Value) -> Value | None:
        """Call a method that the class of an object defines; None when it defines none."""
        found: Value | None = None
        for narrowed, raw in self.definitions(atom, name):
            if raw is MISSING or raw is None:
                continue
            if isinstance(raw, FunctionType):
                outcome = self.call_known(
                    raw, Arguments((frozenset({narrowed}), *arguments)), (raw, name)
                )
            elif getattr(raw, "__objclass__", None) in (object, dict, list, set):
                continue
            else:
                outcome = self.lose(f"{name} of {self.describe(atom)}")
            found = outcome if found is None else found | outcome
        return found

    def definitions(self, atom: Atom, name: str) -> list[tuple[Atom, Any]]:
        """Return what the class of an object, and its subclasses if it is a row, hold under a name."""
        if isinstance(atom, Row):
            return list(self.variants(atom, name))
        if isinstance(atom, Box) and atom.cls is not None:
            return [(atom, self.static(atom.cls, name))]
        if isinstance(atom, Box) and atom.extension is not None:
            return [(atom, self.static(atom.extension, name))]
        if isinstance(atom, Rows):
            return [(atom, static(atom.cls, name))]
        if isinstance(atom, Tup) and atom.cls is not None:
            return [(atom, self.static(atom.cls, name))]
        return []

    # Truth

    def truth(self, value: Value) -> None:
        """Ask whether a value is true."""
        for atom in value:
            if isinstance(atom, Opaque):
                if not isinstance(atom, Behind) or not self.rows_are_true():
                    self.lose(f"the truth of {atom.what}")
            elif isinstance(atom, Rows) and not atom.manager:
                raw = static(atom.cls, "__bool__")
                if self.is_django(raw):
                    self.fetch(atom)
                else:
                    self.ask(atom, "__bool__")
            elif (isinstance(atom, Row) or isinstance(atom, Box)) and (
                self.ask(atom, "__bool__") is None
            ):
                self.ask(atom, "__len__")

    def rows_are_true(self) -> bool:
        """Tell whether no model of the project says when its rows are false."""
        return all(
            self.static(model, name) is MISSING
            for model in apps.get_models()
            for name in ("__bool__", "__len__")
        )

    def kept(self, value: Value, true: bool) -> Value:
        """Return what of a value is left of ``or`` (the true) or ``and`` (the false)."""
        if true:
            return value - NONE
        return frozenset(atom for atom in value if not self.always_true(atom))

    def always_true(self, atom: Atom) -> bool:
        """Tell whether an object can't be false."""
        if isinstance(atom, (Bound, Closure, Generator, Method)):
            return True
        names = ("__bool__", "__len__")
        return isinstance(atom, Row) and all(
            raw is MISSING for name in names for _, raw in self.definitions(atom, name)
        )

    # Text

    def text(self, value: Value, *, representation: bool = False) -> Value:
        """Turn into a string."""
        return join(self.text_atom(atom, representation) for atom in value)

    def text_atom(self, atom: Atom, representation: bool) -> Value:
        """Turn one thing into a string."""
        if isinstance(atom, Known):
            same = type(atom.obj) is str and not representation
            return frozenset({atom}) if same else TEXT
        if isinstance(atom, Spelt):
            return TEXT if representation else frozenset({atom})
        if isinstance(atom, Row) or (isinstance(atom, Box) and atom.cls is not None):
            found = None if representation else self.ask(atom, "__str__")
            if found is None:
                found = self.ask(atom, "__repr__")
            return TEXT if found is None else found
        if isinstance(atom, Rows):
            if not atom.manager:
                if not self.is_django(static(atom.cls, "__repr__")):
                    return self.lose(f"the text of a {atom.cls.__name__}")
                self.text(self.fetch(atom), representation=True)
        elif isinstance(atom, Box):
            held = self.contents(atom)
            self.text(held.everything() | held.keys, representation=True)
        elif isinstance(atom, Tup):
            self.text(join(atom.items), representation=True)
        elif isinstance(atom, Bound):
            self.text(atom.receiver, representation=True)
        elif isinstance(atom, (Opaque, Partial, Condition, Method)) or (
            isinstance(atom, RowPart) and atom.part == "dict"
        ):
            if self.carries(frozenset({atom})):
                return self.lose(f"the text of {self.describe(atom)}")
        return TEXT

    def formatted(self, value: Value, specification: Value) -> Value:
        """Return ``format(value, specification)``."""
        found = BOTTOM
        for atom in value:
            answer = None
            if isinstance(atom, (Row, Box)):
                answer = self.ask(atom, "__format__", specification)
            if answer is None:
                answer = self.text_atom(atom, False)
                answer = answer if specification == known("") else TEXT
            found |= answer
        return found

    # Iteration

    def iterate(self, value: Value) -> Value:
        """Return the elements of an iterable."""
        return join(self.iterate_atom(atom) for atom in value)

    def ask_for_iterator(self, value: Value) -> None:
        """Ask for an iterator: a queryset fetches its rows, and a class may have its own way."""
        for atom in value:
            if isinstance(atom, Rows):
                self.iterate_atom(atom)
            else:
                self.ask(atom, "__iter__")

    def iterate_atom(self, atom: Atom) -> Value:
        """Return the elements of one iterable."""
        if isinstance(atom, Rows):
            return BOTTOM if atom.manager else self.fetch(atom)
        if isinstance(atom, Generator):
            return self.consume(atom)
        if isinstance(atom, Tup):
            return join(atom.items)
        if isinstance(atom, Row) or (isinstance(atom, Box) and atom.cls is not None):
            return self.iterate_object(atom)
        if isinstance(atom, Box):
            held = self.contents(atom)
            if atom.kind == "dict":
                return held.keys | frozenset(Known(key) for key in held.fields)
            return held.everything()
        if isinstance(atom, Known):
            return self.iterate_known(atom.obj)
        if isinstance(atom, Inert):
            return TEXT if atom.type is str else INERT
        if isinstance(atom, Lost):
            return LOST
        return self.lose(f"the elements of {self.describe(atom)}")

    def iterate_object(self, atom: Atom) -> Value:
        """Return what an object gives that defines its iteration."""
        found = self.ask(atom, "__iter__")
        if found is None:
            found = self.ask(atom, "__getitem__", INERT)
            return self.lose(f"the elements of {self.describe(atom)}") if found is None else found
        elements = BOTTOM
        for one in found:
            if isinstance(one, Box) and one.cls is not None:
                elements |= self.ask(one, "__next__") or BOTTOM
            else:
                elements |= self.iterate_atom(one)
        return elements

    def iterate_known(self, obj: Any) -> Value:
        """Return the elements of a live object; those of a mutable one may be others later."""
        if type(obj) in (tuple, frozenset):
            return frozenset(Known(one) for one in obj)
        if obj is None:
            return BOTTOM
        return TEXT if type(obj) is str else INERT

    # Context managers, decorators

    def enter(self, manager: Value, node: ast.stmt) -> Value:
        """Enter and leave a context manager; return what ``as`` gets."""
        entered = BOTTOM
        for atom in manager:
            answer = self.ask(atom, "__enter__")
            if answer is not None:
                entered |= answer
                self.ask(atom, "__exit__", *([NONE | INERT] * 3))
            elif self.carries(frozenset({atom})):
                entered |= self.lose(f"with {self.describe(atom)}")
            else:
                entered |= INERT
        return entered

    def call_decorator(self, decorator: Value, function: Value, node: ast.stmt) -> Value:
        """Apply a decorator to a function that was made here."""
        return self.call(decorator, Arguments((function,)), node)
