"""Attributes of rows: columns, relations, members, and what the code itself keeps on a row."""

from __future__ import annotations

import functools
from dataclasses import replace
from types import FunctionType
from typing import TYPE_CHECKING, Any

from django.db.models.fields.related_descriptors import (
    ForwardManyToOneDescriptor,
    ManyToManyDescriptor,
    ReverseManyToOneDescriptor,
    ReverseOneToOneDescriptor,
)
from django.db.models.manager import ManagerDescriptor
from django.utils.functional import cached_property

from perfkit.inference.arguments import Arguments
from perfkit.inference.conditions import Conditions
from perfkit.inference.engine import MAX_PATH
from perfkit.inference.frames import Loaded
from perfkit.inference.live import (
    MISSING,
    concrete_subclasses,
    generic_key,
    is_column,
    is_file,
    is_generic_relation,
    link_to_subclass,
    plain_type,
    static,
)
from perfkit.inference.values import (
    BOTTOM,
    INERT,
    LOST,
    NONE,
    Atom,
    Behind,
    Bound,
    Inert,
    Known,
    Opaque,
    Row,
    RowPart,
    Rows,
    Spelt,
    Value,
    join,
    known,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db import models

FORWARD_GET = ForwardManyToOneDescriptor.__get__
REVERSE_GET = ReverseOneToOneDescriptor.__get__
MEMBER_GETS = (property.__get__, functools.cached_property.__get__, cached_property.__get__)
MANAGER_GETS = (ReverseManyToOneDescriptor.__get__, ManyToManyDescriptor.__get__)


class RowAttributes(Conditions):
    """What ``row.name`` reads."""

    def __init__(self) -> None:
        super().__init__()
        #: What was found in which class: a cached answer is good as long as this holds.
        self.lookups: dict[type, dict[str, object]] = {}
        self.overrides: dict[tuple[type, str], list[tuple[Any, Any]]] = {}
        self.searched: set[tuple[Row, str]] = set()
        #: The attributes of a class that a text may name: more of them make another answer.
        self.spelt: dict[tuple[type[models.Model], Spelt], list[str]] = {}
        #: Attributes that a method sets which is running: what it sets is known when it is done.
        #: By row and name: what it was when it was read last, None if it wasn't.
        self.awaited: dict[tuple[tuple[str, ...], str], Value | None] = {}
        #: Those of them that a method which is running may set: if it doesn't, other code does.
        self.hoped: dict[tuple[tuple[str, ...], str], str] = {}

    def static(self, cls: type, name: str) -> Any:
        """Return what a class holds under a name, without running a descriptor; MISSING if nothing."""
        found = self.lookups.setdefault(cls, {})
        if name not in found:
            found[name] = static(cls, name)
        return found[name]

    def variants(self, row: Row, name: str) -> Iterator[tuple[Row, Any]]:
        """Give what a name may be in the class of a row and in its subclasses."""
        for cls, raw in self.definitions_of(row.model, name):
            yield row if cls is row.model else replace(row, model=cls), raw

    def definitions_of(self, model: type[models.Model], name: str) -> list[tuple[Any, Any]]:
        """Return what a name is in a model, and in each subclass that defines it anew."""
        known_ones = self.overrides.get((model, name))
        if known_ones is None:
            raw = self.static(model, name)
            known_ones = self.overrides[model, name] = [(model, raw)]
            for cls in concrete_subclasses(model):
                other = self.static(cls, name)
                if other is raw:
                    continue
                if not any(
                    issubclass(cls, one) and found is other for one, found in known_ones[1:]
                ):
                    known_ones.append((cls, other))
        return known_ones

    def get_row(self, row: Row, name: str) -> Value:
        """Read an attribute of a row."""
        if name == "__class__":
            return known(row.model)
        if name == "__dict__":
            return frozenset({RowPart(row, "dict")})
        if name == "_state":
            return frozenset({RowPart(row, "state")})
        if name == "_prefetched_objects_cache":
            return frozenset({RowPart(row, "prefetched")})
        if name == "_meta":
            return self.get_options(row)
        if self.static(row.model, "__getattribute__") is not object.__getattribute__:
            return self.lose(f"{row.model.__name__} overrides __getattribute__")
        definitions = self.definitions_of(row.model, name)
        if len(definitions) == 1:
            return self.get_raw(row, name, definitions[0][1])
        return join(
            self.get_raw(narrowed, name, raw) for narrowed, raw in list(self.variants(row, name))
        )

    def get_options(self, row: Row) -> Value:
        """Return the options of a row's model; of a subclass with a table of its own they are others."""
        others = concrete_subclasses(row.model)
        if all(one._meta.concrete_model is row.model._meta.concrete_model for one in others):
            return known(row.model._meta)
        return INERT

    def get_raw(self, row: Row, name: str, raw: Any) -> Value:
        """Read an attribute of a row whose class holds ``raw`` under that name."""
        if raw is MISSING:
            return self.get_missing(row, name)
        stored = self.stored.get((row.path, name), BOTTOM)
        if is_column(raw):
            return self.read_column(row, raw.field) | stored
        if is_file(raw):
            self.read_column(row, raw.field)
            return frozenset({RowPart(row, "file", raw.field.name)}) | stored
        getter = getattr(type(raw), "__get__", None)
        if getter is None:
            found = stored | self.get_assigned(row, name)
            if raw is None and not found:
                found = frozenset({Opaque(f"{row.model.__name__}.{name}, which other code sets")})
            return known(raw) | found
        if isinstance(raw, FunctionType):
            return frozenset({Bound(Known(raw), frozenset({row}))})
        if getter in MEMBER_GETS:
            return self.get_member(row, raw) | stored
        if self.is_cache(raw):
            return frozenset({Bound(Known(raw), frozenset({row}))})
        if isinstance(raw, classmethod):
            return frozenset({Bound(Known(raw.__func__), known(row.model))})
        if isinstance(raw, staticmethod):
            return known(raw.__func__)
        if isinstance(raw, functools.partialmethod):
            return self.get_partial(row, raw)
        return self.get_related(row, name, raw, getter) | stored

    def get_member(self, row: Atom, raw: Any) -> Value:
        """Run a property or cached property."""
        function = raw.fget if isinstance(raw, property) else raw.func
        if function is None:
            return BOTTOM
        return self.call_known(function, Arguments((frozenset({row}),)), raw)

    def get_missing(self, row: Row, name: str) -> Value:
        """Read an attribute that the class doesn't have."""
        raise NotImplementedError

    def get_assigned(self, row: Row, name: str) -> Value:
        """Return what the methods of its class assign to an attribute of a row."""
        raise NotImplementedError

    def get_partial(self, row: Row, raw: functools.partialmethod[Any]) -> Value:
        """Return a ``partialmethod`` of a row as something to call."""
        positional = tuple(known(one) for one in raw.args)
        named = tuple((name, known(one)) for name, one in raw.keywords.items())
        bound = Bound(Known(raw.func), frozenset({row}))
        return self.partial(frozenset({bound}), positional, named)

    def partial(
        self,
        function: Value,
        positional: tuple[Value, ...],
        named: tuple[tuple[str, Value], ...],
    ) -> Value:
        """Return a callable with some of its arguments."""
        raise NotImplementedError

    def get_related(self, row: Row, name: str, raw: Any, getter: Any) -> Value:
        """Read an attribute that a descriptor serves: a relation, or a descriptor of the project."""
        if getter is FORWARD_GET:
            return self.read_forward(row, raw.field)
        if getter is REVERSE_GET:
            return self.read_reverse(row, raw.related)
        if getter in MANAGER_GETS:
            return self.related_manager(row, name, raw)
        if generic := generic_key(raw):
            return self.read_generic(row, generic)
        if isinstance(raw, ManagerDescriptor):
            return BOTTOM  # Managers aren't accessible via instances.
        if isinstance(getter, FunctionType):
            arguments = Arguments((known(raw), frozenset({row}), known(row.model)))
            return self.call_known(getter, arguments, raw)
        return self.lose(f"{name} is a {type(raw).__qualname__}")

    # Columns

    def path_to(self, row: Row, field: Any) -> tuple[str, ...]:
        """Return the path of the row that has a field: a subclass has more than the path's class."""
        if row.model is not row.base and not _has(row.base, field):
            return row.path + link_to_subclass(row.base, row.model)
        return row.path

    def read_column(self, row: Row, field: Any) -> Value:
        """Read a column."""
        if not row.own and Loaded(row.path, field.attname) not in self.facts():
            path = self.path_to(row, field)
            if path != row.path:
                self.record(path, "relation")
            self.record((*path, field.name), "column")
        return frozenset({Inert(plain_type(field))}) | (NONE if field.null else BOTTOM)

    def read_columns(self, row: Row, fields: Any) -> None:
        """Read several columns."""
        for field in fields:
            self.read_column(row, field)

    # Relations

    def related_row(
        self, row: Row, name: str, field: Any, model: Any, inverse: str | None
    ) -> Row | None:
        """Return the row behind a to-one relation, or None when it has been said what is wrong."""
        if row.parent is not None and name == row.inverse:
            return row.parent
        if not isinstance(model, type):
            self.lose(f"{name}, a relation to {model}, which is not installed")
            return None
        if row.own:
            whose = "behind a generic key" if row.generic else "that the member fetched"
            self.query(f"{name} of a row {whose}")
            return Row(model, model, own=True)
        path = (*self.path_to(row, field), name)
        if len(path) > MAX_PATH:
            self.lose(f"{name}, a chain of relations without a known end")
            return None
        if path[:-1] != row.path:
            self.record(path[:-1], "relation")
        self.record(path, "relation")
        parent = row if inverse is not None else None
        return Row(model, model, path, parent, inverse)

    def read_forward(self, row: Row, field: Any) -> Value:
        """Read the object behind a foreign key."""
        remote = field.remote_field
        inverse = None
        if field.one_to_one and not remote.hidden:
            inverse = remote.get_accessor_name()
        found = self.related_row(row, field.name, field, remote.model, inverse)
        stored = NONE if field.null else BOTTOM
        return (LOST if found is None else frozenset({found})) | stored

    def read_reverse(self, row: Row, relation: Any) -> Value:
        """Read the object that has a one-to-one key to this one."""
        name = relation.get_accessor_name()
        model = relation.related_model
        found = self.related_row(row, name, relation, model, relation.field.name)
        return LOST if found is None else frozenset({found})

    def read_generic(self, row: Row, key: Any) -> Value:
        """Read the object behind a generic key: its model is not known before."""
        for name in (key.ct_field, key.fk_field):
            self.read_column(row, row.model._meta.get_field(name))
        path = (*self.path_to(row, key), key.name)
        if row.own:
            self.query(f"{key.name} of a row that the member fetched")
        else:
            self.record(path, "relation")
        made_of = (row.path, key.name, *self.parts_of(row, key))
        return frozenset({Behind(made_of, () if row.own else path), Known(None)})

    @staticmethod
    def parts_of(row: Row, key: Any) -> list[str]:
        """Return the names under which code may set what a generic key is made of."""
        columns: list[Any] = [
            row.model._meta.get_field(one) for one in (key.ct_field, key.fk_field)
        ]
        return sorted({name for one in columns for name in (one.name, one.attname)})

    def related_manager(self, row: Row, name: str, raw: Any) -> Value:
        """Return the manager of a to-many relation."""
        inverse, parent, field = None, None, raw.field
        if is_generic_relation(raw):
            model = raw.rel.model
        elif isinstance(raw, ManyToManyDescriptor):
            model = raw.rel.related_model if raw.reverse else raw.rel.model
        else:
            model, inverse, parent = raw.rel.related_model, raw.rel.field.name, row
            self.read_columns(
                row, (one for one in field.foreign_related_fields if not one.primary_key)
            )
        path = (*self.path_to(row, raw.rel if hasattr(raw, "rel") else field), name)
        if len(path) > MAX_PATH:
            return self.lose(f"{name}, a chain of relations without a known end")
        child = Row(model, model, path, parent, inverse, row.own)
        ordered = bool(model._meta.ordering)
        cls = type(model._default_manager)
        return frozenset(
            {Rows(child, cls, manager=True, served=not row.own, ordered=ordered, anchor=row)}
        )


def _has(model: type[models.Model], field: Any) -> bool:
    """Tell whether a model has this very field or relation itself."""
    return any(one is field for one in model._meta.get_fields(include_hidden=True)) or any(
        one is field for one in model._meta.private_fields
    )
