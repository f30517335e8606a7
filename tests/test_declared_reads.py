"""``@reads`` in presets, and what the auditor says of a declaration that leaves something out."""

from __future__ import annotations

import pytest

from perfkit import audit
from perfkit.auditor.findings import Member, Place
from tests.integrations.app.models import Room
from tests.loads import queries

pytestmark = pytest.mark.django_db


def test_a_preset_loads_what_a_member_declares() -> None:
    """Exactly the declared columns are loaded, and they are read without a query."""
    Room.objects.create(name="Hall", colour="red")
    with queries() as evaluating:
        (room,) = Room.objects.optimize_for_list()
    assert Room.objects.optimize_for_list().loading_plan.columns == ("id", "name", "colour")
    assert len(evaluating) == 1
    with queries() as using:
        assert room.door == "red"
    assert len(using) == 0


def test_the_auditor_names_a_declaration_that_leaves_a_column_out() -> None:
    """The fix is in the declaration, not in the preset, which names the member already."""
    Room.objects.bulk_create([Room(name="Hall"), Room(name="Attic", floor=3)])
    with audit(mode="collect") as report:
        assert [room.sign for room in Room.objects.optimize_for_list()] == [
            "Hall, floor 1",
            "Attic, floor 3",
        ]
    (finding,) = report.findings
    assert finding.via == ("Room.sign",)
    assert finding.members[0].declares == ("name",)
    assert finding.advice.startswith('add "floor" to the @reads of Room.sign at ')
    assert finding.advice.endswith(", which leaves it out")


def test_the_auditor_leaves_a_right_declaration_alone() -> None:
    """A column that is declared and not loaded is the preset's to name."""
    Room.objects.bulk_create([Room(name="Hall"), Room(name="Attic")])
    with audit(mode="collect") as report:
        assert [room.door for room in Room.objects.only("name")] == ["white", "white"]
    (finding,) = report.findings
    assert finding.members[0].declares == ("colour",)
    assert finding.advice.startswith('add "colour" to .only(...) of the queryset at ')


def test_the_auditor_tells_a_chained_narrowing_from_the_preset() -> None:
    """What only() or defer() took away behind a preset is theirs to give back."""
    Room.objects.bulk_create([Room(name="Hall"), Room(name="Attic")])
    for queryset, advice in (
        (
            Room.objects.optimize_for_list().only("name"),
            'add "colour" to the .only(...) that',
        ),
        (
            Room.objects.optimize_for_list().defer("colour"),
            'take "colour" out of the .defer(...) that',
        ),
    ):
        with audit(mode="collect") as report:
            assert [room.door for room in queryset.order_by("pk")] == ["white", "white"]
        (finding,) = report.findings
        assert finding.advice == f"{advice} follows RoomQuerySet.optimize_for_list"


def test_a_relation_that_is_declared_is_declared_with_its_key() -> None:
    """A path through it, its name and its column name the same."""
    for declared in ("author", "author_id", "author__name"):
        member = Member("Book.label", "property", Place("models.py", 1), (declared,))
        assert not member.leaves_out("author_id")
        assert member.leaves_out("editor_id")
