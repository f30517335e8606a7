"""What a developer needs to read when queries grow, or when a test of it proves nothing."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from perfkit.auditor.advice import advise
from perfkit.auditor.findings import Finding
from perfkit.testing.statements import shown, table_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from perfkit.testing.growth import Call, QueryGrowth
    from perfkit.testing.recording import Recording, Statement

#: How many places a message tells; the rest is counted.
MOST = 15
MOST_TABLES = 4

NO_QUERY = (
    "The call sent no query, so this proves nothing. Does it read from a cache, or return what "
    "nobody has evaluated? Clear the cache in the call, or call what reads the rows."
)
NO_ROW = (
    "grow() added no row to any table, and the call read no more rows than before, so this proves "
    "nothing. Let grow() create what the call reads."
)
NO_RESULT = (
    "The call returned None, so nothing shows that it succeeded. Return the response: "
    'lambda: client.get("/orders/"); or say returns_none=True of a call that has nothing to return.'
)

_AT_ONCE = {
    "INSERT": "create the rows at once, after the loop: bulk_create()",
    "UPDATE": "change the rows at once, after the loop: bulk_update(), or update() of the queryset",
    "DELETE": "delete the rows at once: delete() of the queryset",
}


def same_size(before: Call, after: Call) -> str:
    """Say that the result did not grow."""
    return (
        f"The result has not grown: its size was {before.size} before grow() and is {after.size} "
        "now, so this proves nothing. Let grow() create what the call shows; start with fewer rows "
        "if the page was full; or say fixed_size=True of what has one size however many rows."
    )


def same_rows(before: Call, after: Call) -> str:
    """Say that no more rows were read."""
    return (
        f"The call used {after.rows} rows of the database, and {before.rows} before grow(), so this "
        "proves nothing. Let grow() create what the call reads; start with fewer rows if the page "
        "was full; or say fixed_size=True of what reads as many rows however many there are."
    )


def grown(growth: QueryGrowth) -> str:
    """Say that the queries grow: counts, slope, and the statements with those who sent them."""
    first, most = growth.calls[0], max(growth.calls, key=lambda call: call.queries)
    slopes = [
        Slope(before, after, added)
        for before, after, added in zip(growth.calls, growth.calls[1:], growth.added, strict=False)
    ]
    counts = f"{first.queries} before grow(), {growth.calls[1].queries} after"
    if len(slopes) > 1:
        counts += f", {growth.calls[2].queries} after grow_again()"
    lines = [f"The number of queries grows: {counts}.", *(f"  {slope}" for slope in slopes)]
    if len(slopes) > 1 and slopes[1].per_row > 1.2 * slopes[0].per_row > 0:
        lines.append("  They grow faster than the rows: a loop inside a loop.")
    entries = _grown_entries(first.recording, most.recording)
    for statements, count in entries[:MOST]:
        lines += ["", *_entry(statements[0], f"{count} → {len(statements)} times")]
    if len(entries) > MOST:
        lines += ["", f"... and {len(entries) - MOST} more places."]
    hint = _hint(growth, entries)
    return "\n".join([*lines, *(["", hint] if hint else [])])


def _grown_entries(before: Recording, after: Recording) -> list[tuple[list[Statement], int]]:
    """Return the statements that are sent more often from one place, and how often they were."""
    shapes = Counter(statement.shape for statement in after.statements)
    shapes.subtract(statement.shape for statement in before.statements)
    places = _by_place(before)
    found = [
        (statements, len(places.get(place, ())))
        for place, statements in _by_place(after).items()
        if shapes[statements[0].shape] > 0 and len(statements) > len(places.get(place, ()))
    ]
    return sorted(found, key=lambda entry: entry[1] - len(entry[0]))


class Slope:
    """How many more queries there are per added row, of the table that the call lists."""

    def __init__(self, before: Call, after: Call, added: Counter[str]) -> None:
        self.queries = after.queries - before.queries
        self.added = added
        self.table, self.rows = _listed(before.recording, after.recording) or ("", 0)
        self.rows = added.get(self.table, self.rows)
        if not self.rows and added:
            self.table, self.rows = added.most_common(1)[0]

    @property
    def per_row(self) -> float:
        """The queries per row; 0 where nothing was added."""
        return self.queries / self.rows if self.rows else 0.0

    def __str__(self) -> str:
        # The table that the call lists comes first.
        added = sorted(self.added.items(), key=lambda item: (item[0] != self.table, -item[1]))
        tables = [f"{rows} {table}" for table, rows in added]
        if len(tables) > MOST_TABLES:
            tables[MOST_TABLES:] = [f"rows of {len(tables) - MOST_TABLES} other tables"]
        growing = f"added {', '.join(tables)}" if tables else "added no row that was seen"
        if not self.rows:
            return f"{growing}: {self.queries:+} queries"
        return f"{growing}: {self.queries:+} queries, {self.per_row:.3g} per row of {self.table}"


def _listed(before: Recording, after: Recording) -> tuple[str, int] | None:
    """Return the table of the first statement that is sent as often and reads more rows; and these."""
    counts, rows = _by_shape(before)
    counts_after, rows_after = _by_shape(after)
    for shape, count in counts_after.items():
        if count == counts[shape] and rows_after[shape] > rows[shape]:
            return table_of(shape[1]), (rows_after[shape] - rows[shape]) // count
    return None


def _by_shape(recording: Recording) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]:
    """Return how often each statement was sent, whatever its values, and how many rows it used."""
    counts: Counter[tuple[str, str]] = Counter()
    rows: Counter[tuple[str, str]] = Counter()
    for statement in recording.statements:
        counts[statement.shape] += 1
        rows[statement.shape] += statement.rows
    return counts, rows


def too_many(recording: Recording, allowed: int) -> str:
    """Say that the constant part is too large, with all statements."""
    lines = [f"The call sends {_queries(len(recording.statements))}; max_queries allows {allowed}."]
    for statements in _by_place(recording).values():
        times = "once" if len(statements) == 1 else f"{len(statements)} times"
        lines += ["", *_entry(statements[0], times, advice=False)]
    return "\n".join(lines)


def lazy(recording: Recording) -> str:
    """Say that rows of a list load lazily, which the counts of a full page can't show; or ""."""
    found = [
        statements
        for statements in _by_place(recording).values()
        if (finding := statements[0].finding) is not None
        and finding.origin is not None
        and finding.origin.cardinality == "many"
    ]
    if not found:
        return ""
    lines = ["The result has a fixed size, and the rows in it load lazily, one by one."]
    for statements in found[:MOST]:
        lines += ["", *_entry(statements[0], f"{len(statements)} times")]
    return "\n".join(lines)


