"""``manage.py perfkit usage FILE ...``: print what was loaded and never read, from recorded evidence."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from perfkit.usage import files
from perfkit.usage.page import page
from perfkit.usage.text import describe

if TYPE_CHECKING:
    from django.core.management.base import BaseCommand, CommandParser


def add_arguments(parser: CommandParser) -> None:
    """Take the files, and what to do with their evidence."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="Evidence; files are merged.")
    parser.add_argument(
        "--html", metavar="PAGE", help="Write one page to look at, and print where it is."
    )
    parser.add_argument("--json", action="store_true", help="Print the merged evidence as JSON.")
    parser.add_argument(
        "--fail-over", metavar="30%", help="Fail when a larger share of the bytes was never read."
    )


def handle(command: BaseCommand, **options: Any) -> None:
    """Print the evidence; raise ``CommandError`` for a file that can't be read, and for waste."""
    limit = _share(options["fail_over"]) if options["fail_over"] else None
    try:
        evidence, told = files.read(options["files"])
    except OSError as error:
        raise CommandError(
            f"{error.filename} can't be read ({error.strerror}). Record it first: "
            "pytest --perfkit-usage=FILE, or PERFKIT['USAGE_FILE']."
        ) from None
    for sentence in told:
        command.stderr.write(sentence)
    if options["html"]:
        _write(options["html"], page(evidence, told))
        command.stdout.write(
            f"{options['html']}: {evidence.share:.0%} of the bytes were never read."
        )
    elif options["json"]:
        usages = [usage.to_dict() for usage in evidence.querysets]
        command.stdout.write(json.dumps({"share": evidence.share, "querysets": usages}))
    else:
        for line in describe(evidence):
            command.stdout.write(line)
    if limit is not None and evidence.share > limit:
        worst = evidence.querysets[0]
        raise CommandError(
            f"{evidence.share:.0%} of the bytes were never read, over {limit:.0%}; most of them at {worst.line}."
        )


def _write(path: str, text: str) -> None:
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{path} can't be written: {error.strerror}.") from None


def _share(text: str) -> float:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)%", text.strip())
    if found is None or float(found[1]) > 100:
        raise CommandError(f"--fail-over takes a percentage such as 30%, not {text!r}.")
    return float(found[1]) / 100
