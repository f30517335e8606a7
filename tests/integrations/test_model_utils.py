"""perfkit.integrations.model_utils, and the mixins composed by hand with the rest of django-model-utils."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, models
from model_utils.managers import InheritanceQuerySet, JoinQueryset

from perfkit import Preset, PresetError, PresetQuerySetMixin
from tests.integrations.app.models import Bike, Car, Letter, Room, Task, Taxi, Vehicle, Wheel
from tests.loads import queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def vehicles() -> None:
    Vehicle.objects.create(name="Sled", manual="snow")
    car = Car.objects.create(name="Car", manual="drive", doors=5, brochure="shiny")
    Taxi.objects.create(name="Taxi", doors=4, licence="T1", brochure="yellow")
    Bike.objects.create(name="Bike", gears=21, poster="fast")
    Wheel.objects.create(vehicle=car)


def loaded(row: models.Model) -> set[str]:
    """The columns that a row has."""
    return {field.attname for field in row._meta.concrete_fields} - row.get_deferred_fields()


def read_detail(row: Any) -> tuple[Any, ...]:
    names = ("name", "doors", "gears", "licence")
    return type(row), tuple(getattr(row, name) for name in names if hasattr(type(row), name))


@pytest.mark.usefixtures("vehicles")
@pytest.mark.parametrize(
    "chain",
    [
        lambda: Vehicle.objects.optimize_for_detail().select_subclasses(),
        lambda: Vehicle.objects.select_subclasses().optimize_for_detail(),
        lambda: Vehicle.objects.optimize_for_list().select_subclasses().optimize_for_detail(),
        lambda: Vehicle.objects.optimize_for_detail().select_subclasses().filter(pk__gt=0).all(),
    ],
    ids=["after", "before", "between", "chained on"],
)
def test_a_preset_names_columns_of_subclasses(chain: Any) -> None:
    """One query loads the rows as their own classes with the columns named, select_subclasses() wherever."""
    with queries() as building:
        queryset = chain().order_by("pk")
    with queries() as evaluating:
        rows = list(queryset)
    with queries() as using:
        values = [read_detail(row) for row in rows]
    plain = InheritanceQuerySet(Vehicle).select_subclasses().order_by("pk")
    assert values == [read_detail(row) for row in plain]
    assert [len(step) for step in (building, evaluating, using)] == [0, 1, 0]
    assert [loaded(row) for row in rows] == [
        {"id", "name"},
        {"id", "name", "vehicle_ptr_id", "doors"},
        {"id", "name", "vehicle_ptr_id", "doors", "car_ptr_id", "licence"},
        {"id", "name", "vehicle_ptr_id", "gears"},
    ]


@pytest.fixture
def overridden(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give vehicles a member that their subclasses override, each with columns of its own."""
    monkeypatch.setattr(Vehicle, "sign", lambda self: self.name, raising=False)
    monkeypatch.setattr(Car, "sign", lambda self: f"{self.manual} {self.doors}", raising=False)
    monkeypatch.setattr(Bike, "sign", lambda self: f"{self.name} {self.gears}", raising=False)


@pytest.mark.usefixtures("vehicles", "overridden")
def test_a_member_that_subclasses_override_joins_the_tables_that_overrides_read() -> None:
    """Rows of a base class may turn out to be of any subclass: what each override reads is loaded, and no more."""
    with queries() as evaluating:
        rows = list(Preset(only=["sign"]).apply(Vehicle.objects.order_by("pk")))
    with queries() as using:
        assert [row.sign() for row in rows] == ["Sled", "Car", "Taxi", "Bike"]
        assert [rows[1].car.sign(), rows[3].bike.sign()] == ["drive 5", "Bike 21"]
    assert (len(evaluating), len(using)) == (1, 0)
    assert evaluating[0]["sql"].count("JOIN") == 2
    assert "taxi" not in evaluating[0]["sql"]
    assert [loaded(row) for row in rows] == [{"id", "name", "manual"}] * 4


