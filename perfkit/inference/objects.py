"""Objects that the analysed code makes, methods of containers, declared callables."""

from __future__ import annotations

import dataclasses
import functools
import operator
from types import FunctionType
from typing import Any

from django.db.models import Model, Q
from django.db.models.query import QuerySet
from django.utils.functional import cached_property

from perfkit.inference.arguments import Arguments
from perfkit.inference.attributes import MAPPINGS
from perfkit.inference.declarations import Declaration, underlying
from perfkit.inference.live import MISSING, static
from perfkit.inference.operators import Operators
from perfkit.inference.values import (
    BOTTOM,
    INERT,
    NONE,
    TEXT,
    Atom,
    Bound,
    Box,
    Condition,
    Generator,
    Inert,
    Known,
    Method,
    Opaque,
    Partial,
    Row,
    RowPart,
    Rows,
    Selector,
    Tup,
    Value,
    constants,
    join,
    known,
    live,
    strings,
)

#: What methods of containers give: their elements, a new container of them, nothing.
_GIVES_ELEMENTS = {"pop", "popitem", "popleft", "get", "setdefault", "__getitem__", "__next__"}
_GIVES_COPY = {"copy", "union", "intersection", "difference", "symmetric_difference", "__iter__"}
_ADDS = {"append", "add", "appendleft"}
_ADDS_ALL = {"extend", "update", "extendleft", "__iadd__", "intersection_update"}
_SEARCHES = {"remove", "index", "count", "discard", "__contains__"}
_HARMLESS = {"clear", "reverse", "__len__", "isdisjoint", "issubset", "issuperset", "rotate"}
#: Classes whose values are plain, as annotations name them.
_PLAIN = {
    "str",
    "int",
    "float",
    "bool",
    "bytes",
    "None",
    "Decimal",
    "date",
    "datetime",
    "timedelta",
}


