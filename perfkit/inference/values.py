"""The abstract values that the interpreter computes with.

A value is a set of atoms: all the things an expression may be. The empty set is "never has a value"
(the line raised). An atom **carries** when the row that is analysed, or anything reached from it, can be
got out of it: what carries may only meet operations that are modelled.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db import models

    from perfkit.inference.frames import Frame

#: Types of constants.
CONSTANTS = frozenset({str, int, float, complex, bool, bytes, type(None), type(Ellipsis)})


class Atom:
    """One thing that an expression may be."""

    __slots__ = ()


Value = frozenset[Atom]

#: Never has a value: the line raises before.
BOTTOM: Value = frozenset()


@dataclass(frozen=True)
class Inert(Atom):
    """An object that no row can be got out of; ``type`` is its exact class, or None if unknown."""

    type: type | None = None


@dataclass(frozen=True)
class Consumer(Inert):
    """The object whose method is handed the row (a serializer, a ModelAdmin), of a known exact class.

    What it itself holds is not known: attributes named in ``holds`` may hold rows, any other holds none.
    Those named in ``plain`` are not looked up in its class.
    """

    cls: type = object
    holds: frozenset[str] = frozenset()
    plain: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Items(Inert):
    """A dictionary of a consumer (its context) whose items under ``plain`` hold no row; others may."""

    name: str = ""
    plain: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Spelt(Inert):
    """A text of which the two ends are known, such as ``f"{kind}_price"``: it may be the name of an attribute."""

    prefix: str = ""
    suffix: str = ""

    def may_be(self, text: str) -> bool:
        """Tell whether the text may be this one."""
        long_enough = len(text) >= len(self.prefix) + len(self.suffix)
        return long_enough and text.startswith(self.prefix) and text.endswith(self.suffix)


@dataclass(frozen=True)
class Lost(Atom):
    """The outcome of what could not be followed, after that was said."""


@dataclass(frozen=True)
class Opaque(Atom):
    """Something that may hold a row and can't be looked into; ``what`` is for the message."""

    what: str


@dataclass(frozen=True)
class Behind(Opaque):
    """The row behind a generic key: of what model it is can't be told before it is there.

    ``key`` is the path of the row that has the key, its name, and the names of what it is made of;
    ``path`` leads to it, or is empty for the key of a row that the member fetched.
    """

    key: tuple[Any, ...] = ()
    path: tuple[str, ...] = ()
    what: str = field(default="a row behind a generic key", init=False)


@dataclass(frozen=True)
class Deferred(Inert):
    """The names of the columns of the row at ``path`` that are not loaded."""

    path: tuple[str, ...] = ()


class Known(Atom):
    """An object of the running program: a module, class, function, constant."""

    __slots__ = ("obj",)

    def __init__(self, obj: Any) -> None:
        self.obj = obj

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Known):
            return False
        if type(self.obj) in CONSTANTS:
            return type(other.obj) is type(self.obj) and bool(other.obj == self.obj)
        return self.obj is other.obj

    def __hash__(self) -> int:
        return hash(self.obj) if type(self.obj) in CONSTANTS else id(self.obj)

    def __repr__(self) -> str:
        return f"Known({self.obj!r})"


@dataclass(frozen=True)
class Row(Atom):
    """A row of the database at ``path`` from the root.

    ``model`` is the class whose code runs, ``base`` the class that the path leads to (``model`` is that
    or one of its subclasses). ``parent`` is the row that ``inverse`` leads back to. An ``own`` row was
    fetched by a query of the member: what is read of it is no matter of a preset. Nor is it of a
    ``generic`` one, behind a generic key, which a prefetch loads whole.
    """

    model: type[models.Model]
    base: type[models.Model]
    path: tuple[str, ...] = ()
    parent: Row | None = None
    inverse: str | None = None
    own: bool = False
    generic: bool = False


@dataclass(frozen=True)
class Rows(Atom):
    """A queryset or manager; ``row`` is what iterating it gives.

    ``manager`` is true for a manager. ``served`` is true as long as a prefetch serves it. ``plain`` rows
    are dicts, tuples or values, not instances. ``cls`` is the class of the manager or queryset.
    """

    row: Row
    cls: type
    manager: bool = False
    served: bool = False
    plain: bool = False
    ordered: bool = False
    anchor: Row | None = None


