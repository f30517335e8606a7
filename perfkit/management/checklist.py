"""``manage.py perfkit checklist``: answer the checklist of a fast project, with evidence."""

from __future__ import annotations

import json as json_module
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.management.base import CommandError

from perfkit import conf
from perfkit.checklist.answers import CANNOT_TELL, NO, YES
from perfkit.checklist.points import Known, answers
from perfkit.checklist.sources import Sources
from perfkit.checks import declared_presets
from perfkit.management.routes import read_ranking
from perfkit.usage import files

if TYPE_CHECKING:
    from django.core.management.base import BaseCommand, CommandParser

    from perfkit.usage.evidence import Evidence

STYLES = {YES: "SUCCESS", NO: "ERROR", CANNOT_TELL: "WARNING"}


def add_arguments(parser: CommandParser) -> None:
    """Take the evidence, and how to answer."""
    parser.add_argument(
        "--log",
        nargs="+",
        default=[],
        metavar="FILE",
        help="Logs of requests, as perfkit.middleware.RoutesMiddleware writes them.",
    )
    parser.add_argument(
        "--usage", nargs="+", default=[], metavar="FILE", help="Evidence of what is read."
    )
    parser.add_argument(
        "--root",
        nargs="+",
        default=["."],
        metavar="DIR",
        help="Where the project's source and tests are (default: here).",
    )
    parser.add_argument("--json", action="store_true", help="The answers as a JSON array.")
    parser.add_argument("--strict", action="store_true", help="Fail when an answer is no.")


def handle(
    command: BaseCommand,
    *,
    log: list[str],
    usage: list[str],
    root: list[str],
    json: bool,
    strict: bool,
    **options: Any,
) -> None:
    """Print the answers; raise ``CommandError`` for a bad file, and with ``strict`` for a *no*."""
    for folder in root:
        if not Path(folder).is_dir():
            raise CommandError(f"--root {folder} is no folder.")
    presets = {label for model in apps.get_models() for label, _ in declared_presets(model)}
    known = Known(
        settings=conf.installed(),
        sources=Sources(map(Path, root)),
        presets=sorted(presets),
        routes=read_ranking(log)[0].by("time_spent") if log else None,
        usage=_evidence(command, usage) if usage else None,
    )
    found = answers(known)
    if json:
        dicts = [answer.to_dict() for answer in found]
        command.stdout.write(json_module.dumps(dicts, indent=2, ensure_ascii=False))
    else:
        for answer in found:
            first, *rest = str(answer).splitlines()
            style = getattr(command.style, STYLES[answer.verdict])
            command.stdout.write("\n".join([style(first), *rest]))
        counts = Counter(answer.verdict for answer in found)
        command.stdout.write(", ".join(f"{counts[v]} {v}" for v in STYLES) + ".")
        for file in known.sources.unreadable:
            command.stderr.write(f"{file} can't be read, and was left out.")
    failed = [answer.point for answer in found if answer.verdict == NO]
    if strict and failed:
        raise CommandError(f"{len(failed)} answered no: {'; '.join(failed)}.")


def _evidence(command: BaseCommand, paths: list[str]) -> Evidence:
    try:
        evidence, told = files.read(paths)
    except OSError as error:
        raise CommandError(f"{error.filename} can't be read: {error.strerror}.") from None
    for sentence in told:
        command.stderr.write(sentence)
    return evidence
