"""The table "QuerySet method x part of a preset": what each method does after a preset.

``python -m tests.queryset_methods`` writes it to the documentation; the tests hold both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timezone
from itertools import groupby
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parent.parent / "docs/reference/queryset-methods.md"
PARTS = (
    "only",
    "defer",
    "select_related",
    "prefetch_related",
    "annotate",
    "include",
    "fetch_mode",
    "lazy_ok",
)

KEPT, UNUSED, REPLACED, CLEARED = "kept", "unused", "replaced", "cleared"


@dataclass(frozen=True)
class Method:
    """One line of the table: a call after a preset, and what becomes of each part of the preset."""

    call: Callable[[Any], Any]
    effect: str
    #: The parts that fare otherwise.
    otherwise: dict[str, str] = field(default_factory=dict)
    #: Methods without a line in older versions of Django.
    since: tuple[int, int] = (5, 2)

    def of(self, part: str) -> str:
        return self.otherwise.get(part, self.effect)


def _found() -> dict[str, Any]:
    return {"title": "Book 1"}


def _first(rows: Any) -> Any:
    from tests.testapp.models import Book

    return Book(pk=rows.model._base_manager.order_by("pk").values_list("pk", flat=True)[0])


def _new() -> Any:
    from tests.testapp.models import Author, Book

    return Book(title="New", author_id=Author.objects.values_list("pk", flat=True)[0])


def _values() -> dict[str, Any]:
    return {"title": "New", "author_id": _new().author_id}


def _changed(rows: Any) -> Any:
    book = _first(rows)
    book.title = "Changed"
    return book


DATES = "author__publisher__country__founded"

METHODS: dict[str, Method] = {
    # What gives another queryset.
    "all()": Method(lambda rows: rows.all(), KEPT),
    "filter()": Method(lambda rows: rows.filter(pages__gte=0), KEPT),
    "exclude()": Method(lambda rows: rows.exclude(pages=5), KEPT),
    "complex_filter()": Method(lambda rows: rows.complex_filter({"pages__gte": 0}), KEPT),
    "order_by()": Method(lambda rows: rows.order_by("author__name"), KEPT),
    "reverse()": Method(lambda rows: rows.order_by("pk").reverse(), KEPT),
    "distinct()": Method(lambda rows: rows.distinct(), KEPT),
    "annotate()": Method(lambda rows: rows.annotate(n=_count()), KEPT),
    "alias()": Method(lambda rows: rows.alias(n=_count()).filter(n__gte=0), KEPT),
    "extra()": Method(lambda rows: rows.extra(where=["1 = 1"]), KEPT),
    "using()": Method(lambda rows: rows.using("default"), KEPT),
    "none()": Method(lambda rows: rows.none() | rows, KEPT),
    "select_for_update()": Method(lambda rows: rows.select_for_update(), KEPT),
    "rows[a:b]": Method(lambda rows: rows[:3], KEPT),
    "rows | other": Method(lambda rows: rows | _plain(), KEPT),
    "rows & other": Method(lambda rows: rows & _plain(), KEPT),
    "rows ^ other": Method(lambda rows: rows ^ _plain().filter(pages=-1), KEPT),
    "union()": Method(lambda rows: rows.filter(pages=5).union(rows.filter(pages=100)), KEPT),
    "intersection()": Method(lambda rows: rows.intersection(rows.filter(pages=100)), KEPT),
    "difference()": Method(lambda rows: rows.difference(rows.filter(pages=100)), KEPT),
    "optimize_for()": Method(lambda rows: rows.optimize_for(_preset()), KEPT),
    "only()": Method(lambda rows: rows.only("pages"), KEPT, {"only": REPLACED, "defer": REPLACED}),
    "defer()": Method(lambda rows: rows.defer("pages"), KEPT),
    "defer(None)": Method(lambda rows: rows.defer(None), KEPT, {"only": CLEARED, "defer": CLEARED}),
    "select_related()": Method(lambda rows: rows.select_related("editor"), KEPT),
    "select_related(None)": Method(
        lambda rows: rows.select_related(None), KEPT, {"select_related": CLEARED}
    ),
    "prefetch_related()": Method(lambda rows: rows.prefetch_related("contributors"), KEPT),
    "prefetch_related(None)": Method(
        lambda rows: rows.prefetch_related(None),
        KEPT,
        {"prefetch_related": CLEARED, "include": CLEARED},
    ),
    "fetch_mode()": Method(
        lambda rows: rows.fetch_mode(_fetch_one()), KEPT, {"fetch_mode": REPLACED}, since=(6, 1)
    ),
    # What gives rows.
    "for row in rows": Method(lambda rows: list(rows), KEPT),
    "rows[i]": Method(lambda rows: rows[1], KEPT),
    "get()": Method(lambda rows: rows.get(**_found()), KEPT),
    "first()": Method(lambda rows: rows.first(), KEPT),
    "last()": Method(lambda rows: rows.last(), KEPT),
    "earliest()": Method(lambda rows: rows.earliest("pages"), KEPT),
    "latest()": Method(lambda rows: rows.latest("pages"), KEPT),
    "in_bulk()": Method(lambda rows: rows.in_bulk(), KEPT),
    "iterator()": Method(lambda rows: rows.iterator(), KEPT),
    "batches()": Method(lambda rows: rows.batches(2), KEPT),
    "get_or_create()": Method(lambda rows: rows.get_or_create(**_found()), KEPT),
    "update_or_create()": Method(
        lambda rows: rows.update_or_create(**_found(), defaults={"pages": 7}), KEPT
    ),
    "async for row in rows": Method(lambda rows: rows.__aiter__(), KEPT),
    "aget()": Method(lambda rows: rows.aget(**_found()), KEPT),
    "afirst()": Method(lambda rows: rows.afirst(), KEPT),
    "alast()": Method(lambda rows: rows.alast(), KEPT),
    "aearliest()": Method(lambda rows: rows.aearliest("pages"), KEPT),
    "alatest()": Method(lambda rows: rows.alatest("pages"), KEPT),
    "ain_bulk()": Method(lambda rows: rows.ain_bulk(), KEPT),
    "aiterator()": Method(lambda rows: rows.aiterator(), KEPT),
    "abatches()": Method(lambda rows: rows.abatches(2), KEPT),
    "aget_or_create()": Method(lambda rows: rows.aget_or_create(**_found()), KEPT),
    "aupdate_or_create()": Method(
        lambda rows: rows.aupdate_or_create(**_found(), defaults={"pages": 7}), KEPT
    ),
    # What loads no row of the queryset.
    "count()": Method(lambda rows: rows.count(), UNUSED),
    "exists()": Method(lambda rows: rows.exists(), UNUSED),
    "contains()": Method(lambda rows: rows.contains(_first(rows)), UNUSED),
    "aggregate()": Method(lambda rows: rows.aggregate(n=_count()), UNUSED),
    "values()": Method(lambda rows: rows.values("pages"), UNUSED),
    "values_list()": Method(lambda rows: rows.values_list("pages"), UNUSED),
    "dates()": Method(lambda rows: rows.dates(DATES, "year"), UNUSED),
    "datetimes()": Method(lambda rows: rows.datetimes(DATES, "year", tzinfo=timezone.utc), UNUSED),
    "update()": Method(lambda rows: rows.update(pages=1), UNUSED),
    "bulk_update()": Method(lambda rows: rows.bulk_update([_changed(rows)], ["title"]), UNUSED),
    "create()": Method(lambda rows: rows.create(**_values()), UNUSED),
    "bulk_create()": Method(lambda rows: rows.bulk_create([_new()]), UNUSED),
    "raw()": Method(
        lambda rows: rows.raw("SELECT id, pages FROM testapp_book"),
        UNUSED,
        {"prefetch_related": KEPT, "include": KEPT},
    ),
    "acount()": Method(lambda rows: rows.acount(), UNUSED),
    "aexists()": Method(lambda rows: rows.aexists(), UNUSED),
    "acontains()": Method(lambda rows: rows.acontains(_first(rows)), UNUSED),
    "aaggregate()": Method(lambda rows: rows.aaggregate(n=_count()), UNUSED),
    "aupdate()": Method(lambda rows: rows.aupdate(pages=1), UNUSED),
    "abulk_update()": Method(lambda rows: rows.abulk_update([_changed(rows)], ["title"]), UNUSED),
    "acreate()": Method(lambda rows: rows.acreate(**_values()), UNUSED),
    "abulk_create()": Method(lambda rows: rows.abulk_create([_new()]), UNUSED),
}

#: Methods that are no line of the table, and why.
ELSEWHERE = {
    "as_manager": "makes a manager, which has the presets as methods",
    "resolve_expression": "is Django's own, for a queryset inside another: nothing is loaded there",
    "delete": "loads the rows that signals and cascades need, narrowed as by only()",
    "adelete": "as delete()",
    "explain": "explains the query that the preset makes",
    "aexplain": "as explain()",
    "as_values": "gives dictionaries of the columns and to-one paths; a list is an error",
}


def _count() -> Any:
    from django.db.models import Count

    return Count("reviews")


def _plain() -> Any:
    from tests.testapp.models import Book

    return Book.objects.all()


def _preset() -> Any:
    from perfkit import Preset

    return Preset(lazy_ok=["blurb"])


def _fetch_one() -> Any:
    from django.db.models import fetch_modes

    return fetch_modes.FETCH_ONE


INTRODUCTION = """# QuerySet methods after a preset

