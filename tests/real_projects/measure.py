"""Infers every member of a project's models, runs each on rows, and compares; run by ``run.py``."""

from __future__ import annotations

import argparse
import contextlib
import functools
import importlib
import io
import json
import os
import re
import signal
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import django

#: What inference says of code that writes or sends signals: such a member has side effects, whether or not
#: a row took it as far as that when it was run.
WRITES = re.compile(
    r"\b(save|full_clean|delete|create|get_or_create|update_or_create|bulk_create|bulk_update|update"
    r"|set|add|remove|clear|send|send_robust)\(\)"
)


@dataclass
class Measured:
    """One member: what inference said, what happened."""

    model: str
    name: str
    kind: str
    complete: bool
    milliseconds: float
    listed: set[str]
    unresolved: list[str]
    own_queries: list[str]
    read: set[str] = field(default_factory=set)
    missed: set[str] = field(default_factory=set)
    runs: int = 0
    errors: set[str] = field(default_factory=set)
    writes: bool = False
    replayed: int = 0
    queries_on_replay: list[str] = field(default_factory=list)


def members_of(model: Any) -> Iterator[tuple[str, Any]]:
    """Give the members that the project itself wrote, each with its function."""
    from django.db import models

    from perfkit.inference import is_member
    from perfkit.inference.live import static

    for name in sorted({name for cls in model.__mro__ for name in vars(cls)}):
        if name.startswith("_") and name != "__str__":
            continue
        raw = static(model, name)
        function = getattr(raw, "fget", None) or getattr(raw, "func", None) or raw
        if static(models.Model, name) is raw or not is_member(model, name):
            continue
        if isinstance(raw, functools.partialmethod):
            continue
        module = getattr(function, "__module__", "") or ""
        if not module.startswith("django."):
            yield name, raw


def kind_of(raw: Any, name: str) -> str:
    """Name the kind of a member."""
    if name == "__str__":
        return "__str__"
    return "method" if callable(raw) else "property"


class TooLongError(Exception):
    """A member ran longer than it may."""


@contextlib.contextmanager
def no_longer_than(seconds: int) -> Iterator[None]:
    """Stop what runs too long."""

    def stop(*args: object) -> None:
        raise TooLongError

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


def infer(model: Any, name: str, raw: Any) -> Measured:
    """Infer one member and time it."""
    from perfkit.inference import field_reads

    started = time.thread_time()
    reads = field_reads(model, name)
    spent = (time.thread_time() - started) * 1000
    return Measured(
        model=model._meta.label,
        name=name,
        kind=kind_of(raw, name),
        complete=reads.complete,
        milliseconds=spent,
        listed={path for path in reads.columns | reads.relations if not is_key(model, path)},
        unresolved=[str(one) for one in reads.unresolved],
        own_queries=[str(one) for one in reads.own_queries],
        writes=any(WRITES.search(str(one)) for one in (*reads.unresolved, *reads.own_queries)),
    )


def is_key(model: Any, path: str) -> bool:
    """Tell whether a path leads to a primary key, which is always loaded."""
    from django.core.exceptions import FieldDoesNotExist

    for name in path.split("__"):
        by_accessor = {
            one.get_accessor_name(): one
            for one in model._meta.related_objects
            if one.get_accessor_name()
        }
        try:
            found = by_accessor.get(name) or model._meta.get_field(name)
        except FieldDoesNotExist:
            return False
        model = found.related_model
        if model is None:
            break
    return bool(getattr(found, "primary_key", False))


def run(model: Any, name: str, measured: Measured, keys: list[Any]) -> None:
    """Run a member on rows, first without anything loaded, then with what inference says."""
    from django.db import connection, transaction
    from django.test.utils import CaptureQueriesContext

    from perfkit.inference import field_reads
    from tests.inference.tracing import load_as_planned, run_traced, use

    reads = field_reads(model, name)
    for key in keys:
        with transaction.atomic():
            row = model._base_manager.get(pk=key)
            with no_longer_than(10), CaptureQueriesContext(connection) as queries:
                trace = run_traced(row, name)
            transaction.set_rollback(True)
        measured.runs += 1
        measured.read |= trace.columns | trace.relations
        sent = [query["sql"] for query in queries]
        measured.writes |= any(sql.startswith(("INSERT", "UPDATE", "DELETE")) for sql in sent)
        if trace.error is not None:
            measured.errors.add(f"{type(trace.error).__name__}: {str(trace.error)[:80]}")
        if not reads.complete:
            continue
        measured.missed |= trace.missed_by(reads)
        if reads.own_queries or trace.error is not None:
            continue
        with transaction.atomic():
            try:
                planned = load_as_planned(model._base_manager.filter(pk=key), reads)[0]
            except Exception as error:  # A manager of the project refuses.
                measured.errors.add(f"not loaded: {type(error).__name__}: {str(error)[:80]}")
                transaction.set_rollback(True)
                continue
            with no_longer_than(10), CaptureQueriesContext(connection) as queries:
                try:
                    use(planned, name)
                except Exception as error:
                    measured.errors.add(f"replayed: {type(error).__name__}: {str(error)[:80]}")
            transaction.set_rollback(True)
        measured.replayed += 1
        measured.queries_on_replay += [
            query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]
        ]


