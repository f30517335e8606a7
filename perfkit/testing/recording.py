"""Every statement that is sent while a recording runs, on every database and from every thread."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.backends.utils import CursorWrapper

from perfkit.auditor.callers import Asker, fingerprint, look
from perfkit.auditor.loads import finding_at_work
from perfkit.testing.statements import first_word, fold, is_control

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from perfkit.auditor.findings import Finding

_WRITES = frozenset(["INSERT", "REPLACE", "UPDATE", "DELETE", "MERGE", "COPY"])


@dataclass(eq=False)
class Statement:
    """A statement that was sent: where, by whom, and how many rows it gave or touched."""

    alias: str
    folded: str
    asker: Asker
    #: The lazy load that sent it, where it was one.
    finding: Finding | None
    #: The first word: "SELECT", "INSERT".
    verb: str
    rows: int = 0

    @property
    def gives_rows(self) -> bool:
        """Whether its rows are those fetched from it; else they are those that it touches."""
        return self.verb not in _WRITES or " RETURNING " in self.folded.upper()

    @property
    def shape(self) -> tuple[str, str]:
        """The database, and the statement without its values."""
        return self.alias, self.folded

    @property
    def place(self) -> tuple[object, ...]:
        """What statements that one edit would mend have in common."""
        asker = self.asker
        where = (asker.members, asker.location, asker.template)
        return (*self.shape, *where, asker.serializer_field, asker.admin_column)


@dataclass
class Recording:
    """The statements that were sent while it ran, in their order."""

    statements: list[Statement] = field(default_factory=list)
    _askers: dict[tuple[object, ...], Asker] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """How many rows were read, changed or deleted."""
        return sum(statement.rows for statement in self.statements)

    def note(self, cursor: Any, sql: Any, frame: FrameType) -> Statement | None:
        """Note a statement that is about to be sent; None for one that moves no data."""
        text = sql if isinstance(sql, str) else _text(sql, cursor)
        if is_control(text):
            return None
        seen_from = fingerprint(frame)
        asker = self._askers.get(seen_from)
        if asker is None:
            asker = self._askers[seen_from] = look(frame)
        folded = fold(text)
        finding, verb = finding_at_work(), first_word(folded)
        statement = Statement(cursor.db.alias, folded, asker, finding, verb)
        self.statements.append(statement)
        return statement


def _text(sql: Any, cursor: Any) -> str:
    """Return the text of what is no string: bytes, or what psycopg composes."""
    if isinstance(sql, bytes):
        return sql.decode(errors="replace")
    compose = getattr(sql, "as_string", None)
    return str(compose(cursor.cursor) if compose else sql)


_lock = threading.RLock()
_running: list[Recording] = []


@contextmanager
def recording() -> Iterator[Recording]:
    """Record the statements that are sent inside the block; recordings may be nested.

    While one runs, methods of Django's ``CursorWrapper`` are replaced: execute wrappers belong to a
    connection, and a live server's threads, or those of asynchronous code, open their own.
    """
    made = Recording()
    with _lock:
        if not _running:
            _replace()
        _running.append(made)
    try:
        yield made
    finally:
        with _lock:
            _running.remove(made)
            if not _running:
                _put_back()


_replaced: dict[str, Any] = {}


def _replace() -> None:
    for name in ("execute", "executemany", "callproc"):
        _replaced[name] = vars(CursorWrapper)[name]
        setattr(CursorWrapper, name, _sending(_replaced[name]))
    for name, make in (("__getattr__", _fetching), ("__iter__", _iterating)):
        _replaced[name] = vars(CursorWrapper)[name]
        setattr(CursorWrapper, name, make(_replaced[name]))


def _put_back() -> None:
    while _replaced:
        setattr(CursorWrapper, *_replaced.popitem())


def _sending(plain: Any) -> Any:
    """Return ``execute()`` and its like, which notes the statement and the rows that it touches."""
    called = "CALL " if plain.__name__ == "callproc" else ""

    def send(self: Any, sql: Any, *args: Any, **kwargs: Any) -> Any:
        text = called + sql if called else sql
        frame = sys._getframe(1)
        noted = [s for r in _running if (s := r.note(self, text, frame)) is not None]
        self._perfkit_noted = noted
        result = plain(self, sql, *args, **kwargs)
        for statement in noted:
            if not statement.gives_rows:
                statement.rows += max(self.cursor.rowcount, 0)
        return result

    return send


def _fetching(plain: Any) -> Any:
    """Return the look-up of what the driver's cursor has; rows that it gives are counted."""

    def look_up(self: Any, name: str) -> Any:
        found = plain(self, name)
        if name not in ("fetchone", "fetchmany", "fetchall"):
            return found

        def fetch(*args: Any, **kwargs: Any) -> Any:
            rows = found(*args, **kwargs)
            given = (rows is not None) if name == "fetchone" else len(rows)
            _count(self, int(given))
            return rows

        return fetch

    return look_up


def _iterating(plain: Any) -> Any:
    """Return the iteration over a cursor's rows, which counts them."""

    def iterate(self: Any) -> Any:
        for row in plain(self):
            _count(self, 1)
            yield row

    return iterate


def _count(cursor: Any, rows: int) -> None:
    for statement in vars(cursor).get("_perfkit_noted", ()):
        if statement.gives_rows:
            statement.rows += rows
