"""Evidence as one page of HTML, which needs nothing beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.template import Context, Engine

from perfkit.usage.suggestion import suggest
from perfkit.usage.text import amount, read_columns, unread_columns

if TYPE_CHECKING:
    from collections.abc import Iterable

    from perfkit.usage.evidence import Evidence, QuerysetUsage

# An engine of its own: the project's may be set up otherwise, or not at all.
_ENGINE = Engine(
    dirs=[str(Path(__file__).parent.parent / "templates")],
)


def page(evidence: Evidence, passed_over: Iterable[str] = ()) -> str:
    """Return the page; every name in it is escaped."""
    querysets = evidence.querysets
    most = max((usage.loaded for usage in querysets), default=0) or 1
    return _ENGINE.get_template("perfkit/usage.html").render(
        Context(
            {
                "share": f"{evidence.share:.0%}",
                "loaded": amount(sum(usage.loaded for usage in querysets)),
                "querysets": [_item(usage, most) for usage in querysets],
                "passed_over": list(passed_over),
            },
            use_l10n=False,
        )
    )


def _item(usage: QuerysetUsage, most: float) -> dict[str, Any]:
    suggestion = suggest(usage)
    read = usage.loaded - usage.wasted
    return {
        "line": str(usage.line),
        "model": usage.line.model,
        "presets": ", ".join(usage.line.presets) or "no preset",
        "read": amount(read),
        "wasted": amount(usage.wasted),
        "loaded": amount(usage.loaded),
        "share": f"{usage.share:.0%}",
        "read_width": f"{100 * read / most:.2f}",
        "unread_width": f"{100 * usage.wasted / most:.2f}",
        "rows": usage.rows.rows,
        "evaluations": usage.rows.evaluations,
        "samples": usage.rows.samples,
        "parts": [
            {
                "path": path,
                "how": ", ".join(sorted(rows.how)),
                "samples": rows.samples,
                "unused": path and not rows.used,
                "read": ", ".join(read_columns(rows)),
                "unread": ", ".join(unread_columns(rows, scale)),
            }
            for path, rows, scale in usage.rows.walk()
            if rows.how
        ],
        "source": suggestion.source if suggestion.preset is not None else "",
        "notes": suggestion.notes,
    }
