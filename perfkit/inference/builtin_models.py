"""What built-in and library functions do with a row that they are given.

Each model is registered for the functions that it stands for. A function without a model that is
not written in Python makes the answer incomplete as soon as a row gets to it.
"""

from __future__ import annotations

import ast
import builtins
import collections
import functools
import inspect
import itertools
import operator
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from perfkit.inference.arguments import Arguments
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
    Partial,
    Row,
    Rows,
    Selector,
    Super,
    Tup,
    Value,
    constants,
    join,
    known,
    strings,
)

if TYPE_CHECKING:
    from perfkit.inference.interpreter import Interpreter

Model = Callable[["Interpreter", Arguments, object], Value]

#: By identity of the function; the function is kept alive beside its model.
MODELS: dict[int, tuple[object, Model]] = {}


def models(*functions: Any) -> Callable[[Model], Model]:
    """Register the model of functions."""

    def register(model: Model) -> Model:
        for function in functions:
            MODELS[id(function)] = (function, model)
        return model

    return register


def elements_of(engine: Interpreter, values: Iterable[Value]) -> Value:
    """Return any element of several iterables."""
    return join(engine.iterate(value) for value in values)


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


def _asks(*names: str) -> Model:
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


models(builtins.int)(_asks("__int__", "__index__", "__trunc__"))
models(builtins.float)(_asks("__float__", "__index__"))
models(builtins.complex)(_asks("__complex__", "__float__", "__index__"))
models(builtins.abs)(_asks("__abs__"))
models(builtins.round)(_asks("__round__"))
models(builtins.bin, builtins.hex, builtins.oct, operator.index)(_asks("__index__"))
models(builtins.dir)(_asks("__dir__"))


# Attributes by name


