"""Models that use django-model-utils and presets together."""

from __future__ import annotations

from django.db import models
from django.utils.functional import cached_property
from model_utils import Choices, FieldTracker
from model_utils.managers import QueryManager
from model_utils.models import SoftDeletableModel, TimeStampedModel

from perfkit import Preset, PresetManagerMixin, PresetQuerySet, reads
from perfkit.integrations.model_utils import (
    PresetInheritanceManager,
    PresetInheritanceQuerySet,
    PresetSoftDeletableManager,
    PresetSoftDeletableQuerySet,
)


class VehicleQuerySet(PresetInheritanceQuerySet["Vehicle"]):
    optimize_for_list = Preset(only=["name"])
    optimize_for_detail = optimize_for_list | Preset(
        only=["car__doors", "bike__gears", "car__taxi__licence"]
    )
    whole = Preset(prefetch_related=["wheels"])
    with_cars = Preset(only=["name"], select_related=["car"])
    counted = Preset(annotate={"length": models.functions.Length("name")})


class Vehicle(models.Model):
    name = models.CharField(max_length=50)
    manual = models.TextField(default="")

    objects = PresetInheritanceManager.from_queryset(VehicleQuerySet)()
    listed = PresetInheritanceManager.from_queryset(VehicleQuerySet, preset="list")()


class Car(Vehicle):
    doors = models.IntegerField(default=4)
    brochure = models.TextField(default="")


class Taxi(Car):
    licence = models.CharField(max_length=50, default="")


class Bike(Vehicle):
    gears = models.IntegerField(default=1)
    poster = models.TextField(default="")


class Wheel(models.Model):
    vehicle = models.ForeignKey(Vehicle, models.CASCADE, related_name="wheels")
    size = models.IntegerField(default=26)


class RoomQuerySet(PresetQuerySet["Room"]):
    optimize_for_list = Preset(only=["sign", "door"])


class Room(models.Model):
    name = models.CharField(max_length=50)
    floor = models.IntegerField(default=1)
    colour = models.CharField(max_length=50, default="white")

    objects = RoomQuerySet.as_manager()

    @property
    @reads("name")
    def sign(self) -> str:
        """Declared: reads more than its declaration says."""
        return f"{self.name}, floor {eval('self.floor')}"

    @reads("colour")
    @cached_property
    def door(self) -> str:
        """Declared: reads what it says."""
        return str(eval("self.colour"))


class LetterQuerySet(PresetSoftDeletableQuerySet["Letter"]):
    optimize_for_list = Preset(only=["subject"])


class Letter(SoftDeletableModel):
    room = models.ForeignKey(Room, models.CASCADE, related_name="letters")
    subject = models.CharField(max_length=50)
    body = models.TextField(default="")

    objects = PresetSoftDeletableManager.from_queryset(LetterQuerySet)()
    available_objects = objects
    all_objects = LetterQuerySet.as_manager()


class TaskQuerySet(PresetQuerySet["Task"]):
    optimize_for_list = Preset(only=["title"])


class TaskManager(PresetManagerMixin["Task"], QueryManager):
    """A QueryManager that takes presets."""


class Task(TimeStampedModel):
    STATUS = Choices("open", "done")

    room = models.ForeignKey(Room, models.CASCADE, related_name="tasks")
    title = models.CharField(max_length=50)
    notes = models.TextField(default="")
    status = models.CharField(max_length=10, choices=STATUS, default=STATUS.open)

    objects = TaskQuerySet.as_manager()
    done = TaskManager.from_queryset(TaskQuerySet, preset="list")(status=STATUS.done)
    tracker = FieldTracker()


class Wing(models.Model):
    name = models.CharField(max_length=50)
    drawing = models.TextField(default="")


class Hall(models.Model):
    wing = models.ForeignKey(Wing, models.CASCADE, related_name="halls")
    name = models.CharField(max_length=50)
    keeper = models.CharField(max_length=50, default="")
    drawing = models.TextField(default="drawn")

    def __str__(self) -> str:
        return f"{self.wing.name}, {self.name}"


class Collection(models.Model):
    name = models.CharField(max_length=50)
    keeper = models.CharField(max_length=50, default="")
    home = models.ForeignKey(Hall, models.CASCADE, related_name="collections")
    halls = models.ManyToManyField(Hall, related_name="all_collections", blank=True)


class Piece(models.Model):
    collection = models.ForeignKey(Collection, models.CASCADE, related_name="pieces")
    name = models.CharField(max_length=50)
    hall = models.ForeignKey(Hall, models.CASCADE, related_name="pieces")
    lent_to = models.ForeignKey(Hall, models.SET_NULL, null=True, blank=True, related_name="lent")
    shown_in = models.ManyToManyField(Hall, related_name="shown", blank=True)
    notes = models.TextField(default="", blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.hall})"
