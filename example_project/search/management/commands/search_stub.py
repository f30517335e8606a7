"""Run the stand-in for the search service."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand

from example_project.search.stub import SearchStub


class Command(BaseCommand):
    """``manage.py search_stub``."""

    help = "Run a stand-in for the search service on this machine, which keeps its index in memory."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare where it listens, and how badly it behaves."""
        parser.add_argument("--port", type=int, default=7700, help="default: %(default)s")
        parser.add_argument(
            "--hang", action="store_true", help="take every question, and never answer"
        )

    def handle(self, *, port: int, hang: bool, **options: Any) -> None:
        """Serve until interrupted."""
        with SearchStub(port) as stub:
            if hang:
                stub.hang()
            self.stdout.write(f"The search service answers at {stub.url}; Ctrl+C ends it.")
            try:
                stub.thread.join()
            except KeyboardInterrupt:
                self.stdout.write("")
