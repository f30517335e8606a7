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
from perfkit.inference.live import MISSING
from perfkit.inference.subscripts import Subscripts
from perfkit.inference.values import (
    BOTTOM,
    INERT,
    Atom,
    Bound,
    Box,
    Condition,
    Known,
    Partial,
    Row,
    Rows,
    Selector,
    Tup,
    Value,
    constants,
    known,
    live,
    strings,
)


class Objects(Subscripts):
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
        self.ask(box, "__del__")  # Nobody knows when, but it will run.
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
        known_fields = {field.name for field in dataclasses.fields(cls)}
        if set(vars(cls).get("__dataclass_fields__", ())) - known_fields:
            self.lose(f"{cls.__qualname__}, which has InitVar or ClassVar fields")
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
        """Make a named tuple; one that answers by methods of its own may hold no row."""
        for name in {name for one in cls.__mro__ for name in vars(one) if name.startswith("__")}:
            raw = self.static(cls, name)
            if isinstance(raw, FunctionType) and not _is_made(raw):
                if self.carries(arguments.everything()):
                    return self.lose(f"{cls.__qualname__}, a named tuple with its own {name}()")
                self.escape(arguments.everything())
                return INERT
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
            owner = receiver.cls if isinstance(receiver, (Box, Tup)) else None
            if isinstance(receiver, Known):
                owner = type(receiver.obj)
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
        cls = box.cls or box.extension
        if cls is None:
            return BOTTOM
        raw = self.static(cls, "__call__")
        if isinstance(raw, FunctionType):
            return self.call_known(raw, arguments.after(frozenset({box})), node)
        return self.lose(f"a call of a {cls.__name__}")

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


def _is_made(function: FunctionType) -> bool:
    """Tell whether Python gave a function to a class of named tuples (3.14 one for its annotations too)."""
    module = function.__module__
    return module.startswith(("collections", "namedtuple_")) or "annotate" in function.__name__