def measure() -> tuple[list[Measured], dict[str, str]]:
    """Measure every member of every model once: a member that models inherit counts for the first."""
    from django.apps import apps
    from django.conf import settings
    from django.core.management import call_command

    call_command("migrate", run_syncdb=True, verbosity=0)
    from tests.real_projects.filling import Filler

    # Checks, and every process that serves requests, have imported these.
    with contextlib.suppress(ImportError):
        importlib.import_module(settings.ROOT_URLCONF)
    filler = Filler()
    filler.fill_all()
    seen: set[int] = set()
    found: list[Measured] = []
    for model in sorted(apps.get_models(), key=lambda one: len(one.__mro__)):
        if model._meta.app_label == "perfkit" or not model._meta.managed:
            continue
        keys = list(model._base_manager.order_by("pk").values_list("pk", flat=True)[:4])
        for name, raw in members_of(model):
            if id(raw) in seen:
                continue
            seen.add(id(raw))
            measured = infer(model, name, raw)
            try:
                run(model, name, measured, keys)
            except TooLongError:
                measured.errors.add("TooLongError")
            found.append(measured)
    return found, {model._meta.label: str(error) for model, error in filler.failed.items()}


def report(project: str, found: list[Measured], failed: dict[str, str]) -> dict[str, Any]:
    """Compute the figures."""
    plain = [one for one in found if one.kind != "method"]
    quiet = [one for one in plain if not one.writes]
    complete = [one for one in found if one.complete]
    judged = [one for one in complete if one.runs and not one.errors and not one.own_queries]
    listed = sum(len(one.listed) for one in judged)
    right = sum(len(one.listed & one.read) for one in judged)
    replayed = [one for one in complete if one.replayed]
    silent = [one for one in complete if one.missed]

    def share(part: list[Measured], whole: list[Measured]) -> float:
        return round(100 * len(part) / len(whole), 1) if whole else 100.0

    return {
        "project": project,
        "members": len(found),
        "complete": len(complete),
        "complete %": share(complete, found),
        "properties and __str__": len(plain),
        "of these complete %": share([one for one in plain if one.complete], plain),
        "of these without side effects complete %": share(
            [one for one in quiet if one.complete], quiet
        ),
        "of these with side effects": len(plain) - len(quiet),
        "run": sum(1 for one in found if one.runs),
        "complete and run": sum(1 for one in complete if one.runs),
        "complete, run, and raised on some row": sum(1 for one in complete if one.errors),
        "models without rows": len(failed),
        "silent misses": len(silent),
        "precision": round(right / listed, 3) if listed else 1.0,
        "replayed": len(replayed),
        "replayed without a query %": share(
            [one for one in replayed if not one.queries_on_replay], replayed
        ),
        "milliseconds, median": round(statistics.median(one.milliseconds for one in found), 2),
        "milliseconds, longest": round(max(one.milliseconds for one in found), 1),
        "milliseconds, all": round(sum(one.milliseconds for one in found)),
    }


def main() -> None:
    """Measure the project whose settings are in DJANGO_SETTINGS_MODULE; print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("project")
    parser.add_argument("--details", type=Path, help="a file for one line per member")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    os.chdir(tempfile.mkdtemp())
    with contextlib.redirect_stdout(io.StringIO()):
        django.setup()
        found, failed = measure()
    figures = report(options.project, found, failed)
    if options.details:
        lines = [json.dumps(vars(one), default=sorted) for one in found]
        lines += [json.dumps({"no rows": failed})]
        options.details.write_text("\n".join(lines))
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
