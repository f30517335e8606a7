"""From a line of JSON to evidence. Strict: a file may hold anything, and what is half right would spoil the sums."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from perfkit.usage.evidence import ColumnUsage, Line, QuerysetUsage, RowsUsage

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

#: Beyond these a value is no evidence but a broken line.
MAX_COUNT = 10**15
MAX_TEXT = 2_000
MAX_NAMES = 2_000
MAX_DEPTH = 50


def usage_of(values: object) -> QuerysetUsage:
    """Return the evidence that the decoded JSON of a line holds.

    Raises ``ValueError`` that says what is wrong with it.
    """
    found = _dict("the line", values)
    line = _dict("line", found.get("line"))
    given = Line(
        model=_name("model", line.get("model")),
        file=_place("file", line.get("file")),
        line=_count("line", line.get("line")),
        function=_place("function", line.get("function")),
        template=_place("template", line.get("template")),
        template_line=_count("template_line", line.get("template_line")),
        presets=tuple(_texts("presets", line.get("presets"), _place)),
    )
    return QuerysetUsage(given, _rows(found.get("rows"), MAX_DEPTH))


def _rows(values: object, depth: int) -> RowsUsage:
    if not depth:
        raise ValueError(f"it has relations of relations more than {MAX_DEPTH} deep")
    rows = _dict("rows", values)
    given: dict[str, Any] = {name: _flag(name, rows.get(name)) for name in ("to_many", "used")}
    given |= {name: _count(name, rows.get(name)) for name in _COUNTS}
    given |= {name: set(_texts(name, rows.get(name), _name)) for name in _SETS}
    return RowsUsage(
        model=_name("model", rows.get("model")),
        **given,
        columns=_each("columns", rows.get("columns"), _column),
        children=_each("children", rows.get("children"), lambda child: _rows(child, depth - 1)),
    )


_COUNTS = ("evaluations", "rows", "samples", "saved", "left")
_SETS = ("how", "keys", "members", "queries")


def _column(values: object) -> ColumnUsage:
    column = _dict("a column", values)
    return ColumnUsage(
        loaded=_count("loaded", column.get("loaded")),
        size=_count("size", column.get("size")),
        lazy=_count("lazy", column.get("lazy")),
        via=set(_texts("via", column.get("via"), _name)),
        key=_flag("key", column.get("key")),
    )


def _each(key: str, values: object, make: Callable[[object], T]) -> dict[str, T]:
    found = _dict(key, values)
    if len(found) > MAX_NAMES:
        raise ValueError(f"{key} are more than {MAX_NAMES}")
    return {_name(key, name): make(value) for name, value in found.items()}


def _dict(key: str, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{key} is no object")
    return value


def _count(key: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_COUNT:
        raise ValueError(f"{key} is no number from 0 to {MAX_COUNT}")
    return value


def _flag(key: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{key} is neither true nor false")
    return value


def _text(key: str, value: object) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise ValueError(f"{key} is no text of at most {MAX_TEXT} characters")
    return value


def _place(key: str, value: object) -> str:
    """Return a text that is shown: control characters would be the terminal's to obey."""
    return "".join(char if char.isprintable() else "?" for char in _text(key, value))


def _name(key: str, value: object) -> str:
    """Return a name that may stand, in quotes, in a preset to paste."""
    name = _text(key, value)
    if not name.isprintable() or '"' in name or "\\" in name:
        raise ValueError(f"{key} has a name that can't be one")
    return name


def _texts(key: str, values: object, make: Callable[[str, object], str]) -> list[str]:
    if not isinstance(values, list) or len(values) > MAX_NAMES:
        raise ValueError(f"{key} is no list of at most {MAX_NAMES} names")
    return [make(key, value) for value in values]
