"""The alias of a database that says where the rows came from that hold it, for Django before 6.1.

Those versions hand one thing from a queryset to its rows, to the rows joined to them and to the rows
loaded lazily from those: the alias of the database. So the alias that a queryset hands on is a
string that also names its origin. It costs a row nothing. Equal, hashed, printed, pickled and
copied, it is the plain alias.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import weakref

    from perfkit.auditor.rows import Rows


class RowAlias(str):
    """The alias of a database, and where the rows that hold it came from.

    ``mode`` is the fetch mode of the rows; ``peers`` are weak references to all of them where the
    mode is "peers".
    """

    __slots__ = ("mode", "peers", "rows")

    rows: Rows
    mode: str
    peers: list[weakref.ref[Any]]

    def __reduce_ex__(self, protocol: object) -> tuple[type[str], tuple[str]]:
        return str, (str.__str__(self),)

    def __copy__(self) -> str:
        return str.__str__(self)

    def __deepcopy__(self, memo: object) -> str:
        return str.__str__(self)


def named(alias: str, rows: Rows, mode: str) -> RowAlias:
    """Return an alias that also names the origin and the fetch mode of the rows that hold it."""
    made = RowAlias(alias)
    made.rows, made.mode, made.peers = rows, mode, []
    return made


def rows_of(instance: Any) -> Rows | None:
    """Return where an instance came from, or None."""
    alias = instance._state.db
    return alias.rows if type(alias) is RowAlias and not instance._state.adding else None


def mode_of(instance: Any) -> str:
    """Return the fetch mode of an instance: "one", "peers" or "raise"."""
    alias = instance._state.db
    return alias.mode if type(alias) is RowAlias else "one"
