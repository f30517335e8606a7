"""What the code itself keeps on a row: attributes that are no fields, and assignments."""

from __future__ import annotations

from functools import partial
from types import FunctionType
from typing import TYPE_CHECKING, Any

from django.db.models.fields.related_descriptors import (
    ForwardManyToOneDescriptor,
)

from perfkit.inference.arguments import Arguments
from perfkit.inference.live import MISSING
from perfkit.inference.rows import RowAttributes
from perfkit.inference.statics import ANY, attributes_assigned, names_like
from perfkit.inference.values import (
    BOTTOM,
    CONSTANTS,
    INERT,
    NONE,
    Opaque,
    Row,
    Spelt,
    Value,
    constants,
    known,
    strings,
)

if TYPE_CHECKING:
    from collections.abc import Callable

#: A text may name so many attributes; beyond, it says too little.
MAX_NAMES = 32


class KeptAttributes(RowAttributes):
    """Attributes that a class doesn't have, or that code assigns."""

    def get_missing(self, row: Row, name: str) -> Value:
        """Read an attribute that the class doesn't have."""
        found = self.get_assigned(row, name)
        fallback = self.static(row.model, "__getattr__")
        if isinstance(fallback, FunctionType):
            arguments = Arguments((frozenset({row}), known(name)))
            found |= self.call_known(fallback, arguments, fallback)
        if found or (row.path, name) in self.awaited:
            return found
        if any(name in frame.scope.kept for frame in self.frames):
            # ``try: return row._x  except AttributeError: row._x = ...``
            self.awaited[row.path, name] = BOTTOM
            self.hoped[row.path, name] = f"{row.model.__name__}.{name}"
            return found
        if name.startswith("__") and name.endswith("__"):
            return BOTTOM
        if row.own and row.parent is None and not row.generic:
            return INERT
        return self.lose(f"{row.model.__name__}.{name}, which no code of the class sets")

    def attribute_names(self, subject: Value, name: Value) -> list[str] | None:
        """Return the names that a text may be; of rows, all that begin and end as it does. None: any."""
        if not any(isinstance(one, Spelt) for one in name):
            return strings(name)
        found: set[str] = set()
        for spelt in name:
            if not isinstance(spelt, Spelt):
                found.update(strings(frozenset({spelt})) or [ANY])
                continue
            for atom in subject - NONE:
                found.update(self.names_like(atom, spelt) if isinstance(atom, Row) else [ANY])
        return sorted(found) if 0 < len(found) <= MAX_NAMES and ANY not in found else None

    def names_like(self, row: Row, spelt: Spelt) -> list[str]:
        """Return the attributes of a row that a text may name; ``ANY`` among them if there may be others."""
        key = (row.model, spelt)
        if key not in self.spelt:
            self.spelt[key] = names_like(*key)
        return self.spelt[key]

    def get_assigned(self, row: Row, name: str) -> Value:
        """Return what the methods of its class assign to an attribute of a row."""
        if (row, name) not in self.searched:
            self.searched.add((row, name))
            assigned = attributes_assigned(row.model)
            for function in assigned.get(name, ()):
                self.run_assignment(row, name, function)
            if name not in assigned and self.static(row.model, name) is MISSING:
                for function in assigned.get(ANY, ()):
                    self.run_assignment(row, name, function, certain=False)
        found = self.stored.get((row.path, name), BOTTOM)
        if (row.path, name) in self.awaited:
            self.awaited[row.path, name] = found
        return found

    def run_assignment(
        self, row: Row, name: str, function: FunctionType, *, certain: bool = True
    ) -> None:
        """Run a method that assigns to an attribute (or, if that isn't ``certain``, may), to see what."""
        if self.is_running(function):
            self.awaited.setdefault((row.path, name), BOTTOM)
            if not certain:
                self.hoped.setdefault((row.path, name), f"{row.model.__name__}.{name}")
            return
        code = function.__code__
        given: Value = BOTTOM
        required = code.co_argcount - len(function.__defaults__ or ())
        if function.__name__ == "__init__":
            arguments = Arguments((frozenset({row}),), rest=INERT, named_rest=INERT)
        elif required <= 1:
            arguments = Arguments((frozenset({row}),))
        else:
            given = frozenset({Opaque(f"an argument of {function.__name__}()")})
            arguments = Arguments((frozenset({row}),), rest=given, named_rest=given)
        run = partial(self.call_known, function, arguments, function)
        plain = self.run_aside(row, name, run, given, certain=certain)
        if required > 1 and not plain:
            message = f"{row.model.__name__}.{name}, which {function.__name__}() sets"
            self.store(row, name, self.lose(message))

    def run_aside(
        self, row: Row, name: str, run: Callable[[], Value], given: Value, *, certain: bool
    ) -> bool:
        """Run a method for what it assigns to an attribute; return whether that is constants or ``given``.

        If it is (it forgets what was kept, or keeps what it is given), nothing else that the method does
        matters here: that happens when somebody calls it. Other values may hold what it reads, or can't
        follow. What it was given may only be handed on.
        """
        reads, unresolved, queries = dict(self.reads), dict(self.unresolved), dict(self.own_queries)
        stored, searched, limit = dict(self.stored), set(self.searched), self.limit
        self.assigning.append(((row.path, name), set()))
        run()
        _, assigned = self.assigning.pop()
        others = frozenset(assigned) - given
        found = constants(others) if others or (certain and not assigned) else []
        if found is None or not all(type(one) in CONSTANTS for one in found):
            return False
        self.reads, self.unresolved, self.own_queries = reads, unresolved, queries
        self.stored, self.searched, self.limit = stored, searched, limit
        self.memo.clear()
        self.store(row, name, frozenset(assigned))
        return True

    def set_row(self, row: Row, name: str, value: Value) -> None:
        """Assign to an attribute of a row."""
        for narrowed, raw in list(self.variants(row, name)):
            setter = self.static(narrowed.model, "__setattr__")
            if isinstance(setter, FunctionType):
                arguments = Arguments((frozenset({narrowed}), known(name), value))
                if not self.is_running(setter):
                    self.call_known(setter, arguments, setter)
                    continue
            self.set_raw(narrowed, name, raw, value)

    def set_raw(self, row: Row, name: str, raw: Any, value: Value) -> None:
        """Assign to an attribute whose class holds ``raw`` under that name."""
        receiver = frozenset({row})
        if isinstance(raw, property):
            if raw.fset is not None:
                self.call_known(raw.fset, Arguments((receiver, value)), raw)
            return
        setter = getattr(type(raw), "__set__", None)
        if isinstance(setter, FunctionType) and not setter.__module__.startswith("django."):
            self.call_known(setter, Arguments((known(raw), receiver, value)), raw)
            return
        if isinstance(raw, ForwardManyToOneDescriptor):
            for atom in value:
                if isinstance(atom, Row):
                    self.read_columns(atom, raw.field.foreign_related_fields)
        self.store(row, name, value)
