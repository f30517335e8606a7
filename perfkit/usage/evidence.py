"""What was loaded and what was read, as values: they add up, and hold no value of a row.

Evidence is from samples: the first rows of each evaluated queryset were watched, all were counted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class ColumnUsage:
    """One column (or annotation) of the sampled rows.

    ``loaded`` is how many of them had it, ``size`` the bytes of its values there, ``lazy`` how
    many loaded it lazily. ``via`` are the members that read it (``"Product.label"``), with ``""``
    for code outside of members; ``key`` says that a relation that was used stands on it.
    """

    loaded: int = 0
    size: int = 0
    lazy: int = 0
    via: set[str] = field(default_factory=set)
    key: bool = False

    @property
    def used(self) -> bool:
        """Whether the column was read, or a relation that was used stands on it."""
        return bool(self.via) or self.key

    def merge(self, other: ColumnUsage) -> None:
        """Add what was seen elsewhere."""
        self.loaded += other.loaded
        self.size += other.size
        self.lazy += other.lazy
        self.via |= other.via
        self.key = self.key or other.key

    def to_dict(self) -> dict[str, Any]:
        """Return the column as a dictionary of plain values."""
        values = {"loaded": self.loaded, "size": self.size, "lazy": self.lazy, "key": self.key}
        return {**values, "via": sorted(self.via)}


@dataclass
class RowsUsage:
    """The rows of a queryset, or those behind a relation of them.

    ``how`` are the ways in which they were loaded: ``"rows"`` for the queryset's own, ``"join"``,
    ``"prefetch"``, ``"lazy"``. ``rows`` were loaded, ``samples`` of them watched. ``used`` says
    that a relation was passed through. ``saved`` and ``left`` count samples that were saved, and
    those that were pickled, copied or read through ``__dict__``, and so left our sight.
    ``keys`` are the columns that can't be left out: the primary key, and what ties the rows to others.
    ``members`` are the outermost members that read something of them, ``queries`` those that
    asked a related manager for a query.
    """

    model: str
    to_many: bool = False
    how: set[str] = field(default_factory=set)
    evaluations: int = 0
    rows: int = 0
    samples: int = 0
    used: bool = False
    saved: int = 0
    left: int = 0
    keys: set[str] = field(default_factory=set)
    members: set[str] = field(default_factory=set)
    queries: set[str] = field(default_factory=set)
    columns: dict[str, ColumnUsage] = field(default_factory=dict)
    children: dict[str, RowsUsage] = field(default_factory=dict)

    def column(self, name: str) -> ColumnUsage:
        """Return the column of a name, made when it is met for the first time."""
        found = self.columns.get(name)
        if found is None:
            found = self.columns.setdefault(name, ColumnUsage())
        return found

    @property
    def whole(self) -> bool:
        """Whether what is read of the rows is not all known: they were saved, or left our sight."""
        return bool(self.saved or self.left)

    def needs(self, name: str) -> bool:
        """Whether a column has to be loaded, as far as was seen."""
        return name in self.keys or self.whole or self.columns[name].used

    def merge(self, other: RowsUsage) -> None:
        """Add what was seen elsewhere of the same rows."""
        self.to_many = self.to_many or other.to_many
        self.used = self.used or other.used
        for name in ("evaluations", "rows", "samples", "saved", "left"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("how", "keys", "members", "queries"):
            getattr(self, name).update(getattr(other, name))
        for name, column in other.columns.items():
            self.column(name).merge(column)
        for name, child in other.children.items():
            self.children.setdefault(name, RowsUsage(child.model)).merge(child)

    def scale(self, above: float = 1.0) -> float:
        """Return how many rows one sample stands for, reached from rows that stand for ``above``."""
        if not self.samples:
            return 0.0
        if self.how <= {"rows", "prefetch"}:
            return max(self.rows, self.samples) / self.samples
        return above * max(self.rows, self.samples) / self.samples

    def walk(self, path: str = "", above: float = 1.0) -> Iterator[tuple[str, RowsUsage, float]]:
        """Yield these rows and those behind relations, with path and the rows per sample."""
        scale = self.scale(above)
        yield path, self, scale
        for name, child in sorted(self.children.items()):
            yield from child.walk(f"{path}__{name}" if path else name, scale)

    def bytes(self, scale: float) -> tuple[float, float]:
        """Return the bytes loaded of these rows, and those of them that nobody read."""
        loaded = sum(column.size for column in self.columns.values())
        unread = sum(c.size for name, c in self.columns.items() if not self.needs(name))
        return loaded * scale, unread * scale

    def to_dict(self) -> dict[str, Any]:
        """Return the rows as a dictionary of plain values."""
        plain = {name: getattr(self, name) for name in _PLAIN}
        sets = {name: sorted(getattr(self, name)) for name in _SETS}
        columns = {name: column.to_dict() for name, column in self.columns.items()}
        children = {name: child.to_dict() for name, child in self.children.items()}
        return {**plain, **sets, "columns": columns, "children": children}


_PLAIN = ("model", "to_many", "evaluations", "rows", "samples", "used", "saved", "left")
_SETS = ("how", "keys", "members", "queries")


@dataclass(frozen=True, order=True)
class Line:
    """Where rows came from: the line that evaluated the queryset, and its presets."""

    model: str
    file: str = ""
    line: int = 0
    function: str = ""
    template: str = ""
    template_line: int = 0
    presets: tuple[str, ...] = ()

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.file else "no line of the project"
        if self.template:
            place += f" ({self.template}:{self.template_line})"
        return place


@dataclass
class QuerysetUsage:
    """The evidence of one queryset line with its presets."""

    line: Line
    rows: RowsUsage

    @property
    def loaded(self) -> float:
        """The bytes that were loaded, joins and prefetches included; estimated from the samples."""
        return sum(rows.bytes(scale)[0] for _, rows, scale in self.rows.walk())

    @property
    def wasted(self) -> float:
        """The bytes of them that were never read."""
        return sum(rows.bytes(scale)[1] for _, rows, scale in self.rows.walk())

    @property
    def share(self) -> float:
        """The share of the bytes that was never read, from 0 to 1."""
        return self.wasted / self.loaded if self.loaded else 0.0

    @property
    def unused(self) -> tuple[str, ...]:
        """The paths of joins and prefetches that were never used."""
        return tuple(
            path
            for path, rows, _ in self.rows.walk()
            if path and not rows.used and rows.how & {"join", "prefetch"}
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the evidence as a dictionary of plain values."""
        return {
            "line": {**self.line.__dict__, "presets": list(self.line.presets)},
            "rows": self.rows.to_dict(),
        }


class Evidence:
    """The evidence of any number of querysets; adds up."""

    def __init__(self) -> None:
        self.by_line: dict[Line, RowsUsage] = {}

    def add(self, usage: QuerysetUsage) -> None:
        """Add the evidence of a queryset to what is known of its line."""
        self.by_line.setdefault(usage.line, RowsUsage(usage.line.model)).merge(usage.rows)

    @property
    def querysets(self) -> tuple[QuerysetUsage, ...]:
        """The evidence by line and presets, the one with most bytes wasted first."""
        found = [QuerysetUsage(line, rows) for line, rows in self.by_line.items()]
        return tuple(sorted(found, key=lambda usage: (-usage.wasted, usage.line)))

    @property
    def share(self) -> float:
        """The share of all bytes that was never read, from 0 to 1."""
        loaded = sum(usage.loaded for usage in self.querysets)
        return sum(usage.wasted for usage in self.querysets) / loaded if loaded else 0.0