@pytest.mark.usefixtures("vehicles", "overridden")
@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_a_member_that_subclasses_override_is_loaded_for_their_rows(before: bool) -> None:
    """select_subclasses() joins the tables, and each row has what the override of its own class reads."""
    queryset = Vehicle.objects.order_by("pk")
    preset = Preset(only=["sign"])
    queryset = (
        preset.apply(queryset.select_subclasses())
        if before
        else preset.apply(queryset).select_subclasses()
    )
    with queries() as evaluating:
        rows = list(queryset)
    with queries() as using:
        assert [row.sign() for row in rows] == ["Sled", "drive 5", " 4", "Bike 21"]
    assert (len(evaluating), len(using)) == (1, 0)
    assert "doors" in loaded(rows[1])
    assert not {"brochure", "poster"} & (loaded(rows[1]) | loaded(rows[3]))


@pytest.mark.usefixtures("vehicles")
@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_rows_of_subclasses_follow_the_narrowing_of_their_parent(before: bool) -> None:
    """A preset that names no column of a subclass loads none of it, wherever select_subclasses() stands."""
    queryset = Vehicle.objects.order_by("pk")
    if before:
        queryset = queryset.select_subclasses().optimize_for_list()
    else:
        queryset = queryset.optimize_for_list().select_subclasses()
    rows = list(queryset)
    assert [type(row) for row in rows] == [Vehicle, Car, Taxi, Bike]
    assert loaded(rows[1]) == {"id", "name", "vehicle_ptr_id"}
    assert rows[1].brochure == "shiny"


@pytest.mark.usefixtures("vehicles")
def test_rows_that_are_not_narrowed_are_whole_with_their_subclass() -> None:
    """A preset that says nothing of columns leaves the rows of subclasses whole."""
    car = Vehicle.objects.whole().select_subclasses().get(name="Car")
    assert not car.get_deferred_fields()
    with queries() as using:
        assert [wheel.size for wheel in car.wheels.all()] == [26]
    assert not len(using)


@pytest.mark.usefixtures("vehicles")
def test_a_subclass_asked_for_whole_is_whole() -> None:
    """select_related of a subclass's link loads all its columns, inherited ones too."""
    Vehicle.objects.with_cars()  # The plan is kept from the first use on, and shared.
    (car,) = Vehicle.objects.with_cars().select_subclasses(Car).filter(name="Car")
    assert type(car) is Car
    assert not car.get_deferred_fields()


@pytest.mark.usefixtures("vehicles")
def test_annotations_reach_the_rows_of_subclasses() -> None:
    """django-model-utils copies the last annotate()'s names only; a preset's and the user's both arrive."""
    queryset = Vehicle.objects.counted().annotate(twice=models.F("length") * 2)
    car = queryset.select_subclasses().get(name="Car")
    assert (type(car), car.length, car.twice) == (Car, 3, 6)


@pytest.mark.usefixtures("vehicles")
def test_the_other_methods_of_inheritance_querysets() -> None:
    """get_subclass() works on a queryset with presets, and a wrong class is an error."""
    assert type(Vehicle.objects.optimize_for_list().get_subclass(name="Bike")) is Bike
    with pytest.raises(ValueError, match="not in the discovered subclasses"):
        Vehicle.objects.optimize_for_list().select_subclasses("ship")


@pytest.mark.skipif(
    connection.vendor == "mysql", reason="django-model-utils quotes names as MariaDB does not"
)
@pytest.mark.usefixtures("vehicles")
def test_the_instances_of_a_subclass() -> None:
    """instance_of() keeps the presets."""
    found = Vehicle.objects.optimize_for_list().instance_of(Bike)
    assert [type(row) for row in found] == [Bike]


