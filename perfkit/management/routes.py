"""``manage.py perfkit routes FILE...|-``: rank the routes of a log by use, by latency and by time spent."""

from __future__ import annotations

import gzip
import json
import sys
import zlib
from dataclasses import asdict
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from django.core.management.base import CommandError
from django.template import Context, Engine
from django.utils.module_loading import import_string

from perfkit.routes.ranking import Ranking
from perfkit.routes.reading import Skipped, entries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.core.management.base import BaseCommand, CommandParser

TEMPLATES = Path(__file__).parent.parent / "templates"
#: By name, since the library behind it is optional.
QUANTILES = "perfkit.integrations.ddsketch.Quantiles"
#: The rankings: the title, and the figure that they go by.
RANKINGS = {
    "Time spent (requests x average): optimise the first": "time_spent",
    "Most used": "requests",
    "Slowest (95th percentile)": "p95",
}


def add_arguments(parser: CommandParser) -> None:
    """Take the files, and how to show the ranking."""
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="A log, also as .gz; - for the standard input."
    )
    parser.add_argument("--top", type=int, default=10, help="How many routes (default: 10).")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="All routes, as a JSON object.")
    form.add_argument("--html", action="store_true", help="All routes, as a page to look at.")


def handle(
    command: BaseCommand, *, files: Iterable[str], top: int, json: bool, html: bool, **options: Any
) -> None:
    """Print the rankings; raise ``CommandError`` for a file that can't be read."""
    ranking, skipped = read_ranking(files)
    if json:
        command.stdout.write(_as_json(ranking, skipped))
        return
    if html:
        command.stdout.write(_as_html(ranking, skipped))
        return
    for title, key in RANKINGS.items():
        command.stdout.write(command.style.MIGRATE_HEADING(title))
        command.stdout.write("\n".join(_table(ranking.by(key)[:top])) + "\n\n")
    command.stdout.write(
        f"{ranking.requests} requests; left out: {skipped.others} lines of others, "
        f"{skipped.broken} broken, {skipped.too_long} too long."
    )


def read_ranking(files: Iterable[str]) -> tuple[Ranking, Skipped]:
    """Return the ranking of the routes in these logs, and what was left out of them.

    Raises ``CommandError`` for a file that can't be read, and without the library of the sketch.
    """
    try:
        quantiles: Callable[[], Any] = import_string(QUANTILES)
    except ImportError as error:
        raise CommandError(
            f"routes needs a library ({error}): pip install django-perfkit[routes]"
        ) from None
    ranking, skipped = Ranking(quantiles), Skipped()
    for file in files:
        _read(file, ranking, skipped)
    return ranking, skipped


def _read(file: str, ranking: Ranking, skipped: Skipped) -> None:
    try:
        with _opened(file) as log:
            for entry in entries(log, skipped):
                ranking.add(entry)
    except (OSError, EOFError, zlib.error) as error:
        raise CommandError(f"{file} can't be read: {error}") from None


def _opened(file: str) -> IO[bytes]:
    if file == "-":
        return sys.stdin.buffer
    return cast("IO[bytes]", gzip.open(file)) if file.endswith(".gz") else Path(file).open("rb")


def _as_json(ranking: Ranking, skipped: Skipped) -> str:
    routes = ranking.by("time_spent")
    return json.dumps({"requests": ranking.requests, "skipped": asdict(skipped), "routes": routes})


def _as_html(ranking: Ranking, skipped: Skipped) -> str:
    """Return a page that needs nothing beside it, whatever the project's templates are."""
    engine = Engine(dirs=[str(TEMPLATES)])
    rankings = [
        {"title": title, "key": key, "rows": [_in_milliseconds(row) for row in ranking.by(key)]}
        for title, key in RANKINGS.items()
    ]
    values = {"requests": ranking.requests, "skipped": skipped, "rankings": rankings}
    return engine.get_template("perfkit/routes.html").render(Context(values))


def _in_milliseconds(row: dict[str, Any]) -> dict[str, Any]:
    times = {key: row[key] * 1000 for key in ("average", "median", "p95", "p99")}
    return {**row, **times, "percent": row["share"] * 100}


def _table(rows: list[dict[str, Any]]) -> Iterable[str]:
    yield (
        f"{'share':>6} {'spent s':>9} {'requests':>8} {'median ms':>9} {'p95 ms':>8} {'p99 ms':>8} "
        f"{'queries':>7} {'lazy':>6}  route (presets)"
    )
    for row in rows:
        lazy = "-" if row["lazy_loads"] is None else f"{row['lazy_loads']:.1f}"
        yield (
            f"{row['share']:>6.1%} {row['time_spent']:>9.2f} {row['requests']:>8} "
            f"{row['median'] * 1000:>9.1f} {row['p95'] * 1000:>8.1f} {row['p99'] * 1000:>8.1f} "
            f"{row['queries']:>7.1f} {lazy:>6}  {row['method']} {row['route']} "
            f"({', '.join(row['presets']) or 'none'})"
        )
