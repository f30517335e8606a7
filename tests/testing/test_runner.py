"""The test runner of Django with perfkit's mixin, in runs of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lazy_project import ROOT, SETTINGS, URLS, clean_environment

TESTS = """
from django.test import Client, TestCase
from tests.auditor.app import models

def make():
    author = models.Person.objects.create(name="Author")
    models.Book.objects.create(title="Book", author=author)

class Pages(TestCase):
    @classmethod
    def setUpTestData(cls):
        for _ in range(3):
            make()
        Client().get("/lazy")  # what prepares the data is left alone

    def test_clean(self):
        self.client.get("/clean")

    def test_own_reads(self):
        self.assertTrue([book.author.name for book in models.Book.objects.all()])

class Lazy(Pages):
    test_clean = test_own_reads = None

    def test_lazy(self):
        self.client.get("/lazy")

class Counting(Pages):
    test_clean = test_own_reads = None

    def test_counting(self):
        self.client.get("/counting")

class Swallowing(Pages):
    test_clean = test_own_reads = None

    def test_swallowing(self):
        self.client.get("/swallowing")
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose TEST_RUNNER is perfkit's."""
    clean_environment(monkeypatch)
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}{os.pathsep}{tmp_path}")
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "site_settings")
    runner = 'TEST_RUNNER = "perfkit.testing.runner.PerfkitTestRunner"\n'
    (tmp_path / "site_settings.py").write_text(SETTINGS + runner)
    (tmp_path / "site_urls.py").write_text(URLS)
    (tmp_path / "test_pages.py").write_text(TESTS)
    return tmp_path


def run(project: Path, *args: str) -> str:
    """Run the tests, and return all that is printed."""
    command = [sys.executable, "-m", "django", "test", *args]
    result = subprocess.run(
        command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    return result.stdout


def test_lazy_requests_fail_with_their_finding(project: Path) -> None:
    """The lazy pages fail their tests, a swallowed error too, with the user's own lines; the rest passes."""
    printed = run(project, "--perfkit-audit=raise")
    assert "Ran 5 tests" in printed
    assert "FAILED (errors=3)" in printed
    for name in ("test_lazy", "test_counting", "test_swallowing"):
        assert f"ERROR: {name} " in printed
    assert 'site_urls.py", line 7, in lazy' in printed
    assert (
        'fix           add .select_related("author") to the queryset at site_urls.py:7' in printed
    )
    assert "It was stopped, and the error was swallowed." in printed
    assert "/django/" not in printed
    assert "/perfkit/testing/" not in printed


def test_nothing_is_audited_unless_asked(project: Path) -> None:
    """Without the option the runner is Django's."""
    printed = run(project)
    assert "Ran 5 tests" in printed
    assert "\nOK\n" in printed


def test_the_baseline_is_merged_over_processes(project: Path) -> None:
    """Parallel workers bring home what they found, to one file; then it is quiet."""
    file = project / "baseline.json"
    printed = run(project, "--perfkit-update-baseline", "--parallel=2")
    assert "perfkit: baseline.json: 2 known findings, 2 new, 0 healed." in printed
    findings = json.loads(file.read_text())["findings"]
    assert {entry["field"] for entry in findings} == {"author", "chapters"}
    assert "\nOK\n" in run(project, "--perfkit-audit=raise", "--parallel=2")
