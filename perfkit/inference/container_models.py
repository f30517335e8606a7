"""What built-in containers, and functions that go through them, do with rows."""

from __future__ import annotations

import ast
import builtins
import collections
import itertools
from typing import TYPE_CHECKING

from perfkit.inference.arguments import Arguments
from perfkit.inference.values import (
    BOTTOM,
    INERT,
    NONE,
    NUMBER,
    TRUTH,
    Box,
    Tup,
    Value,
    join,
    known,
)

if TYPE_CHECKING:
    from perfkit.inference.interpreter import Interpreter
from perfkit.inference.builtin_models import asks
from perfkit.inference.function_models import fold
from perfkit.inference.modelling import Model, elements_of, models


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
    return asks("__index__")(engine, arguments, node)


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
        engine.put(box, fold(engine, function, elements, initial or elements, node))
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
