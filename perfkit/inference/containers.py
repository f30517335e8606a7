"""The methods of what Python builds in: containers, text, parts of rows."""

from __future__ import annotations

from perfkit.inference.arguments import Arguments
from perfkit.inference.attributes import MAPPINGS
from perfkit.inference.folding import folded
from perfkit.inference.objects import Objects
from perfkit.inference.values import (
    INERT,
    NONE,
    TEXT,
    TRUTH,
    Box,
    Generator,
    Inert,
    Known,
    Method,
    Row,
    RowPart,
    Rows,
    Tup,
    Value,
    join,
    known,
    strings,
)

#: What methods of containers give: their elements, a new container of them, nothing.
_GIVES_ELEMENTS = {"pop", "popitem", "popleft", "get", "setdefault", "__getitem__", "__next__"}

#: Methods of texts that make another text of texts, and do nothing else.
_FOLDED = set(
    "lower upper strip lstrip rstrip title capitalize replace removeprefix removesuffix".split()
)

_GIVES_COPY = {"copy", "union", "intersection", "difference", "symmetric_difference", "__iter__"}

_ADDS = {"append", "add", "appendleft"}

_ADDS_ALL = {"extend", "update", "extendleft", "__iadd__", "intersection_update"}

_SEARCHES = {"remove", "index", "count", "discard", "__contains__"}

_HARMLESS = {"clear", "reverse", "__len__", "isdisjoint", "issubset", "issuperset", "rotate"}


