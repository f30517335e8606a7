"""What a preset costs: to apply, against a clone and the chain written by hand; to compile; rows against dicts."""

import statistics
import time
import tracemalloc
from typing import Any

from django.db import connection, models
from django.test.utils import isolate_apps

from perfkit import Preset, PresetQuerySet
from perfkit.checks import declared_presets
from perfkit.compiler import compile_plan
from tests.benchmarks._timing import bound, medians
from tests.testapp.models import Author, Book, Publisher

COLUMNS = [
    "title",
    "blurb",
    "code",
    "pages",
    "title_upper",
    "author__name",
    "author__bio",
    "author__publisher__name",
    "author__publisher__address",
    "editor__name",
    "editor__bio",
    "author__mentor",
]


class BenchQuerySet(PresetQuerySet[Any]):
    bench = Preset(only=COLUMNS, prefetch_related=["tags", "reviews"])
    flat = Preset(only=["title", "pages", "author__name"])


def by_hand(queryset: Any) -> Any:
    """Return what the preset says, as Django's own calls."""
    return (
        queryset.select_related("author__publisher", "editor")
        .prefetch_related("tags", "reviews")
        .only(*COLUMNS, "author__publisher", "editor")
    )


def main() -> bool:
    print(
        "\nApplying a preset (medians, interleaved)\n\n| compared | ratio | bound | kept |\n| --- | --- | --- | --- |"
    )
    kept = [*applying(), compiling()]
    rows_and_dicts()
    return all(kept)


def applying() -> list[bool]:
    queryset: Any = BenchQuerySet(Book).filter(pages__gte=100, title__gte="a").order_by("title")
    plain: Any = models.QuerySet(Book).filter(pages__gte=100, title__gte="a").order_by("title")
    if str(queryset.bench().query) != str(by_hand(plain).query):
        raise AssertionError(
            "The preset and the chain by hand send different SQL; the comparison says nothing."
        )
    times = medians(
        {"clone": queryset.all, "preset": queryset.bench, "by hand": lambda: by_hand(plain)}
    )
    return [
        bound("a preset / a bare clone of the queryset", times["preset"] / times["clone"], 1.2),
        bound("a preset / the chain written by hand", times["preset"] / times["by hand"], 0.3),
    ]


def compiling() -> bool:
    """Compile 500 models with 5 presets each, as the checks do at start-up."""
    with isolate_apps("tests.testapp"):
        made = [_model(number) for number in range(500)]
        spent = []
        for _ in range(3):
            start = time.process_time()
            for model in made:
                for label, preset in declared_presets(model):
                    compile_plan(model, preset, label)
            spent.append(time.process_time() - start)
    return bound("seconds to compile 500 models x 5 presets", statistics.median(spent), 1.0)


def _model(number: int) -> type[models.Model]:
    names = [f"column{index}" for index in range(12)]
    presets = {
        f"optimize_for_{index}": Preset(
            only=[*names[:index], "author__name", "author__publisher__name"]
        )
        for index in range(4)
    }
    presets["optimize_for_all"] = Preset(
        select_related=["author"], prefetch_related=["author__books"]
    )
    queryset_class = type(f"Queryset{number}", (PresetQuerySet,), presets)
    attributes: dict[str, Any] = {name: models.IntegerField() for name in names}
    attributes["author"] = models.ForeignKey(Author, models.CASCADE, related_name="+")
    attributes["objects"] = queryset_class.as_manager()
    attributes["__module__"] = "tests.testapp.models"
    return type(f"Model{number}", (models.Model,), attributes)


def rows_and_dicts(count: int = 10_000) -> None:
    """Compare rows with ``as_values()`` of one preset, in time and memory."""
    name = connection.creation.create_test_db(verbosity=0)
    try:
        publisher = Publisher.objects.create(name="House")
        author = Author.objects.create(name="Writer", publisher=publisher)
        Book.objects.bulk_create(
            Book(title=f"Book {n}", blurb="words " * 40, author=author) for n in range(count)
        )
        querysets: dict[str, Any] = {
            "whole rows": models.QuerySet(Book).select_related("author"),
            "rows of the preset": BenchQuerySet(Book).flat(),
            "as_values() of the preset": BenchQuerySet(Book).flat().as_values(),
        }
        times = medians(
            {name: lambda qs=qs: list(qs.all()) for name, qs in querysets.items()},
            repeat=5,
            number=1,
        )
        memory = {name: _peak(queryset) for name, queryset in querysets.items()}
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
    print(
        f"\n{count:,} books with their author\n\n| as | time | peak memory |\n| --- | --- | --- |"
    )
    for name in querysets:
        share = times[name] / times["whole rows"], memory[name] / memory["whole rows"]
        print(f"| {name} | {share[0]:.2f} | {share[1]:.2f} |")


def _peak(queryset: Any) -> int:
    tracemalloc.start()
    kept = list(queryset.all())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    del kept
    return peak
