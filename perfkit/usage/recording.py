"""The class of a sampled row: the model's own, with descriptors that note what is read.

Nothing is put on the row and nothing is taken from it. ``row.__class__`` stays the model; only
``type(row)`` tells. So pickles, copies, signals and comparisons know nothing of it.
"""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING, Any

from django.db.models import Model

from perfkit.relations import columns, find_relation, relation_names
from perfkit.usage.readers import Reader

if TYPE_CHECKING:
    from collections.abc import Iterable

    from perfkit.relations import Relation
    from perfkit.usage.nodes import Node

# What every row has, whatever its class says.
_dict: Any = next(vars(cls)["__dict__"] for cls in Model.__mro__ if "__dict__" in vars(cls))
_class: Any = vars(object)["__class__"]

# Django's own, which a class without methods is nothing to.
_subclassed: Any = getattr(Model.__init_subclass__, "__func__", None)

held = _dict.__get__


class _Watched:
    """A descriptor in place of another, whose work it leaves to that one."""

    __slots__ = ("name", "node", "plain", "seen")

    def __init__(self, node: Node, name: str, plain: Any) -> None:
        self.node = node
        self.name = name
        self.plain = plain
        #: The readers that are the page's, by the id of their code, which is kept alive.
        self.seen: dict[int, Any] = {}

    def note(self, frame: Any) -> bool:
        """Note a read; return whether it is the page's."""
        if id(frame.f_code) in self.seen:
            return True
        if self.node.read(self.name, frame):
            self.seen[id(frame.f_code)] = frame.f_code
            self.node.watch(self.seen)
            return True
        return False

    def __set__(self, instance: Any, value: Any) -> None:
        if hasattr(self.plain, "__set__"):
            self.plain.__set__(instance, value)
        else:
            held(instance)[self.name] = value

    def __delete__(self, instance: Any) -> None:
        if hasattr(self.plain, "__delete__"):
            self.plain.__delete__(instance)
        else:
            try:
                del held(instance)[self.name]
            except KeyError:
                raise AttributeError(self.name) from None


class WatchedColumn(_Watched):
    """A column, an annotation, or the list of a ``Prefetch`` with ``to_attr``."""

    __slots__ = ()

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self.plain
        self.note(sys._getframe(1))
        values = held(instance)
        # As Python looks it up: an annotation comes before a cached property of its name.
        if self.name in values and not hasattr(self.plain, "__set__"):
            return values[self.name]
        if self.plain is None or not hasattr(self.plain, "__get__"):
            if self.plain is not None:
                return self.plain
            raise AttributeError(
                f"{instance.__class__.__name__!r} object has no attribute {self.name!r}"
            )
        return self.plain.__get__(instance, instance.__class__)


class _WatchedRelation(_Watched):
    __slots__ = ("relation",)

    def __init__(self, node: Node, relation: Relation, plain: Any) -> None:
        super().__init__(node, relation.name, plain)
        self.relation = relation


class WatchedRow(_WatchedRelation):
    """A relation to one row, which is sampled when it is reached."""

    __slots__ = ()

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self.plain
        paged = self.note(sys._getframe(1))
        known = self.name in instance._state.fields_cache
        if paged:
            self.node.follow(self.relation, lazy=not known)
        value = self.plain.__get__(instance, instance.__class__)
        if isinstance(value, Model):
            self.node.child(self.relation).sample(value, "" if known else "lazy")
        return value


class WatchedList(_WatchedRelation):
    """A relation to many rows: its prefetched list, or the rows of its ``all()``."""

    __slots__ = ()

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self.plain
        manager = self.plain.__get__(instance, instance.__class__)
        if not self.note(sys._getframe(1)):
            return manager
        self.node.stands_on(self.relation)
        name = getattr(manager, "prefetch_cache_name", None) or self._cache_name(instance)
        prefetched: Any = getattr(instance, "_prefetched_objects_cache", {}).get(name)
        rows: Any = getattr(prefetched, "_result_cache", None)
        child = self.node.child(self.relation)
        if rows is not None:
            if type(rows) is list:
                prefetched._result_cache = WatchedRows(rows, child)
        elif hasattr(manager, "all"):
            self.node.asks(sys._getframe(1))
            manager.__class__ = _manager_class(manager.__class__, child)
        return manager

    def _cache_name(self, instance: Any) -> str:
        relation = getattr(self.plain, "rel", None)
        return str(getattr(relation, "cache_name", self.name))


class WatchedRows(list):  # type: ignore[type-arg]
    """The rows of a prefetch as its queryset keeps them; to use them is to use the prefetch."""

    __slots__ = ("node", "told")

    def __init__(self, rows: Iterable[Any], node: Node) -> None:
        super().__init__(rows)
        self.node = node
        self.told = False

    def _used(self) -> None:
        if (self.told and self.node.usage.used) or Reader(sys._getframe(2)).does:
            return
        self.node.use()
        if not self.told:
            self.told = True
            for row in list.__getitem__(self, slice(0, self.node.recorder.sample)):
                self.node.sample(row, "")

    def __iter__(self) -> Any:
        self._used()
        return super().__iter__()

    def __len__(self) -> int:
        self._used()
        return super().__len__()

    def __getitem__(self, key: Any) -> Any:
        self._used()
        return super().__getitem__(key)

    def __contains__(self, row: object) -> bool:
        self._used()
        return super().__contains__(row)

    def __reduce_ex__(self, protocol: Any) -> Any:
        return list, (list(list.__iter__(self)),)


def _manager_class(plain: type, child: Node) -> type:
    """Return the class of a related manager whose ``all()`` says whose rows it gives."""

    def every(self: Any) -> Any:
        queryset = plain.all(self)  # type: ignore[attr-defined]
        if getattr(queryset, "_result_cache", None) is None:
            queryset._perfkit_usage = child
        return queryset

    return type(plain.__name__, (plain,), {"all": every, "__module__": plain.__module__})


def can_record(model: type) -> bool:
    """Say whether rows of a model can be given another class without running code of the model's."""
    return getattr(model.__init_subclass__, "__func__", None) is _subclassed


def recording_class(node: Node, model: type[Model], names: Iterable[str]) -> type:
    """Return the class for sampled rows of a model; ``names`` are what else their rows hold."""
    space: dict[str, Any] = {
        "__module__": model.__module__,
        "__qualname__": model.__qualname__,
        "__doc__": model.__doc__,
        "__class__": property(lambda row: model, _class.__set__),
        "__dict__": property(node.whole_read, _dict.__set__),
        "_perfkit_node": node,
    }
    for name in columns(model):
        owner = node.owner_of(name)
        if owner.always_loads(name):
            continue
        space[name] = WatchedColumn(owner, name, inspect.getattr_static(model, name, None))
    for name in relation_names(model):
        relation = find_relation(model, name)
        plain = inspect.getattr_static(model, name, None)
        if relation is None or not hasattr(plain, "__get__") or name in space:
            continue
        watched = WatchedList if relation.many else WatchedRow
        space[name] = watched(node.owner_of_name(name), relation, plain)
    for name in names:
        space.setdefault(name, WatchedColumn(node, name, inspect.getattr_static(model, name, None)))
    # Not by the metaclass, which would register a model.
    return type.__new__(type(model), model.__name__, (model,), space)
