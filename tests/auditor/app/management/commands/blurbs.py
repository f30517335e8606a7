"""A command that loads lazily, and ends the process as ``test`` does after a failure."""

import sys

from django.core.management.base import BaseCommand

from tests.auditor.app.models import Book


class Command(BaseCommand):
    """Reads the blurb of every book."""

    def add_arguments(self, parser):
        """Take how it ends."""
        parser.add_argument("--exit", type=int, default=None)

    def handle(self, *, exit, **options):  # noqa: A002
        """Read, and end."""
        for book in Book.objects.only("title"):
            book.blurb
        if exit is not None:
            sys.exit(exit)
