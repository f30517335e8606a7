"""The context of a template as the analysis sees it: a stack of names and what they may stand for."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from perfkit.inference.values import BOTTOM, INERT, Value, known

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: What every context holds.
_BUILTINS: dict[str, Value] = {"True": known(True), "False": known(False), "None": known(None)}


class Variables:
    """The names that a template sees, in layers as in Django's ``Context``.

    A name that nobody set stands for something no row can be got out of, or for one of ``others``.
    """

    def __init__(self, names: Mapping[str, Value], others: Value = INERT) -> None:
        self.layers: list[dict[str, Value]] = [dict(_BUILTINS), dict(names)]
        self.others = others

    def get(self, name: str) -> Value:
        """Return what a name may stand for."""
        for layer in reversed(self.layers):
            if name in layer:
                return layer[name]
        return self.others

    def assign(self, name: str, value: Value) -> None:
        """Set a name in the innermost layer.

        What it was stays possible: the tag that sets it may stand in a branch that is not taken.
        """
        self.layers[-1][name] = self.get(name) | value

    def assign_upward(self, name: str, value: Value) -> None:
        """Set a name where it is set already, else in the innermost layer, as ``{% cycle %}`` does."""
        layer = next((one for one in reversed(self.layers) if name in one), self.layers[-1])
        layer[name] = layer.get(name, BOTTOM) | value

    @contextmanager
    def pushed(self, names: Mapping[str, Value]) -> Iterator[None]:
        """Put a layer on top for a while."""
        self.layers.append(dict(names))
        try:
            yield
        finally:
            self.layers.pop()

    def flat(self) -> dict[str, Value]:
        """Return all names that are set."""
        return {name: value for layer in self.layers for name, value in layer.items()}

    def everything(self) -> Value:
        """Return all that any name may stand for."""
        return self.others.union(*self.flat().values())
