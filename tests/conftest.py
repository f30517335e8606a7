"""What the whole suite shares: it says at the end which databases it did not run on."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

#: Few examples, the same ones each time, and fewer of them where the suite runs on one more Django, Python
#: or database; ``HYPOTHESIS_PROFILE=campaign`` looks for new ones for long.
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
for name, examples in {"default": 40, "once-more": 10}.items():
    settings.register_profile(
        name,
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=QUIET,
    )
settings.register_profile("campaign", max_examples=5000, deadline=None, suppress_health_check=QUIET)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

SERVERS = {"postgresql": "PostgreSQL", "mysql": "MariaDB or MySQL", "sqlite": "SQLite"}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the database that the tests ran on, and those that they did not."""
    from django.db import connection

    from tests.differential import COUNTS

    if COUNTS:
        told = ", ".join(f"{number:,} {name}" for name, number in sorted(COUNTS.items()))
        terminalreporter.write_line(f"Chains of querysets: {told}.")
    ran = SERVERS[connection.vendor]
    skipped = " and ".join(name for name in SERVERS.values() if name != ran)
    terminalreporter.write_line(
        f"Ran on {ran}; not on {skipped} (set DATABASE_URL, or run `make matrix`)."
    )


@pytest.fixture
def world(db: None) -> None:
    """A few rows of every model of the test project."""
    from tests.world import make_world

    make_world()


class Faults(logging.Handler):
    """Keeps what the auditor tells of its own failing."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the record if it is one."""
        if record.msg.startswith("The auditor failed"):
            self.seen.append(self.format(record))


@pytest.fixture(autouse=True)
def faults() -> Iterator[list[str]]:
    """The auditor fails in no test, for a page that goes on hides it; one that makes it fail takes that out."""
    logger, handler = logging.getLogger("perfkit.audit"), Faults()
    logger.addHandler(handler)
    yield handler.seen
    logger.removeHandler(handler)
    assert not handler.seen, "\n".join(handler.seen)


@pytest.fixture
def unhooked() -> None:
    """No hooks of an earlier test: before Django 6.1 a fetch mode leaves the backport in for good."""
    from perfkit.auditor.hooks import uninstall

    uninstall()
