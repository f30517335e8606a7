"""What built-in functions do with a row that they are given: questions, text, attributes, frames."""

from __future__ import annotations

import builtins
import inspect
import operator
import sys
from typing import TYPE_CHECKING, Any

from perfkit.inference.values import (
    BOTTOM,
    INERT,
    NONE,
    NUMBER,
    TEXT,
    TRUTH,
    Box,
    Inert,
    Known,
    Opaque,
    Row,
    Rows,
    Super,
    Tup,
    Value,
    constants,
    join,
    known,
    strings,
)

if TYPE_CHECKING:
    from perfkit.inference.arguments import Arguments
    from perfkit.inference.interpreter import Interpreter
from perfkit.inference.modelling import Model, models

# Asking


@models(builtins.isinstance, builtins.issubclass, builtins.callable, builtins.id)
def harmless(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    """Functions that look at the class of an object only."""
    return TRUTH


@models(builtins.bool)
def bool_(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    engine.truth(arguments.get(0))
    return TRUTH


@models(builtins.len)
def len_(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    for atom in arguments.get(0):
        if isinstance(atom, Rows):
            if not atom.manager:
                engine.fetch(atom)
        elif engine.ask(atom, "__len__") is None and engine.carries(frozenset({atom})):
            if not isinstance(atom, (Box, Tup, Row)):
                engine.lose(f"len() of {engine.describe(atom)}")
    return NUMBER


@models(builtins.hash)
def hash_(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    engine.digest(arguments.get(0))
    return NUMBER


@models(builtins.type)
def type_(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    if len(arguments.positional) != 1:
        return frozenset({Opaque("a class that is made in the member")})
    found: set[Any] = set()
    for atom in arguments.get(0):
        if isinstance(atom, (Row, Box)):
            cls = atom.model if isinstance(atom, Row) else atom.cls
            found.add(Inert() if cls is None else Known(cls))
        else:
            found.add(Inert())
    return frozenset(found)


# Text and numbers


@models(builtins.str)
def str_(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    return engine.text(arguments.get(0)) or TEXT


@models(builtins.repr, builtins.ascii)
def repr_(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    return engine.text(arguments.get(0), representation=True)


@models(builtins.print)
def print_(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    engine.text(arguments.everything())
    return NONE


@models(builtins.format)
def format_(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    return engine.formatted(arguments.get(0), arguments.get(1) or known(""))


def asks(*names: str) -> Model:
    """Model a function that asks its argument through one of several methods."""

    def model(engine: Interpreter, arguments: Arguments, node: object) -> Value:
        found = BOTTOM
        for atom in arguments.get(0):
            for name in names:
                answer = engine.ask(atom, name)
                if answer is not None:
                    found |= answer
                    break
            else:
                if engine.carries(frozenset({atom})) and not isinstance(atom, (Row, Box)):
                    engine.lose(f"a number made of {engine.describe(atom)}")
        if engine.carries(join(arguments.positional[1:])):
            return engine.lose("a number made with the row")
        return found | INERT

    return model


models(builtins.int)(asks("__int__", "__index__", "__trunc__"))
models(builtins.float)(asks("__float__", "__index__"))
models(builtins.complex)(asks("__complex__", "__float__", "__index__"))
models(builtins.abs)(asks("__abs__"))
models(builtins.round)(asks("__round__"))
models(builtins.bin, builtins.hex, builtins.oct, operator.index)(asks("__index__"))
models(builtins.dir)(asks("__dir__"))


# Attributes by name


@models(builtins.getattr)
def getattr_(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    subject, name, default = arguments.get(0), arguments.get(1), arguments.get(2)
    names = engine.attribute_names(subject, name)
    if names is not None:
        return default | join(engine.get(subject, one) for one in names)
    if engine.carries(subject):
        return engine.lose("getattr() of a name that is not known")
    return default | INERT


@models(builtins.hasattr)
def hasattr_(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    subject = arguments.get(0)
    names = engine.attribute_names(subject, arguments.get(1))
    if names is None:
        return (
            engine.lose("hasattr() of a name that is not known")
            if engine.carries(subject)
            else TRUTH
        )
    for name in names:
        for atom in subject:
            if not (isinstance(atom, Row) and engine.is_absent(atom, name)):
                engine.get_atom(atom, name)
    return TRUTH


@models(builtins.setattr)
def setattr_(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    names = strings(arguments.get(1))
    if names is None:
        if engine.carries(arguments.everything()):
            return engine.lose("setattr() of a name that is not known")
        return NONE
    for name in names:
        engine.set(arguments.get(0), name, arguments.get(2))
    return NONE


@models(object.__setattr__)
def object_setattr(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    names = strings(arguments.get(1))
    if names is None and engine.carries(arguments.everything()):
        return engine.lose("setattr() of a name that is not known")
    for name in names or ():
        for atom in arguments.get(0):
            if isinstance(atom, Row):
                for narrowed, raw in list(engine.variants(atom, name)):
                    engine.set_raw(narrowed, name, raw, arguments.get(2))
            elif isinstance(atom, Box):
                engine.put(atom, arguments.get(2), key=name)
            else:
                engine.keep_out(arguments.get(2), engine.describe(atom))
    return NONE


@models(object.__init__)
def nothing(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    return NONE


@models(object.__str__)
def object_str(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    return engine.text(arguments.get(0), representation=True)


@models(object.__format__)
def object_format(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    return engine.text(arguments.get(0))


@models(object.__repr__)
def object_repr(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    return TEXT


@models(object.__eq__, object.__ne__, object.__hash__)
def object_same(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    return INERT


@models(builtins.super)
def super_(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    if arguments.positional:
        classes, receiver = constants(arguments.get(0)), arguments.get(1)
    else:
        found = engine.frame.look_up("__class__")
        value = engine.frame.look_up_live("__class__") if found is None else found
        classes, receiver = constants(value), engine.frame.first
    if classes is None or len(classes) != 1 or not receiver:
        return engine.lose("super() of a class that is not known")
    return frozenset(Super(classes[0], atom) for atom in receiver)


# Frames and code: they see every local variable


@models(
    builtins.eval,
    builtins.exec,
    builtins.locals,
    builtins.vars,
    sys._getframe,
    sys.exc_info,
    inspect.currentframe,
    inspect.stack,
)
def sees_frames(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    if arguments.positional and not engine.carries(arguments.get(0)) and node is None:
        return INERT
    return engine.lose("code or names that are only known when it runs")
