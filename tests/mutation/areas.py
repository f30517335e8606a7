"""What is broken, and the tests that are asked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Area:
    """Files that are broken, as patterns; tests that may notice; files left out, each with the reason."""

    files: tuple[str, ...]
    tests: tuple[str, ...]
    without: tuple[str, ...] = ()

    def sources(self) -> list[str]:
        """Return the files."""
        found = {str(path.relative_to(ROOT)) for one in self.files for path in ROOT.glob(one)}
        return sorted(found - set(self.without))


#: The modules from a declared preset to the queryset that loads with it.
PLAN = (
    *(
        "abridging",
        "annotations",
        "apply",
        "arguments",
        "batches",
        "clauses",
        "compiler",
        "draft",
        "drafting",
    ),
    *(
        "expressions",
        "loading",
        "managers",
        "members",
        "methods",
        "paths",
        "places",
        "plan",
        "prefetching",
    ),
    *("presets", "querysets", "reading", "relations"),
)

AREAS = {
    "plan": Area(
        files=tuple(f"perfkit/{name}.py" for name in PLAN),
        tests=(
            "tests/test_apply.py",
            "tests/test_bad_input.py",
            "tests/test_batches.py",
            "tests/test_checks.py",
            "tests/test_compiler.py",
            "tests/test_declared_reads.py",
            "tests/test_derivation.py",
            "tests/test_expressions.py",
            "tests/test_fetch_modes.py",
            "tests/test_loading.py",
            "tests/test_plan.py",
            "tests/test_prefetched_presets.py",
            "tests/test_presets.py",
            "tests/test_queryset_methods.py",
            "tests/test_querysets.py",
            "tests/test_relations.py",
        ),
    ),
    "inference": Area(
        files=("perfkit/inference/*.py",),
        # test_constructs.py isn't asked: an answer that is another one there is so in test_answers.py.
        tests=(
            "tests/inference/test_answers.py",
            "tests/inference/test_behind.py",
            "tests/inference/test_callables.py",
            "tests/inference/test_fuzzing.py",
            "tests/inference/test_guards.py",
            "tests/inference/test_members.py",
            "tests/inference/test_sources.py",
            "tests/inference/test_subclasses.py",
            "tests/inference/test_syntax.py",
            "tests/integrations/test_template_views.py",
            "tests/integrations/test_templates.py",
            "tests/management/test_reads.py",
            "tests/test_checks.py",
            "tests/test_declared_reads.py",
            "tests/test_derivation.py",
        ),
    ),
    "derivation": Area(
        files=(
            *("perfkit/comparing.py", "perfkit/consumers.py", "perfkit/keeping.py"),
            "perfkit/integrations/rest_framework/*.py",
        ),
        tests=(
            "tests/test_comparing.py",
            "tests/test_consumers.py",
            "tests/test_keeping.py",
            "tests/integrations/test_rest_framework.py",
            "tests/integrations/test_serializers.py",
        ),
    ),
    "auditor": Area(
        files=("perfkit/auditor/*.py",),
        tests=(
            "tests/auditor",
            "tests/test_declared_reads.py",
            "tests/faults/test_database.py",
            "tests/faults/test_user_code.py",
            "tests/test_fetch_modes.py",
            "tests/test_measuring.py",
            "tests/testing",
        ),
        # They run on Django 5.2 and 6.0, this on the newest.
        without=("perfkit/auditor/backport.py", "perfkit/auditor/row_alias.py"),
    ),
}
