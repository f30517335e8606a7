"""Run Django's own test suite with the auditor on, and compare it with plain Django.

    python -m tests.django_suite.run [label ...] [--django 5.2 6.1] [--database sqlite mariadb]

For each version it fetches the source distribution from the package index, and runs the tests of
the labels (all of them without any; "admin*" is a pattern) with an audit scope open around
every test. The classes of tests that fail then run again without perfkit: what passes there
differs. It prints a table, and fails where a test differs that is not expected to. ``--fault`` makes
the auditor send a statement of its own for each queryset, which has to show. ``POSTGRESQL_URL`` and
``MARIADB_URL`` say where the servers are.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dj_database_url

from tests.django_suite.sources import REPOSITORY, Source

HERE = Path(__file__).parent

DATABASES = {
    "sqlite": "sqlite://:memory:",
    "postgresql": os.environ.get("POSTGRESQL_URL", "postgres://postgres@127.0.0.1:5432/postgres"),
    "mariadb": os.environ.get("MARIADB_URL", "mysql://root@127.0.0.1:3306/test"),
}

#: Tests that can't pass, and why.
EXPECTED = {
    # They ask for the fetch mode by identity, in an override of from_db(); ours equals it.
    "basic.tests.ModelFromDbTests.test_new_signature_receives_fetch_mode",
    "basic.tests.ModelFromDbTests.test_new_signature_receives_fetch_mode_peers",
    # It measures time, and reads no row.
    "serializers.test_deserialization.TestDeserializer.test_crafted_xml_performance",
}


@dataclass(frozen=True)
class Outcome:
    """How many tests ran, and what those say that failed, by test."""

    tests: int
    failures: dict[str, str]


@dataclass(frozen=True)
class Comparison:
    """One version on one database: the tests with the auditor on, and those that only then fail."""

    django: str
    database: str
    audited: Outcome
    differing: dict[str, str]

    @property
    def unexpected(self) -> dict[str, str]:
        """The tests that fail with the auditor only, and have no excuse."""
        return {test: text for test, text in self.differing.items() if test not in EXPECTED}

    def row(self) -> str:
        """Return the comparison as a row of the table."""
        failures = len(self.audited.failures)
        figures = [self.audited.tests, failures, failures - len(self.differing)]
        figures += [len(self.differing) - len(self.unexpected), len(self.unexpected)]
        return f"| {self.django} | {self.database} | {' | '.join(f'{n:,}' for n in figures)} |"


HEAD = (
    "| Django | database | tests | failures | of them plainly too | expected | unexpected |\n"
    "|---|---|---:|---:|---:|---:|---:|"
)


def databases(name: str) -> dict[str, Any]:
    """Return the two databases that Django's suite asks for, on one server."""
    default = dj_database_url.parse(DATABASES[name])
    other = dict(default)
    if name != "sqlite":
        # Of one name per process: the runner may be at work twice on one server.
        default["TEST"] = {"NAME": f"django_suite_{os.getpid()}"}
        other["TEST"] = {"NAME": f"django_suite_other_{os.getpid()}"}
    return {"default": default, "other": other}


def run(
    source: Source, labels: list[str], database: str, *, audited: bool, parallel: int
) -> Outcome:
    """Run the tests of the labels. Raises RuntimeError where the run comes to no end."""
    with tempfile.TemporaryDirectory() as directory:
        outcome = Path(directory) / "outcome.json"
        environment = {
            **os.environ,
            "PERFKIT_SUITE_OUTCOME": str(outcome),
            "PERFKIT_SUITE_AUDITED": "1" if audited else "",
            "PERFKIT_SUITE_DATABASES": json.dumps(databases(database)),
            "PYTHONPATH": os.pathsep.join([str(REPOSITORY), str(source.tests), str(HERE)]),
        }
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        command = [str(source.python), str(HERE / "audited_runtests.py")]
        command += ["--settings=suite_settings", "--noinput", "--verbosity=0"]
        command += [f"--parallel={parallel}", *labels]
        done = subprocess.run(
            command, cwd=source.tests, env=environment, check=False, capture_output=True, text=True
        )
        if not outcome.exists():
            raise RuntimeError(f"Django {source.version}, {database}: no end.\n{done.stderr}")
        return Outcome(**json.loads(outcome.read_text(encoding="utf-8")))


#: What the names of modules begin with that can't be imported, which count as a test.
UNIMPORTABLE = "unittest.loader._FailedTest."


def class_of(test: str) -> str:
    """Return the label of the class that a failure belongs to.

    Tests are named "basic.tests.ModelTest.test_lookup (name='x')", fixtures "setUpClass (basic.tests.ModelTest)";
    of a module that can't be imported it is the package.
    """
    if test.startswith(UNIMPORTABLE):
        return test.removeprefix(UNIMPORTABLE).partition(".")[0]
    fixture = re.match(r"\w+ \(([\w.]+)\)$", test)
    return fixture[1] if fixture else test.partition(" ")[0].rpartition(".")[0]


def compare(source: Source, labels: list[str], database: str, parallel: int) -> Comparison:
    """Run the labels audited, and plainly the classes in which a test failed."""
    audited = run(source, labels, database, audited=True, parallel=parallel)
    plain: dict[str, str] = {}
    if audited.failures:
        classes = sorted({class_of(test) for test in audited.failures})
        plain = run(source, classes, database, audited=False, parallel=parallel).failures
    differing = {test: text for test, text in audited.failures.items() if test not in plain}
    return Comparison(source.version, database, audited, differing)


def arguments() -> argparse.Namespace:
    """Return what the command line says."""
    assert __doc__ is not None
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "labels", nargs="*", help='labels of Django\'s suite, or patterns: "admin*"'
    )
    parser.add_argument("--django", nargs="+", default=["5.2", "6.0", "6.1"], metavar="VERSION")
    parser.add_argument("--database", nargs="+", default=["sqlite"], choices=DATABASES)
    parser.add_argument("--parallel", type=int, default=1, help="processes per run")
    cache = Path(tempfile.gettempdir()) / "perfkit-django-suite"
    parser.add_argument("--cache", type=Path, default=cache, help="where what is fetched is kept")
    parser.add_argument("--fault", action="store_true", help="a fault to be found")
    return parser.parse_args()


def main() -> int:
    """Compare each version on each database; return how many tests differ that should not."""
    options = arguments()
    if options.fault:
        os.environ["PERFKIT_SUITE_FAULT"] = "1"  # only what is audited looks at it
    compared: list[Comparison] = []
    sys.stdout.write(f"{HEAD}\n")
    for version in options.django:
        source = Source.fetch(version, options.cache)
        labels = source.labels(options.labels)
        if options.labels and not labels:
            raise SystemExit(f"Django {version} has no tests named {' '.join(options.labels)}.")
        for database in options.database:
            compared.append(compare(source, labels, database, options.parallel))
            sys.stdout.write(f"{compared[-1].row()}\n")
            sys.stdout.flush()
    for comparison in compared:
        for test, text in comparison.unexpected.items():
            sys.stdout.write(f"{test} ({comparison.django}, {comparison.database})\n{text}\n")
    return sum(len(comparison.unexpected) for comparison in compared)


if __name__ == "__main__":
    sys.exit(main() > 0)
