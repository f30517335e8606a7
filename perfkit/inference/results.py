"""The answers of inference, as immutable values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LOOKUP_SEP = "__"


@dataclass(frozen=True, order=True, slots=True)
class Place:
    """A line of code: ``function`` is the qualified name of the function that holds it."""

    file: str
    line: int
    function: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Read:
    """One line that reads one path: ``kind`` is ``"column"`` or ``"relation"``."""

    path: str
    kind: str
    place: Place


@dataclass(frozen=True, slots=True)
class Unresolved:
    """What could not be followed: ``construct`` says what, ``file`` and ``line`` where."""

    construct: str
    file: str
    line: int
    function: str = ""

    def __str__(self) -> str:
        return f"{self.construct} ({self.file}:{self.line})"


@dataclass(frozen=True, slots=True)
class OwnQuery:
    """A query that the member sends by itself, so that no preset can serve it."""

    construct: str
    file: str
    line: int
    function: str = ""

    def __str__(self) -> str:
        return f"{self.construct} ({self.file}:{self.line})"


@dataclass(frozen=True)
class ReadNode:
    """One name in the tree of reads, with the places that read it and what is read behind it."""

    name: str
    kind: str
    places: tuple[Place, ...]
    children: tuple[ReadNode, ...]


@dataclass(frozen=True)
class FieldReads:
    """What a member of a model reads, from the row it is asked of.

    ``model`` and ``name`` say whose. ``lines`` holds every line that reads. ``unresolved`` is what
    could not be followed; ``own_queries`` what no preset can serve. ``whole`` are the relations whose rows
    are handed to the caller, who may read anything of them. ``behind`` are generic keys and the labels
    of models of which rows behind them are read, whole. ``declared`` is true when ``@reads``
    or ``register_reads`` said it; then ``undeclared`` are the paths that the code provably reads
    all the same, and ``problems`` the sentences about names that don't exist.
    """

    model: str
    name: str
    lines: tuple[Read, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    own_queries: tuple[OwnQuery, ...] = ()
    whole: frozenset[str] = frozenset()
    behind: frozenset[tuple[str, str]] = frozenset()
    declared: bool = False
    undeclared: frozenset[str] = frozenset()
    problems: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether everything that the member reads is listed."""
        return not self.unresolved

    @cached_property
    def columns(self) -> frozenset[str]:
        """The columns, as ``__`` paths of field names (``brand`` for ``brand_id``)."""
        return frozenset(read.path for read in self.lines if read.kind == "column")

    @cached_property
    def relations(self) -> frozenset[str]:
        """The relations crossed, as ``__`` paths; each implies its key columns."""
        return frozenset(read.path for read in self.lines if read.kind == "relation")

    @cached_property
    def tree(self) -> tuple[ReadNode, ...]:
        """The reads as a tree: what is read of the row, and behind each relation."""
        return tuple(_grow(self.lines, ()))


def _grow(lines: tuple[Read, ...], prefix: tuple[str, ...]) -> Iterator[ReadNode]:
    depth = len(prefix)
    names: dict[str, list[Read]] = {}
    for read in lines:
        parts = tuple(read.path.split(LOOKUP_SEP))
        if len(parts) > depth and parts[:depth] == prefix:
            names.setdefault(parts[depth], []).append(read)
    for name, reads in sorted(names.items()):
        path = (*prefix, name)
        own = [read for read in reads if read.path == LOOKUP_SEP.join(path)]
        kind = "relation" if any(read.kind == "relation" for read in own) else "column"
        behind = [read for read in reads if read.path != LOOKUP_SEP.join(path)]
        places = tuple(dict.fromkeys(read.place for read in own))
        if behind:
            kind = "relation"
        yield ReadNode(name, kind, places, tuple(_grow(tuple(behind), path)))
