"""The matrix: Python x Django x database; ``make matrix`` runs it.

``MATRIX`` gives each pair of Python and Django its databases; ``nox -- sqlite mariadb`` runs every
pair on those named instead, and ``nox -t full`` the pairs that the matrix leaves out too (those of
Python 3.14 where there is one). One pair is ``nox -s "tests(python='3.12', django='6.0')"``.
``POSTGRESQL_URL`` and ``MARIADB_URL`` say where the servers are. ``nox -s next`` runs the tests on
the Django that is to come.
"""

from __future__ import annotations

import os
import shutil

import nox

DATABASES = {
    "sqlite": "",
    "postgresql": os.environ.get("POSTGRESQL_URL", "postgres://postgres@127.0.0.1:5432/postgres"),
    "mariadb": os.environ.get("MARIADB_URL", "mysql://root@127.0.0.1:3306/test"),
}
SQLITE = ("sqlite",)
ALL = tuple(DATABASES)

#: Every version of Python and of Django, and the oldest and the newest Django on every database.
MATRIX = {
    ("3.10", "5.2"): ("sqlite", "mariadb"),
    ("3.11", "5.2"): ("postgresql",),
    ("3.12", "6.0"): SQLITE,
    # On SQLite `make test` runs this pair, or a newer one.
    ("3.13", "6.1"): ("postgresql", "mariadb"),
}
#: What the matrix leaves out to stay short.
REST = [("3.12", "5.2"), ("3.13", "5.2"), ("3.13", "6.0"), ("3.12", "6.1")]
#: And that of a Python that few machines have yet; `make python314` installs it on Debian.
NEWEST = [("3.14", "5.2"), ("3.14", "6.0"), ("3.14", "6.1")]
if shutil.which("python3.14"):
    REST += NEWEST

#: Where coverage is measured: each branch for a version of Django is in one of them.
MEASURED = {("3.10", "5.2", "sqlite"), ("3.13", "6.1", "postgresql")}

#: The example shop and the tutorial: a third of the time that the suite takes. On SQLite `make test` runs them.
SHOP = ("tests/example", "tests/test_tutorial.py")
#: Where the matrix runs them too: on the oldest and the newest Django, and on each database. Of the servers
#: only these run the tests of integrations, which on SQLite are run on every Django.
WITH_SHOP = {("3.11", "5.2", "postgresql"), ("3.13", "6.1", "mariadb")}

#: Tests of what no Django and no database changes, and that take long; `make test` runs them.
ONCE = (
    "tests/browser",
    "tests/inference/test_mutation.py",
    "tests/test_boundaries.py",
    "tests/test_packaging.py",
    "tests/test_readme.py",
    "tests/typing",
)
#: Tests of what no database changes.
ON_ANY_DATABASE = (
    "tests/auditor/test_install.py",
    "tests/checklist",
    "tests/example/test_auditor.py",
    "tests/example/test_chapters.py",
    "tests/example/test_demo.py",
    "tests/example/test_growth.py",
    "tests/example/test_measure.py",
    "tests/example/test_showroom.py",
    "tests/example/test_usage.py",
    "tests/faults/test_evidence.py",
    "tests/inference",
    "tests/integrations/test_debug_toolbar.py",
    "tests/management",
    "tests/test_bad_arguments.py",
    "tests/test_comparison.py",
    "tests/test_docs.py",
    "tests/test_hostile_files.py",
    "tests/test_private_names.py",
    "tests/test_pytest_plugin.py",
    "tests/test_reference.py",
    "tests/testing/test_runner.py",
)

#: The part of Django's own suite that runs with the auditor on; `make django-suite` runs all of it.
DJANGO_SUITE = (
    *("async", "defer*", "fetch_modes", "generic_relations*", "known_related_objects"),
    *("prefetch_related", "queryset_pickle", "raw_query", "select_related*"),
)
#: Where a fetch mode is the auditor's hook, and where the backport is.
DJANGO_SUITE_VERSIONS = ["6.1", "5.2"]

nox.needs_version = ">=2025.5"
nox.options.default_venv_backend = "virtualenv"
nox.options.reuse_existing_virtualenvs = True
nox.options.tags = ["matrix"]

PAIRS = [nox.param(*pair, tags=["matrix", "full"]) for pair in MATRIX]
PAIRS += [nox.param(*pair, tags=["full"]) for pair in REST]


# Four environments of eighty packages: uv makes each in seconds.
@nox.session(venv_backend="uv")
@nox.parametrize("python,django", PAIRS)
def tests(session: nox.Session, django: str) -> None:
    """Run the suite on each database of this pair, and keep its coverage."""
    session.install("--editable", ".", "--group", "test", f"Django~={django}.0")
    if django == "5.2":
        # Django has tasks from 6.0 on; the group brings them for the Pythons that have no newer Django.
        session.install("django-tasks>=0.12")
    python = str(session.python)
    for database in session.posargs or MATRIX.get((python, django), ALL):
        run = f"py{python}-django{django}-{database}"
        measured = (python, django, database) in MEASURED
        left_out = ONCE if database == "sqlite" else ONCE + ON_ANY_DATABASE
        asked_for = session.posargs or (python, django) not in MATRIX
        if not asked_for and (python, django, database) not in WITH_SHOP:
            left_out += SHOP if database == "sqlite" else (*SHOP, "tests/integrations")
        session.log(run)
        session.run(
            *(("coverage", "run", "-m") if measured else ("python", "-m")),
            *("pytest", "-n", "2", "--dist", "loadgroup", "-q"),
            *(f"--ignore={path}" for path in left_out),
            env={
                "COVERAGE_FILE": f".coverage.{run}",
                "DATABASE_URL": DATABASES[database],
                "HYPOTHESIS_PROFILE": "once-more",
                "TEST_DB_SUFFIX": run.translate(str.maketrans("", "", ".-")),
            },
        )


@nox.session(python="3.13", tags=["matrix", "full"])
def django_suite(session: nox.Session) -> None:
    """Run part of Django's own suite, audited; compare with plain Django."""
    session.install("dj-database-url>=2.3", "Django")
    session.run(
        *("python", "-m", "tests.django_suite.run", *DJANGO_SUITE),
        *("--django", *DJANGO_SUITE_VERSIONS, "--database", *(session.posargs or SQLITE)),
        *("--cache", str((session.cache_dir / "django-suite").resolve())),
    )


@nox.session(name="next", python="3.13")
def next_django(session: nox.Session) -> None:
    """Run the tests on the newest release and pre-release of Django; deprecations are errors."""
    session.install("--upgrade", "pip>=25.1")
    session.install("--editable", ".", "--group", "test")
    versions: list[str] = []
    for options in ((), ("--pre",)):
        session.install("--upgrade", *options, "Django")
        code = "import django; print(django.get_version())"
        version = str(session.run("python", "-c", code, silent=True)).strip()
        if version in versions:
            session.log(f"The package index has no pre-release after Django {version}.")
            continue
        versions.append(version)
        session.log(f"Django {version}")
        session.run(
            *(
                "python",
                "-W",
                "error::DeprecationWarning",
                "-W",
                "error::PendingDeprecationWarning",
            ),
            *("-m", "pytest", "-n", "2", "--dist", "loadgroup", "-q"),
            *(f"--ignore={path}" for path in ONCE),
            *session.posargs,
        )
