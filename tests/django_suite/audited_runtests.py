"""Django's ``runtests.py`` with a scope around every test; it writes which tests failed, and how."""

from __future__ import annotations

import json
import os
import runpy
import sys
import unittest
from pathlib import Path
from typing import Any

import suite_fault

AUDITED = bool(os.environ["PERFKIT_SUITE_AUDITED"])
plain_run = unittest.TestCase.run
plain_suite = unittest.TextTestRunner.run


def run(self: unittest.TestCase, result: Any = None) -> Any:
    """Run a test inside a scope."""
    from perfkit.auditor import audit

    with audit(mode="collect"):
        return plain_run(self, result)


def run_suite(self: Any, suite: Any) -> Any:
    """Run all tests with the hooks in Django, and hand the failures to the caller."""
    from perfkit.auditor import hooks

    if AUDITED:
        # Put in once, and held: processes that are forked from this one have them too.
        hooks.hold()
        suite_fault.put_in()
        unittest.TestCase.run = run  # type: ignore[method-assign]
    result = plain_suite(self, suite)
    # A fixture that failed is there too, as "setUpClass (...)", and what should have failed.
    failed = [(test.id(), str(text)) for test, text in result.failures + result.errors]
    failed += [(test.id(), "unexpected success") for test in result.unexpectedSuccesses]
    outcome = {"tests": result.testsRun, "failures": dict(failed)}
    Path(os.environ["PERFKIT_SUITE_OUTCOME"]).write_text(json.dumps(outcome), encoding="utf-8")
    return result


unittest.TextTestRunner.run = run_suite  # type: ignore[method-assign]
# This directory stands first, and again behind Django's tests: a package of theirs is named apps too.
sys.path.remove(str(Path(__file__).parent))
sys.argv[0] = str(Path.cwd() / "runtests.py")
runpy.run_path(sys.argv[0], run_name="__main__")
