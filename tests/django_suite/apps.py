"""Run the tests of applications for Django with the auditor on, and compare them with plain Django.

    python -m tests.django_suite.apps [application ...] [--django 5.2 6.1]

For each version of Django it fetches the source distributions of the applications from the package
index, and runs their tests without perfkit and with an audit scope open around every test. It
prints a table, and fails where a test fails only with the scope. ``--fault`` makes the auditor send
a statement of its own for each queryset; then it fails where that goes unnoticed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.django_suite.run import Outcome
from tests.django_suite.sources import REPOSITORY, call, output

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Application:
    """What the tests of an application need: packages, and variables of the environment."""

    packages: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()


APPLICATIONS = {
    "django-model-utils": Application(
        ("time-machine",), (("SQLITE", "1"), ("DJANGO_SETTINGS_MODULE", "tests.settings"))
    ),
    "djangorestframework": Application(
        (
            *("dj-database-url", "django-filter", "importlib-metadata", "inflection", "markdown"),
            *("pygments", "pyyaml", "requests", "uritemplate"),
        )
    ),
    "django-filter": Application(
        ("django-crispy-forms", "djangorestframework", "pytz"),
        (("DJANGO_SETTINGS_MODULE", "tests.settings"),),
    ),
}

HEAD = (
    "| application | Django | tests | failures, plain | failures, audited | audited only |\n"
    "|---|---|---:|---:|---:|---:|"
)


#: Where pytest looks for its options.
CONFIGURATIONS = ("pytest.ini", "tox.ini", "setup.cfg", "pyproject.toml")


@dataclass(frozen=True)
class Source:
    """The tests of one version of an application, and an interpreter that has what they need."""

    name: str
    version: str
    django: str
    python: Path
    directory: Path

    @classmethod
    def fetch(cls, name: str, django: str, cache: Path) -> Source:
        """Return the newest release of an application for a Django, fetched once into the cache.

        Raises ``subprocess.CalledProcessError`` where the package index has none.
        """
        home = cache / f"{name}-django-{django}"
        python, ready = home / "venv" / "bin" / "python", home / "versions.json"
        if not ready.exists():
            call(sys.executable, "-m", "venv", str(home / "venv"))
            pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check"]
            needed = ["pytest", "pytest-django", name, *APPLICATIONS[name].packages]
            call(*pip, "install", "--editable", str(REPOSITORY), *needed, f"Django~={django}.0")
            code = f"from importlib.metadata import version; print(version({name!r}))"
            version = output(python, "-c", code)
            call(
                *(*pip, "download", "--no-deps", "--no-binary", ":all:"),
                *("--dest", str(home), f"{name}=={version}"),
            )
            with tarfile.open(next(home.glob("*.tar.gz"))) as archive:
                archive.extractall(home / "source", filter="data")
            _settle(next((home / "source").iterdir()))
            exact = output(python, "-c", "import django; print(django.get_version())")
            ready.write_text(json.dumps([version, exact]), encoding="utf-8")
        version, exact = json.loads(ready.read_text(encoding="utf-8"))
        return cls(name, version, exact, python, next((home / "source").iterdir()))

    def run(self, *, audited: bool, fault: bool) -> Outcome:
        """Run the tests. Raises RuntimeError where the run comes to no end."""
        with tempfile.TemporaryDirectory() as directory:
            outcome = Path(directory) / "outcome.json"
            environment = {
                **os.environ,
                **dict(APPLICATIONS[self.name].environment),
                "PERFKIT_SUITE_OUTCOME": str(outcome),
                "PERFKIT_SUITE_AUDITED": "1" if audited else "",
                "PERFKIT_SUITE_FAULT": "1" if fault else "",
                "PYTHONPATH": os.pathsep.join([str(HERE), str(self.directory)]),
            }
            command = [str(self.python), "-m", "pytest", "-q", "-p", "suite_plugin", "tests"]
            command += [
                "-p",
                "no:perfkit",
                "-p",
                "no:cacheprovider",
                "-o",
                "django_find_project=false",
            ]
            done = subprocess.run(
                command,
                cwd=self.directory,
                env=environment,
                check=False,
                capture_output=True,
                text=True,
            )
            if not outcome.exists():
                raise RuntimeError(f"{self.name}: no end.\n{done.stdout}\n{done.stderr}")
            return Outcome(**json.loads(outcome.read_text(encoding="utf-8")))


def _settle(directory: Path) -> None:
    """Give an application without a configuration of pytest an empty one, or it takes that of a folder above."""
    own = [path for name in CONFIGURATIONS if (path := directory / name).exists()]
    if not any("pytest" in path.read_text(encoding="utf-8") for path in own):
        (directory / "pytest.ini").touch()


def main() -> int:
    """Compare each application on each Django; return how many tests differ."""
    assert __doc__ is not None
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("applications", nargs="*", default=[], metavar="application")
    parser.add_argument("--django", nargs="+", default=["5.2", "6.1"], metavar="VERSION")
    cache = Path(tempfile.gettempdir()) / "perfkit-app-suites"
    parser.add_argument("--cache", type=Path, default=cache, help="where what is fetched is kept")
    parser.add_argument("--fault", action="store_true", help="a fault to be found")
    options = parser.parse_args()
    sys.stdout.write(f"{HEAD}\n")
    differing: dict[str, str] = {}
    unnoticed: list[str] = []
    for name in options.applications or APPLICATIONS:
        for version in options.django:
            source = Source.fetch(name, version, options.cache.resolve())
            plain = source.run(audited=False, fault=False)
            audited = source.run(audited=True, fault=options.fault)
            only = {
                test: text for test, text in audited.failures.items() if test not in plain.failures
            }
            if plain.tests != audited.tests:
                only["the number of tests"] = f"{plain.tests} plain, {audited.tests} audited"
            differing |= {f"{name}, Django {version}: {test}": text for test, text in only.items()}
            unnoticed += [] if only else [f"{name}, Django {version}"]
            figures = (audited.tests, len(plain.failures), len(audited.failures), len(only))
            cells = " | ".join(f"{figure:,}" for figure in figures)
            sys.stdout.write(f"| {name} {source.version} | {source.django} | {cells} |\n")
            sys.stdout.flush()
    if options.fault:
        sys.stdout.write(f"The fault was not found by: {', '.join(unnoticed) or 'none'}.\n")
        return len(unnoticed)
    for test, text in differing.items():
        sys.stdout.write(f"{test}\n{text}\n")
    return len(differing)


if __name__ == "__main__":
    sys.exit(main() > 0)
