"""What the auditor says: a finding, the places it names, and how a person reads it.

Findings are values: they hold names, places and numbers, never an instance, a queryset or a value
of a row.
"""

from __future__ import annotations

import linecache
import os
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """A line of code or of a template.

    ``function`` is the name of the function, or of the template's block ("" outside one).
    ``third_party`` marks a library's line, given where none of the user's own could be found.
    """

    file: str
    line: int
    function: str = ""
    third_party: bool = False

    def __str__(self) -> str:
        mark = " (third party)" if self.third_party else ""
        return f"{short_path(self.file)}:{self.line}{mark}"

    @property
    def source(self) -> str:
        """The text of the line, stripped; "" where the file can't be read."""
        return linecache.getline(self.file, self.line).strip()

    def to_dict(self) -> dict[str, Any]:
        """Return the place as a dictionary of plain values."""
        return {
            "file": short_path(self.file),
            "line": self.line,
            "function": self.function,
            "third_party": self.third_party,
        }


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the rows came from.

    ``location`` is the line that applied the preset, else the user's line that evaluated the
    queryset; ``template`` the template's line, where a template evaluated it; ``presets`` are
    qualified names; ``cardinality`` is "one" or "many"; ``model`` is the model of the queryset and
    ``path`` leads from its rows to the row that was read ("" for its own rows).
    """

    model: type
    location: Place | None
    template: Place | None = None
    presets: tuple[str, ...] = ()
    cardinality: str = "many"
    path: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the origin as a dictionary of plain values."""
        return {
            "model": label(self.model),
            "location": self.location and self.location.to_dict(),
            "template": self.template and self.template.to_dict(),
            "presets": list(self.presets),
            "cardinality": self.cardinality,
            "path": self.path,
        }


@dataclass(frozen=True, slots=True)
class Member:
    """A property or method that asked: its qualified name, and the line that defines it.

    ``declares`` is what ``@reads`` says that it reads; None where nothing is declared.
    """

    name: str
    kind: str
    place: Place
    declares: tuple[str, ...] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the member as a dictionary of plain values."""
        return {
            "name": self.name,
            "kind": self.kind,
            "place": self.place.to_dict(),
            "declares": None if self.declares is None else list(self.declares),
        }

    def leaves_out(self, field: str) -> bool:
        """Whether the member's declaration doesn't name a field that was read inside it."""
        if self.declares is None or not field:
            return False
        names = {name for path in self.declares for name in path.split("__")}
        return not names & {field, field.removesuffix("_id")}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One lazy load: what was read, who asked, where the rows came from, and the edit that fixes it.

    ``kind`` is one of :data:`perfkit.conf.KINDS`. ``model`` is the class of the row (None for a
    repeated statement of no model, and for an external call), ``field`` the name as it was read
    ("host:port" of an external call), ``call`` the method that was called on a related manager
    ("count"; "" for reading its rows), ``library`` what made an external call ("" for a socket of
    the user's own; None for what is none). ``count`` is how often it happened, ``queries`` how many
    statements that sent, ``duration`` the seconds they took.
    """

    kind: str
    model: type | None
    field: str
    call: str = ""
    members: tuple[Member, ...] = ()
    location: Place | None = None
    template: Place | None = None
    serializer_field: str | None = None
    admin_column: str | None = None
    origin: Origin | None = None
    library: str | None = None
    count: int = 1
    queries: int = 0
    duration: float = 0.0
    advice: str = ""

    def __hash__(self) -> int:
        # One of its parts would do, and to hash them all is to go through every place.
        return hash((self.kind, self.model, self.field, self.template or self.location))

    def with_(self, **changes: Any) -> Finding:
        """Return the finding with other values of some fields."""
        # dataclasses.replace() goes through __init__, which sets each field of a frozen class by a
        # call; a finding is made anew in every request.
        found = object.__new__(Finding)
        object.__setattr__(found, "__dict__", {**vars(self), **changes})
        return found

    @property
    def via(self) -> tuple[str, ...]:
        """The properties and methods that asked, outermost first, qualified by class."""
        return tuple(member.name for member in self.members)

    @property
    def is_external(self) -> bool:
        """Whether it is an outgoing connection, not a load."""
        return self.library is not None

    @property
    def target(self) -> str:
        """What was read: "Product.brand", "Order.lines.count()", or "a query of Product"."""
        if self.is_external:
            return self.field
        name = self.model.__name__ if self.model else "unknown rows"
        if not self.field:
            return f"a query of {name}"
        return f"{name}.{self.field}" + (f".{self.call}()" if self.call else "")

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as a dictionary of plain values."""
        return {
            "kind": self.kind,
            "model": label(self.model) if self.model else None,
            "field": self.field,
            "call": self.call,
            "via": list(self.via),
            "members": [member.to_dict() for member in self.members],
            "location": self.location and self.location.to_dict(),
            "template": self.template and self.template.to_dict(),
            "serializer_field": self.serializer_field,
            "admin_column": self.admin_column,
            "origin": self.origin and self.origin.to_dict(),
            "library": self.library,
            "count": self.count,
            "queries": self.queries,
            "duration": self.duration,
            "advice": self.advice,
        }

    def __str__(self) -> str:
        lines = [self._headline()]
        for title, text in self.details():
            lines.append(f"  {title:<13} {text}")
        return "\n".join(lines)

    def _headline(self) -> str:
        times = "once" if self.count == 1 else f"{self.count} times"
        if self.is_external:
            how = "without a timeout" if self.kind.endswith("timeout") else "inside a transaction"
            return f"{self.library or 'A socket'} connected to {self.target} {how}, {times}"
        if self.kind == "repeated-query":
            did = f"{self.target} was sent {times} from one line"
        elif self.members:
            did = f"{self.members[-1].name} read {self.target} lazily, {times}"
        else:
            did = f"{self.target} was read lazily, {times}"
        if self.kind == "bypassed-prefetch":
            did += ", past its prefetch"
        if not self.queries:
            return did
        plural = "query" if self.queries == 1 else "queries"
        return f"{did} ({self.queries} {plural}, {self.duration * 1000:.1f} ms)"

    def details(self) -> list[tuple[str, str]]:
        """Return what a person reads below the headline: titles and texts, of what there is to tell."""
        found: list[tuple[str, str]] = []
        did = "called at" if self.is_external else "read at"
        if self.template:
            found.append((did, str(self.template)))
            if self.location:
                found.append(("rendered by", str(self.location)))
        elif self.location:
            found.append((did, _with_source(self.location)))
        if self.serializer_field:
            found.append(("serialized as", self.serializer_field))
        if self.admin_column:
            found.append(("admin column", self.admin_column))
        found += [(f"in {m.kind}", f"{m.name} ({m.place})") for m in self.members]
        if self.origin and self.origin.location:
            found.append(("rows from", _with_source(self.origin.location)))
        if self.origin and self.origin.template:
            found.append(("evaluated at", str(self.origin.template)))
        if self.advice:
            found.append(("fix", self.advice))
        return found


def _with_source(place: Place) -> str:
    return f"{place}  {place.source}".rstrip()


def label(model: Any) -> str:
    """Return "app.Model" of a model."""
    return str(model._meta.label)


def short_path(file: str) -> str:
    """Return the path below the working directory where it lies there, else the whole path."""
    root = os.getcwd() + os.sep  # noqa: PTH109 - a Path would cost more than all of a finding
    return file[len(root) :] if file.startswith(root) else file
