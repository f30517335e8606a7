"""What Django's own filters read of a row that they are given; any other filter is followed as a function."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.template import defaultfilters
from django.templatetags import i18n, l10n, tz

from perfkit.inference.arguments import Arguments
from perfkit.inference.values import (
    BOTTOM,
    INERT,
    NONE,
    TEXT,
    Box,
    Inert,
    Row,
    Rows,
    Tup,
    Value,
    join,
    known,
    strings,
)

if TYPE_CHECKING:
    from perfkit.integrations.templates.lookups import Lookups

#: Takes the analysis, the value, the argument (empty if there is none) and the place of the filter.
FilterModel = Callable[["Lookups", Value, Value, object], Value]

FILTERS: dict[Any, FilterModel] = {}

#: How deep lists in lists are followed.
_DEEPEST = 5


def _named(module: Any, names: str) -> Callable[[FilterModel], FilterModel]:
    """Register the model of filters; those that a version of Django doesn't have are left out."""

    def register(model: FilterModel) -> FilterModel:
        for name in names.split():
            if hasattr(module, name):
                FILTERS[getattr(module, name)] = model
        return model

    return register


@_named(
    defaultfilters,
    "addslashes capfirst escapejs_filter iriencode linenumbers lower make_list slugify title "
    "truncatechars truncatechars_html truncatewords truncatewords_html upper urlencode urlize "
    "urlizetrunc wordcount wordwrap ljust rjust center cut escape_filter force_escape "
    "linebreaks_filter linebreaksbr safe striptags phone2numeric_filter",
)
@_named(i18n, "language_name language_name_translated language_name_local language_bidi")
@_named(l10n, "localize unlocalize")
def text(engine: Lookups, value: Value, argument: Value, node: object) -> Value:
    """Turn the value into text."""
    engine.text(value)
    engine.text(argument)
    return TEXT


@_named(defaultfilters, "stringformat floatformat filesizeformat divisibleby pprint")
def number(engine: Lookups, value: Value, argument: Value, node: object) -> Value:
    """Turn the value into a number or text, or show it as Python would."""
    for atom in value | argument:
        for name in ("__int__", "__float__", "__index__", "__round__"):
            engine.ask(atom, name)
    engine.text(value)
    engine.text(value, representation=True)
    engine.text(argument)
    return TEXT


@_named(defaultfilters, "get_digit")
def digit(engine: Lookups, value: Value, argument: Value, node: object) -> Value:
    """Give a digit of a number; what is none is handed on."""
    return number(engine, value, argument, node) | value


@_named(tz, "localtime utc do_timezone")
def instant(engine: Lookups, value: Value, argument: Value, node: object) -> Value:
    """Give a moment in another time zone; what is none is an empty text."""
    return INERT


@_named(defaultfilters, "date time timesince_filter timeuntil_filter json_script")
def plain(engine: Lookups, value: Value, argument: Value, node: object) -> Value:
    """Read a value that is a moment, or is made JSON: a row is neither."""
    if engine.carries(value | argument):
        return engine.lose("a filter for plain values that is given a row")
    return TEXT


@_named(defaultfilters, "first last random")
def element(engine: Lookups, value: Value, argument: Value, node: object) -> Value:
    """Give an element."""
    return engine.subscript(value, INERT, node) | TEXT


@_named(defaultfilters, "slice_filter")
def slice_(engine: Lookups, value: Value, argument: Value, node: object) -> Value:
    """Give a part of a list; what has no parts is handed on."""
    rows = frozenset(atom for atom in value if isinstance(atom, Row))
    for row in rows:
        engine.ask(row, "__getitem__", INERT)
    return engine.subscript(value - rows, frozenset({Inert(slice)}), node) | rows


@_named(defaultfilters, "join")
def joined(engine: Lookups, value: Value, argument: Value, node: object) -> Value:
    """Turn the elements into text; what has none is handed on."""
    engine.text(argument)
    rows = _not_iterable(engine, value)
    engine.marked_up(engine.iterate(value - rows))
    return TEXT | rows


