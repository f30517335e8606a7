"""The table that ``manage.py demo`` prints."""

from __future__ import annotations

from collections.abc import Sequence

from example_project.showroom.comparison import Comparison
from example_project.showroom.rows import SIZES

SMALL, LARGE = SIZES
#: The heads of the columns, below the heads of the groups that they make up.
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("", ("Page",)),
    (f"Queries, {SMALL} → {LARGE} rows", ("naive", "optimised", "derived")),
    ("Lazy loads", ("naive", "optimised")),
    ("Columns fetched", ("naive", "optimised", "derived")),
    ("KB fetched", ("naive", "optimised")),
    ("Milliseconds", ("naive", "optimised")),
    ("", ("Faster",)),
)


def format_table(pairs: Sequence[tuple[Comparison, Comparison]]) -> str:
    """Return the table of pages, each compared at the smaller and at the larger size.

    All but the queries are those of the larger size.
    """
    heads = [head for _, group in GROUPS for head in group]
    rows = [cells(small, large) for small, large in pairs]
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    lines = [group_line(widths), join(heads, widths), rule(widths)]
    return "\n".join(lines + [join(row, widths) for row in rows])


def cells(small: Comparison, large: Comparison) -> list[str]:
    """Return the texts of a row of the table."""
    naive, optimised, derived = large.naive, large.optimised, large.derived
    return [
        large.page.title,
        f"{small.naive.tally.queries:,} → {naive.tally.queries:,}",
        f"{small.optimised.tally.queries:,} → {optimised.tally.queries:,}",
        f"{small.derived.tally.queries:,} → {derived.tally.queries:,}"
        if small.derived and derived
        else "-",
        f"{naive.lazy_loads:,}",
        f"{optimised.lazy_loads:,}",
        f"{naive.tally.columns:,}",
        f"{optimised.tally.columns:,}",
        f"{derived.tally.columns:,}" if derived else "-",
        f"{naive.tally.size / 1024:,.0f}",
        f"{optimised.tally.size / 1024:,.0f}",
        f"{naive.seconds * 1000:,.0f}",
        f"{optimised.seconds * 1000:,.0f}",
        f"{large.ratio:.1f} ×",
    ]


def group_line(widths: Sequence[int]) -> str:
    """Return the line above the heads: the head of each group, in the middle of its columns."""
    parts, start = [], 0
    for head, group in GROUPS:
        width = sum(widths[start : start + len(group)]) + 2 * (len(group) - 1)
        parts.append(head.center(width))
        start += len(group)
    return " │ ".join(parts).rstrip()


def join(texts: Sequence[str], widths: Sequence[int]) -> str:
    """Return a line of the table: text to the left, numbers to the right, a bar between groups."""
    first, *numbers = texts
    padded = [first.ljust(widths[0])]
    padded += [text.rjust(width) for text, width in zip(numbers, widths[1:], strict=True)]
    parts, start = [], 0
    for _, group in GROUPS:
        parts.append("  ".join(padded[start : start + len(group)]))
        start += len(group)
    return " │ ".join(parts)


def rule(widths: Sequence[int]) -> str:
    """Return the line between the heads and the rows."""
    return join(["─" * width for width in widths], widths).replace(" ", "─").replace("│", "┼")