@pytest.mark.usefixtures("vehicles")
def test_an_inheritance_manager_with_a_default_preset() -> None:
    """The manager applies its preset, and keeps the database that it is asked for."""
    assert loaded(Vehicle.listed.select_subclasses().get(name="Car")) == {
        "id",
        "name",
        "vehicle_ptr_id",
    }
    assert Vehicle.listed.db_manager("other").all().db == "other"


@pytest.mark.usefixtures("vehicles")
def test_choosing_subclasses_again_leaves_the_first_queryset() -> None:
    """select_subclasses() makes a clone, as every method of a queryset does."""
    first = Vehicle.objects.optimize_for_list()
    second = first.select_subclasses(Car)
    assert not first.query.select_related
    assert second.query.select_related == {"car": {}}
    assert {type(row) for row in first} == {Vehicle}


def test_soft_deleted_rows_stay_hidden() -> None:
    """A preset on a soft-deletable manager hides removed rows, and prefetches what Django would."""
    room = Room.objects.create(name="Hall")
    kept = Letter.objects.create(room=room, subject="kept", body="long")
    Letter.objects.create(room=room, subject="removed").delete()
    assert [loaded(row) for row in Letter.objects.optimize_for_list()] == [{"id", "subject"}]
    assert Letter.all_objects.optimize_for_list().count() == 2

    (owner,) = Preset(only=["name", "letters__subject"]).apply(Room.objects.all())
    assert [letter.subject for letter in owner.letters.all()] == ["kept"]
    (plain,) = Room.objects.prefetch_related("letters")
    assert list(plain.letters.all()) == list(owner.letters.all()) == [kept]


def test_soft_deletion_of_a_queryset_with_presets() -> None:
    """delete() marks the rows, and says how many, as without presets."""
    room = Room.objects.create(name="Hall")
    Letter.objects.create(room=room, subject="one")
    assert Letter.objects.optimize_for_list().delete() == (1, {Letter._meta.label: 1})
    assert Letter.all_objects.get().is_removed


def test_a_query_manager_takes_presets() -> None:
    """QueryManager's filter and the default preset both apply; related managers forget the filter as Django's do."""
    room = Room.objects.create(name="Hall")
    Task.objects.create(room=room, title="open")
    Task.objects.create(room=room, title="done", status="done")
    assert [(task.title, loaded(task)) for task in Task.done.all()] == [("done", {"id", "title"})]
    assert [task.title for task in Task.done.optimize_for_list().order_by("title")] == ["done"]


def test_a_field_tracker_on_narrowed_rows() -> None:
    """FieldTracker reads in __init__ what is not deferred: rows stay narrowed, and changes are tracked."""
    Task.objects.create(room=Room.objects.create(name="Hall"), title="old", notes="long")
    with queries() as evaluating:
        task = Task.objects.optimize_for_list().get()
    assert len(evaluating) == 1
    assert loaded(task) == {"id", "title"}
    task.title = "new"
    assert task.tracker.changed() == {"title": "old"}
    assert not task.tracker.has_changed("notes")
    task.save()
    assert task.tracker.changed() == {}
    assert Task.objects.values_list("title", "notes").get() == ("new", "long")


def test_a_time_stamped_row_saves_as_a_deferred_one() -> None:
    """An unloaded auto-now column stays as it is, exactly as after Django's own only()."""
    Task.objects.create(room=Room.objects.create(name="Hall"), title="old")
    before = Task.objects.values_list("modified", flat=True).get()
    narrowed, plain = (
        Task.objects.optimize_for_list().get(),
        models.QuerySet(Task).only("title").get(),
    )
    for task in (narrowed, plain):
        task.save()
        assert Task.objects.values_list("modified", flat=True).get() == before
    whole = Task.objects.get()
    whole.save()
    assert Task.objects.values_list("modified", flat=True).get() > before


def test_a_join_queryset_is_refused() -> None:
    """JoinQueryset takes no presets, and says so when the class is made."""
    with pytest.raises(PresetError, match=r"Joined: JoinQueryset .* takes no presets"):
        type("Joined", (PresetQuerySetMixin, JoinQueryset), {})
