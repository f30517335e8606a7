"""A plugin for pytest: a scope around every test, and which tests failed, for the caller."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
import suite_fault

AUDITED = bool(os.environ["PERFKIT_SUITE_AUDITED"])
ran: set[str] = set()
failures: dict[str, str] = {}


def pytest_sessionstart() -> None:
    """Put the hooks into Django, for good."""
    from perfkit.auditor import hooks

    if AUDITED:
        hooks.hold()
        suite_fault.put_in()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: Any) -> Iterator[None]:
    """Run a test with its fixtures inside a scope."""
    from perfkit import audit

    with audit(mode="collect") if AUDITED else nullcontext():
        return (yield)  # type: ignore[return-value]


def pytest_runtest_logreport(report: Any) -> None:
    """Note how a test, or its fixtures, ended; what is skipped counts for none that ran."""
    if not report.skipped and report.when == "call":
        ran.add(report.nodeid)
    if report.failed:
        ran.add(report.nodeid)
        failures[report.nodeid] = str(report.longrepr)


def pytest_sessionfinish() -> None:
    """Hand the failures to the caller."""
    outcome = {"tests": len(ran), "failures": failures}
    Path(os.environ["PERFKIT_SUITE_OUTCOME"]).write_text(json.dumps(outcome), encoding="utf-8")
