"""Django's ``runtests.py`` with a scope around every test, and the outcome of each noted."""

from __future__ import annotations

import atexit
import json
import os
import runpy
import sys
import unittest
from contextlib import nullcontext
from pathlib import Path
from typing import Any

AUDITED = bool(os.environ["PERFKIT_SUITE_AUDITED"])
outcomes: dict[str, str] = {}
plain_run = unittest.TestCase.run


def scope() -> Any:
    """Return the scope of one test: nothing in the plain run."""
    if not AUDITED:
        return nullcontext()
    from perfkit.auditor import audit

    return audit(mode="collect")


def run(self: unittest.TestCase, result: Any = None) -> Any:
    """Run a test inside a scope and note its outcome."""
    before = len(result.failures), len(result.errors)
    with scope():
        answer = plain_run(self, result)
    failed = result.failures[before[0] :] + result.errors[before[1] :]
    outcomes[self.id()] = "\n".join(str(text) for _, text in failed) or "ok"
    return answer


def write() -> None:
    """Hand the outcomes to the caller."""
    Path(os.environ["PERFKIT_SUITE_OUTCOMES"]).write_text(json.dumps(outcomes))


unittest.TestCase.run = run  # type: ignore[method-assign]
atexit.register(write)
sys.argv[0] = str(Path.cwd() / "runtests.py")
runpy.run_path(sys.argv[0], run_name="__main__")
