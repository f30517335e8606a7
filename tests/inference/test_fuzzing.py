"""Members that are written at random: none reads, in silence, what inference left out."""

from __future__ import annotations

import pytest

from tests.inference.fuzzing import run, write
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