class Objects(Operators):
    """Instances of classes, and the methods of what Python builds in."""

    # Instances

    def call_class(self, cls: type, arguments: Arguments, node: object) -> Value:
        """Make an instance."""
        carrying = self.carries(arguments.everything())
        if issubclass(cls, Q):
            return self.make_condition(arguments)
        if issubclass(cls, tuple) and self.is_named_tuple(cls):
            return self.make_named_tuple(cls, arguments)
        if issubclass(cls, BaseException):
            return self.lose("an exception that carries the row") if carrying else INERT
        if issubclass(cls, QuerySet) and not carrying:
            made = constants(arguments.get(0, "model")) or []
            rows = [Row(one, one, own=True) for one in made if isinstance(one, type)]
            return frozenset(Rows(row, cls) for row in rows) or INERT
        if self.extends_container(cls):
            return self.make_container(cls, arguments, node)
        if not self.is_simple(cls):
            return self.call_builtin(cls, arguments, node)
        module = cls.__module__.partition(".")[0]
        if not carrying and module in ("django", "builtins"):
            return INERT
        box = self.make(node, "object", cls)
        initialise = self.static(cls, "__init__")
        if dataclasses.is_dataclass(cls) and self.is_generated(initialise):
            self.make_dataclass(box, cls, arguments)
        elif isinstance(initialise, FunctionType):
            self.call_known(initialise, arguments.after(frozenset({box})), node)
        return frozenset({box})

    @staticmethod
    def is_simple(cls: type) -> bool:
        """Tell whether instances of a class are made and hold attributes as usual."""
        if issubclass(cls, Model) or type(cls).__call__ is not type.__call__:
            return False
        names = ("__getattribute__", "__new__")
        return all(getattr(cls, name) is getattr(object, name) for name in names) and all(
            one.__module__ != "builtins" or one is object for one in cls.__mro__
        )

    @staticmethod
    def is_generated(function: Any) -> bool:
        """Tell whether a function was made by ``dataclass``."""
        code = getattr(function, "__code__", None)
        return code is not None and code.co_filename.startswith("<")

    def make_dataclass(self, box: Box, cls: type, arguments: Arguments) -> None:
        """Set the fields of a dataclass as its ``__init__`` does."""
        named = dict(arguments.named)
        positional = list(arguments.positional)
        for field in dataclasses.fields(cls):
            if not field.init:
                value: Value = INERT
            elif positional and not field.kw_only:
                value = positional.pop(0)
            elif field.name in named:
                value = named[field.name]
            else:
                value = arguments.rest | arguments.named_rest
                if field.default is not dataclasses.MISSING:
                    value |= known(field.default)
                if field.default_factory is not dataclasses.MISSING:
                    value |= self.call_known(field.default_factory, Arguments(), field)
            self.put(box, value, key=field.name)
        after = self.static(cls, "__post_init__")
        if isinstance(after, FunctionType):
            self.call_known(after, Arguments((frozenset({box}),)), cls)

    @staticmethod
    def extends_container(cls: type) -> bool:
        """Tell whether a class adds methods to a dict, list or set and leaves theirs as they are."""
        base = next(
            (one for one in (dict, list, set) if cls is not one and issubclass(cls, one)), None
        )
        own = [one for one in cls.__mro__ if one.__module__ != "builtins"]
        if (
            base is None
            or type(cls).__call__ is not type.__call__
            or any(one.__module__.partition(".")[0] in ("collections", "django") for one in own)
        ):
            return False
        names = {name for one in own for name, raw in vars(one).items() if callable(raw)}
        asked = {"__missing__", "__getattr__", *dir(base)} - {"__setitem__"}
        return not names & asked

    def make_container(self, cls: type, arguments: Arguments, node: object) -> Value:
        """Make a container of a class that extends a built-in one."""
        base = next(one for one in (dict, list, set) if issubclass(cls, one))
        found = self.call_known(base, arguments, (node, cls))
        for box in found:
            if isinstance(box, Box):
                box.extension = cls
        return found

    def is_named_tuple(self, cls: type) -> bool:
        """Tell whether instances of a class are made as ``namedtuple`` does."""
        maker = self.static(cls, "__new__")
        names = getattr(getattr(maker, "__func__", None), "__globals__", {})
        return hasattr(cls, "_fields") and names.get("__name__", "").startswith("namedtuple_")

    def make_named_tuple(self, cls: Any, arguments: Arguments) -> Value:
        """Make a named tuple."""
        defaults = cls._field_defaults
        others = arguments.rest | arguments.named_rest
        items = tuple(
            arguments.get(index, name) or (known(defaults[name]) if name in defaults else BOTTOM)
            for index, name in enumerate(cls._fields)
        )
        return frozenset({Tup(tuple(item | others for item in items), cls)})

    def make_condition(self, arguments: Arguments) -> Value:
        """Make a ``Q`` object."""
        pairs = set(arguments.named)
        for value in arguments.positional:
            for atom in value:
                if isinstance(atom, Condition):
                    pairs |= atom.pairs
        if self.carries(arguments.rest | arguments.named_rest):
            return self.lose("the row is given to Q()")
        return frozenset({Condition(frozenset(pairs))})

    def get_object(self, box: Box, name: str) -> Value:
        """Read an attribute of an object that the analysed code made."""
        assert box.cls is not None
        if name == "__class__":
            return known(box.cls)
        raw = self.static(box.cls, name)
        return self.get_object_raw(box, name, raw)

    def get_object_raw(self, receiver: Atom, name: str, raw: Any) -> Value:
        """Read an attribute of an object whose class holds ``raw`` under that name."""
        held = self.contents(receiver).fields.get(name) if isinstance(receiver, Box) else None
        if isinstance(receiver, Tup) and receiver.cls is not None:
            fields = getattr(receiver.cls, "_fields", ())
            if name in fields:
                return receiver.items[fields.index(name)]
        if raw is MISSING:
            if held is not None:
                return held
            own = receiver.cls if isinstance(receiver, Box) else None
            fallback = self.static(own, "__getattr__") if own is not None else None
            if isinstance(fallback, FunctionType):
                return self.call_known(
                    fallback, Arguments((frozenset({receiver}), known(name))), fallback
                )
            return (
                self.lose(f"{name} of {self.describe(receiver)}") if name == "__dict__" else BOTTOM
            )
        if isinstance(raw, (property, functools.cached_property, cached_property)):
            return self.get_member(receiver, raw)
        if isinstance(raw, classmethod):
            owner = receiver.cls if isinstance(receiver, Box) else type(receiver)
            return frozenset({Bound(Known(raw.__func__), known(owner))})
        if isinstance(raw, staticmethod):
            return known(raw.__func__)
        if isinstance(raw, FunctionType):
            return (held or BOTTOM) | {Bound(Known(raw), frozenset({receiver}))}
        getter = getattr(type(raw), "__get__", None)
        if isinstance(getter, FunctionType):
            return self.call_known(
                getter, Arguments((known(raw), frozenset({receiver}), INERT)), raw
            )
        if getter is not None and getattr(raw, "__objclass__", None) is object:
            return frozenset({Bound(Known(raw), frozenset({receiver}))})
        if getter is not None and type(raw).__name__ == "member_descriptor":
            return held or BOTTOM
        if getter is not None:
            return self.lose(f"{name} of {self.describe(receiver)}")
        return held or live(raw)

    def set_object(self, box: Box, name: str, value: Value) -> None:
        """Assign to an attribute of an object that the analysed code made."""
        assert box.cls is not None
        raw = self.static(box.cls, name)
        setter = self.static(box.cls, "__setattr__")
        if isinstance(setter, FunctionType) and not self.is_running(setter):
            self.call_known(setter, Arguments((frozenset({box}), known(name), value)), setter)
        elif isinstance(raw, property):
            if raw.fset is not None:
                self.call_known(raw.fset, Arguments((frozenset({box}), value)), raw)
        elif isinstance(getattr(type(raw), "__set__", None), FunctionType):
            self.lose(f"an assignment to {name}, a {type(raw).__name__}")
        else:
            self.put(box, value, key=name)

    def call_object(self, box: Box, arguments: Arguments, node: object) -> Value:
        """Call an object that the analysed code made."""
        found = self.ask(box, "__call__") if arguments == Arguments() else None
        if box.cls is None:
            return BOTTOM
        raw = self.static(box.cls, "__call__")
        if isinstance(raw, FunctionType):
            return self.call_known(raw, arguments.after(frozenset({box})), node)
        return found or self.lose(f"a call of a {box.cls.__name__}")

    def call_instance(self, target: object, arguments: Arguments, node: object) -> Value:
        """Call a live object that is no function."""
        kinds: dict[type, str] = {
            operator.attrgetter: "attribute",
            operator.itemgetter: "item",
            operator.methodcaller: "method",
        }
        if type(target) in kinds:
            parts = target.__reduce__()[1]
            names = tuple(known(one) for one in parts)
            return self.select(Selector(kinds[type(target)], names), arguments, node)
        raw = self.static(type(target), "__call__")
        if isinstance(raw, FunctionType):
            return self.call_known(raw, arguments.after(known(target)), node)
        return self.call_builtin(target, arguments, node)

    def select(self, selector: Selector, arguments: Arguments, node: object) -> Value:
        """Call an ``attrgetter``, ``itemgetter`` or ``methodcaller``."""
        subject = arguments.get(0)
        if selector.kind == "item":
            found = [self.subscript(subject, name, node) for name in selector.names]
        elif selector.kind == "method":
            names = strings(selector.names[0])
            if names is None:
                return self.lose("methodcaller() of a name that is not known")
            rest = Arguments((*selector.names[1:], *selector.arguments))
            found = [self.call(self.get(subject, name), rest, node) for name in names]
        else:
            found = [self.get_dotted(subject, name) for name in selector.names]
        return found[0] if len(found) == 1 else frozenset({Tup(tuple(found))})

    def get_dotted(self, subject: Value, name: Value) -> Value:
        """Read an attribute by a dotted name."""
        names = strings(name)
        if names is None:
            if self.carries(subject):
                return self.lose("an attribute whose name is not known")
            return INERT
        found = BOTTOM
        for dotted in names:
            value = subject
            for part in dotted.split("."):
                value = self.get(value, part)
            found |= value
        return found

    def partial(
        self,
        function: Value,
        positional: tuple[Value, ...],
        named: tuple[tuple[str, Value], ...],
    ) -> Value:
        """Return a callable with some of its arguments."""
        return frozenset({Partial(function, positional, named)})

    # Methods of what Python builds in

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
        folded = name in ("lower", "upper", "strip", "title", "capitalize") and arguments.simple
        if folded and isinstance(receiver, Known) and not arguments.positional:
            return known(getattr(receiver.obj, name)())
        return TEXT if name not in ("split", "rsplit", "partition", "splitlines") else INERT

    def call_part(self, part: RowPart, name: str, arguments: Arguments) -> Value:
        """Call a method of the ``__dict__`` of a row."""
        if part.part in MAPPINGS and name in ("get", "pop", "setdefault", "__getitem__"):
            names = strings(arguments.get(0))
            if names is not None:
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

    # Declarations

    def call_declared(
        self, target: Any, declaration: Declaration, arguments: Arguments, node: object
    ) -> Value:
        """Call something whose reads were declared."""
        function = underlying(target)
        code = getattr(function, "__code__", None)
        names = code.co_varnames[: code.co_argcount] if code is not None else ()
        name = declaration.argument or (names[0] if names else "")
        index = names.index(name) if name in names else (-1 if declaration.argument else 0)
        subject = arguments.get(index if index >= 0 else len(arguments.positional), name)
        for atom in subject:
            if isinstance(atom, Row):
                self.read_declared(atom, declaration, function)
            elif self.carries(frozenset({atom})):
                self.lose(f"{self.describe(atom)} is given to {self.describe(Known(function))}")
        others = [v for i, v in enumerate(arguments.positional) if i != index]
        others += [value for key, value in arguments.named if key != name]
        if self.carries(join([*others])):
            self.lose(
                f"another argument of {self.describe(Known(function))}, which is not declared"
            )
        return self.declared_outcome(function, arguments, node)

    def read_declared(self, row: Row, declaration: Declaration, function: Any) -> None:
        """Read the declared paths; the line that reads them is that of the function."""
        frame = self.frame
        line, file, name = frame.line, frame.file, frame.function
        code = getattr(function, "__code__", None)
        if code is not None:
            frame.line, frame.file = code.co_firstlineno, code.co_filename
            frame.function = function.__qualname__
        for path in declaration.paths:
            self.read_path(row, path)
        frame.line, frame.file, frame.function = line, file, name

    def declared_outcome(self, function: Any, arguments: Arguments, node: object) -> Value:
        """Return what a declared callable gives: a plain value, unless that can't be told."""
        annotation = getattr(function, "__annotations__", {}).get("return", function)
        if getattr(annotation, "__name__", str(annotation)) in _PLAIN or annotation is None:
            return INERT
        if isinstance(function, FunctionType):
            kept = (dict(self.reads), dict(self.unresolved), dict(self.own_queries))
            outcome = self.call_function(function, arguments, node)
            followed = len(self.unresolved) == len(kept[1])
            self.reads, self.unresolved, self.own_queries = kept
            self.memo.clear()
            if followed and not self.carries(outcome):
                return outcome
        name = getattr(function, "__qualname__", repr(function))
        return frozenset({Opaque(f"the outcome of {name}, whose return type is not annotated")})

    def read_path(self, row: Row, path: str) -> None:
        """Read a declared path."""
        value: Value = frozenset({row})
        names = path.split("__")
        index = 0
        while index < len(names):
            name = names[index]
            if name == "" and path.startswith("__"):
                name, index = path, len(names)  # ``__str__`` is a name by itself.
            index += 1
            value = self.read_name(value, name, last=index >= len(names))

    def read_name(self, value: Value, name: str, *, last: bool) -> Value:
        """Read one name of a declared path; a bare foreign key is its key column."""
        found = BOTTOM
        for atom in value:
            if not isinstance(atom, Row):
                continue
            raw = static(atom.model, name)
            field = getattr(raw, "field", None)
            if last and field is not None and getattr(field, "column", None):
                if getattr(field, "name", None) == name and field.model in atom.model.__mro__:
                    found |= self.read_column(atom, field)
                    continue
            found |= self.get_row(atom, name)
        rows = BOTTOM
        for atom in found:
            if isinstance(atom, Rows):
                for queryset in self.fetchable(atom) if atom.manager else {atom}:
                    rows |= self.iterate_atom(queryset)
            elif isinstance(atom, Bound) and last:
                self.call_atom(atom, Arguments(), name)
            else:
                rows |= {atom}
        return rows


__all__ = ["Objects"]