@dataclass(frozen=True)
class Tup(Atom):
    """A tuple of known length, or a named tuple."""

    items: tuple[Value, ...]
    #: The class of a named tuple, else None.
    cls: type | None = None


class Box(Atom):
    """A mutable object, by identity: ``kind`` is a built-in class, or the class of the object.

    What it holds is in the heap of the analysis.
    """

    __slots__ = ("cls", "extension", "factory", "kind")

    def __init__(self, kind: str, cls: type | None = None) -> None:
        self.kind = kind
        self.cls = cls
        #: What a ``defaultdict`` calls for a missing key.
        self.factory: Value = BOTTOM
        #: The class of the project that extends the built-in container this is, or None.
        self.extension: type | None = None


@dataclass(frozen=True)
class Bound(Atom):
    """A function with its receiver."""

    function: Atom
    receiver: Value


@dataclass(frozen=True)
class Method(Atom):
    """A modelled method of a modelled object."""

    receiver: Atom
    name: str


@dataclass(frozen=True)
class Partial(Atom):
    """``functools.partial``: a callable with some of its arguments."""

    function: Value
    positional: tuple[Value, ...]
    named: tuple[tuple[str, Value], ...]


class Closure(Atom):
    """A function or lambda that was made by the analysed code."""

    __slots__ = ("defaults", "frame", "kw_defaults", "name", "node")

    def __init__(self, node: Any, frame: Frame, name: str) -> None:
        self.node = node
        self.frame = frame
        self.name = name
        self.defaults: tuple[Value, ...] = ()
        self.kw_defaults: dict[str, Value] = {}


class Generator(Atom):
    """A generator that runs when it is consumed; ``key`` tells one call from another."""

    __slots__ = ("frame", "run")

    def __init__(self, run: Any, frame: Frame) -> None:
        self.run = run
        self.frame = frame


@dataclass(frozen=True)
class Super(Atom):
    """``super()``: the attributes after ``cls`` in the classes of the receiver."""

    cls: type
    receiver: Atom


@dataclass(frozen=True)
class RowPart(Atom):
    """A part of a row that is an object of Django: ``"file"``, ``"state"`` or ``"dict"``."""

    row: Row
    part: str
    field: str = ""


@dataclass(frozen=True)
class Condition(Atom):
    """A ``Q`` object: the lookups in it and what they are compared with."""

    pairs: frozenset[tuple[str, Value]]


@dataclass(frozen=True)
class Selector(Atom):
    """The outcome of ``attrgetter``, ``itemgetter`` or ``methodcaller``."""

    kind: str
    names: tuple[Value, ...]
    arguments: tuple[Value, ...] = ()


INERT: Value = frozenset({Inert()})
TEXT: Value = frozenset({Inert(str)})
NUMBER: Value = frozenset({Inert(int)})
TRUTH: Value = frozenset({Inert(bool)})
NONE: Value = frozenset({Known(None)})
LOST: Value = frozenset({Lost()})


def known(obj: object) -> Value:
    """Return the value of a live object."""
    return frozenset({Known(obj)})


def live(obj: object) -> Value:
    """Return the value of what stands in a module, class or object now; None is there to be replaced."""
    return NONE | INERT if obj is None else known(obj)


def join(values: Iterable[Value]) -> Value:
    """Return the value that is any of ``values``."""
    return BOTTOM.union(*values)


def constants(value: Value) -> list[Any] | None:
    """Return the live objects that a value may be, or None when it may be anything else."""
    if value and all(isinstance(atom, Known) for atom in value):
        return [atom.obj for atom in value if isinstance(atom, Known)]
    return None


def texts(value: Value) -> list[str] | None:
    """Return the texts that constants are formatted as, or None when a value may be anything else."""
    found = constants(value)
    plain = found is not None and all(type(one) in (str, int) for one in found)
    return sorted({str(one) for one in found}) if found is not None and plain else None


def strings(value: Value) -> list[str] | None:
    """Return the strings that a value may be, or None when it may be anything else."""
    found = constants(value)
    return found if found is not None and all(type(one) is str for one in found) else None
