"""The pytest plugin: auditing of tests' requests, and the growth assertion as a fixture.

pytest loads it in every project where perfkit is installed, before there are settings: Django, and
whatever else of perfkit, is imported when a test asks for it. The work is done in :mod:`perfkit.testing`.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from perfkit.testing import QueryGrowth
    from perfkit.testing.auditing import TestAudit
    from perfkit.testing.known import Known

#: What is audited: the requests of the test, or all that its body does.
COVERS = ("requests", "test")
_audit_key: pytest.StashKey[TestAudit] = pytest.StashKey()
_known_key: pytest.StashKey[Known] = pytest.StashKey()
_summary_key: pytest.StashKey[str] = pytest.StashKey()
_usage_key: pytest.StashKey[str] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("perfkit", "perfkit: lazy loads")
    group.addoption(
        "--perfkit-audit",
        choices=("raise", "warn", "off"),
        help="What to do about lazy loads in the requests of tests; 'off' wins over the markers.",
    )
    group.addoption(
        "--perfkit-audit-covers",
        choices=COVERS,
        default="requests",
        help="Audit the requests of tests (the default), or all that the body of a test does.",
    )
    group.addoption(
        "--perfkit-update-baseline",
        action="store_true",
        help="Write all lazy loads that are found to the file PERFKIT['AUDIT_BASELINE'].",
    )

    group.addoption(
        "--perfkit-usage",
        metavar="FILE",
        help="Add evidence of what the tests' requests load and never read to a file, "
        "for 'manage.py perfkit usage FILE'.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers",
        "perfkit(audit='raise', covers='requests'): audit the lazy loads of this test: off, collect, "
        "log, warn, raise; of its requests, or of all that its body does ('test').",
    )


def _is_asked_for(config: pytest.Config) -> bool:
    option = config.option
    return option.perfkit_audit in ("raise", "warn") or bool(option.perfkit_update_baseline)


def pytest_report_header(config: pytest.Config) -> str | None:
    """Tell in the header of a run that it is audited."""
    if not _is_asked_for(config):
        return None
    option = config.option
    mode = "update-baseline" if option.perfkit_update_baseline else option.perfkit_audit
    return f"perfkit: audit={mode}, of {_covered(option.perfkit_audit_covers)}"


def _covered(covers: str) -> str:
    return "the tests' requests" if covers == "requests" else "all that tests do"


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, Any, Any]:
    """Keep the auditor ready for a whole run, and bring its findings and the baseline together."""
    config = session.config
    if not _is_asked_for(config):
        return (yield)
    _need_settings("The options of perfkit")
    from perfkit.exceptions import PerfkitSettingsError
    from perfkit.testing.auditing import hooks_held
    from perfkit.testing.known import Known

    known = config.stash[_known_key] = Known(update=config.option.perfkit_update_baseline)
    try:
        known.check()
    except PerfkitSettingsError as error:
        raise pytest.UsageError(str(error)) from error
    with hooks_held(), known.recording():
        result = yield
    if hasattr(config, "workeroutput"):
        config.workeroutput["perfkit_known"] = known.to_plain()
    else:
        known.whole = known.whole and _is_whole(session)
        config.stash[_summary_key] = known.finish()
    return result


@pytest.hookimpl(wrapper=True, specname="pytest_runtestloop")
def pytest_record_usage(session: pytest.Session) -> Generator[None, Any, Any]:
    """Record the requests of a whole run; each worker of pytest-xdist adds its own evidence."""
    file = session.config.option.perfkit_usage
    if not file:
        return (yield)
    _need_settings("The options of perfkit")
    from perfkit.testing.usage import requests_recorded

    with requests_recorded(str(session.config.invocation_params.dir / file)) as recorded:
        result = yield
    if recorded.problem and hasattr(session.config, "workeroutput"):
        session.config.workeroutput["perfkit_usage"] = recorded.problem
    elif recorded.problem:
        session.config.stash[_usage_key] = recorded.problem
    return result


def _is_whole(session: pytest.Session) -> bool:
    """Say whether the run had all tests, and came to its end."""
    config, option = session.config, session.config.option
    narrowed = [option.keyword, option.markexpr, getattr(option, "lf", False), option.deselect]
    stopped = session.shouldstop or session.shouldfail or session.testscollected == 0
    chosen = config.args_source is pytest.Config.ArgsSource.ARGS
    return not (any(narrowed) or stopped or chosen)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Take in what a worker of pytest-xdist found."""
    known = node.config.stash.get(_known_key, None)
    if known is not None:
        known.whole = known.whole and not error
        known.add(getattr(node, "workeroutput", {}).get("perfkit_known", ()))
    if problem := getattr(node, "workeroutput", {}).get("perfkit_usage"):
        node.config.stash[_usage_key] = problem


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say what became of the baseline, and what evidence could not be written."""
    for summary in (config.stash.get(_summary_key, ""), config.stash.get(_usage_key, "")):
        if summary:
            terminalreporter.write_line(f"perfkit: {summary}")


def _need_settings(what: str) -> None:
    from perfkit.conf import is_configured

    if not is_configured():
        raise pytest.UsageError(
            f"{what} need Django's settings: install pytest-django and set DJANGO_SETTINGS_MODULE, "
            "or call django.setup() in conftest.py."
        )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Audit the body of a test, where something asks for it; fixtures have run before."""
    mode, covers = _asked_of(item)
    if not mode:
        return (yield)
    _need_settings("The fixtures and markers of perfkit")
    with _audit_of(item).auditing(mode, covers):
        return (yield)


