"""Querysets and managers: what a prefetch serves, and what sends a query of its own."""

from __future__ import annotations

from dataclasses import replace
from types import FunctionType
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models.manager import ManagerDescriptor
from django.db.models.query import QuerySet

from perfkit.inference.arguments import Arguments
from perfkit.inference.assignments import Assignments
from perfkit.inference.live import MISSING, static
from perfkit.inference.statics import attributes_assigned, names_in
from perfkit.inference.values import (
    BOTTOM,
    INERT,
    NONE,
    TRUTH,
    Atom,
    Bound,
    Box,
    Condition,
    Known,
    Method,
    Row,
    Rows,
    Tup,
    Value,
    known,
    strings,
)

#: Methods that return another queryset of the same rows, which sends its own query.
CHAINS = frozenset(
    "filter exclude order_by distinct reverse select_related prefetch_related only defer using "
    "annotate alias extra complex_filter select_for_update union intersection difference none "
    "fetch_mode db_manager".split()
)
#: Methods that return dicts, tuples or values instead of rows.
PLAIN_CHAINS = frozenset("values values_list dates datetimes".split())
#: Methods that send a query and return one row.
ONE_ROW = frozenset("get first last earliest latest".split())
#: Methods that send a query and return what is no row.
OUTCOMES = frozenset("count exists aggregate contains explain update _update".split())
#: Attributes that tell about the queryset and touch no row.
ABOUT = frozenset("db model query ordered _db name auto_created".split())
#: Where Django itself keeps a row in a queryset or manager.
HOLDS_ROWS = frozenset(
    "core_filters _result_cache _known_related_objects _hints _prefetch_related_lookups "
    "_iterable_class _constructor_args".split()
)


#: Modules whose QuerySet and Manager methods do to rows what Django documents.
_PLAIN = (
    "django.db.models",
    "django.contrib.contenttypes",
    "perfkit.managers",
    "perfkit.querysets",
    "perfkit.integrations.model_utils",
)


