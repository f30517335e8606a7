"""``manage.py perfkit reads app.Model [member ...]``: print what members read, with every line that does."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.management.base import CommandError

from perfkit.inference import field_reads, init_reads
from perfkit.inference.members import members_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.core.management.base import BaseCommand, CommandParser

    from perfkit.inference.results import FieldReads, Place, ReadNode


def add_arguments(parser: CommandParser) -> None:
    """Take a model, and the members to show."""
    parser.add_argument("model", metavar="app.Model", help="The model whose members are shown.")
    parser.add_argument("members", nargs="*", metavar="member", help="The members; all of them.")


def handle(
    command: BaseCommand, *, model: str, members: Iterable[str] = (), **options: Any
) -> None:
    """Print the reads of members as trees; raise ``CommandError`` for a wrong model or member."""
    try:
        cls = apps.get_model(model)
    except (LookupError, ValueError) as error:
        raise CommandError(
            f"{model!r} is no model of this project ({error}). Write it as app.Model."
        ) from None
    names = list(members) or [*members_of(cls), "__init__"]
    incomplete = 0
    for name in names:
        try:
            reads = init_reads(cls) if name == "__init__" else field_reads(cls, name)
        except AttributeError as error:
            raise CommandError(f"{error} Known: {', '.join(members_of(cls))}.") from None
        incomplete += not reads.complete
        command.stdout.write(command.style.MIGRATE_HEADING(f"{reads.model}.{name}"))
        command.stdout.write("\n".join(describe(reads)) + "\n\n")
    command.stdout.write(f"{len(names) - incomplete} of {len(names)} are complete.")


def describe(reads: FieldReads) -> Iterator[str]:
    """Yield the lines that show what a member reads, and what stands in the way of knowing more."""
    if reads.declared:
        yield "declared by @reads or register_reads()"
    yield from _branches(reads.tree, "")
    if not reads.tree and reads.complete:
        yield "reads nothing"
    for problem in reads.problems:
        yield f"! {problem}"
    for path in sorted(reads.undeclared):
        yield f"! reads {path!r}, which is not declared"
    for query in reads.own_queries:
        yield f"! its own query: {query.construct} ({_short(query.file)}:{query.line})"
    for unresolved in reads.unresolved:
        yield f"? {unresolved.construct} ({_short(unresolved.file)}:{unresolved.line})"
    if reads.complete:
        yield "complete"
    else:
        yield f"incomplete: write @reads(...) on {reads.name}, with what it reads, to declare it"


def _branches(nodes: tuple[ReadNode, ...], indent: str) -> Iterator[str]:
    for node in nodes:
        last = node is nodes[-1]
        places = ", ".join(dict.fromkeys(map(_place, node.places)))
        yield f"{indent}{'└─' if last else '├─'} {node.name}{f'  {places}' if places else ''}"
        yield from _branches(node.children, indent + ("   " if last else "│  "))


def _place(place: Place) -> str:
    return f"{_short(place.file)}:{place.line} {place.function.rpartition('.')[2]}"


def _short(file: str) -> str:
    """Return a path relative to where the command runs, where that is shorter."""
    here = Path(file)
    return os.fspath(here.relative_to(Path.cwd())) if here.is_relative_to(Path.cwd()) else file