@models(builtins.getattr)
def getattr_(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    subject, name, default = arguments.get(0), arguments.get(1), arguments.get(2)
    names = strings(name)
    if names is not None:
        return default | join(engine.get(subject, one) for one in names)
    if engine.carries(subject):
        return engine.lose("getattr() of a name that is not known")
    return default | INERT


@models(builtins.hasattr)
def hasattr_(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    subject = arguments.get(0)
    names = strings(arguments.get(1))
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


@models(object.__init__, object.__init_subclass__)
def nothing(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    return NONE


@models(object.__str__, object.__repr__, object.__format__)
def object_text(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    for atom in arguments.get(0):
        if isinstance(atom, Row):
            engine.ask(atom, "__repr__")
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
    inspect.currentframe,
    inspect.stack,
)
def sees_frames(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    if arguments.positional and not engine.carries(arguments.get(0)) and node is None:
        return INERT
    return engine.lose("code or names that are only known when it runs")


# Containers


def _container(kind: str) -> Model:
    def model(engine: Interpreter, arguments: Arguments, node: object) -> Value:
        box = engine.make((node, kind), kind)
        elements = elements_of(engine, (*arguments.positional, arguments.rest))
        if kind == "set":
            engine.digest(elements)
        engine.put(box, elements)
        return frozenset({box})

    return model


models(builtins.list, builtins.iter, collections.deque)(_container("list"))
models(builtins.set, builtins.frozenset)(_container("set"))
models(itertools.chain)(_container("list"))


@models(builtins.tuple)
def tuple_(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    value = arguments.get(0)
    if value and all(isinstance(atom, Tup) for atom in value):
        return value
    return _container("list")(engine, arguments, node)


@models(builtins.dict, collections.OrderedDict)
def dict_(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    box = engine.make((node, "dict"), "dict")
    for value in arguments.positional:
        for atom in value:
            if isinstance(atom, Box) and atom.kind == "dict":
                engine.extend(box, frozenset({atom}))
            else:
                put_pairs(engine, box, engine.iterate_atom(atom))
    for key, value in arguments.named:
        engine.put(box, value, key=key)
    engine.put(box, arguments.rest | arguments.named_rest)
    return frozenset({box})


def put_pairs(engine: Interpreter, box: Box, pairs: Value) -> None:
    """Put pairs into a dict."""
    for pair in pairs:
        if isinstance(pair, Tup) and len(pair.items) == 2:
            engine.put_key(box, *pair.items)
        else:
            elements = engine.iterate_atom(pair)
            engine.put_key(box, elements, elements)


@models(builtins.next)
def next_(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    found = arguments.get(1)
    for atom in arguments.get(0):
        answer = engine.ask(atom, "__next__")
        found |= engine.iterate_atom(atom) if answer is None else answer
    return found


@models(builtins.enumerate)
def enumerate_(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    box = engine.make((node, "enumerate"), "list")
    engine.put(box, frozenset({Tup((NUMBER, engine.iterate(arguments.get(0))))}))
    return frozenset({box})


@models(builtins.zip, itertools.zip_longest, itertools.product)
def zip_(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    box = engine.make((node, "zip"), "list")
    if arguments.rest or dict(arguments.named).get("repeat"):
        inner = engine.make((node, "zip", 0), "list")
        engine.put(inner, elements_of(engine, (arguments.rest, *arguments.positional)))
        engine.put(box, frozenset({inner}))
    else:
        fill = dict(arguments.named).get("fillvalue", NONE)
        parts = tuple(engine.iterate(value) | fill for value in arguments.positional)
        engine.put(box, frozenset({Tup(parts)}))
    return frozenset({box})


@models(builtins.map)
def map_(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    box = engine.make((node, "map"), "list")
    parts = [engine.iterate(value) for value in arguments.positional[1:]]
    rest = engine.iterate(arguments.rest) if arguments.rest else BOTTOM
    outcome = engine.call(arguments.get(0), Arguments(tuple(parts), rest=rest), (node, "map"))
    engine.put(box, outcome)
    return frozenset({box})


@models(builtins.filter, itertools.filterfalse, itertools.takewhile, itertools.dropwhile)
def filter_(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    box = engine.make((node, "filter"), "list")
    elements = engine.iterate(arguments.get(1))
    test = arguments.get(0)
    if test - NONE:
        engine.truth(engine.call(test - NONE, Arguments((elements,)), (node, "filter")))
    else:
        engine.truth(elements)
    engine.put(box, elements)
    return frozenset({box})


@models(builtins.sorted)
def sorted_(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    box = engine.make((node, "sorted"), "list")
    elements = engine.iterate(arguments.get(0))
    engine.sort_by(elements, arguments, node)
    engine.put(box, elements)
    return frozenset({box})


@models(builtins.min, builtins.max)
def extreme(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    several = len(arguments.positional) > 1 or arguments.rest
    elements = join(arguments.positional) if several else engine.iterate(arguments.get(0))
    engine.sort_by(elements | arguments.rest, arguments, node)
    return elements | arguments.rest | dict(arguments.named).get("default", BOTTOM)


@models(builtins.sum)
def sum_(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    elements = engine.iterate(arguments.get(0))
    start = arguments.get(1, "start") or known(0)
    if not engine.carries(elements | start):
        return INERT
    outcome = engine.binary(ast.Add(), start, elements, (node, "sum"))  # type: ignore[arg-type]
    return outcome | engine.binary(ast.Add(), outcome, elements, (node, "sum", 2))  # type: ignore[arg-type]


@models(builtins.any, builtins.all)
def any_(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    engine.truth(engine.iterate(arguments.get(0)))
    return TRUTH


@models(builtins.range)
def range_(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    return _asks("__index__")(engine, arguments, node)


@models(itertools.chain.__dict__["from_iterable"])
def from_iterable(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    box = engine.make((node, "chain"), "list")
    engine.put(box, engine.iterate(engine.iterate(arguments.get(0))))
    return frozenset({box})


def _same_elements(kind: str) -> Model:
    """Model what gives some elements of its first argument, one by one."""

    def model(engine: Interpreter, arguments: Arguments, node: object) -> Value:
        if arguments.rest:
            return engine.lose(f"{kind} of arguments that are not known")
        box = engine.make((node, kind), "list")
        engine.put(box, engine.iterate(arguments.get(0)))
        return frozenset({box})

    return model


models(itertools.islice)(_same_elements("islice"))
models(itertools.cycle)(_same_elements("cycle"))


@models(itertools.compress)
def compress(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    engine.truth(engine.iterate(arguments.get(1)))
    return _same_elements("compress")(engine, arguments, node)


@models(itertools.repeat)
def repeat(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    box = engine.make((node, "repeat"), "list")
    engine.put(box, arguments.get(0))
    return frozenset({box})


@models(itertools.tee)
def tee(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    box = engine.make((node, "tee"), "list")
    engine.put(box, _same_elements("copy")(engine, arguments, node))
    return frozenset({box})


@models(itertools.pairwise, itertools.combinations, itertools.permutations)
def groups(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    box = engine.make((node, "groups"), "list")
    engine.put(box, _same_elements("group")(engine, arguments, node))
    return frozenset({box})


@models(itertools.starmap)
def starmap(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    box = engine.make((node, "starmap"), "list")
    for atom in engine.iterate(arguments.get(1)):
        if isinstance(atom, Tup):
            spread = Arguments(atom.items)
        else:
            spread = Arguments(rest=engine.iterate_atom(atom))
        engine.put(box, engine.call(arguments.get(0), spread, (node, "starmap")))
    return frozenset({box})


@models(itertools.accumulate)
def accumulate(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    function = arguments.get(1, "func") - NONE
    elements = engine.iterate(arguments.get(0))
    initial = dict(arguments.named).get("initial", BOTTOM) - NONE
    box = engine.make((node, "accumulate"), "list")
    if function:
        engine.put(box, _fold(engine, function, elements, initial or elements, node))
    elif engine.carries(elements):
        engine.lose("accumulate() of rows")
    return frozenset({box})


@models(itertools.groupby)
def groupby(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    elements = engine.iterate(arguments.get(0))
    function = arguments.get(1, "key") - NONE
    keys = elements
    if function:
        keys = engine.call(function, Arguments((elements,)), (node, "groupby"))
    engine.equal(keys, keys)
    group = engine.make((node, "group"), "list")
    engine.put(group, elements)
    box = engine.make((node, "groupby"), "list")
    engine.put(box, frozenset({Tup((keys, frozenset({group})))}))
    return frozenset({box})


@models(builtins.reversed)
def reversed_(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    box = engine.make((node, "reversed"), "list")
    for atom in arguments.get(0):
        answer = engine.ask(atom, "__reversed__")
        elements = frozenset({atom}) if answer is None else answer
        engine.put(box, engine.iterate(elements))
    return frozenset({box})


@models(collections.defaultdict)
def defaultdict(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    rest = Arguments(arguments.positional[1:], arguments.named)
    found = dict_(engine, rest, (node, "defaultdict"))
    for box in found:
        if isinstance(box, Box):
            box.factory = arguments.get(0) - NONE
    return found


@models(collections.Counter)
def counter(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    box = engine.make((node, "counter"), "dict")
    elements = elements_of(engine, arguments.positional)
    engine.digest(elements)
    engine.put(box, INERT, keys=elements)
    return frozenset({box})


@models(dict.__dict__["fromkeys"])
def fromkeys(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    box = engine.make((node, "fromkeys"), "dict")
    elements = engine.iterate(arguments.get(0))
    engine.digest(elements)
    engine.put(box, arguments.get(1) or NONE, keys=elements)
    return frozenset({box})


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
models(operator.neg)(_asks("__neg__"))
models(operator.pos)(_asks("__pos__"))
models(operator.invert)(_asks("__invert__"))


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
    return _fold(engine, arguments.get(0), elements, arguments.get(2) or elements, node)


def _fold(
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
