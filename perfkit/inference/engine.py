"""What all parts of the interpreter share: the record of reads, the heap, the budget."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from perfkit.inference import sources
from perfkit.inference.results import LOOKUP_SEP, OwnQuery, Place, Read, Unresolved
from perfkit.inference.scopes import private
from perfkit.inference.values import (
    BOTTOM,
    LOST,
    Atom,
    Bound,
    Box,
    Closure,
    Condition,
    Generator,
    Method,
    Opaque,
    Partial,
    Row,
    RowPart,
    Rows,
    Selector,
    Super,
    Tup,
    Value,
)

if TYPE_CHECKING:
    import ast
    from collections.abc import Mapping

    from django.db.models import Model

    from perfkit.inference.arguments import Arguments
    from perfkit.inference.frames import Frame

#: A member may take so many steps (expressions, statements) and seconds, and nest so many calls.
MAX_STEPS = 20_000
#: What it may still take once the answer is incomplete: enough to say what else stands in the way.
MAX_STEPS_WHEN_LOST = 2_000
MAX_SECONDS = 0.25
MAX_DEPTH = 40
#: A path longer than this is taken for one without end.
MAX_PATH = 7


class BudgetExceeded(Exception):  # noqa: N818 - it ends an attempt, and no error is told
    """The member takes more steps or time to follow than it may."""


class Contents:
    """What a mutable object holds: elements, keys of a dict, and values by constant key or attribute."""

    __slots__ = ("fields", "items", "keys")

    def __init__(self) -> None:
        self.items: Value = BOTTOM
        self.keys: Value = BOTTOM
        self.fields: dict[object, Value] = {}

    def everything(self) -> Value:
        """Return all values in it, keys excepted."""
        return self.items.union(*self.fields.values())


class Engine:
    """One analysis of one member. The parts of the interpreter are its subclasses."""

    #: The model whose loading is analysed, or None.
    loading: type[Model] | None = None

    def __init__(self) -> None:
        self.reads: dict[Read, None] = {}
        #: Relations of which a queryset was made that a prefetch would serve, if somebody evaluates it.
        self.offered: dict[Read, None] = {}
        #: Generic keys, by path, and the models of which rows behind them are read.
        self.behind: dict[tuple[str, str], None] = {}
        self.unresolved: dict[Unresolved, None] = {}
        self.own_queries: dict[OwnQuery, None] = {}
        self.heap: dict[Box, Contents] = {}
        self.made: dict[object, Atom] = {}
        self.escaped: set[Box] = set()
        self.stored: dict[tuple[tuple[str, ...], str], Value] = {}
        #: What is being looked for in methods that assign to an attribute of a row, innermost last.
        self.assigning: list[tuple[tuple[tuple[str, ...], str], set[Atom]]] = []
        self.frames: list[Frame] = []
        #: The names of modules that were looked up, and what they stood for.
        self.names: dict[tuple[int, str], tuple[Mapping[str, Any], str, Any]] = {}
        #: Grows with every change of what outlives a frame; memos and loops compare it.
        self.version = 0
        self.steps = 0
        self.limit = MAX_STEPS
        #: When the clock was first looked at: most members take too few steps to ask it at all.
        self.started: float | None = None

    # What is found

    @property
    def frame(self) -> Frame:
        """The innermost frame."""
        return self.frames[-1]

    def place(self) -> Place:
        """Return the line that is being interpreted."""
        frame = self.frame
        return Place(frame.file, frame.above + frame.line, frame.function)

    def record(self, path: tuple[str, ...], kind: str) -> None:
        """Note that the current line reads a column or relation."""
        self.reads[Read(LOOKUP_SEP.join(path), kind, self.place())] = None

    def offer(self, path: tuple[str, ...]) -> None:
        """Note that the current line makes a queryset of a relation."""
        self.offered[Read(LOOKUP_SEP.join(path), "relation", self.place())] = None

    def lose(self, construct: str) -> Value:
        """Note that the current line does what is not modelled."""
        place = self.place()
        self.limit = min(self.limit, self.steps + MAX_STEPS_WHEN_LOST)
        self.unresolved[Unresolved(construct, place.file, place.line, place.function)] = None
        return LOST

    def query(self, construct: str) -> None:
        """Note that the current line sends a query of its own."""
        place = self.place()
        self.own_queries[OwnQuery(construct, place.file, place.line, place.function)] = None

    @staticmethod
    def clock() -> float:
        """Return the seconds that this thread has worked, without those that went into indexing files."""
        return time.thread_time() - sources.reading_time

    def step(self) -> None:
        """Count one step; raise BudgetExceeded when it is one too many."""
        self.steps += 1
        if self.steps > self.limit:
            raise BudgetExceeded(f"more than {MAX_STEPS:,} steps")
        if self.steps % 128 == 0:
            now = self.clock()
            self.started = now if self.started is None else self.started
            if now - self.started > MAX_SECONDS:
                raise BudgetExceeded(f"more than {MAX_SECONDS} seconds")

    # What carries the row

    def carries(self, value: Value) -> bool:
        """Tell whether the row, or anything reached from it, can be got out of a value."""
        return any(self._carries(atom, set()) for atom in value)

    def _carries(self, atom: Atom, seen: set[Atom]) -> bool:
        if isinstance(atom, Row):
            return not atom.own or atom.parent is not None or atom.generic
        if isinstance(atom, Rows):
            return self._carries(atom.row, seen) or atom.anchor is not None
        if isinstance(atom, (RowPart, Opaque)):
            return True
        if isinstance(atom, Closure):
            if atom in seen:
                return False
            seen.add(atom)
            return any(self._carries(one, seen) for value in _held(atom) for one in value)
        if isinstance(atom, Generator):
            return True
        if isinstance(atom, Box):
            if atom in seen:
                return False
            seen.add(atom)
            held = self.contents(atom)
            return any(self._carries(one, seen) for one in held.everything() | held.keys)
        return any(self._carries(one, seen) for value in _parts(atom) for one in value)

    # What is made and held

    def make(self, site: ast.AST | object, kind: str, cls: type | None = None) -> Box:
        """Return the mutable object that is made at a place in the code by the current call."""
        key = (site, kind, cls, self.frame.key)
        found = self.made.get(key)
        if not isinstance(found, Box):
            found = self.made[key] = Box(kind, cls)
            self.heap[found] = Contents()
        return found

    def contents(self, box: Box) -> Contents:
        """Return what a mutable object holds."""
        return self.heap[box]

    def put(self, box: Box, value: Value, *, key: object = None, keys: Value = BOTTOM) -> None:
        """Add to a mutable object: under a constant ``key``, or among its elements."""
        if not value and not keys:
            return
        if box in self.escaped and self.carries(value | keys):
            self.lose("the row is put into an object that other code holds")
        held = self.contents(box)
        if key is not None:
            before = held.fields.get(key, BOTTOM)
            held.fields[key] = before | value
            changed = not value <= before
        else:
            changed = not (value <= held.items and keys <= held.keys)
            held.items |= value
            held.keys |= keys
        self.version += changed

    def store(self, row: Row, name: str, value: Value) -> None:
        """Keep what the code assigns to an attribute of a row that is no field of it."""
        before = self.stored.get((row.path, name), BOTTOM)
        self.version += not value <= before
        self.stored[row.path, name] = before | value
        for key, found in self.assigning:
            if key == (row.path, name):
                found |= value

    def escape(self, value: Value) -> None:
        """Note that code which is not followed may hold these objects from now on."""
        for atom in value:
            if isinstance(atom, Box) and atom not in self.escaped:
                self.escaped.add(atom)
                self.escape(self.contents(atom).everything())
            elif isinstance(atom, (Tup, Bound, Partial)):
                for part in _parts(atom):
                    self.escape(part)
            elif isinstance(atom, Closure) and not atom.frame.escaped:
                for frame in _chain(atom.frame):
                    frame.escaped = True
                for value in _held(atom):
                    self.escape(value)

    # The parts of the interpreter, each in a module of its own

    def evaluate(self, node: ast.expr) -> Value:
        """Return what an expression may be."""
        raise NotImplementedError

    def execute(self, body: list[ast.stmt]) -> None:
        """Run statements."""
        raise NotImplementedError

    def bind(self, target: ast.expr, value: Value) -> None:
        """Assign to a target."""
        raise NotImplementedError

    def private(self, name: str) -> str:
        """Return a name as Python stores it in the class around the code."""
        return private(name, self.frame.owner)

    def bind_name(self, name: str, value: Value) -> None:
        """Assign to a name, as it stands in the code."""
        raise NotImplementedError

    def call(self, callee: Value, arguments: Arguments, node: object) -> Value:
        """Call whatever ``callee`` may be; ``node`` is the place where it happens."""
        raise NotImplementedError

    def get(self, value: Value, name: str) -> Value:
        """Read an attribute."""
        raise NotImplementedError

    def iterate(self, value: Value) -> Value:
        """Return the elements of an iterable."""
        raise NotImplementedError

    def truth(self, value: Value) -> None:
        """Ask whether a value is true."""
        raise NotImplementedError

    def text(self, value: Value, *, representation: bool = False) -> Value:
        """Turn into a string."""
        raise NotImplementedError


def _chain(frame: Frame | None) -> list[Frame]:
    found = []
    while frame is not None:
        found.append(frame)
        frame = frame.outer
    return found


def _held(closure: Closure) -> list[Value]:
    """Return what a function that was made here can get at: what it captures, and its defaults."""
    captured = [value for frame in _chain(closure.frame) for value in frame.cells.values()]
    overlays = [value for frame in _chain(closure.frame) for value in frame.overlay.values()]
    return [*captured, *overlays, *closure.defaults, *closure.kw_defaults.values()]


def _parts(atom: Atom) -> list[Any]:
    if isinstance(atom, Tup):
        return list(atom.items)
    if isinstance(atom, Bound):
        return [{atom.function}, atom.receiver]
    if isinstance(atom, (Method, Super)):
        return [{atom.receiver}]
    if isinstance(atom, Partial):
        return [atom.function, *atom.positional, *(value for _, value in atom.named)]
    if isinstance(atom, Condition):
        return [value for _, value in atom.pairs]
    if isinstance(atom, Selector):
        return [*atom.names, *atom.arguments]
    return []
