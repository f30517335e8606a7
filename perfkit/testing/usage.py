"""Recording what the requests of a test run load and read, for ``pytest --perfkit-usage=FILE``."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from perfkit.conf import get_settings
from perfkit.enclosing import EnclosingMiddleware
from perfkit.testing.auditing import requests_inside
from perfkit.usage.process import Collector, Enclosure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest


@contextmanager
def requests_recorded(file: str) -> Iterator[Collector]:
    """Record all requests inside the block, and add the evidence to a file."""
    collector = Collector(file, get_settings().USAGE_SAMPLE)

    class Recording(EnclosingMiddleware[Enclosure]):
        def enclose(self, request: HttpRequest) -> Enclosure:
            return Enclosure(collector)

    collector.start()
    try:
        with requests_inside(Recording):
            yield collector
    finally:
        collector.stop()
