"""What is said of every construct, to the word: see ``answers.py``."""

from __future__ import annotations

import pytest

from perfkit.inference import engine
from tests.inference.answers import OF_A_LIBRARY, answer_of, read_written
from tests.inference.constructs.every import CONSTRUCTS, Construct

ANSWERS = read_written()


@pytest.mark.parametrize(
    "construct",
    [one for one in CONSTRUCTS if one.name in ANSWERS],
    ids=lambda construct: construct.name,
)
def test_the_answer_is_the_one_that_is_written_down(
    construct: Construct, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same paths, read on the same lines; the same words for queries and for what isn't followed."""
    monkeypatch.setattr(engine, "MAX_SECONDS", float("inf"))
    answer = answer_of(construct)
    if construct.followed is not None or answer != OF_A_LIBRARY:
        assert answer == ANSWERS[construct.name]


def test_every_answer_is_written_down() -> None:
    """Only constructs of a Python that is newer than all the others may be missing."""
    missing = {one.name for one in CONSTRUCTS} - set(ANSWERS)
    assert {name for name in missing if not name.startswith("newer.")} == set()
