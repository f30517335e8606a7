"""What a member really reads: runs it on a row that has nothing loaded, and writes down what it asks for."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, models
from django.db.models import Prefetch
from django.db.models.fields.related_descriptors import (
    ForwardManyToOneDescriptor,
    ReverseManyToOneDescriptor,
    ReverseOneToOneDescriptor,
)
from django.db.models.query import QuerySet
from django.test.utils import CaptureQueriesContext

from perfkit.inference import FieldReads
from perfkit.inference.live import generic_key, static


@dataclass
class Trace:
    """The columns and relations that were asked for, as paths from the row; ``error`` if it raised."""

    columns: set[str] = field(default_factory=set)
    relations: set[str] = field(default_factory=set)
    error: BaseException | None = None
    queries: int = 0

    def missed_by(self, reads: FieldReads) -> set[str]:
        """Return what was read and not listed; the key column of a listed relation is implied."""
        relations = {path for path in self.relations if path not in reads.relations}
        listed = reads.columns | reads.relations
        return relations | {path for path in self.columns if path not in listed}


def _patch(stack: ExitStack, owner: Any, name: str, make: Callable[[Any], Any]) -> None:
    original = owner.__dict__[name]
    setattr(owner, name, make(original))
    stack.callback(setattr, owner, name, original)


class Tracer:
    """Strips rows of their columns when they are reached, and follows each object to its path."""

    def __init__(self, root: models.Model) -> None:
        self.trace = Trace()
        self.paths: dict[int, tuple[str, ...]] = {id(root): ()}
        self.kept: list[object] = [root]
        self.refreshing = 0
        strip(root)

    def know(self, row: Any, path: tuple[str, ...]) -> None:
        """Remember the path of an object, unless it has one (an inverse leads back)."""
        if isinstance(row, models.Model) and id(row) not in self.paths:
            self.paths[id(row)] = path
            self.kept.append(row)
            strip(row)

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Watch Django while the member runs."""
        with ExitStack() as stack:
            _patch(stack, models.Model, "refresh_from_db", self.wrap_refresh)
            for cls in (ForwardManyToOneDescriptor, ReverseOneToOneDescriptor):
                _patch(stack, cls, "__get__", self.wrap_to_one)
            _patch(stack, ReverseManyToOneDescriptor, "__get__", self.wrap_manager)
            for cls in generic_classes():
                _patch(stack, cls, "__get__", self.wrap_generic)
            _patch(stack, QuerySet, "_fetch_all", self.wrap_fetch)
            for name in ("count", "exists", "contains", "__getitem__"):
                _patch(stack, QuerySet, name, self.wrap_served)
            yield

    def wrap_refresh(self, original: Any) -> Any:
        """Note the columns that are loaded after all."""

        def refresh_from_db(row: Any, *args: Any, **kwargs: Any) -> None:
            path = self.paths.get(id(row))
            names = kwargs.get("fields") or (args[1] if len(args) > 1 else None) or ()
            for name in names:
                column = row._meta.get_field(name)
                if path is not None and not column.primary_key:
                    self.trace.columns.add("__".join((*path, column.name)))
            self.refreshing += 1
            try:
                original(row, *args, **kwargs)
            finally:
                self.refreshing -= 1

        return refresh_from_db

    def wrap_to_one(self, original: Any) -> Any:
        """Note to-one relations."""

        def get(descriptor: Any, row: Any, cls: Any = None) -> Any:
            if row is None or id(row) not in self.paths or self.refreshing:
                return original(descriptor, row, cls)
            if hasattr(descriptor, "related"):
                name = descriptor.related.get_accessor_name()
                cached = descriptor.related.is_cached(row)
            else:
                name = descriptor.field.name
                cached = descriptor.field.is_cached(row)
            if not cached:
                self.trace.relations.add("__".join((*self.paths[id(row)], name)))
            found = original(descriptor, row, cls)
            self.know(found, (*self.paths[id(row)], name))
            return found

        return get

    def wrap_generic(self, original: Any) -> Any:
        """Note generic keys."""

        def get(descriptor: Any, row: Any, cls: Any = None) -> Any:
            found = original(descriptor, row, cls)
            if row is not None and id(row) in self.paths:
                path = (*self.paths[id(row)], generic_key(descriptor).name)
                # Its row is loaded whole, so what is read of it is nothing; replays tell the queries.
                self.trace.relations.add("__".join(path))
            return found

        return get

    def wrap_manager(self, original: Any) -> Any:
        """Mark the querysets of related managers with their path."""

        def get(descriptor: Any, row: Any, cls: Any = None) -> Any:
            manager = original(descriptor, row, cls)
            if row is not None and id(row) in self.paths:
                name = accessor_of(type(row), descriptor)
                path = (*self.paths[id(row)], name)
                get_queryset = manager.get_queryset

                def traced() -> Any:
                    queryset = get_queryset()
                    queryset.__dict__["_traced"] = path
                    return queryset

                manager.get_queryset = traced
            return manager

        return get

    def wrap_fetch(self, original: Any) -> Any:
        """Note to-many relations that are read whole, and where their rows are."""

        def fetch_all(queryset: Any) -> None:
            path = queryset.__dict__.get("_traced")
            original(queryset)
            if path is not None:
                self.trace.relations.add("__".join(path))
                for row in queryset._result_cache:
                    self.know(row, path)

        return fetch_all

    def wrap_served(self, original: Any) -> Any:
        """Let these answer from the rows, as they do when a prefetch brought them."""

        def served(queryset: Any, *args: Any) -> Any:
            if "_traced" in queryset.__dict__:
                queryset._fetch_all()
            return original(queryset, *args)

        return served


