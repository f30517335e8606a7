"""Rows that know where they came from, and fetch modes, for Django before 6.1.

This module and that of its aliases (``row_alias.py``) are the only ones that know how; they go when
Django 5.2 and 6.0 are no longer supported.

Misses are found in functions that Django calls on a miss only.
"""

from __future__ import annotations

import functools
import sys
import weakref
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeVar

from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, prefetch_related_objects
from django.db.models.fields.related_descriptors import (
    ForwardManyToOneDescriptor,
    ReverseOneToOneDescriptor,
)
from django.db.models.query import ModelIterable, RawModelIterable
from django.db.models.query_utils import DeferredAttribute

from perfkit.auditor import kinds
from perfkit.auditor.context import set_current
from perfkit.auditor.loads import Awaited, Load, begin, run, scope_for, stop
from perfkit.auditor.row_alias import RowAlias, mode_of, named, rows_of
from perfkit.auditor.rows import Rows, no_scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from perfkit.auditor.scope import Scope

T = TypeVar("T")

#: The attribute of a query that names its fetch mode; a plain string, so that it may be pickled.
MODE = "_perfkit_fetch_mode"


def scope_of(queryset: Any) -> Scope | None:
    """Return the open scope of the rows that a queryset was made from, in a thread without one."""
    owner = getattr(queryset, "_hints", {}).get("instance")
    return scope_for(rows_of(owner)) if isinstance(owner, Model) else None


def carry(queryset: Any, rows: Rows, users: bool = True) -> Any:
    """Return the queryset to iterate over, whose rows know where they came from.

    For a queryset of the user's it is a twin.
    """
    alias = queryset.db
    mode = queryset.query.__dict__.get(MODE)
    if mode is None:
        mode = alias.mode if type(alias) is RowAlias else "one"
    twin = queryset
    if users:
        twin = object.__new__(type(queryset))
        twin.__dict__ = queryset.__dict__.copy()
    twin._db = named(str.__str__(alias), rows, mode)
    return twin


def carry_child(queryset: Any, load: Any) -> Any:
    """Return the queryset to iterate over, for rows that are loaded by a load in progress."""
    rows = load.rows_for(queryset)
    return queryset if rows is None else carry(queryset, rows)


def carry_mode(queryset: Any) -> Any:
    """Return the queryset to iterate over outside an audit scope: its rows know their mode."""
    owner, alias = queryset._hints.get("instance"), queryset._db
    inherited = "one"
    if type(alias) is RowAlias:
        # using(row._state.db): its rows are no peers of that row's.
        inherited = alias.mode
    elif isinstance(owner, Model):
        inherited = mode_of(owner)
    if queryset.query.__dict__.get(MODE, inherited) == "one":
        return queryset
    return carry(queryset, Rows(no_scope, (), queryset.model, many=True))


def joined(plain: Callable[..., None]) -> Callable[..., None]:
    """Wrap ``RelatedPopulator.__init__``: the rows of each join know their own path."""

    @functools.wraps(plain)
    def __init__(self: Any, klass_info: Any, select: Any, db: str) -> None:
        if type(db) is not RowAlias:
            plain(self, klass_info, select, db)
            return
        rows = kinds.joined_rows(db.rows, klass_info) or db.rows
        alias = named(str.__str__(db), rows, db.mode)
        plain(self, klass_info, select, alias)
        if alias.mode == "peers":
            self.local_setter = _tracking_setter(self.local_setter, alias.peers)

    return __init__


def _tracking_setter(setter: Callable[..., None], peers: list[Any]) -> Callable[..., None]:
    def local_setter(from_obj: Any, obj: Any) -> None:
        if obj is not None:
            peers.append(weakref.ref(obj))
        setter(from_obj, obj)

    return local_setter