What becomes of each part of a preset when a method is called on a queryset that the preset was applied to. This
page is made from the table that the tests hold against every supported database
(`python -m tests.queryset_methods` writes it).

* **kept**: the rows have it.
* **unused**: the method loads no row of the queryset, and sends the same SQL as without the preset.
* **replaced**: the method's own arguments hold instead. What joins and prefetches stand on stays loaded.
* **cleared**: the method takes it away.
"""

NOTES = """
* `union()`, `intersection()` and `difference()` need querysets that load the same; else they are a `PresetError`,
  since Django would put the columns of one queryset into the attributes of the other.
* `rows | other`, `rows & other` and `rows ^ other` keep what the left queryset loads.
* `select_for_update()` locks the rows' own tables where only presets asked for joins (`of=("self",)`).
* `iterator()` needs no `chunk_size` where only presets asked for prefetches.
* `in_bulk(field_name=...)` loads the column of that field too.
* `raw()` has the columns of its SQL; lists are prefetched, as in Django, and joins are not made.
* A preset after `values()`, `values_list()`, `union()` and their likes is the error of `select_related()` there.
"""


def render() -> str:
    """Return the page of the documentation."""
    lines = [
        INTRODUCTION,
        f"| after the preset | {' | '.join(f'`{part}`' for part in PARTS)} |",
        "|---" * (len(PARTS) + 1) + "|",
    ]

    def effects(item: tuple[str, Method]) -> tuple[str, ...]:
        return tuple(item[1].of(part) for part in PARTS)

    for cells, methods in groupby(METHODS.items(), effects):
        names = ", ".join(f"`{name.replace('|', chr(92) + '|')}`" for name, _ in methods)
        lines.append(f"| {names} | {' | '.join(cells)} |")
    lines += ["", "Not in the table:", ""]
    lines += [f"* `{name}()` {why}." for name, why in ELSEWHERE.items()]
    return "\n".join(lines) + "\n" + NOTES


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
