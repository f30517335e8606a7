"""``manage.py perfkit``: one command whose sub-commands are the modules of ``SUBCOMMANDS``."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

#: Each module has a docstring, whose first line is the help, and the functions
#: ``add_arguments(parser)`` and ``handle(command, **options)``.
SUBCOMMANDS = {
    "baseline": "perfkit.management.baseline",
    "checklist": "perfkit.management.checklist",
    "presets": "perfkit.management.presets",
    "reads": "perfkit.management.reads",
    "routes": "perfkit.management.routes",
    "usage": "perfkit.management.usage",
}


class Command(BaseCommand):
    """Shows what perfkit knows of the project."""

    help = "Shows what perfkit knows of the project: presets, reads, findings."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add a parser for each sub-command."""
        subparsers = parser.add_subparsers(dest="subcommand", required=True, metavar="subcommand")
        for name, path in SUBCOMMANDS.items():
            module = import_module(path)
            summary = (module.__doc__ or "").splitlines()[0].rpartition(": ")[2]
            module.add_arguments(subparsers.add_parser(name, help=summary, description=summary))

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the sub-command."""
        import_module(SUBCOMMANDS[options["subcommand"]]).handle(self, **options)
