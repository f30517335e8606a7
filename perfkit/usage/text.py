"""Evidence as a person reads it in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perfkit.usage.suggestion import suggest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from perfkit.usage.evidence import Evidence, QuerysetUsage, RowsUsage


def amount(size: float) -> str:
    """Return a number of bytes for a person: "1.2 kB"."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    raise AssertionError


def describe(evidence: Evidence) -> Iterator[str]:
    """Yield the lines that tell all evidence, the queryset that wastes most first."""
    for usage in evidence.querysets:
        yield from describe_queryset(usage)
        yield ""
    yield (
        f"{len(evidence.querysets)} queryset lines; {evidence.share:.0%} of the bytes were never read. "
        "This is evidence from samples."
    )


def describe_queryset(usage: QuerysetUsage) -> Iterator[str]:
    """Yield the lines that tell the evidence of one queryset line."""
    rows, line = usage.rows, usage.line
    presets = ", ".join(line.presets) or "no preset"
    yield f"{line}  {line.model}, {presets}"
    yield (
        f"  {amount(usage.wasted)} of {amount(usage.loaded)} never read ({usage.share:.0%}); "
        f"{rows.rows} rows in {rows.evaluations} evaluations, {rows.samples} sampled"
    )
    for path, part, scale in rows.walk():
        yield from _part(path, part, scale)
    yield from _suggested(usage)


def read_columns(rows: RowsUsage) -> list[str]:
    """Return the columns that were read, or that a relation stands on."""
    return sorted(name for name, column in rows.columns.items() if column.used)


def unread_columns(rows: RowsUsage, scale: float) -> list[str]:
    """Return the columns that were never read, each with its bytes, the largest first."""
    unread = [(c.size * scale, n) for n, c in rows.columns.items() if not rows.needs(n)]
    return [f"{name} ({amount(size)})" for size, name in sorted(unread, reverse=True)]


def _suggested(usage: QuerysetUsage) -> Iterator[str]:
    found = suggest(usage)
    if found.preset is not None:
        yield "  paste   " + found.source.replace("\n", "\n          ")
    for note in found.notes:
        yield f"  note    {note}"


def _part(path: str, rows: RowsUsage, scale: float) -> Iterator[str]:
    indent = "    " if path else "  "
    if path:
        if not rows.how:
            return
        how = ", ".join(sorted(rows.how)) or "not loaded"
        state = "used" if rows.used else "never used"
        yield f"  {path} ({how}): {state}, {rows.samples} sampled"
    if read := read_columns(rows):
        yield f"{indent}read    {', '.join(read)}"
    if unread := unread_columns(rows, scale):
        yield f"{indent}unread  {', '.join(unread)}"
    if rows.saved:
        yield f"{indent}saved   rows were saved, so all columns stay"
    if rows.left:
        yield f"{indent}left    rows were pickled, copied or read through __dict__, so all columns stay"
