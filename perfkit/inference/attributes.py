"""Attributes of everything that is no row, and assignments."""

from __future__ import annotations

import enum
import functools
import sys
from types import FunctionType, GetSetDescriptorType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.core.cache.backends.base import BaseCache
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.manager import BaseManager, ManagerDescriptor
from django.db.models.options import Options
from django.utils.connection import ConnectionProxy
from django.utils.functional import cached_property

from perfkit.inference.arguments import Arguments
from perfkit.inference.live import MISSING
from perfkit.inference.supers import Supers
from perfkit.inference.values import (
    BOTTOM,
    INERT,
    LOST,
    Atom,
    Bound,
    Box,
    Closure,
    Deferred,
    Generator,
    Inert,
    Known,
    Lost,
    Method,
    Opaque,
    Partial,
    Row,
    RowPart,
    Rows,
    Super,
    Tup,
    Value,
    join,
    known,
    live,
)

if TYPE_CHECKING:
    import ast

#: Attributes of built-in objects that are safe to read and lead to other callables.
_PLAIN_ATTRIBUTES = {
    property: ("fget", "fset"),
    functools.cached_property: ("func",),
    cached_property: ("func",),
    functools.partial: ("func", "args", "keywords"),
    MethodType: ("__func__", "__self__"),
    FunctionType: ("__wrapped__",),
    classmethod: ("__func__", "__wrapped__"),
    staticmethod: ("__func__", "__wrapped__"),
}
#: What has these attributes is most probably a model: what is asked of it goes to the database.
_MANAGERS = ("objects", "_default_manager", "_base_manager")
#: What changes a set: it doesn't tell any more what is deferred.
_CHANGES = {"add", "clear", "discard", "pop", "remove", "update", "difference_update"}
#: Where an exception keeps objects that it was raised with.
_TRACES = {"__traceback__", "__context__", "__cause__"}
_EXCEPTION_PARTS = {"args", "obj", "value", "key", *_TRACES}
#: What a file of a row answers from its name and its storage alone.
_FILE_PARTS = {
    "name",
    "url",
    "path",
    "size",
    "width",
    "height",
    "storage",
    "closed",
    "file",
    "field",
}
_FILE_METHODS = {"open", "close", "read", "chunks", "multiple_chunks", "seek", "tell", "readlines"}


#: Parts of a row that are dictionaries.
MAPPINGS = ("dict", "fields_cache", "prefetched")