@_named(defaultfilters, "length pluralize length_is")
def length(engine: Lookups, value: Value, argument: Value, node: object) -> Value:
    """Count the elements."""
    for atom in value:
        if isinstance(atom, Rows) and not atom.manager:
            engine.fetch(atom)
        for name in ("__float__", "__len__"):
            if not isinstance(atom, Rows):
                engine.ask(atom, name)
    return INERT


@_named(defaultfilters, "default")
def default(engine: Lookups, value: Value, argument: Value, node: object) -> Value:
    """Give the value if it is true, else the argument."""
    engine.truth(value)
    return value | argument


@_named(defaultfilters, "default_if_none")
def default_if_none(engine: Lookups, value: Value, argument: Value, node: object) -> Value:
    """Give the value unless it is None, else the argument."""
    return (value - NONE) | argument


@_named(defaultfilters, "yesno")
def yesno(engine: Lookups, value: Value, argument: Value, node: object) -> Value:
    """Ask whether the value is true."""
    engine.truth(value)
    return TEXT


@_named(defaultfilters, "add")
def add(engine: Lookups, value: Value, argument: Value, node: object) -> Value:
    """Add two numbers, texts or lists."""
    for atom in value | argument:
        engine.ask(atom, "__int__")
    return engine.binary(ast.Add(), value, argument, ast.Constant(value=None)) | TEXT


@_named(defaultfilters, "safeseq escapeseq")
def texts(engine: Lookups, value: Value, argument: Value, node: object) -> Value:
    """Turn each element into text."""
    engine.marked_up(engine.iterate(value))
    box = engine.make((node, "texts"), "list")
    engine.put(box, TEXT)
    return frozenset({box})


@_named(defaultfilters, "unordered_list")
def unordered_list(engine: Lookups, value: Value, argument: Value, node: object) -> Value:
    """Turn the elements of lists in lists into text."""
    return nested(engine, value, 0)


def nested(engine: Lookups, value: Value, depth: int) -> Value:
    """Turn the elements of lists in lists into text, down to a depth."""
    if depth > _DEEPEST:
        return engine.lose("lists nested too deep")
    for atom in engine.iterate(value):
        if isinstance(atom, (Box, Tup, Rows)):
            nested(engine, frozenset({atom}), depth + 1)
        else:
            if isinstance(atom, Row) and engine.ask(atom, "__iter__") is not None:
                engine.lose("a list of rows that are lists themselves")
            engine.marked_up(frozenset({atom}))
    return TEXT


@_named(defaultfilters, "dictsort dictsortreversed")
def sort(engine: Lookups, value: Value, argument: Value, node: object) -> Value:
    """Sort by a dotted name, which is looked up and never called."""
    elements = engine.iterate(value)
    names = strings(argument)
    if names is None:
        if engine.carries(elements | argument):
            return engine.lose("sorting by a name that is only known when the template is rendered")
        names = []
    for name in names:
        keys = elements
        for bit in name.split("."):
            keys = join(engine.look_up_atom(atom, bit, node) for atom in keys)
        engine.sort(keys)
    box = engine.make((node, "sorted"), "list")
    engine.put(box, elements)
    return frozenset({box})


def _not_iterable(engine: Lookups, value: Value) -> Value:
    """Return the rows in a value that have no elements."""
    return frozenset(
        atom for atom in value if isinstance(atom, Row) and engine.ask(atom, "__iter__") is None
    )


def stringfilter_code() -> Any:
    """Return the code of the wrapper that ``@stringfilter`` makes, equal for all filters."""
    return getattr(defaultfilters.stringfilter(str.upper), "__code__", None)


def apply_stringfilter(engine: Lookups, arguments: Arguments, node: object) -> Value:
    """Call a filter under ``@stringfilter``, which turns its first argument into text."""
    cells, value, *others = (*arguments.positional, BOTTOM)[: len(arguments.positional)]
    engine.text(value)
    function = BOTTOM
    for atom in cells:
        function |= known(atom.obj["func"].cell_contents)  # type: ignore[attr-defined]
    return engine.call(function, Arguments((TEXT, *others), arguments.named), node)