def _asked_of(item: pytest.Item) -> tuple[str, str]:
    """Return the mode that a test is audited in ("" for none), and what of it is audited."""
    option = item.config.option
    mode, covers = option.perfkit_audit or "", option.perfkit_audit_covers
    marker = item.get_closest_marker("perfkit")
    if marker is not None:
        asked = _arguments_of(marker)
        mode = mode if mode == "off" else asked.get("audit", mode)
        covers = asked.get("covers", covers)
    if option.perfkit_update_baseline and mode != "off":
        mode = "collect"
    return mode or (
        "collect" if "perfkit_audit" in getattr(item, "fixturenames", ()) else ""
    ), covers


def _arguments_of(marker: pytest.Mark) -> dict[str, str]:
    """Return the arguments of the marker; the test fails for what it doesn't take."""
    from perfkit.conf import MODES

    allowed = {"audit": MODES, "covers": COVERS}
    asked = dict(marker.kwargs)
    for name, value in asked.items():
        if name not in allowed or value not in allowed[name]:
            takes = "; ".join(f"{key}={' | '.join(values)}" for key, values in allowed.items())
            pytest.fail(f"@pytest.mark.perfkit({name}={value!r}): it takes {takes}.", pytrace=False)
    if marker.args:
        pytest.fail(f"@pytest.mark.perfkit: write audit={marker.args[0]!r}.", pytrace=False)
    return asked


def _audit_of(item: pytest.Item) -> TestAudit:
    from perfkit.testing.auditing import TestAudit

    return item.stash.setdefault(_audit_key, TestAudit())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, Any, Any]:
    """Show the finding of a lazy load that was stopped, and the user's own lines on the way to it."""
    report = yield
    option = item.config.option
    if call.excinfo is None or not report.failed or option.tbstyle != "auto" or option.fulltrace:
        return report
    if "perfkit.exceptions" not in sys.modules:
        return report  # Nothing that is imported can have raised it.
    from perfkit.auditor.frames import is_users
    from perfkit.testing.auditing import lazy_load_error_of

    error = lazy_load_error_of(call.excinfo.value)
    if error is not None:
        excinfo = pytest.ExceptionInfo.from_exception(error)
        kept = excinfo.traceback.filter(lambda entry: is_users(str(entry.path)))
        if kept:
            excinfo.traceback = kept
            report.longrepr = excinfo.getrepr(style="short", chain=False)
        else:
            report.longrepr = str(error)
    return report


@pytest.fixture
def perfkit_audit(request: pytest.FixtureRequest) -> TestAudit:
    """Audit the requests of this test; ``.findings`` has what they loaded lazily.

    Nothing is raised unless the marker or ``--perfkit-audit`` says so.
    """
    _need_settings("The fixtures and markers of perfkit")
    return _audit_of(request.node)


@pytest.fixture(scope="session")
def perfkit_assert_constant_queries() -> Callable[..., QueryGrowth]:
    """Give :func:`perfkit.testing.assert_constant_queries`."""
    from perfkit.testing import assert_constant_queries

    return assert_constant_queries
