"""The pytest plugin, in runs of its own: what it stops, what it leaves alone, what it shows."""

from __future__ import annotations

import json
import os

import pytest

from perfkit.conf import MODES
from perfkit.usage import files
from tests.lazy_project import ROOT, SETTINGS, URLS, clean_environment

#: All that a run needs; others that happen to be installed would only cost time.
PLUGINS = ("pytest_django.plugin", "xdist.plugin", "perfkit.pytest_plugin")

CONFTEST = """
import pytest
from tests.auditor.app import models

def make():
    house = models.Publisher.objects.create(name="House")
    author = models.Person.objects.create(name="Author", publisher=house)
    models.Book.objects.create(title="Book", author=author)

@pytest.fixture
def books(db, client):
    for _ in range(3):
        make()
    for book in models.Book.objects.all():  # a fixture may read lazily
        book.author.name
    client.get("/lazy")  # and ask for a page
"""


@pytest.fixture
def alone(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A directory of its own, and nothing of this run in the environment."""
    clean_environment(monkeypatch)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}{os.pathsep}{pytester.path}")
    return pytester


@pytest.fixture
def project(alone: pytest.Pytester) -> pytest.Pytester:
    """A project on SQLite, with pages that load lazily."""
    alone.makepyfile(site_settings=SETTINGS, site_urls=URLS)
    alone.makeconftest(CONFTEST)
    alone.makeini("[pytest]\nDJANGO_SETTINGS_MODULE = site_settings\n")
    return alone


def run(
    project: pytest.Pytester, *args: str, plugins: tuple[str, ...] = PLUGINS
) -> pytest.RunResult:
    """Run pytest in a process of its own."""
    named = [arg for plugin in plugins for arg in ("-p", plugin)]
    return project.runpytest_subprocess(*named, "-p", "no:cacheprovider", *args)


def test_a_run_that_raises_stops_the_requests_of_tests_alone(project: pytest.Pytester) -> None:
    """With --perfkit-audit=raise a lazy page fails its test; fixtures, factories and the test's own reads don't."""
    project.makepyfile(
        test_pages="""
        import pytest
        from django.test import Client, TestCase
        from conftest import make
        from tests.auditor.app.models import Book

        def test_lazy(books, client):
            client.get("/lazy")

        def test_clean(books, client):
            client.get("/clean")

        def test_own_reads(books):
            for _ in range(3):
                make()
            assert [book.author.name for book in Book.objects.all()]

        @pytest.mark.perfkit(audit="off")
        def test_marked_off(books, client):
            client.get("/lazy")

        @pytest.mark.perfkit(covers="test")
        def test_marked_whole(books):
            [book.author.name for book in Book.objects.all()]  # the test reads

        class TestOfDjango(TestCase):
            @classmethod
            def setUpTestData(cls):
                make()
                Client().get("/lazy")

            def test_lazy(self):
                self.client.get("/lazy")

        def test_live(live_server, transactional_db, perfkit_audit):
            from urllib.error import HTTPError
            from urllib.request import urlopen
            make()
            with pytest.raises(HTTPError) as answer:
                urlopen(live_server.url + "/lazy")
            # To its end, or the server complains of a connection that is gone.
            answer.value.read()
            answer.value.close()
            assert perfkit_audit.findings[0].field == "author"
        """
    )
    result = run(project, "--perfkit-audit=raise", "-rA")
    result.assert_outcomes(passed=4, failed=3)
    result.stdout.fnmatch_lines(
        [
            "perfkit: audit=raise, of the tests' requests",
            "test_pages.py:*: in test_lazy",
            "site_urls.py:*: in lazy",
            "E   perfkit.exceptions.LazyLoadError: Book.author was read lazily, once",
            "E     read at       site_urls.py:6  return*# the view reads",
            'E     fix           add .select_related("author") to the queryset at site_urls.py:6',
            "*Internal Server Error: /lazy (Book.author was read lazily, once)",
            "*# the test reads",
        ]
    )
    for name in ("test_clean", "test_own_reads", "test_marked_off", "test_live"):
        result.stdout.fnmatch_lines([f"PASSED test_pages.py::{name}"])
    result.stdout.no_fnmatch_line("*/django/*")


def test_markers_and_fixtures_work_without_the_option(project: pytest.Pytester) -> None:
    """A marker audits one test; a fixture gives its findings; a swallowed error is told; all else is as it was."""
    project.makepyfile(
        test_pages="""
        import pytest
        from asgiref.sync import async_to_sync
        from django.core.handlers.base import BaseHandler
        from perfkit.auditor import is_installed
        from perfkit.conf import get_settings

        plain = BaseHandler.get_response

        @pytest.mark.perfkit(audit="raise")
        def test_raise(books, client, settings):
            settings.SECRET_KEY = "another"  # undone after the test
            client.get("/lazy")

        def test_nothing(books, client):
            client.get("/lazy")
            assert BaseHandler.get_response is plain
            assert get_settings().AUDIT == "off"
            assert not is_installed()

        @pytest.mark.perfkit(audit="warn")
        def test_warn(books, client):
            client.get("/lazy")

        @pytest.mark.perfkit(audit="raise")
        def test_swallowed(books, client):
            assert client.get("/swallowing").content == b"all is well"

        def test_fixture(books, client, perfkit_audit):
            client.get("/clean")
            assert not perfkit_audit.findings
            client.get("/lazy")
            (finding,) = perfkit_audit
            assert (finding.field, finding.count) == ("author", 3)
            assert "Book.author was read lazily, 3 times" in str(perfkit_audit)

        def test_asynchronous(books, async_client, perfkit_audit):
            async_to_sync(async_client.get)("/asynchronous")
            assert [finding.field for finding in perfkit_audit] == ["chapters"]

        @pytest.mark.perfkit(audit="loud")
        def test_typo():
            pass

        def test_growth(books, client, perfkit_assert_constant_queries):
            from conftest import make
            perfkit_assert_constant_queries(lambda: client.get("/lazy"), grow=make)
        """
    )
    result = run(project, "-rA")
    result.assert_outcomes(passed=4, failed=4, warnings=1)
    result.stdout.fnmatch_lines_random(
        [
            "*LazyLoadWarning: Book.author was read lazily, 3 times*",
            "It was stopped, and the error was swallowed.",
            "@pytest.mark.perfkit(audit='loud'): it takes audit=off | collect*",
            "E       AssertionError: The number of queries grows: 4 before grow(), 5 after.",
        ]
    )
    result.stdout.no_fnmatch_line("perfkit: audit*")
    result.stdout.no_fnmatch_line("*/perfkit/testing/*")


def test_the_baseline_is_merged_over_workers(project: pytest.Pytester) -> None:
    """Workers of xdist write one file; what is in it is quiet; healed ones are struck off by a whole run only."""
    page = "def test_page(books, client):\n    client.get('/{}')"
    project.makepyfile(test_lazy=page.format("lazy"), test_counting=page.format("counting"))
    healed = {"kind": "to-one", "model": "audited.Book", "field": "editor", "file": "views.py"}
    file = project.path / "baseline.json"
    file.write_text(json.dumps({"version": 1, "findings": [healed]}))

    def fields() -> list[str]:
        return sorted(entry["field"] for entry in json.loads(file.read_text())["findings"])

    part = run(project, "--perfkit-update-baseline", "test_lazy.py")
    part.stdout.fnmatch_lines(
        ["perfkit: baseline.json: 2 known findings, 1 new, 1 not met and kept."]
    )
    assert fields() == ["author", "editor"]
    whole = run(project, "--perfkit-update-baseline", "-n2")
    whole.assert_outcomes(passed=2)
    whole.stdout.fnmatch_lines(["perfkit: baseline.json: 2 known findings, 1 new, 1 healed."])
    assert fields() == ["author", "chapters"]
    quiet = run(project, "--perfkit-audit=raise")
    quiet.assert_outcomes(passed=2)
    quiet.stdout.no_fnmatch_line("perfkit: baseline*")


def test_it_is_harmless_without_django(alone: pytest.Pytester) -> None:
    """Without settings and without pytest-django tests run as ever, and the options say what they need."""
    alone.makepyfile("""
        def test_plain():
            from django.conf import settings
            assert not settings.configured
    """)
    plugins = ("perfkit.pytest_plugin",)
    run(alone, plugins=plugins).assert_outcomes(passed=1)
    result = run(alone, "--perfkit-audit=raise", plugins=plugins)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: The options of perfkit need Django's settings: *"])


def test_it_costs_nothing_where_it_is_not_asked_for(alone: pytest.Pytester) -> None:
    """Of perfkit and its dependencies a run without options or markers imports the plugin alone, a failing test included."""
    alone.makepyfile("""
        import sys

        def test_plain():
            found = {name for name in sys.modules if name.partition(".")[0] in ("perfkit", "django", "asgiref")}
            assert found == {"perfkit", "perfkit.pytest_plugin"}

        def test_failing():
            assert False

        def test_after_it():
            assert "django" not in sys.modules
    """)
    result = run(alone, plugins=("perfkit.pytest_plugin",))
    result.assert_outcomes(passed=2, failed=1)


def test_the_marker_lists_the_modes(alone: pytest.Pytester) -> None:
    """It is written without the settings at hand, and says what they take."""
    result = run(alone, "--markers", plugins=("perfkit.pytest_plugin",))
    result.stdout.fnmatch_lines([f"@pytest.mark.perfkit(*: {', '.join(MODES)}; *"])


@pytest.mark.parametrize("workers", ["0", "2"])
def test_usage_of_a_whole_run_is_recorded(project: pytest.Pytester, workers: str) -> None:
    """--perfkit-usage=FILE adds up the requests of all tests and workers, and nothing else that tests load."""
    project.makepyfile(
        test_pages="""
        from tests.auditor.app.models import Book

        def test_one(books, client):
            client.get("/clean")
            assert [book.blurb for book in Book.objects.all()]

        def test_two(books, client):
            client.get("/clean")
        """
    )
    run(project, "-n", workers, "--perfkit-usage=usage.jsonl").assert_outcomes(passed=2)
    evidence, told = files.read([str(project.path / "usage.jsonl")])
    found = {usage.line.function: usage.rows for usage in evidence.querysets}
    assert set(found) == {"clean", "lazy"}
    assert found["clean"].evaluations == 2
    assert [name for name, column in found["clean"].columns.items() if column.used] == ["title"]
    assert told == []


def test_usage_that_cannot_be_written_is_told(project: pytest.Pytester) -> None:
    """A full disk is told at the end of the run, whose result stays."""
    project.makepyfile(test_pages="def test_one(books, client):\n    client.get('/clean')\n")
    result = run(project, "--perfkit-usage=/dev/full")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["perfkit: usage evidence could not be added to /dev/full*"])
