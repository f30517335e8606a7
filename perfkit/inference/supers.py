"""Attributes of ``super()``."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from perfkit.inference.keeping import KeptAttributes
from perfkit.inference.live import MISSING, concrete_subclasses, static
from perfkit.inference.values import (
    BOTTOM,
    INERT,
    Atom,
    Bound,
    Box,
    Known,
    Method,
    Row,
    Rows,
    Super,
    Value,
    known,
)


class Supers(KeptAttributes):
    """What ``super().name`` reads."""

    def get_super(self, atom: Super, name: str) -> Value:
        """Read an attribute of ``super()``."""
        receiver = atom.receiver
        if isinstance(receiver, Row):
            return self.get_super_row(atom.cls, receiver, name)
        if isinstance(receiver, Known) and isinstance(receiver.obj, type):
            raw = _after(receiver.obj, atom.cls, name)
            if isinstance(raw, classmethod):
                return frozenset({Bound(Known(raw.__func__), known(receiver.obj))})
            if isinstance(raw, staticmethod):
                return known(raw.__func__)
            return INERT if raw is MISSING else known(raw)
        cls: type | None = None
        if isinstance(receiver, Known):
            cls = type(receiver.obj)
        elif isinstance(receiver, Rows):
            cls = receiver.cls
        elif isinstance(receiver, Box):
            cls = receiver.cls or receiver.extension
        if cls is None:
            return self.lose("super() of an object whose class is not known")
        raw = _after(cls, atom.cls, name)
        if isinstance(receiver, Rows):
            return self.get_rows_raw(receiver, name, raw)
        if isinstance(receiver, Box) and receiver.extension is not None:
            return frozenset({Method(receiver, name)})
        return self.get_object_raw(receiver, name, raw)

    def get_super_row(self, cls: type, row: Row, name: str) -> Value:
        """Read an attribute of ``super()`` in a method of a row; subclasses may have another next."""
        raw = _after(row.model, cls, name)
        found = self.get_raw(row, name, raw) if raw is not MISSING else BOTTOM
        for other in concrete_subclasses(row.model):
            another = _after(other, cls, name)
            if another is not raw and another is not MISSING:
                found |= self.get_raw(replace(row, model=other), name, another)
        return found

    def get_rows_raw(self, rows: Rows, name: str, raw: Any) -> Value:
        """Read an attribute of a queryset or manager whose class holds ``raw`` under that name."""
        raise NotImplementedError

    def get_object_raw(self, receiver: Atom, name: str, raw: Any) -> Value:
        """Read an attribute of an object whose class holds ``raw`` under that name."""
        raise NotImplementedError


def _after(cls: type, after: type, name: str) -> Any:
    """Return what the classes after ``after`` in the MRO of ``cls`` hold under a name."""
    mro = cls.__mro__
    if after not in mro:
        return static(after, name)
    for one in mro[mro.index(after) + 1 :]:
        if name in one.__dict__:
            return one.__dict__[name]
    return MISSING
