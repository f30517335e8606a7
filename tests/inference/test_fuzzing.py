"""Members that are written at random: none reads, in silence, what inference left out."""

from __future__ import annotations

import pytest

from tests.inference.fuzzing import run, write
from tests.inference.mutation import rules
from tests.inference.rows import make_rows

pytestmark = pytest.mark.django_db


def test_no_member_written_at_random_is_missed() -> None:
    """A few with fixed seeds; ``python -m tests.inference.fuzzing`` goes on for as long as it is told."""
    tally = run(iter(range(150)), make_rows().pk)
    assert tally.members == 150
    assert tally.complete > 50
    assert tally.ran_through > 40
    assert not tally.missed


def test_a_seed_always_writes_the_same() -> None:
    """So what a long run finds can be looked at."""
    assert write(7).source == write(7).source
    assert write(7).source != write(8).source


@pytest.mark.parametrize(
    "name",
    [
        "Containers.sort_by",
        "Comparisons.sort",
        "Comparisons.search",
        "Comparisons.equal",
        "Comparisons.digest",
        "model of builtins.sorted",
        "model of builtins.max",
        "model of builtins.any",
        "model of itertools.groupby",
    ],
)
def test_a_broken_rule_of_sorting_and_containers_is_noticed(name: str) -> None:
    """What is written at random would show a rule that does nothing, with the seeds of the suite."""
    key = make_rows().pk
    (rule,) = [rule for rule in rules() if rule.name == name]
    with rule.ways[0]():
        assert any(run(iter([seed]), key).missed for seed in range(150))
