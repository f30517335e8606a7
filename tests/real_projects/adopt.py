"""Follows docs/how-to/adopt.md in Wagtail, with Wagtail's own tests: ``python tests/real_projects/adopt.py``.

Wagtail is copied out of the package index into a folder of its own, as the code of a project is, below
``--cache``; nothing of it is changed but what the how-to says. Prints what each step gives.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from run import ROOT, environment

#: What Wagtail's tests need beside Wagtail; those that need a cloud's client are errors before and after.
TEST_NEEDS = ["django-pattern-library", "factory-boy", "freezegun", "jinja2", "polib", "responses"]
APPS = ["wagtail.contrib.redirects", "wagtail.contrib.simple_translation"]
SETTINGS = """
from wagtail.test.settings import *

INSTALLED_APPS = [*INSTALLED_APPS, "perfkit"]
MIDDLEWARE = ["perfkit.middleware.AuditMiddleware", *MIDDLEWARE]
PERFKIT = {{"AUDIT": "{mode}", "AUDIT_BASELINE": "perfkit-baseline.json"}}
# The tests' database is kept: Wagtail has three hundred migrations.
DATABASES["default"].update(NAME="{folder}/wagtail.sqlite3", TEST={{"NAME": "{folder}/tests.sqlite3"}})
"""
#: The page that the first finding is of, as the how-to edits it.
PAGE = "wagtail/contrib/redirects/api/v2/__init__.py"
EDIT = """

    def get_queryset(self):
        return Preset(select_related=["redirect_page"]).apply(super().get_queryset())
"""


class Project:
    """Wagtail in a folder, as somebody's project."""

    def __init__(self, cache: Path) -> None:
        self.python = environment("wagtail", cache)
        self.folder = cache / "wagtail-project"
        if not (self.folder / "wagtail").exists():
            pip = [self.python, "-m", "pip", "install", "-q"]
            subprocess.run([*pip, *TEST_NEEDS], check=True)
            copy = ["--no-deps", "--target", self.folder, "wagtail"]
            subprocess.run([*pip, *copy], check=True)
        self.write(self.plain)
        (self.folder / "perfkit-baseline.json").unlink(missing_ok=True)
        for mode in ("warn", "raise"):
            text = SETTINGS.format(mode=mode, folder=self.folder)
            (self.folder / f"settings_{mode}.py").write_text(text)

    @property
    def plain(self) -> str:
        """The page without the edit."""
        return (self.folder / PAGE).read_text().replace(EDIT, "").replace(IMPORT, "")

    def write(self, text: str) -> None:
        """Write the page."""
        (self.folder / PAGE).write_text(text)

    def manage(self, mode: str, *arguments: str) -> str:
        """Run a command of the project; return all that it printed, and say how long it took."""
        start = time.monotonic()
        done = subprocess.run(
            [self.python, "-W", "ignore", "-m", "django", *arguments],
            cwd=self.folder,
            env={
                **os.environ,
                "PYTHONPATH": f"{self.folder}{os.pathsep}{ROOT}",
                "DJANGO_SETTINGS_MODULE": f"settings_{mode}",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        say(f"$ manage.py {' '.join(arguments)}  ({time.monotonic() - start:.0f} s)")
        return done.stdout


IMPORT = "from perfkit import Preset\n"


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def known(output: str) -> str:
    """Return what the command ``baseline`` says, without what else is printed."""
    told = re.findall(r"^(?:new|healed, struck off|perfkit-baseline\.json): .*", output, re.M)
    return "\n".join(told) or output


def tests(output: str) -> str:
    """Return how many tests ran, and what lazy loads stopped some."""
    stopped = re.findall(r"LazyLoadError: (.*)", output)
    ran = re.findall(r"^Ran .*? tests|^FAILED.*|^OK.*", output, re.M)
    return "\n".join([", ".join(ran), *stopped])


def main() -> None:
    """Follow the how-to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("apps", nargs="*", default=APPS)
    parser.add_argument(
        "--cache", type=Path, default=Path(tempfile.gettempdir()) / "perfkit-real-projects"
    )
    options = parser.parse_args()
    project = Project(options.cache.resolve())
    run = ["--keepdb", "--verbosity", "0"]
    for app in options.apps:
        say(known(project.manage("warn", "perfkit", "baseline", "--keep", "test", app, *run)))
    say(tests(project.manage("raise", "test", *options.apps, *run)))

    page = project.plain.rstrip("\n")
    project.write(IMPORT + page + EDIT)
    say("# with a preset on the page of the first finding")
    say(known(project.manage("warn", "perfkit", "baseline", "test", *options.apps, *run)))
    project.write(page + "\n")
    say("# and with the preset taken away again")
    say(tests(project.manage("raise", "test", *options.apps, *run)))


if __name__ == "__main__":
    main()
