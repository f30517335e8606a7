"""Presets that name a member which reads rows behind a generic key, of the models that it asks for."""

from __future__ import annotations

from typing import Any

import pytest

from perfkit import Preset, audit
from perfkit.compiler import compile_plan
from perfkit.inference import field_reads
from tests.inference.test_members import patched
from tests.loads import queries
from tests.testapp.models import Book, Note

pytestmark = pytest.mark.django_db


def label(note: Any) -> str:
    """Read of a book behind the key what a list leaves out."""
    if isinstance(note.target, Book):
        return f"{note.target.title} ({note.target.pages})"
    return ""


NARROWED = Preset(include={"target": {Book: Preset(only=["title"])}})


@pytest.mark.parametrize(
    "presets",
    [
        [Preset(only=["label"])],
        [Preset(only=["label"]) | NARROWED],
        [NARROWED, Preset(only=["label"])],
        [Preset(only=["label"]), NARROWED],
    ],
)
def test_rows_behind_the_key_are_loaded_whole(world: None, presets: list[Preset]) -> None:
    """Whatever else is said of them, since nobody tells which of their columns are read."""
    with patched(Note, "label", label):
        rows: Any = Note.objects.order_by("pk")
        for preset in presets:
            rows = preset.apply(rows)
        with audit(mode="collect") as report:
            notes = list(rows)
        with queries() as reading:
            found = [note.label() for note in notes]
    assert any(found)
    assert found == [label(note) for note in Note.objects.order_by("pk")]
    assert not reading.captured_queries
    assert report.findings == ()


def test_an_answer_tells_of_which_models(world: None) -> None:
    """Those that it asks for, and their subclasses."""
    with patched(Note, "label", label):
        found = field_reads(Note, "label")
        assert found.complete
        assert found.relations == {"target"}
        assert ("target", "testapp.Book") in found.behind
        assert "all columns" in str(compile_plan(Note, Preset(only=["label"])).plan)


def test_what_is_behind_those_rows_is_told(world: None) -> None:
    """A relation of theirs is a query that the preset doesn't serve."""

    def author(note: Any) -> str:
        return note.target.author.name if isinstance(note.target, Book) else ""

    with patched(Note, "label", author):
        found = field_reads(Note, "label")
    assert found.complete
    assert [one.construct for one in found.own_queries] == ["author of a row behind a generic key"]