class Containers(Objects):
    """Methods by name, for the kinds of objects that are modelled."""

    def call_method(self, method: Method, arguments: Arguments, node: object) -> Value:
        """Call a modelled method."""
        receiver, name = method.receiver, method.name
        if isinstance(receiver, Rows):
            return self.call_rows(receiver, name, arguments, node)
        if isinstance(receiver, Box):
            return self.call_container(receiver, name, arguments, node)
        if isinstance(receiver, Tup):
            if name in _SEARCHES:
                self.equal(join(receiver.items), arguments.get(0))
                return INERT
            return self.call_plain(method, arguments)
        if isinstance(receiver, Generator):
            if self.carries(arguments.everything()):
                return self.lose(f"{name}() of a generator with the row")
            return self.consume(receiver) | self.outcome_of(frozenset({receiver}))
        if isinstance(receiver, RowPart):
            return self.call_part(receiver, name, arguments)
        if isinstance(receiver, (Known, Inert)):
            return self.call_text(method, arguments)
        return self.call_plain(method, arguments)

    def call_plain(self, method: Method, arguments: Arguments) -> Value:
        """Call a method that is harmless as long as no row takes part."""
        if self.carries(arguments.everything() | {method.receiver}):
            return self.lose(f"{method.name}() of {self.describe(method.receiver)}")
        self.escape(arguments.everything())
        return INERT

    def call_text(self, method: Method, arguments: Arguments) -> Value:
        """Call a method of a string, or of another plain object."""
        receiver, name = method.receiver, method.name
        kind = type(receiver.obj) if isinstance(receiver, Known) else None
        if isinstance(receiver, Inert):
            kind = receiver.type
        if kind is not str:
            return self.call_plain(method, arguments)
        if name == "join":
            tuples = [one for one in arguments.get(0) if isinstance(one, Tup)]
            separators = strings(frozenset({receiver}))
            if separators and len(tuples) == len(arguments.get(0)) == 1:
                items = [strings(one) for one in tuples[0].items]
                if None not in items:
                    return folded(items, separators[0].join)
            elements = self.iterate(arguments.get(0))
            if any(not isinstance(one, (Inert, Known, Row)) for one in elements):
                self.call_plain(method, Arguments((elements,)))
            return TEXT
        if name in ("format", "format_map"):
            named = dict(arguments.named)
            positional = list(arguments.positional)
            if name == "format_map":
                named, others = self.spread_mapping(arguments.get(0))
                if self.carries(others):
                    return self.lose("format_map() of a mapping that is not known")
                positional = []
            rest = arguments.rest | arguments.named_rest
            return self.format_text(frozenset({receiver}), positional, named, rest)
        if self.carries(arguments.everything()):
            return self.call_plain(method, arguments)
        if name in ("startswith", "endswith") and isinstance(receiver, Known):
            alone = arguments.simple and len(arguments.positional) == 1
            prefixes = strings(arguments.get(0)) if alone else None
            outcomes = {getattr(receiver.obj, name)(one) for one in prefixes or ()}
            return known(outcomes.pop()) if len(outcomes) == 1 else TRUTH
        if name in _FOLDED and isinstance(receiver, Known) and arguments.simple:
            given = [strings(one) for one in arguments.positional]
            return folded(given, lambda choice: str(getattr(receiver.obj, name)(*choice)))
        return TEXT if name not in ("split", "rsplit", "partition", "splitlines") else INERT

    def call_part(self, part: RowPart, name: str, arguments: Arguments) -> Value:
        """Call a method of the ``__dict__`` of a row."""
        if part.part in MAPPINGS and name in ("get", "pop", "setdefault", "__getitem__"):
            names = strings(arguments.get(0))
            columns = {field.attname for field in part.row.model._meta.concrete_fields}
            if names is not None and not (name == "pop" and columns & set(names)):
                default = arguments.get(1) or NONE
                return default | self.subscript_part(part, arguments.get(0))
        if part.part == "dict" and name in ("keys", "__contains__", "__len__"):
            return INERT
        return self.lose(
            f"{name}() of the {'__dict__' if part.part == 'dict' else 'file'} of a row"
        )

    def call_container(self, box: Box, name: str, arguments: Arguments, node: object) -> Value:
        """Call a method of a container that the analysed code made."""
        held = self.contents(box)
        first = arguments.get(0)
        if name in _ADDS:
            if box.kind == "set":
                self.digest(first)
            self.put(box, first)
        elif name == "insert":
            self.put(box, arguments.get(1))
        elif name in _ADDS_ALL:
            self.add_all(box, arguments)
        elif name in _SEARCHES:
            self.search(frozenset({box}), first)
            return INERT
        elif name == "__setitem__":
            self.set_item(frozenset({box}), first, arguments.get(1))
        elif name == "sort":
            self.sort_by(held.everything(), arguments, node)
        elif name in ("keys", "values", "items", "most_common"):
            return self.view(box, name, node)
        elif name in _GIVES_ELEMENTS:
            return self.take(box, name, arguments)
        elif name in _GIVES_COPY:
            for value in arguments.positional:
                self.digest(self.iterate(value))
            return self.copy(box, node, *arguments.positional)
        elif name not in _HARMLESS:
            return self.call_plain(Method(box, name), arguments)
        return NONE

    def add_all(self, box: Box, arguments: Arguments) -> None:
        """Add the elements, or items, of all arguments to a container."""
        for value in (*arguments.positional, arguments.rest):
            self.extend(box, value)
        for key, value in arguments.named:
            self.put(box, value, key=key)
        self.put(box, arguments.named_rest)

    def take(self, box: Box, name: str, arguments: Arguments) -> Value:
        """Take an element out of a container."""
        if box.kind != "dict":
            return self.contents(box).everything()
        if name == "popitem":
            held = self.contents(box)
            return frozenset({Tup((held.keys | INERT, held.everything()))})
        default = arguments.get(1, "default") or NONE
        if name == "setdefault":
            self.put_key(box, arguments.get(0), default)
        return self.subscript_box(box, arguments.get(0), False) | default

    def view(self, box: Box, name: str, node: object) -> Value:
        """Return the keys, values or items of a dict."""
        held = self.contents(box)
        found = self.make((node, box), "list")
        keys = self.iterate_atom(box)
        if name == "keys":
            self.put(found, keys)
        elif name == "values":
            self.put(found, held.everything())
        elif name == "most_common":
            self.put(found, frozenset({Tup((keys, INERT))}))
        else:
            for key, value in held.fields.items():
                self.put(found, frozenset({Tup((known(key), value))}))
            if held.items:
                self.put(found, frozenset({Tup((held.keys, held.items))}))
        return frozenset({found})

    def copy(self, box: Box, node: object, *others: Value) -> Value:
        """Return a new container with the same elements and those of others."""
        made = self.make((node, box), box.kind)
        held = self.contents(box)
        self.put(made, held.items, keys=held.keys)
        for key, value in held.fields.items():
            self.put(made, value, key=key)
        for value in others:
            self.put(made, self.iterate(value))
        return frozenset({made})

    def sort_by(self, elements: Value, arguments: Arguments, node: object) -> None:
        """Order elements by ``key=``, or by themselves."""
        key = dict(arguments.named).get("key", NONE)
        if key - NONE:
            elements = self.call(key - NONE, Arguments((elements,)), (node, "key"))
        self.sort(elements)