def tracking(plain: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
    """Wrap ``__iter__`` of the iterables: rows whose mode is "peers" know each other."""

    @functools.wraps(plain)
    def __iter__(self: Any) -> Iterator[Any]:
        alias = self.queryset._db
        if type(alias) is RowAlias and alias.mode == "peers":
            return _tracked(plain(self), alias.peers)
        return plain(self)

    return __iter__


def _tracked(rows: Iterator[Any], peers: list[Any]) -> Iterator[Any]:
    for row in rows:
        peers.append(weakref.ref(row))
        yield row


class _Missed:
    """A lazy load that was noticed: its load in the open scope, if any, and how to load peers."""

    __slots__ = ("load", "peers")

    def __init__(self, subject: Any, instance: Any, frame: FrameType) -> None:
        rows = rows_of(instance)
        scope = scope_for(rows)
        mode = mode_of(instance)
        self.load: Load | None = None
        if scope is not None:
            self.load = begin(scope, rows, subject, instance, frame)
        if mode == "raise":
            stop(self.load, subject, instance, rows, frame)
        self.peers: list[Any] = []
        if mode == "peers":
            living = (peer() for peer in instance._state.db.peers)
            self.peers = [peer for peer in living if peer is not None]

    @property
    def batched(self) -> bool:
        """Whether to load for all peers at once."""
        return len(self.peers) > 1

    def run(self, action: Callable[..., T], *args: Any) -> T:
        """Call the action that loads."""
        return action(*args) if self.load is None else run(self.load, action, *args)


# A deferred field is missed in one function and loaded in the next: the id of the instance, which
# is not kept alive, and what was missed.
_deferred: ContextVar[tuple[int, DeferredAttribute, _Missed] | None] = ContextVar(
    "perfkit_deferred", default=None
)


def missing_field(plain: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap ``DeferredAttribute._check_parent_chain``, called on a miss, before the field loads."""

    @functools.wraps(plain)
    def _check_parent_chain(self: DeferredAttribute, instance: Any) -> Any:
        value = plain(self, instance)
        if value is None and instance._is_pk_set():
            _deferred.set((id(instance), self, _Missed(self, instance, sys._getframe(1))))
        return value

    return _check_parent_chain


def refreshing(plain: Callable[..., None]) -> Callable[..., None]:
    """Wrap ``Model.refresh_from_db``, with which Django loads a deferred field."""

    @functools.wraps(plain)
    def refresh_from_db(self: Any, *args: Any, **kwargs: Any) -> None:
        noticed = _deferred.get()
        if noticed is None or noticed[0] != id(self):
            plain(self, *args, **kwargs)
            return
        _deferred.set(None)
        _, descriptor, missed = noticed
        attname = descriptor.field.attname
        if missed.batched and not args and kwargs == {"fields": [attname]}:
            missed.run(_load_field, descriptor, missed.peers)
            if attname not in self.__dict__:
                raise self.DoesNotExist(f"{self._meta.object_name} matching query does not exist.")
        else:
            missed.run(functools.partial(plain, self, *args, **kwargs))

    return refresh_from_db


def _load_field(descriptor: DeferredAttribute, peers: list[Any]) -> None:
    """Load a deferred field of all peers, as Django 6.1 does."""
    field = descriptor.field
    missing = [peer for peer in peers if field.attname not in peer.__dict__ and peer._is_pk_set()]
    manager = field.model._base_manager.using(str(missing[0]._state.db))
    rows = manager.filter(pk__in=[peer.pk for peer in missing])
    values = dict(rows.values_list("pk", field.attname))
    for peer in missing:
        if peer.pk in values:
            setattr(peer, field.attname, values[peer.pk])


def missing_forward(plain: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap ``ForwardManyToOneDescriptor.get_object``, called on a miss."""

    @functools.wraps(plain)
    def get_object(self: ForwardManyToOneDescriptor[Any], instance: Any) -> Any:
        missed = _Missed(self, instance, sys._getframe(1))
        if not missed.batched:
            return missed.run(plain, self, instance)
        missing = [peer for peer in missed.peers if not self.is_cached(peer)]
        missed.run(prefetch_related_objects, missing, self.field.name)
        found = self.field.get_cached_value(instance, default=None)
        if found is None:
            raise self.RelatedObjectDoesNotExist(
                f"{self.field.name} matching query does not exist."
            )
        return found

    return get_object


def missing_reverse(plain: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap ``ReverseOneToOneDescriptor.get_queryset``: a miss names the instance."""
    on_miss = ReverseOneToOneDescriptor.__get__.__code__

    @functools.wraps(plain)
    def get_queryset(self: ReverseOneToOneDescriptor[Any, Any], **hints: Any) -> Any:
        frame = sys._getframe(1)
        if frame.f_code is not on_miss:
            return plain(self, **hints)
        instance = hints["instance"]
        missed = _Missed(self, instance, frame)
        if missed.batched:
            missing = [peer for peer in missed.peers if not self.is_cached(peer)]
            missed.run(prefetch_related_objects, missing, self.related.get_accessor_name())
            return _Fetched(self.related, instance)
        queryset = plain(self, **hints)
        if missed.load is not None:
            set_current(Awaited.of(missed.load, queryset.model))
        return queryset

    return get_queryset


class _Fetched:
    """Stands in for the queryset of a row that was loaded with its peers."""

    def __init__(self, related: Any, instance: Any) -> None:
        self.related = related
        self.found = related.get_cached_value(instance, default=None)

    def get(self, **filters: object) -> Any:
        """Return the row; raises DoesNotExist when there is none."""
        if self.found is None:
            raise self.related.related_model.DoesNotExist
        return self.found


def missing_generic(plain: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap ``ContentType.get_object_for_this_type``, which a generic key calls on a miss."""
    from django.contrib.contenttypes.fields import GenericForeignKey

    on_miss = GenericForeignKey.__get__.__code__

    @functools.wraps(plain)
    def get_object_for_this_type(self: Any, using: Any = None, **kwargs: Any) -> Any:
        frame = sys._getframe(1)
        if frame.f_code is not on_miss:
            return plain(self, using=using, **kwargs)
        key, instance = frame.f_locals["self"], frame.f_locals["instance"]
        missed = _Missed(key, instance, frame)
        if not missed.batched:
            return missed.run(functools.partial(plain, self, using=using, **kwargs))
        missing = [peer for peer in missed.peers if not key.is_cached(peer)]
        missed.run(prefetch_related_objects, missing, key.name)
        found = key.get_cached_value(instance, default=None)
        if found is None:
            raise ObjectDoesNotExist
        return found

    return get_object_for_this_type


def state_without_origin(plain: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap ``Model.__getstate__``: a copy of an instance is a plain instance."""

    @functools.wraps(plain)
    def __getstate__(self: Any) -> Any:
        state = plain(self)
        # The state is a copy already.
        if type(state["_state"].db) is RowAlias:
            state["_state"].db = str(state["_state"].db)
        return state

    return __getstate__


def plan() -> Iterator[tuple[Any, str, Callable[[Any], Any]]]:
    """Yield what is replaced: the owner, the attribute, what makes the replacement."""
    yield ModelIterable, "__iter__", tracking
    yield RawModelIterable, "__iter__", tracking
    yield DeferredAttribute, "_check_parent_chain", missing_field
    yield Model, "refresh_from_db", refreshing
    yield ForwardManyToOneDescriptor, "get_object", missing_forward
    yield ReverseOneToOneDescriptor, "get_queryset", missing_reverse
    yield Model, "__getstate__", state_without_origin
    if apps.is_installed("django.contrib.contenttypes"):
        from django.contrib.contenttypes.models import ContentType

        yield ContentType, "get_object_for_this_type", missing_generic


#: The modes by name: here a mode is its name.
NAMED = {"one": "one", "peers": "peers", "raise": "raise"}


def put(queryset: Any, mode: str) -> None:
    """Give a queryset a fetch mode in place, and stay installed from then on."""
    if mode != "one":
        from perfkit.auditor import hooks

        hooks.require()
    queryset.query.__dict__[MODE] = mode


def name_of(queryset: Any) -> str:
    """Return the name of a queryset's fetch mode."""
    name: str = queryset.query.__dict__.get(MODE, "one")
    return name
