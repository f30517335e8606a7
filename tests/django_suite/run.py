"""Run parts of Django's own test suite with an audit scope open around every test.

    python -m tests.django_suite.run [label ...]

It fetches the source distribution of the Django that is installed, runs the parts twice, plainly
and audited, and fails on every test that passes plainly and not when audited. The parts run on
SQLite.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import django

#: The parts that read rows: deferral, relations, prefetching, querysets, pickling, async, admin.
LABELS = [
    "admin_changelist",
    "admin_views",
    "aggregation",
    "async",
    "basic",
    "composite_pk",
    "contenttypes_tests",
    "custom_managers",
    "custom_pk",
    "defer",
    "defer_regress",
    "delete",
    "delete_regress",
    "distinct_on_fields",
    "dates",
    "expressions",
    "fetch_modes",
    "field_deconstruction",
    "foreign_object",
    "from_db_value",
    "generic_inline_admin",
    "generic_relations",
    "generic_relations_regress",
    "generic_views",
    "get_object_or_404",
    "get_or_create",
    "handlers",
    "in_bulk",
    "inline_formsets",
    "known_related_objects",
    "m2m_and_m2o",
    "m2m_intermediary",
    "m2m_multiple",
    "m2m_recursive",
    "m2m_regress",
    "m2m_through",
    "m2m_through_regress",
    "many_to_many",
    "many_to_one",
    "many_to_one_null",
    "model_forms",
    "model_formsets",
    "model_inheritance",
    "model_inheritance_regress",
    "model_regress",
    "multiple_database",
    "mutually_referential",
    "null_fk",
    "null_queries",
    "one_to_one",
    "order_with_respect_to",
    "ordering",
    "pagination",
    "prefetch_related",
    "properties",
    "proxy_models",
    "queries",
    "queryset_pickle",
    "raw_query",
    "reverse_lookup",
    "save_delete_hooks",
    "select_for_update",
    "select_related",
    "select_related_onetoone",
    "select_related_regress",
    "serializers",
    "signals",
    "string_lookup",
    "swappable_models",
    "syndication_tests",
    "template_tests",
    "test_utils",
    "timezones",
    "transactions",
    "unmanaged_models",
    "update",
    "update_only_fields",
]

#: Tests that can't pass, and why.
EXPECTED = {
    # They ask for the fetch mode by identity, in an override of from_db(); ours equals it.
    "basic.tests.ModelFromDbTests.test_new_signature_receives_fetch_mode",
    "basic.tests.ModelFromDbTests.test_new_signature_receives_fetch_mode_peers",
    # It measures time, and reads no row.
    "serializers.test_deserialization.TestDeserializer.test_crafted_xml_performance",
}


def fetch_source(cache: Path) -> Path:
    """Return the directory of the tests of the installed Django, fetched once."""
    version = django.get_version()
    root = cache / f"django-{version}"
    if not root.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--no-binary", ":all:", "--dest", str(cache), f"django=={version}"]
        subprocess.run(command, check=True)
        archive = next(cache.glob(f"[dD]jango-{version}.tar.gz"))
        with tarfile.open(archive) as tar:
            tar.extractall(cache, filter="data")
    return root / "tests"


def run(tests: Path, labels: list[str], *, audited: bool) -> dict[str, str]:
    """Run the tests of the labels; return "ok" or the text of the failure by test."""
    with tempfile.TemporaryDirectory() as directory:
        outcomes = Path(directory) / "outcomes.json"
        repository = Path(__file__).parent.parent.parent
        environment = {
            **os.environ,
            "PERFKIT_SUITE_OUTCOMES": str(outcomes),
            "PERFKIT_SUITE_AUDITED": "1" if audited else "",
            "PYTHONPATH": os.pathsep.join([str(repository), str(tests)]),
        }
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        command = [sys.executable, str(Path(__file__).parent / "audited_runtests.py")]
        command += ["--settings=test_sqlite", "--parallel=1", "--verbosity=0", *labels]
        subprocess.run(command, cwd=tests, env=environment, check=False, stdout=subprocess.DEVNULL)
        found: dict[str, str] = json.loads(outcomes.read_text())
        return found


def main() -> int:
    """Compare the plain run with the audited one; return the number of tests that differ."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("labels", nargs="*", help="labels of Django's suite")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "django-suite")
    options = parser.parse_args()
    tests = fetch_source(options.cache)
    labels = [label for label in options.labels or LABELS if (tests / label.split(".")[0]).is_dir()]
    plain = run(tests, labels, audited=False)
    audited = run(tests, labels, audited=True)
    passed = [test for test, outcome in plain.items() if outcome == "ok"]
    broken = {test: audited.get(test, "did not run") for test in passed}
    broken = {test: outcome for test, outcome in broken.items() if outcome != "ok"}
    for test, outcome in broken.items():
        sys.stdout.write(f"{test}\n{outcome}\n")
    unexpected = [test for test in broken if test not in EXPECTED]
    sys.stdout.write(
        f"Django {django.get_version()}: {len(passed)} tests pass plainly, "
        f"{len(passed) - len(broken)} of them with the auditor on; "
        f"{len(unexpected)} differ that should not.\n"
    )
    return len(unexpected)


if __name__ == "__main__":
    sys.exit(main() > 0)