class QuerySets(Assignments):
    """Attributes and methods of querysets and managers."""

    def get_rows(self, rows: Rows, name: str) -> Value:
        """Read an attribute of a queryset or manager."""
        raw = static(rows.cls, name)
        if raw is MISSING and rows.manager:
            raw = static(QuerySet, name)
        if name in ABOUT and (raw is MISSING or self.is_django(raw)):
            return known(rows.row.model) if name == "model" else INERT
        if name == "__class__":
            return known(rows.cls)
        if name == "get_queryset" and rows.manager:
            return frozenset({Method(rows, name)})
        if name == "instance" and raw is MISSING and rows.anchor is not None:
            return frozenset({rows.anchor})
        return self.get_rows_raw(rows, name, raw)

    def get_rows_raw(self, rows: Rows, name: str, raw: Any) -> Value:
        """Read an attribute of a queryset or manager whose class holds ``raw`` under that name."""
        if name in HOLDS_ROWS:
            return self.lose(f"{name} of a queryset")
        if raw is MISSING:
            return self.get_missing_of_rows(rows, name)
        copied = self.copied_method(rows, name, raw)
        if copied is not None:
            return copied
        if self.is_django(raw):
            return frozenset({Method(rows, name)})
        if isinstance(raw, FunctionType):
            return frozenset({Bound(Known(raw), frozenset({rows}))})
        if isinstance(raw, property):
            return self.get_member(rows, raw)
        if hasattr(type(raw), "__get__"):
            return self.lose(f"{name} of {rows.cls.__name__}")
        return known(raw)

    def get_missing_of_rows(self, rows: Rows, name: str) -> Value:
        """Read an attribute that the class of a queryset or manager doesn't have."""
        makers = attributes_assigned(rows.cls).get(name, ())
        # A related manager is new: it has what Django and its class give it, and no row of this code.
        is_new = rows.manager and rows.anchor is not None
        fallback = static(rows.cls, "__getattr__") is not MISSING
        # Django hands the row to a queryset as one of its hints.
        hinted = any({"hints", "_hints"} & names_in(one.__code__) for one in makers)
        # No row is ever put there otherwise: see ``set``.
        if (makers or is_new) and not hinted and not fallback:
            return INERT
        if not self.carries(frozenset({rows})):
            return INERT
        return self.lose(f"{name} of {rows.cls.__name__}")

    @staticmethod
    def is_django(raw: Any) -> bool:
        """Tell whether a method is Django's own, or perfkit's, which reads no more of the rows."""
        function = raw.fget if isinstance(raw, property) else getattr(raw, "__func__", raw)
        module = getattr(function, "__module__", None) or ""
        return module.startswith(_PLAIN)

    def copied_method(self, rows: Rows, name: str, raw: Any) -> Value | None:
        """Return the method that a manager copied from its queryset class (``from_queryset``)."""
        if not rows.manager or not isinstance(raw, FunctionType):
            return None
        if raw.__code__.co_name != "manager_method":
            return None
        queryset_class = getattr(rows.cls, "_queryset_class", QuerySet)
        original = static(queryset_class, name)
        if self.is_django(original):
            return frozenset({Method(rows, name)})
        bound = Bound(Known(original), self.fetchable(rows))
        return frozenset({bound}) if isinstance(original, FunctionType) else None

    def fetchable(self, rows: Rows) -> Value:
        """Return the queryset of a manager, as ``all()`` gives it; it may never be evaluated itself."""
        if not rows.manager:
            return frozenset({rows})
        if rows.served:
            self.offer(rows.row.path)
        classes = self.queryset_classes(rows)
        return frozenset(replace(rows, manager=False, cls=cls) for cls in classes)

    def queryset_classes(self, rows: Rows) -> set[type]:
        """Follow ``get_queryset`` of a manager, which may look at its row; return what classes it makes."""
        maker = static(rows.cls, "get_queryset")
        found: Value = BOTTOM
        if isinstance(maker, FunctionType) and not (
            self.is_django(maker) or self.is_running(maker)
        ):
            before = dict(self.own_queries)
            found = self.call_known(maker, Arguments((frozenset({rows}),)), (maker, rows))
            if rows.served:
                self.own_queries = before  # It isn't run where a prefetch has been.
        classes = {atom.cls for atom in found if isinstance(atom, Rows)}
        return classes or {getattr(rows.cls, "_queryset_class", QuerySet)}

    def fetch(self, rows: Rows) -> Value:
        """Evaluate a queryset; return its rows."""
        for name in ("__iter__", "_fetch_all", "iterator"):
            if not rows.manager and not self.is_django(static(rows.cls, name)):
                return self.lose(f"{rows.cls.__name__} overrides {name}")
        if rows.served:
            self.record(rows.row.path, "relation")
        else:
            self.query(f"a query for {self.name_of(rows)}")
        return INERT if rows.plain else frozenset({rows.row})

    def name_of(self, rows: Rows) -> str:
        """Say which rows a queryset is of."""
        return "__".join(rows.row.path) or rows.row.model.__name__

    def call_rows(self, rows: Rows, name: str, arguments: Arguments, node: object) -> Value:
        """Call a method of Django on a queryset or manager."""
        queryset = self.unserved(rows)
        if rows.manager and name not in ("all", "get_queryset"):
            self.queryset_classes(rows)
        if name == "all" or name == "get_queryset":
            return self.fetchable(rows) if rows.manager else frozenset({queryset})
        if name in ("_clone", "_chain"):
            return frozenset({queryset})
        if name in CHAINS or name in PLAIN_CHAINS:
            self.read_operands(rows, name, arguments)
            if rows.anchor is not None:
                self.query(f"{self.name_of(rows)}.{name}()")
            return frozenset({replace(queryset, plain=rows.plain or name in PLAIN_CHAINS)})
        if name in ("count", "exists", "contains", "first") and rows.served:
            return self.call_served(rows, name, arguments)
        if name in ONE_ROW | OUTCOMES:
            self.read_operands(rows, name, arguments)
            self.query(f"{self.name_of(rows)}.{name}()")
            if name in OUTCOMES:
                return INERT
            found = INERT if rows.plain else frozenset({queryset.row})
            return found | (NONE if name in ("first", "last") else BOTTOM)
        return self.call_other(rows, name, arguments, node)

    def call_served(self, rows: Rows, name: str, arguments: Arguments) -> Value:
        """Call a method that a prefetch serves."""
        self.read_operands(rows, name, arguments)
        if name == "first" and not rows.ordered:
            self.query(f"{self.name_of(rows)}.first() without an ordering")
            return frozenset({self.unserved(rows).row}) | NONE
        self.record(rows.row.path, "relation")
        if name == "first":
            return frozenset({rows.row}) | NONE
        return TRUTH if name in ("exists", "contains") else INERT

    def call_manager(self, rows: Rows, arguments: Arguments) -> Value:
        """Call a related manager: ``lines(manager="active")`` is the same relation by another.

        A prefetch of the relation would serve it with rows, and querysets, of the default manager.
        """
        names = strings(arguments.get(0, "manager"))
        if not rows.manager or names is None:
            return self.lose(f"a call of {self.name_of(rows)}")
        found: set[Atom] = set()
        for name in names:
            raw = static(rows.row.model, name)
            if not isinstance(raw, ManagerDescriptor):
                return self.lose(f"the manager {name} of {rows.row.model.__name__}")
            row = replace(rows.row, own=True)
            manager: Any = raw.manager  # type: ignore[arg-type]  # looked at, not got
            found.add(replace(rows, row=row, cls=type(manager), served=False))
        return frozenset(found)

    def call_other(self, rows: Rows, name: str, arguments: Arguments, node: object) -> Value:
        """Call a method that neither chains nor simply asks."""
        if name == "iterator":
            self.query(f"{self.name_of(rows)}.iterator()")
            box = self.make(node, "iterator")
            self.put(box, INERT if rows.plain else frozenset({self.unserved(rows).row}))
            return frozenset({box})
        if name == "in_bulk":
            self.read_operands(rows, name, arguments)
            self.query(f"{self.name_of(rows)}.in_bulk()")
            box = self.make(node, "dict")
            self.put(box, frozenset({self.unserved(rows).row}), keys=INERT)
            return frozenset({box})
        if name == "get_for_model" and not rows.anchor:
            self.query("a content type, which Django keeps once it was fetched")
            return frozenset({rows.row})
        if not self.carries(arguments.everything() | frozenset({rows})):
            self.query(f"{self.name_of(rows)}.{name}()")
            return INERT
        return self.lose(f"{self.name_of(rows)}.{name}()")

    @staticmethod
    def unserved(rows: Rows) -> Rows:
        """Return the queryset of fresh rows that a chained method makes."""
        cls = getattr(rows.cls, "_queryset_class", QuerySet) if rows.manager else rows.cls
        row = replace(rows.row, own=True)
        return replace(rows, row=row, manager=False, served=False, cls=cls)

    # What a lookup reads of a row that it is given

    def read_operands(self, rows: Rows, name: str, arguments: Arguments) -> None:
        """Read what Django reads of rows that are given to a queryset method."""
        for key, value in arguments.named:
            self.read_operand(rows, key, value)
        if name == "contains":
            return
        for value in arguments.positional:
            for atom in value:
                if isinstance(atom, Condition):
                    for key, operand in atom.pairs:
                        self.read_operand(rows, key, operand)
                elif isinstance(atom, Rows):
                    continue
                elif self.carries(frozenset({atom})):
                    self.lose(f"the row is given to {name}()")
        if self.carries(arguments.rest | arguments.named_rest):
            self.lose(f"the row is given to {name}()")

    def read_operand(self, rows: Rows, key: str, value: Value) -> None:
        """Read of a row what the key that it is compared with stands for."""
        if not self.carries(value):
            return
        targets = _targets(rows.row.model, key)
        for atom in self.operands(value):
            if isinstance(atom, Rows):
                continue  # A subquery: nothing is fetched.
            if isinstance(atom, Row) and targets is not None:
                for field in targets:
                    if not field.primary_key:
                        self.read_column(atom, field)
            elif self.carries(frozenset({atom})):
                self.lose(f"the row is given to a lookup as {key}")

    def operands(self, value: Value) -> Value:
        """Return the rows in a value, or in the list that it is."""
        found = BOTTOM
        for atom in value:
            if isinstance(atom, (Tup, Box)):
                found |= self.iterate(frozenset({atom}))
            else:
                found |= {atom}
        return found


def _targets(model: Any, key: str) -> list[Any] | None:
    """Return the columns that a relation lookup compares with, or None when it is no relation."""
    parts = key.split("__")
    if parts[-1] in ("in", "exact"):
        parts.pop()
    field: Any = None
    for part in parts:
        if model is None:
            return None
        try:
            field = model._meta.get_field(part)
        except FieldDoesNotExist:
            return None
        model = field.related_model
    if field is None or not field.is_relation or field.related_model is None:
        return None
    path_infos = getattr(field, "path_infos", None)
    return list(path_infos[-1].target_fields) if path_infos else None
