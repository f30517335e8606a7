"""The register of models: what functions that aren't followed do with a row that they are given.

A function that is neither followed nor modelled makes the answer incomplete as soon as a row gets to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import FunctionType
from typing import TYPE_CHECKING, Any

from perfkit.inference.arguments import Arguments
from perfkit.inference.values import (
    Value,
    join,
)

if TYPE_CHECKING:
    from perfkit.inference.interpreter import Interpreter

Model = Callable[["Interpreter", Arguments, object], Value]

#: By identity of the function; the function is kept alive beside its model.
MODELS: dict[int, tuple[object, Model]] = {}


def models(*functions: Any) -> Callable[[Model], Model]:
    """Register the model of functions."""

    def register(model: Model) -> Model:
        for function in map(unhooked, functions):
            MODELS[id(function)] = (function, model)
        return model

    return register


def unhooked(function: Any) -> Any:
    """Return the function of Django's in whose place the auditor put one; anything else as it is."""
    while isinstance(function, FunctionType) and hasattr(function, "__wrapped__"):
        if not str(function.__globals__.get("__name__")).startswith("perfkit.auditor."):
            break
        function = function.__wrapped__
    return function


def elements_of(engine: Interpreter, values: Iterable[Value]) -> Value:
    """Return any element of several iterables."""
    return join(engine.iterate(value) for value in values)
