"""Fetches a version of Django: an environment that has it, and the tests of its source distribution."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent.parent
#: What many of Django's tests stand on; those of what is missing are skipped.
REQUIREMENTS = ["Jinja2", "PyMySQL", "PyYAML", "docutils", "psycopg[binary]", "tblib", "tzdata"]


@dataclass(frozen=True)
class Source:
    """A version of Django: the interpreter that has it installed, and the directory of its tests."""

    version: str
    python: Path
    tests: Path

    @classmethod
    def fetch(cls, wanted: str, cache: Path) -> Source:
        """Return the newest release of a version such as "5.2", fetched once into the cache.

        Raises ``subprocess.CalledProcessError`` where the package index has none for this Python.
        """
        home = cache / f"django-{wanted}"
        python = home / "venv" / "bin" / "python"
        ready = home / "version"
        if not ready.exists():
            call(sys.executable, "-m", "venv", str(home / "venv"))
            pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check"]
            django = f"Django~={wanted}.0"
            call(*pip, "install", "--editable", str(REPOSITORY), *REQUIREMENTS, django)
            version = output(python, "-c", "import django; print(django.get_version())")
            call(
                *(*pip, "download", "--no-deps", "--no-binary", ":all:"),
                *("--dest", str(home), f"django=={version}"),
            )
            with tarfile.open(next(home.glob("*.tar.gz"))) as archive:
                archive.extractall(home, filter="data")
            ready.write_text(version, encoding="utf-8")
        version = ready.read_text(encoding="utf-8")
        return cls(version, python, home / f"django-{version}" / "tests")

    def labels(self, patterns: list[str]) -> list[str]:
        """Return the labels of its tests that patterns such as "admin*" name; all without any.

        What this version doesn't have yet is left out.
        """
        found: list[str] = []
        for pattern in patterns:
            package, dot, rest = pattern.partition(".")
            paths = sorted(self.tests.glob(package))
            found += [path.name + dot + rest for path in paths if (path / "__init__.py").exists()]
        return found


def call(*command: str) -> None:
    """Run a command that has to succeed."""
    subprocess.run(command, check=True)


def output(*command: str | Path) -> str:
    """Return what a command prints that has to succeed."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
