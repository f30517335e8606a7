"""The auditing of tests' requests for ``manage.py test``: a mixin of Django's test runner.

Django's workers run the tests of ``--parallel`` with a runner and a result of their own, and replay
what happened on the result of the main process. What a worker found comes home the same way.
"""

from __future__ import annotations

import unittest
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any

from django.test.runner import DiscoverRunner, ParallelTestSuite, RemoteTestResult, RemoteTestRunner

from perfkit.auditor import baseline
from perfkit.exceptions import LazyLoadError
from perfkit.testing.auditing import TestAudit, hooks_held, lazy_load_error_of, users_part
from perfkit.testing.known import Known

if TYPE_CHECKING:
    from argparse import ArgumentParser

#: The mode of the run; a worker that was not forked is told it when it starts.
_mode = ""


def _tell(mode: str) -> None:
    global _mode
    _mode = mode


class AuditedResult(unittest.TestResult):
    """Audits the requests of each test from ``setUp()`` to its end; mixed into a result."""

    _auditing: Any = None

    def startTest(self, test: unittest.TestCase) -> None:  # noqa: N802
        """Begin to audit."""
        super().startTest(test)
        self._auditing = TestAudit().auditing(_mode)
        self._auditing.__enter__()

    def addSuccess(self, test: unittest.TestCase) -> None:  # noqa: N802
        """Let a test succeed, unless what it was stopped for was swallowed."""
        try:
            self._end_auditing()
        except LazyLoadError as error:
            # The frames are the auditor's own.
            self.addError(test, (type(error), error.with_traceback(None), None))
        else:
            super().addSuccess(test)

    def addError(self, test: unittest.TestCase, err: Any) -> None:  # noqa: N802
        """Show of a lazy load that was stopped the user's own frames."""
        error = lazy_load_error_of(err[1])
        if error is not None:
            err = (type(error), error, users_part(error.__traceback__))
        super().addError(test, err)

    def stopTest(self, test: unittest.TestCase) -> None:  # noqa: N802
        """End what ``startTest()`` began, for a test that failed."""
        # What such a test swallowed is no more to be said: it has failed already.
        with suppress(LazyLoadError):
            self._end_auditing()
        super().stopTest(test)

    def _end_auditing(self) -> None:
        auditing, self._auditing = self._auditing, None
        if auditing is not None:
            auditing.__exit__(None, None, None)


class _RemoteResult(AuditedResult, RemoteTestResult):
    """The result of a worker, which sends home what was found."""

    def startTest(self, test: unittest.TestCase) -> None:  # noqa: N802
        super().startTest(test)
        self._recording = baseline.recording()
        self._recorder = self._recording.__enter__()

    def stopTest(self, test: unittest.TestCase) -> None:  # noqa: N802
        super().stopTest(test)
        self._recording.__exit__(None, None, None)
        found = [entry.to_dict() for entry in self._recorder.entries]
        self.events.append(("addPerfkitFindings", self.test_index, found))


class _RemoteRunner(RemoteTestRunner):
    resultclass = _RemoteResult


class PerfkitTestRunnerMixin(DiscoverRunner):
    """Gives ``manage.py test`` the options ``--perfkit-audit`` and ``--perfkit-update-baseline``.

    Mix it into your own runner, or set ``TEST_RUNNER`` to
    ``"perfkit.testing.runner.PerfkitTestRunner"``. The requests of tests are audited, from
    ``setUp()`` on; ``setUpTestData()`` and the rows that a test makes are not.
    """

    def __init__(
        self,
        *args: Any,
        perfkit_audit: str | None = None,
        perfkit_update_baseline: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.perfkit_mode = "collect" if perfkit_update_baseline else perfkit_audit or ""
        self.perfkit_known = Known(update=perfkit_update_baseline)
        if self.perfkit_mode:
            self.parallel_test_suite = _suite_of(self.parallel_test_suite, self.perfkit_mode)

    @classmethod
    def add_arguments(cls, parser: ArgumentParser) -> None:
        """Add the options."""
        super().add_arguments(parser)
        parser.add_argument(
            "--perfkit-audit",
            choices=("raise", "warn", "off"),
            help="What to do about lazy loads in the requests of tests.",
        )
        parser.add_argument(
            "--perfkit-update-baseline",
            action="store_true",
            help="Write all lazy loads that are found to the file PERFKIT['AUDIT_BASELINE'].",
        )

    def get_resultclass(self) -> type[unittest.TextTestResult] | None:
        """Return the result's class, which audits if the run is audited."""
        resultclass = super().get_resultclass()
        if not self.perfkit_mode:
            return resultclass
        known = self.perfkit_known

        class Result(AuditedResult, resultclass or unittest.TextTestResult):  # type: ignore[misc]
            def addPerfkitFindings(self, test: object, found: list[dict[str, Any]]) -> None:  # noqa: N802
                known.add(found)

        return Result

    def run_tests(self, test_labels: list[str], **kwargs: Any) -> int:
        """Run the tests; chosen ones say nothing of the findings of others."""
        chosen = (test_labels, self.tags, self.exclude_tags, self.test_name_patterns)
        self.perfkit_known.whole = not any(chosen)
        return super().run_tests(test_labels, **kwargs)

    def run_suite(self, suite: unittest.TestSuite, **kwargs: Any) -> unittest.TextTestResult:
        """Run the suite audited, and say what became of the baseline."""
        if not self.perfkit_mode:
            return super().run_suite(suite, **kwargs)
        known = self.perfkit_known
        known.check()
        _tell(self.perfkit_mode)
        with ExitStack() as stack:
            stack.callback(_tell, "")
            stack.enter_context(known.recording())
            stack.enter_context(hooks_held())
            result = super().run_suite(suite, **kwargs)
        known.whole = known.whole and not result.shouldStop
        summary = known.finish()
        if summary:
            self.log(f"perfkit: {summary}")
        return result


class PerfkitTestRunner(PerfkitTestRunnerMixin):
    """Django's test runner with the options of :class:`PerfkitTestRunnerMixin`."""


def _suite_of(suite: type[ParallelTestSuite], mode: str) -> type[ParallelTestSuite]:
    """Return a suite whose workers audit."""
    names = {"runner_class": _RemoteRunner, "process_setup": _tell, "process_setup_args": (mode,)}
    return type("AuditedParallelTestSuite", (suite,), names)


__all__ = ["PerfkitTestRunner", "PerfkitTestRunnerMixin"]
