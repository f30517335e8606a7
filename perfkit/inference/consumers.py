"""The object whose method is handed a row: a serializer, a ModelAdmin, a view."""

from __future__ import annotations

import functools
from types import FunctionType
from typing import TYPE_CHECKING, Any

from django.utils.functional import cached_property

from perfkit.inference.arguments import Arguments
from perfkit.inference.declared import Declared
from perfkit.inference.live import MISSING, static
from perfkit.inference.modelling import models
from perfkit.inference.statics import ANY, attributes_assigned
from perfkit.inference.values import (
    INERT,
    NONE,
    Atom,
    Bound,
    Consumer,
    Items,
    Known,
    Opaque,
    Row,
    Super,
    Value,
    constants,
    known,
    live,
)

if TYPE_CHECKING:
    from perfkit.inference.declarations import Declaration
    from perfkit.inference.interpreter import Interpreter


def get_item(items: Any, key: Any, default: Any = None) -> Any:
    """Stand for ``get`` of the dictionaries of a consumer."""
    return items.get(key, default)


@models(get_item)
def get_of_items(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    """An item, or the default."""
    found = arguments.get(2) or NONE
    for atom in arguments.get(0):
        found |= engine.subscript_atom(atom, arguments.get(1), node)
    return found


class Consumers(Declared):
    """Reads attributes of an object of which only the class is known.

    Its methods and properties are followed. What they set may be a row, and so may what is said to
    hold rows; any other attribute is taken for harmless.
    """

    def get_atom(self, atom: Atom, name: str) -> Value:
        """Read an attribute of one thing."""
        if isinstance(atom, Items):
            if name == "get":
                return frozenset({Bound(Known(get_item), frozenset({atom}))})
            return frozenset({Opaque(f"{atom.name}.{name}, which may hold rows")})
        if not isinstance(atom, Consumer):
            return super().get_atom(atom, name)
        if name in atom.holds:
            return frozenset({Opaque(f"{atom.cls.__name__}.{name}, which may hold rows")})
        if name in atom.plain:
            return INERT
        start = f"{name}["
        if items := [one for one in atom.plain if one.startswith(start)]:
            keys = frozenset(one.removeprefix(start).removesuffix("]") for one in items)
            return frozenset({Items(None, f"{atom.cls.__name__}.{name}", keys)})
        if name == "__class__":
            return known(atom.cls)
        return self.get_of_consumer(atom, name, self.static(atom.cls, name))

    def get_super(self, atom: Super, name: str) -> Value:
        """Read an attribute of ``super()``."""
        receiver = atom.receiver
        if not isinstance(receiver, Consumer):
            return super().get_super(atom, name)
        mro = receiver.cls.__mro__
        after = mro[mro.index(atom.cls) + 1 :] if atom.cls in mro else ()
        raw = next((vars(one)[name] for one in after if name in vars(one)), MISSING)
        return self.get_of_consumer(receiver, name, raw)

    def get_of_consumer(self, receiver: Consumer, name: str, raw: Any) -> Value:
        """Read an attribute of a consumer whose class holds ``raw`` under that name."""
        cls, itself = receiver.cls, frozenset({receiver})
        if isinstance(raw, (property, functools.cached_property, cached_property)):
            return self.get_member(receiver, raw)
        if isinstance(raw, FunctionType):
            return frozenset({Bound(Known(raw), itself)})
        if isinstance(raw, classmethod):
            return frozenset({Bound(Known(raw.__func__), known(cls))})
        if isinstance(raw, staticmethod):
            return known(raw.__func__)
        getter = getattr(type(raw), "__get__", None)
        if isinstance(getter, FunctionType):
            return self.call_known(getter, Arguments((known(raw), itself, known(cls))), raw)
        assigned = attributes_assigned(cls)
        if name in assigned or (raw is MISSING and ANY in assigned):
            return frozenset({Opaque(f"{cls.__name__}.{name}, which its methods set")})
        return INERT if raw is MISSING or getter is not None else live(raw)

    def iterate_atom(self, atom: Atom) -> Value:
        """Return the elements of one iterable; a consumer may be one that holds rows."""
        if isinstance(atom, Items):
            return INERT
        if isinstance(atom, Consumer) and static(atom.cls, "__iter__") is not MISSING:
            return self.lose(f"the elements of a {atom.cls.__name__}")
        return super().iterate_atom(atom)

    def subscript_atom(self, atom: Atom, key: Value, node: object) -> Value:
        """Return ``atom[key]``; a consumer may be a container of rows."""
        if isinstance(atom, Items):
            keys = constants(key)
            if keys is not None and all(one in atom.plain for one in keys):
                return INERT
            return frozenset({Opaque(f"an item of {atom.name}, which may hold rows")})
        if isinstance(atom, Consumer):
            return self.lose(f"an item of a {atom.cls.__name__}")
        return super().subscript_atom(atom, key, node)

    def call_declared(
        self, target: Any, declaration: Declaration, arguments: Arguments, node: object
    ) -> Value:
        """Call something whose reads were declared: of a consumer's method, the row is the next argument."""
        subject = arguments.get(0)
        is_method = bool(subject) and all(isinstance(atom, Consumer) for atom in subject)
        if not is_method or declaration.argument is not None:
            return super().call_declared(target, declaration, arguments, node)
        for atom in arguments.everything():
            if isinstance(atom, Row):
                self.read_declared(atom, declaration, target)
            elif self.carries(frozenset({atom})):
                self.lose(f"{self.describe(atom)} is given to {self.describe(Known(target))}")
        return self.declared_outcome(target, arguments, node)
