"""Operators as functions, and functions of functions."""

from __future__ import annotations

import ast
import builtins
import functools
import operator
from typing import TYPE_CHECKING, Any

from perfkit.inference.arguments import Arguments
from perfkit.inference.values import (
    BOTTOM,
    INERT,
    TRUTH,
    Partial,
    Selector,
    Value,
)

if TYPE_CHECKING:
    from perfkit.inference.interpreter import Interpreter
from perfkit.inference.builtin_models import asks, bool_, harmless
from perfkit.inference.modelling import Model, models

# Operators as functions


def _operator(kind: type[ast.operator]) -> Model:
    def model(engine: Interpreter, arguments: Arguments, node: Any) -> Value:
        return engine.binary(kind(), arguments.get(0), arguments.get(1), node)

    return model


def _comparison(kind: type[ast.cmpop]) -> Model:
    def model(engine: Interpreter, arguments: Arguments, node: object) -> Value:
        return engine.compare(kind(), arguments.get(0), arguments.get(1))

    return model


models(operator.add, operator.concat)(_operator(ast.Add))
models(operator.sub)(_operator(ast.Sub))
models(operator.mul)(_operator(ast.Mult))
models(operator.truediv)(_operator(ast.Div))
models(operator.floordiv)(_operator(ast.FloorDiv))
models(operator.mod)(_operator(ast.Mod))
models(operator.or_)(_operator(ast.BitOr))
models(operator.and_)(_operator(ast.BitAnd))
models(operator.xor)(_operator(ast.BitXor))
models(operator.eq)(_comparison(ast.Eq))
models(operator.ne)(_comparison(ast.NotEq))
models(operator.lt)(_comparison(ast.Lt))
models(operator.le)(_comparison(ast.LtE))
models(operator.gt)(_comparison(ast.Gt))
models(operator.ge)(_comparison(ast.GtE))
models(operator.is_, operator.is_not)(harmless)
models(operator.truth, operator.not_)(bool_)
models(operator.neg)(asks("__neg__"))
models(operator.pos)(asks("__pos__"))
models(operator.invert)(asks("__invert__"))


@models(builtins.pow, operator.pow)
def pow_(engine: Interpreter, arguments: Arguments, node: Any) -> Value:
    if engine.carries(arguments.get(2)):
        return engine.lose("pow() modulo the row")
    return engine.binary(ast.Pow(), arguments.get(0), arguments.get(1), node)


@models(builtins.divmod)
def divmod_(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    if not engine.carries(arguments.everything()):
        return INERT
    found = BOTTOM
    for left in arguments.get(0):
        for right in arguments.get(1):
            answer = engine.ask_operator(left, right, "divmod")
            if answer is None and not engine.refuses(left, right):
                answer = engine.lose("divmod() of the row")
            found |= answer or BOTTOM
    return found


@models(operator.contains)
def contains(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    engine.search(arguments.get(0), arguments.get(1))
    return TRUTH


@models(operator.getitem)
def getitem(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    return engine.subscript(arguments.get(0), arguments.get(1), node)


# Functions of functions


@models(functools.partial)
def partial(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    if arguments.rest or arguments.named_rest:
        if engine.carries(arguments.everything()):
            return engine.lose("partial() with arguments that are not known")
        return INERT
    return frozenset({Partial(arguments.get(0), arguments.positional[1:], arguments.named)})


@models(functools.reduce)
def reduce(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    elements = engine.iterate(arguments.get(1))
    first = arguments.get(2, "initial")  # By name from Python 3.14 on.
    return fold(engine, arguments.get(0), elements, first or elements, node)


def fold(
    engine: Interpreter, function: Value, elements: Value, outcome: Value, node: object
) -> Value:
    """Call a function of two arguments with its own outcomes, until nothing new comes."""
    for round_ in range(4):
        more = engine.call(function, Arguments((outcome, elements)), (node, "fold", round_))
        if more <= outcome:
            return outcome
        outcome |= more
    return engine.lose("a reduction without a known end") if engine.carries(outcome) else INERT


@models(operator.attrgetter)
def attrgetter(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    return frozenset({Selector("attribute", arguments.positional)})


@models(operator.itemgetter)
def itemgetter(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    return frozenset({Selector("item", arguments.positional)})


@models(operator.methodcaller)
def methodcaller(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    if arguments.named or arguments.rest or arguments.named_rest:
        return engine.lose("methodcaller() with named arguments")
    return frozenset({Selector("method", arguments.positional)})
