"""The names of one activation of a function, as the interpreter sees them."""

from __future__ import annotations

import builtins
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from perfkit.inference.values import BOTTOM, Value, known, live

if TYPE_CHECKING:
    from collections.abc import Mapping

    from perfkit.inference.scopes import Scope


@dataclass(frozen=True)
class Loaded:
    """A fact that stands among the names: the row at ``path`` has this column loaded."""

    path: tuple[str, ...]
    column: str


@dataclass(frozen=True)
class Asked:
    """A fact that stands among the names: what the attribute of a name is, by what was asked of it."""

    name: str
    attribute: str


Names = dict["str | Loaded | Asked", Value]


@dataclass
class Loop:
    """The names at each ``break`` and ``continue`` of a loop that is being run."""

    breaks: list[Names] = field(default_factory=list)
    continues: list[Names] = field(default_factory=list)


@dataclass
class Frame:
    """One activation.

    ``names`` follows the flow of control; ``cells`` holds what functions inside capture, and only ever
    grows, since nobody knows when they run. ``alive`` is false after a ``return``, ``raise``, ``break``.
    ``key`` is equal for equal calls: objects made at one place by equal calls are one object.
    """

    scope: Scope
    file: str
    function: str
    globals: Mapping[str, Any]
    outer: Frame | None = None
    closure: Mapping[str, Any] = field(default_factory=dict)
    owner: str = ""
    #: How many lines stand in the file before those that ``line`` counts.
    above: int = 0
    key: object = None
    names: Names = field(default_factory=dict)
    cells: Names = field(default_factory=dict)
    overlay: Names = field(default_factory=dict)
    alive: bool = True
    #: Whether code that isn't followed may call a function that was made in it.
    escaped: bool = False
    line: int = 0
    first: Value = BOTTOM
    returned: Value = BOTTOM
    yielded: Value = BOTTOM
    loops: list[Loop] = field(default_factory=list)
    tries: list[Names] = field(default_factory=list)
    #: The names of whose attributes something was asked; None as long as there is none.
    settled: set[str] | None = None

    def holding(self, name: str) -> Names | None:
        """Return where a name of this frame stands that only its own statements bind; None if it is another."""
        if name in self.overlay:
            return self.overlay
        own = name in self.scope.bound and name not in self.scope.captured
        return self.names if own else None

    def unsettle(self, name: str) -> None:
        """Forget what was asked of the attributes of a name, which becomes another thing."""
        for names in (self.names, self.overlay):
            for fact in [one for one in names if isinstance(one, Asked) and one.name == name]:
                del names[fact]

    def look_up(self, name: str) -> Value | None:
        """Return what a name stands for; None when only the live program can tell (``look_up_live``)."""
        if name in self.overlay:
            return self.overlay[name]
        if name in self.scope.globals:
            return None
        if name in self.scope.bound:
            return (
                self.cells.get(name, BOTTOM)
                if name in self.scope.captured
                else (self.names.get(name, BOTTOM))
            )
        outer = self.outer
        while outer is not None:
            if name in outer.scope.globals:
                return None
            if name in outer.scope.bound:
                return outer.cells.get(name, outer.overlay.get(name, BOTTOM))
            outer = outer.outer
        return None

    def look_up_live(self, name: str) -> Value:
        """Return what a name stands for in the closure, the module or the built-ins."""
        frame = self
        while frame.outer is not None:
            frame = frame.outer
        if name in frame.closure and name not in self.scope.globals:
            try:
                return known(frame.closure[name].cell_contents)
            except ValueError:
                return BOTTOM
        if name in self.globals:
            return live(self.globals[name])
        return known(getattr(builtins, name)) if hasattr(builtins, name) else BOTTOM

    def owner_of(self, name: str) -> Frame | None:
        """Return the enclosing frame of analysed code that binds a ``nonlocal`` name."""
        frame = self.outer
        while frame is not None and name not in frame.scope.bound:
            frame = frame.outer
        return frame


def join_names(first: Names, *others: Names) -> Names:
    """Return the names after control may have come by any of several ways; facts must hold on all."""
    joined = {
        name: value
        for name, value in first.items()
        if isinstance(name, str) or all(name in names for names in others)
    }
    for names in others:
        for name, value in names.items():
            if isinstance(name, str) or name in joined:
                joined[name] = joined.get(name, BOTTOM) | value
    return joined
