"""The ten points: each takes what is known of a project and gives an answer.

None says yes without evidence, and a setting alone is none: something must have been seen to run, in
a log, a recorded run or a test.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from perfkit.checklist.answers import CANNOT_TELL, NO, YES, Answer, shown
from perfkit.checklist.sources import loops_over_all_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from perfkit.checklist.sources import Call, Code, Sources
    from perfkit.usage.evidence import Evidence

#: A share of bytes that nobody reads above this is too much.
MOST_UNREAD = 0.30
TOP = 5
#: What else measures latency, by the beginning of an entry of INSTALLED_APPS or MIDDLEWARE.
MONITORS = (
    "perfkit.middleware.RoutesMiddleware",
    "perfkit.integrations.opentelemetry",
    "opentelemetry",
    "ddtrace",
    "django_prometheus",
    "elasticapm",
    "newrelic",
    "scout_apm",
    "sentry_sdk",
)
GROWTH_TESTS = (
    "assert_constant_queries",
    "assertConstantQueries",
    "perfkit_assert_constant_queries",
    "QueryGrowth",
    "assertNumQueries",
    "django_assert_num_queries",
    "django_assert_max_num_queries",
    "django_perf_rec",
)
OFFLINE_TESTS = (
    "disable_socket",
    "socket_disabled",
    "socket_allow_hosts",
    "use_cassette",
    "vcr",
    "responses",
    "respx",
)
#: Calls that wait for ever unless they are told otherwise, and the place of a positional timeout.
ENDLESS = {
    **{f"requests.{verb}": None for verb in ("get", "post", "put", "patch", "delete", "head")},
    "requests.request": None,
    "urlopen": 2,
    "urllib.request.urlopen": 2,
    "smtplib.SMTP": 3,
    "smtplib.SMTP_SSL": 5,
    "ftplib.FTP": 4,
    "http.client.HTTPConnection": 2,
    "http.client.HTTPSConnection": 2,
    "socket.create_connection": 1,
}


@dataclass(frozen=True)
class Known:
    """What is known of a project; ``routes`` and ``usage`` are None where no file was given.

    ``routes`` are the figures of :meth:`perfkit.routes.ranking.Ranking.by`, most time spent first.
    """

    settings: Mapping[str, Sequence[str]]
    sources: Sources
    presets: Sequence[str]
    routes: Sequence[Mapping[str, Any]] | None = None
    usage: Evidence | None = None

    def setting(self, *starts: str) -> list[str]:
        """Return the entries of the settings that begin so, with the name of the setting."""
        return [
            f"{name} has {entry!r}"
            for name, entries in self.settings.items()
            for entry in entries
            if str(entry).startswith(starts)
        ]


_POINTS: list[tuple[str, Callable[[Known], tuple[str, list[str], str]]]] = []


def _point(title: str) -> Callable[[Any], Any]:
    def add(function: Any) -> Any:
        _POINTS.append((title, function))
        return function

    return add


def answers(known: Known) -> list[Answer]:
    """Answer all points."""
    found = []
    for number, (title, ask) in enumerate(_POINTS, start=1):
        verdict, evidence, step = ask(known)
        step = "" if verdict == YES else step
        found.append(Answer(number, title, verdict, tuple(evidence), step))
    return found


@_point("Latency is monitored")
def _latency(known: Known) -> tuple[str, list[str], str]:
    if known.routes:
        requests = sum(route["requests"] for route in known.routes)
        slowest = max(known.routes, key=lambda route: route["p95"])
        return (
            YES,
            [
                f"the log has {requests:,} requests of {len(known.routes)} routes",
                f"slowest: {_name(slowest)}, 95th percentile {slowest['p95'] * 1000:.0f} ms",
            ],
            "",
        )
    found = known.setting(*MONITORS)
    if found:
        step = "give the log of the requests: --log FILE (perfkit.middleware.RoutesMiddleware writes it)"
        return CANNOT_TELL, [*shown("setting:", found), "no log was given"], step
    step = 'add "perfkit.middleware.RoutesMiddleware" to MIDDLEWARE, or OpenTelemetry'
    return NO, ["no setting names a monitor that is known here, and no log was given"], step


@_point("Alerts tell when it grows")
def _alerts(known: Known) -> tuple[str, list[str], str]:
    return (
        CANNOT_TELL,
        ["alerts live where the measurements go, which can't be seen from here"],
        "let your monitor call somebody when the 95th percentile of a route doubles",
    )


@_point("The Debug Toolbar is there in development")
def _toolbar(known: Known) -> tuple[str, list[str], str]:
    settings = known.setting("debug_toolbar", "perfkit.integrations.debug_toolbar")
    seen = [t.place for t in known.sources.tests() if "toolbar" in t.words]
    if seen:
        return YES, shown("test:", seen), ""
    if settings:
        step = "open it once in a test, so that nobody breaks it unnoticed"
        return CANNOT_TELL, shown("setting:", settings), step
    return NO, ["INSTALLED_APPS has no 'debug_toolbar'"], "install django-debug-toolbar"


@_point(f"The {TOP} views that take most time are optimised")
def _top(known: Known) -> tuple[str, list[str], str]:
    if not known.routes:
        return CANNOT_TELL, ["no log was given"], "give the log of the requests: --log FILE"
    top = known.routes[:TOP]
    lazy = [_name(r) for r in top if r["lazy_loads"]]
    bare = [_name(r) for r in top if not r["presets"]]
    unheard = [_name(r) for r in top if r["lazy_loads"] is None]
    if lazy or bare:
        evidence = [*shown("lazy loads:", lazy), *shown("no preset:", bare)]
        return NO, evidence, "start with the first: manage.py perfkit routes shows what it costs"
    if unheard:
        step = 'switch the auditor on where the log is written: PERFKIT = {"AUDIT": "log"}'
        return CANNOT_TELL, shown("not audited:", unheard), step
    return YES, shown("with a preset and no lazy load:", [_name(r) for r in top]), ""


@_point("Every external call has a timeout")
def _timeouts(known: Known) -> tuple[str, list[str], str]:
    endless = [f"{call.name}() at {call.place}" for call in known.sources.calls() if _waits(call)]
    if endless:
        return NO, shown("no timeout:", endless), "pass timeout=..., in seconds"
    tests = [t.place for t in known.sources.tests() if _HANGS.search(t.words)]
    if tests:
        return YES, [*shown("test:", tests), "no call in the source is known to wait for ever"], ""
    step = "let a test make each service hang; perfkit.integrations.external_calls finds the calls"
    return CANNOT_TELL, ["no call in the source is known to wait for ever, and no test hangs"], step


#: How a test is named, or described, that makes a service slow.
_HANGS = re.compile(r"(?<![a-z])(hang(s|ing)?|time[ _-]?d?[ _-]?outs?)(?![a-z])")


def _waits(call: Call) -> bool:
    keywords = call.keywords
    if call.name.partition(".")[0] == "httpx" and keywords.get("timeout") == "None":
        return True
    if call.name not in ENDLESS or "**" in keywords:
        return False
    position = ENDLESS[call.name]
    if position is not None and call.positional > position:
        return False
    return keywords.get("timeout", "None") == "None"


@_point("Tests hold the queries of critical pages")
def _query_tests(known: Known) -> tuple[str, list[str], str]:
    tests = known.sources.tests_naming(*GROWTH_TESTS)
    if tests:
        return YES, shown("test:", tests), ""
    step = "write one with perfkit.testing.assert_constant_queries for the most used page"
    return NO, ["no test counts queries"], step


@_point("What nobody waits for is off-loaded")
def _tasks(known: Known) -> tuple[str, list[str], str]:
    tasks = _task_functions(known)
    if not tasks:
        return NO, ["no function is a task"], "send mail and call other services from tasks"
    tests = known.sources.tests_naming(*(code.name for code in tasks))
    evidence = shown("task:", [code.place for code in tasks])
    if tests:
        return YES, [*evidence, *shown("test:", tests)], ""
    return CANNOT_TELL, evidence, "let a test run the worker, and see what it did"


@_point("Tests run offline")
def _offline(known: Known) -> tuple[str, list[str], str]:
    users = [
        code.place
        for code in known.sources.functions()
        if "test" in code.file and code.names & set(OFFLINE_TESTS)
    ]
    if users:
        return YES, shown("test:", users), ""
    step = "shut the network with pytest-socket; replay what services say with vcrpy"
    return NO, ["no test shuts the network or replays a recorded answer"], step


@_point("Views load what they read, and no more")
def _minimal(known: Known) -> tuple[str, list[str], str]:
    declared = f"{len(known.presets)} presets are declared"
    if known.usage is None:
        step = "record what is read (PERFKIT['USAGE_FILE']), and give the file: --usage FILE"
        return CANNOT_TELL, [declared, "no evidence of use was given"], step
    querysets = known.usage.querysets
    if not querysets:
        return CANNOT_TELL, [declared, "the evidence of use is empty"], "record a run of the tests"
    evidence = [f"{known.usage.share:.0%} of the bytes that were loaded were never read", declared]
    if known.usage.share <= MOST_UNREAD:
        return YES, evidence, ""
    worst = querysets[0]
    step = "manage.py perfkit usage FILE shows the preset to paste"
    return NO, [*evidence, f"most of them at {worst.line}"], step


@_point("Long tasks stay within their memory")
def _memory(known: Known) -> tuple[str, list[str], str]:
    tasks = _task_functions(known)
    commands = [
        code
        for code in known.sources.functions()
        if code.name == "handle" and "management/commands" in code.file.replace("\\", "/")
    ]
    loops = loops_over_all_rows([*tasks, *commands])
    if loops:
        return NO, shown("all rows at once:", loops), "use batches() or iterator()"
    careful = [code for code in tasks + commands if code.names & {"batches", "iterator"}]
    evidence = shown("in batches:", [code.place for code in careful])
    tests = known.sources.tests_naming(*(code.name for code in careful if code.name != "handle"))
    if careful and tests:
        return YES, [*evidence, *shown("test:", tests)], ""
    if careful:
        return CANNOT_TELL, evidence, "let a test run it with batches smaller than the table"
    return CANNOT_TELL, ["no task or command goes through a table"], "use batches() where one does"


def _task_functions(known: Known) -> list[Code]:
    return [code for code in known.sources.functions() if code.decorators & {"task", "shared_task"}]


def _name(route: Mapping[str, Any]) -> str:
    return f"{route['method']} {route['route']}"
