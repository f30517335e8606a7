"""The rows of one queryset line, or those behind a relation of them, while they are recorded."""

from __future__ import annotations

import sys
from decimal import Decimal
from inspect import getattr_static
from typing import TYPE_CHECKING, Any

from django.db.models import Model

from perfkit.relations import column, columns, find_relation
from perfkit.usage.evidence import RowsUsage
from perfkit.usage.readers import LEAVES, LOADS, SAVES, Reader, looks_for_one, machinery
from perfkit.usage.recording import can_record, held, recording_class

if TYPE_CHECKING:
    from perfkit.relations import Relation
    from perfkit.usage.recorder import Recorder


def size_of(value: Any) -> int:
    """Return about how many bytes a value takes: a character is one, a number eight."""
    if value is None:
        return 0
    if isinstance(value, str):
        return len(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return len(value)
    if isinstance(value, (bool, int, float)):
        return 8
    return len(str(value)) if isinstance(value, (Decimal, dict, list, tuple)) else 16


def node_of(row: Any) -> Node | None:
    """Return the node of a row that is being recorded; None for any other."""
    return getattr(type(row), "_perfkit_node", None)


class Node:
    """What is recorded of the rows of one model at one place; the evidence so far is ``usage``."""

    def __init__(self, recorder: Recorder, model: type[Model], parent: Node | None = None) -> None:
        self.recorder = recorder
        self.model = model
        self.parent = parent
        #: How a row of these reaches the parent's, by inheritance: "down" or "".
        self.inheritance = ""
        #: The columns that tie the rows to what they are reached from.
        self.links: frozenset[str] = frozenset()
        self.usage = RowsUsage(model._meta.label)
        self.children: dict[str, Node] = {}
        self._classes: dict[tuple[type, tuple[str, ...]], type] = {}
        self._relations: dict[str, Relation | None] = {}
        self._seen: list[dict[int, Any]] = []

    def __deepcopy__(self, memo: object) -> Node:
        return self

    def owner_of(self, name: str) -> Node:
        """Return the node that counts a column: the parent's for one that is inherited from it."""
        parent = self.parent if self.inheritance == "down" else None
        if parent is not None and name in columns(parent.model):
            return parent.owner_of(name)
        return self

    def always_loads(self, name: str) -> bool:
        """Say whether a column is loaded whatever is read: keys, which all who handle rows look at."""
        return name in self.links or any(name == f.attname for f in self.model._meta.pk_fields)

    def owner_of_name(self, name: str) -> Node:
        """Return the node whose rows have an attribute: the parent's where they have it, too."""
        parent = self.parent if self.inheritance == "down" else None
        if parent is not None and getattr_static(parent.model, name, None) is not None:
            return parent.owner_of_name(name)
        return self

    def child(self, relation: Relation, model: type[Model] | None = None) -> Node:
        """Return the node of the rows behind a relation."""
        found = self.children.get(relation.name)
        if found is None:
            target = model or relation.model
            found = (
                Node(self.recorder, target or Model, self) if target else self._generic(relation)
            )
            found.inheritance = relation.inheritance
            found.usage.to_many = relation.many
            found.links = frozenset(relation.remote)
            found = self.children.setdefault(relation.name, found)
        return found

    def _generic(self, relation: Relation) -> Node:
        return Node(self.recorder, self.model, self)

    def relation(self, name: str) -> Relation | None:
        """Return the relation that the rows have under a name."""
        if name not in self._relations:
            self._relations[name] = find_relation(self.model, name)
        return self._relations[name]

    def sample(self, row: Any, how: str, names: tuple[str, ...] = ()) -> None:
        """Watch a row from now on, unless it is watched already."""
        model = type(row)
        made = self._classes.get((model, names))
        if made is None:
            if hasattr(model, "_perfkit_node") or not can_record(model):
                return
            made = self._classes.setdefault((model, names), recording_class(self, model, names))
        with self.recorder.lock:
            usage = self.usage
            if how:
                usage.how.add(how)
            usage.samples += 1
            if not usage.keys:
                usage.keys.update(field.attname for field in model._meta.pk_fields)
                usage.keys |= self.links
            known = usage.columns
            for name, value in held(row).items():
                found = known.get(name)
                if found is None:
                    if name[0] == "_" or self.owner_of(name) is not self:
                        continue
                    found = usage.column(name)
                found.loaded += 1
                if value is not None:
                    found.size += len(value) if type(value) is str else size_of(value)
        object.__setattr__(row, "__class__", made)

    def sample_joins(self, row: Any, joins: Any) -> None:
        """Watch the rows that were joined to a row: ``joins`` is Django's tree of query names."""
        for name, value in list(row._state.fields_cache.items()):
            relation = self.relation(name)
            if relation is None or relation.many or not self._is_joined(relation, joins):
                continue
            child = self.child(relation)
            child.usage.how.add("join")
            if isinstance(value, Model) and node_of(value) is None:
                child.sample(value, "join")
                behind = joins if joins is True else joins.get(relation.query_name, {})
                if behind:
                    child.sample_joins(value, behind)

    def _is_joined(self, relation: Relation, joins: Any) -> bool:
        return bool(joins is True or (joins and relation.query_name in joins))

    def watch(self, seen: dict[int, Any]) -> None:
        """Remember what has to be forgotten when the evidence is taken."""
        self._seen.append(seen)

    def take(self) -> RowsUsage:
        """Return the evidence so far, and begin anew."""
        usage, self.usage = self.usage, RowsUsage(self.model._meta.label)
        self.usage.to_many = usage.to_many
        for seen in self._seen:
            seen.clear()
        self._seen = []
        usage.children = {name: child.take() for name, child in list(self.children.items())}
        return usage

    def use(self) -> None:
        """Note that these rows were used, and with them those they were reached through."""
        node: Node | None = self
        while node is not None and not node.usage.used:
            node.usage.used = True
            node = node.parent

    def read(self, name: str, frame: Any) -> bool:
        """Note that a column or relation is read; return whether it is the page that reads."""
        does = machinery(frame.f_code)
        if does != LOADS:
            reader = Reader(frame)
            does = reader.does
        if does:
            self._machinery(does)
            return False
        member = self._outermost(reader)
        found = self.usage.columns.get(name)
        if found is None and column(self.model, name) == (name,):
            found = self.usage.column(name)
        if found is not None:
            found.via.add(member)
        self.use()
        return True

    def _outermost(self, reader: Reader) -> str:
        """Note the outermost member that reads, with the rows that it belongs to; return its name."""
        for row, member in reversed(reader.members):
            node = node_of(row)
            if node is not None:
                name = member.rpartition(".")[2]
                node.owner_of_name(name).usage.members.add(member)
                return str(member)
        return ""

    def stands_on(self, relation: Relation) -> None:
        """Note that the columns under a relation are needed."""
        for name in relation.local:
            self.owner_of(name).usage.column(name).key = True

    def asks(self, frame: Any) -> None:
        """Note the members that ask a related manager for more than a prefetch gave."""
        for row, member in Reader(frame).members:
            if (node := node_of(row)) is not None:
                node.usage.queries.add(member)

    def follow(self, relation: Relation, *, lazy: bool) -> None:
        """Note that a relation to one row is followed: its key columns are needed."""
        self.stands_on(relation)
        child = self.child(relation)
        if lazy:
            child.usage.how.add("lazy")
        child.use()

    def _machinery(self, does: str) -> None:
        if does == SAVES:
            self.usage.saved += 1
        elif does == LEAVES:
            self.usage.left += 1

    def whole_read(self, row: Any) -> dict[str, Any]:
        """Give the ``__dict__`` of a row; whoever else than Django reads it may read any column."""
        code = sys._getframe(1).f_code
        if machinery(code) == LEAVES:
            self._machinery(LEAVES)
        elif not looks_for_one(code):
            self.usage.left += 1
        values: dict[str, Any] = held(row)
        return values