def strip(row: models.Model) -> None:
    """Make every column of a row deferred but the primary key."""
    keys = {field.attname for field in row._meta.pk_fields}
    parents = {link.attname for link in row._meta.parents.values() if link is not None}
    for column in row._meta.concrete_fields:
        if column.attname not in keys | parents and not column.primary_key:
            row.__dict__.pop(column.attname, None)


def accessor_of(cls: type, descriptor: object) -> str:
    """Return the name under which a class holds a descriptor."""
    return next(name for one in cls.__mro__ for name, raw in vars(one).items() if raw is descriptor)


def generic_classes() -> set[type]:
    """Return the classes whose ``__get__`` reads a generic key, in this version of Django."""
    from django.contrib.contenttypes import fields

    names = ("GenericForeignKeyDescriptor", "GenericForeignKey")
    return {
        getattr(fields, name) for name in names if "__get__" in vars(getattr(fields, name, object))
    }


def use(row: models.Model, name: str) -> Any:
    """Read a member, call it if it is a method, consume what it gives if that is lazy."""
    if name == "__str__":
        return str(row)
    value = getattr(row, name)
    called = callable(value) and not isinstance(value, (type, models.Manager))
    if called and not hasattr(value, "get_queryset"):
        value = value()
    if hasattr(value, "__next__"):
        value = list(value)
    return value


def run_traced(row: models.Model, name: str) -> Trace:
    """Run a member on a row; return what it asked for."""
    tracer = Tracer(row)
    with tracer.installed(), CaptureQueriesContext(connection) as queries:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                use(row, name)
        except Exception as error:
            tracer.trace.error = error
    tracer.trace.queries = len(queries)
    return tracer.trace


def load_as_planned(queryset: Any, reads: FieldReads) -> Any:
    """Narrow a queryset to exactly what inference says, to run the member on its rows."""
    plan: dict[str, Any] = {}
    for path in sorted(reads.relations | reads.columns):
        node = plan
        for name in path.split("__"):
            node = node.setdefault(name, {})
    return _narrow(queryset, plan, reads.relations, "")


def _narrow(queryset: Any, plan: dict[str, Any], relations: frozenset[str], prefix: str) -> Any:
    model = queryset.model
    columns = {"pk"}
    for name, below in plan.items():
        path = f"{prefix}{name}"
        raw = static(model, name)
        if generic_key(raw):
            key = generic_key(raw)
            columns |= {key.ct_field, key.fk_field}
            queryset = queryset.prefetch_related(name)
        elif path not in relations:
            columns.add(name)
        else:
            relation = model._meta.get_field(_query_name(model, name))
            if getattr(relation, "column", None):
                columns.add(name)
            related = relation.related_model._base_manager.all()
            if not getattr(relation, "one_to_one", False) and not getattr(
                relation, "many_to_one", False
            ):
                related = relation.related_model._default_manager.all()
            inner = _narrow(related, below, relations, f"{path}__")
            inner = _with_keys(inner, relation)
            queryset = queryset.prefetch_related(Prefetch(name, inner))
    return queryset.only(*columns) if columns else queryset


def _query_name(model: Any, accessor: str) -> str:
    for relation in model._meta.get_fields(include_hidden=True):
        reverse = getattr(relation, "get_accessor_name", None)
        if (reverse() if reverse else relation.name) == accessor:
            return relation.name
    return accessor


def _with_keys(queryset: Any, relation: Any) -> Any:
    """Keep the columns that Django stitches prefetched rows by."""
    loaded = set(queryset.query.deferred_loading[0])
    remote = getattr(relation, "remote_field", None)
    if relation.one_to_many or (relation.one_to_one and not relation.concrete):
        loaded.add(relation.remote_field.name)
        if hasattr(relation, "object_id_field_name"):
            loaded |= {relation.object_id_field_name, relation.content_type_field_name}
            loaded.discard(relation.remote_field.name)
    elif remote is not None and getattr(relation, "to_fields", None):
        loaded |= {one.name for one in relation.foreign_related_fields}
    return queryset.only(*loaded)