class Attributes(Supers):
    """What ``value.name`` reads, and what ``target = value`` does."""

    def get(self, value: Value, name: str) -> Value:
        """Read an attribute."""
        if len(value) == 1:  # Nearly always, and then there is nothing to join.
            (atom,) = value
            return self.get_atom(atom, name)
        return join(self.get_atom(atom, name) for atom in value)

    def get_atom(self, atom: Atom, name: str) -> Value:
        """Read an attribute of one thing."""
        if isinstance(atom, Row):
            return self.get_row(atom, name)
        if isinstance(atom, Known):
            return self.get_known(atom.obj, name)
        if isinstance(atom, Inert):
            return self.get_inert(atom, name)
        if isinstance(atom, Lost):
            return LOST
        if isinstance(atom, Rows):
            return self.get_rows(atom, name)
        if isinstance(atom, Super):
            return self.get_super(atom, name)
        if isinstance(atom, RowPart):
            return self.get_part(atom, name)
        if isinstance(atom, (Box, Tup, Generator)):
            return self.get_made(atom, name)
        if isinstance(atom, Bound):
            return self.get_bound(atom, name)
        if isinstance(atom, (Closure, Method)) and name in ("__name__", "__qualname__", "__doc__"):
            return INERT
        if isinstance(atom, Partial) and name == "func":
            return atom.function
        return self.lose(f"{name} of {self.describe(atom)}")

    def get_made(self, atom: Box | Tup | Generator, name: str) -> Value:
        """Read an attribute of an object or container that the analysed code made."""
        if isinstance(atom, Box) and atom.cls is not None:
            return self.get_object(atom, name)
        if isinstance(atom, Tup) and atom.cls is not None and not name.startswith("_"):
            return self.get_object_raw(atom, name, self.static(atom.cls, name))
        if isinstance(atom, Box) and atom.extension is not None:
            raw = self.static(atom.extension, name)
            if not hasattr(raw, "__objclass__"):
                return self.get_object_raw(atom, name, raw)
        return frozenset({Method(atom, name)})

    def get_inert(self, atom: Inert, name: str) -> Value:
        """Read an attribute of something that no row can be got out of."""
        if atom.type is str:
            return frozenset({Method(atom, name)})
        if isinstance(atom, Deferred) and name in _CHANGES:
            return self.lose(f"{name}() of the names of deferred columns")
        if atom.type is None and name in _MANAGERS:
            self.query(f"{name} of a model that is only known when the code runs")
        if atom.type is BaseDatabaseWrapper and name == "cursor":
            self.query("a cursor of the database")
        holds_frames = atom.type is ValueError and name in _TRACES
        if holds_frames or (atom.type is BaseException and name in _EXCEPTION_PARTS):
            return frozenset({Opaque(f"{name} of an exception")})
        return INERT

    def get_bound(self, bound: Bound, name: str) -> Value:
        """Read an attribute of a method."""
        if name == "__self__":
            return bound.receiver
        if name == "__func__":
            return frozenset({bound.function})
        return INERT

    # Live objects

    def get_known(self, obj: Any, name: str) -> Value:
        """Read an attribute of a live object, without running any of its code."""
        if obj is None:
            return BOTTOM
        if isinstance(obj, ModuleType):
            found = vars(obj).get(name, MISSING)
            if found is MISSING:
                submodule = sys.modules.get(f"{obj.__name__}.{name}")
                return INERT if submodule is None else known(submodule)
            self.names[id(vars(obj)), name] = (vars(obj), name, found)
            return live(found)
        if isinstance(obj, type):
            return self.get_class_attribute(obj, name)
        if obj is cache and name == "get_or_set":
            return frozenset({Bound(Known(BaseCache.get_or_set), known(obj))})
        if isinstance(obj, ConnectionProxy):
            return self.get_inert(Inert(BaseDatabaseWrapper), name)
        if isinstance(obj, BaseManager):
            return self.get_rows(self.manager_of(obj), name)
        for cls, names in _PLAIN_ATTRIBUTES.items():
            if type(obj) is cls and name in names:
                return known(getattr(obj, name, None))
        if name == "__get__" and type(obj) in _PLAIN_ATTRIBUTES:
            return frozenset({Bound(Known(type(obj).__get__), known(obj))})
        if type(obj).__module__ == "builtins":
            return frozenset({Method(Known(obj), name)})
        return self.get_instance(obj, name)

    def manager_of(self, manager: BaseManager[Any]) -> Rows:
        """Return the abstract value of a manager of a model: all its rows are fetched here."""
        model = manager.model
        row = Row(model, model, own=True)
        ordered = bool(model._meta.ordering)
        return Rows(row, type(manager), manager=True, ordered=ordered)

    def get_class_attribute(self, cls: type, name: str) -> Value:
        """Read an attribute of a class."""
        if issubclass(cls, models.Model) and name in ("_default_manager", "_base_manager"):
            return frozenset({self.manager_of(getattr(cls, name))})
        if issubclass(cls, enum.Enum) and name in cls._member_map_:
            return known(cls._member_map_[name])
        raw = self.static(cls, name)
        if raw is MISSING:
            raw = self.static(type(cls), name)
            bound = Bound(Known(raw), known(cls))
            return frozenset({bound}) if isinstance(raw, FunctionType) else INERT
        if isinstance(raw, ManagerDescriptor):
            # A manager that is inherited from an abstract model has a copy for each model.
            manager: Any = raw.manager  # type: ignore[arg-type]
            options: Any = vars(cls)["_meta"]
            return frozenset({self.manager_of(options.managers_map[manager.name])})
        if isinstance(raw, classmethod):
            return frozenset({Bound(Known(raw.__func__), known(cls))})
        if isinstance(raw, staticmethod):
            return known(raw.__func__)
        getter = getattr(type(raw), "__get__", None)
        plain = (property, functools.cached_property, cached_property, FunctionType)
        if isinstance(getter, FunctionType) and not isinstance(raw, plain):
            return self.call_known(getter, Arguments((known(raw), known(None), known(cls))), raw)
        return live(raw)

    def get_instance(self, obj: Any, name: str) -> Value:
        """Read an attribute of an object of the program."""
        cls = type(obj)
        if name == "__class__":
            return known(cls)
        if isinstance(obj, Options):
            found = self.option(obj, name)
            if found is not None:
                return found
        raw = self.static(cls, name)
        held = _instance_dict(obj)
        if isinstance(raw, property):
            return self.get_member(Known(obj), raw)
        if name in held:
            return live(held[name])
        if isinstance(raw, FunctionType):
            return frozenset({Bound(Known(raw), known(obj))})
        if isinstance(raw, classmethod):
            return frozenset({Bound(Known(raw.__func__), known(cls))})
        if isinstance(raw, staticmethod):
            return known(raw.__func__)
        if isinstance(raw, (functools.cached_property, cached_property)):
            return self.get_member(Known(obj), raw)
        if raw is MISSING or hasattr(type(raw), "__get__"):
            return INERT
        return live(raw)

    def get_part(self, part: RowPart, name: str) -> Value:
        """Read an attribute of a file, the state or the ``__dict__`` of a row."""
        if part.part == "state":
            if name in ("db", "adding", "fetch_mode"):
                return INERT
            if name == "fields_cache":
                return frozenset({RowPart(part.row, "fields_cache")})
            return self.lose(f"_state.{name}")
        if part.part in MAPPINGS:
            return frozenset({Method(part, name)})
        if name == "instance":
            return frozenset({part.row})
        field = part.row.model._meta.get_field(part.field)
        raw = self.static(field.attr_class, name)  # type: ignore[union-attr]
        where = str(getattr(getattr(raw, "fget", raw), "__module__", ""))
        if name in _FILE_PARTS and (raw is MISSING or where.startswith("django.")):
            return INERT
        if name in _FILE_METHODS and where.startswith("django."):
            return INERT
        if isinstance(raw, FunctionType) and not where.startswith("django."):
            return frozenset({Bound(Known(raw), frozenset({part}))})
        if isinstance(raw, (property, functools.cached_property, cached_property)):
            return self.get_member(part, raw)
        return self.lose(f"{name} of the file {part.field}")

    # What other parts of the interpreter do

    def option(self, options: Options[Any], name: str) -> Value | None:
        """Return an attribute of the options of a model, or None if it is no plain fact."""
        raise NotImplementedError

    def get_rows(self, rows: Rows, name: str) -> Value:
        """Read an attribute of a queryset or manager."""
        raise NotImplementedError

    def get_object(self, box: Box, name: str) -> Value:
        """Read an attribute of an object that the analysed code made."""
        raise NotImplementedError

    def set_object(self, box: Box, name: str, value: Value) -> None:
        """Assign to an attribute of an object that the analysed code made."""
        raise NotImplementedError

    def set_item(self, target: Value, key: Value, value: Value) -> None:
        """Assign to ``target[key]``."""
        raise NotImplementedError

    def in_place(self, operator: ast.operator, left: Value, right: Value, node: ast.AST) -> Value:
        """Apply an in-place operator."""
        raise NotImplementedError


def _instance_dict(obj: object) -> dict[str, Any]:
    """Return what an object itself holds, without running its code."""
    for cls in type(obj).__mro__:
        descriptor = cls.__dict__.get("__dict__")
        if isinstance(descriptor, GetSetDescriptorType):
            found: dict[str, Any] = descriptor.__get__(obj)
            return found
        if descriptor is not None:
            return {}
    return {}