def _by_place(recording: Recording) -> dict[tuple[object, ...], list[Statement]]:
    """Return the statements by what one edit would mend."""
    found: dict[tuple[object, ...], list[Statement]] = {}
    for statement in recording.statements:
        found.setdefault(statement.place, []).append(statement)
    return found


def _entry(statement: Statement, times: str, *, advice: bool = True) -> Iterator[str]:
    alias = "" if statement.alias == "default" else f" on {statement.alias!r}"
    yield f"{times}{alias}: {shown(statement.folded)}"
    finding = statement.finding or _told_as_finding(statement)
    if statement.finding is not None:
        yield f"  {'lazy load':<13} {finding.target}"
    for title, text in finding.details():
        if advice or title != "fix":
            yield f"  {title:<13} {text}"


def _told_as_finding(statement: Statement) -> Finding:
    """Return a statement that no lazy load sent in the words of a finding."""
    asker = statement.asker
    finding = Finding(
        kind="repeated-query",
        model=None,
        field="",
        members=asker.members,
        location=asker.location,
        template=asker.template,
        serializer_field=asker.serializer_field,
        admin_column=asker.admin_column,
    )
    return finding.with_(advice=_AT_ONCE.get(statement.verb) or advise(finding, None))


def _hint(growth: QueryGrowth, entries: list[tuple[list[Statement], int]]) -> str:
    """Say what makes a good page fail: it began with no rows, or with those that a cache holds."""
    if entries and all(count == 0 and len(statements) == 1 for statements, count in entries):
        return (
            "Each of these is sent once, and was not sent before grow(): the call found no rows "
            "then. Let it find at least one row before it is called."
        )
    if growth.warm_up is None:
        return ""
    warm, first = (_by_place(call.recording) for call in (growth.warm_up, growth.calls[0]))
    places = [statements[0].place for statements, _ in entries]
    if any(len(warm.get(place, ())) > len(first.get(place, ())) for place in places):
        return (
            "The first of all calls sent some of these for the rows that were there, and the next "
            "did not: a cache holds something per row, and each new row costs queries once."
        )
    return ""


def _queries(count: int) -> str:
    return f"{count} {'query' if count == 1 else 'queries'}"
