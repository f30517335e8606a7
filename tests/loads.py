"""What the tests of presets share: the columns in SQL, the queries at each step, values of plain rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from django.db.models import Manager, Model, QuerySet
from django.test.utils import CaptureQueriesContext

#: What Django adds to stitch many-to-many rows to their owners.
STITCHING = "_prefetch_related_val_"


def queries() -> CaptureQueriesContext:
    """Return a context that captures what is sent to the default database."""
    return CaptureQueriesContext(connection)


def selected(sql: str) -> Counter[str]:
    """Return what a SELECT loads, as ``"book(id title)"`` for each joined table, ``"+name"`` for each expression."""
    sql = sql[sql.index("SELECT") :].replace("`", '"')  # PostgreSQL declares a cursor first
    head, tail = _select_list(sql)
    tables = {
        alias or table: table
        for table, alias in re.findall(r'(?:FROM|JOIN) "(\w+)"(?: "?(T\d+)\b)?', tail)
    }
    columns: dict[str, list[str]] = {}
    found: Counter[str] = Counter()
    for expression in _split(head):
        plain = re.fullmatch(r'"?(\w+)"?\."(\w+)"(?: AS "?col\d+"?)?', expression)
        name = re.search(r'AS "(\w+)"$', expression)
        if plain:
            columns.setdefault(plain[1], []).append(plain[2])
        elif name is None or not name[1].startswith(STITCHING):
            found[f"+{name[1] if name else expression}"] += 1
    for alias, names in columns.items():
        found[f"{tables[alias].removeprefix('testapp_')}({' '.join(sorted(names))})"] += 1
    return found


def _select_list(sql: str) -> tuple[str, str]:
    depth = 0
    for match in re.finditer(r"\(|\)|\bFROM\b", sql):
        if match[0] == "FROM" and depth == 0:
            return sql[: match.start()].removeprefix("SELECT ").removeprefix(
                "DISTINCT "
            ).strip(), sql[match.start() :]
        depth += {"(": 1, ")": -1, "FROM": 0}[match[0]]
    raise AssertionError(f"no SELECT: {sql}")


def _split(text: str) -> Iterator[str]:
    depth, start = 0, 0
    for position, character in enumerate(text + ","):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth == 0:
            yield text[start:position].strip()
            start = position + 1


def expected(text: str) -> Counter[str]:
    """Return the same for what a test writes: the columns of a table in any order."""
    found: Counter[str] = Counter(re.findall(r"\+\w+", text))
    for table, names in re.findall(r"(\w+)\(([^)]*)\)", text):
        found[f"{table}({' '.join(sorted(names.split()))})"] += 1
    return found


def read(row: Any, path: str) -> Any:
    """Return what a consumer reads under a path; of several rows a list, sorted."""
    if row is None:
        return None
    if isinstance(row, (Manager, QuerySet, list)):
        rows = row.all() if isinstance(row, Manager) else row
        return sorted((read(each, path) for each in rows), key=repr)
    name, _, rest = path.partition("__")
    try:
        value = getattr(row, name)
    except ObjectDoesNotExist:
        return None
    if rest:
        return read(value, rest)
    if isinstance(value, (Manager, QuerySet, list)):
        return read(value, "pk")
    return value.pk if isinstance(value, Model) else value


def plain(row: Any, path: str) -> Any:
    """Return the same from a row that Django loads whole and lazily."""
    return read(type(row)._base_manager.using(row._state.db).get(pk=row.pk), path)


def load(make: Callable[[], Any], *columns: str) -> list[Any]:
    """Build without a query; evaluate with one for each of ``columns``, which it loads; return the rows."""
    with queries() as building:
        queryset = make()
    assert not building.captured_queries
    with queries() as evaluating:
        rows = list(queryset)
    statements = [query["sql"] for query in evaluating.captured_queries]
    assert [selected(sql) for sql in statements] == [expected(text) for text in columns], "\n".join(
        statements
    )
    return rows


def assert_loads(make: Callable[[], Any], reads: str, *columns: str) -> list[Any]:
    """Hold a queryset against all three: no query to build, ``columns`` to evaluate, none to read.

    ``reads`` are the paths that are read (apart by spaces), whose values are those of plain rows;
    ``columns`` is what each query loads, such as ``"book(id title author_id) author(id name)"``.
    Returns the rows.
    """
    rows = load(make, *columns)
    assert rows
    with queries() as reading:
        values = [[read(row, path) for path in reads.split()] for row in rows]
    assert not reading.captured_queries, reading.captured_queries[0]["sql"]
    assert values == [[plain(row, path) for path in reads.split()] for row in rows]
    return rows
