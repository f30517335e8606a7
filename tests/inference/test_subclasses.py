"""What overrides in a subclass with a table of its own read: relations of each kind, from the row and behind another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.test.utils import isolate_apps

from perfkit.inference import field_reads
from tests.inference.app.models import Note


@pytest.fixture
def shop() -> Iterator[SimpleNamespace]:
    """Make a shelf with a ware, which may be a special one that has much besides."""
    with isolate_apps("tests.inference.app"):

        class Maker(models.Model):
            name = models.CharField(max_length=9)

            class Meta:
                app_label = "inferred"

        class Label(models.Model):
            text = models.CharField(max_length=9)

            class Meta:
                app_label = "inferred"

        class Ware(models.Model):
            name = models.CharField(max_length=9)
            number = models.CharField(max_length=9, unique=True)

            class Meta:
                app_label = "inferred"

            def told(self) -> Any:
                return ""

        class Special(Ware):
            motto = models.CharField(max_length=9)
            code = models.CharField(max_length=9, unique=True)
            maker = models.ForeignKey(Maker, models.CASCADE, related_name="specials")
            labels = models.ManyToManyField(Label, related_name="specials")
            notes = GenericRelation(Note)
            kind = models.ForeignKey(ContentType, models.CASCADE, related_name="+")
            key = models.PositiveIntegerField()
            about = GenericForeignKey("kind", "key")

            class Meta:
                app_label = "inferred"

        class Rare(Special):
            class Meta:
                app_label = "inferred"
                proxy = True

        class Part(models.Model):
            special = models.ForeignKey(Special, models.CASCADE, related_name="parts")
            weight = models.IntegerField()

            class Meta:
                app_label = "inferred"

        class Sticker(models.Model):
            special = models.ForeignKey(
                Special, models.CASCADE, to_field="code", related_name="stickers"
            )
            colour = models.CharField(max_length=9)

            class Meta:
                app_label = "inferred"

        class Sheet(models.Model):
            special = models.OneToOneField(Special, models.CASCADE, related_name="sheet")
            body = models.CharField(max_length=9)

            class Meta:
                app_label = "inferred"

        class Shelf(models.Model):
            ware = models.ForeignKey(Ware, models.CASCADE, related_name="shelves")

            class Meta:
                app_label = "inferred"

            def told(self) -> Any:
                return self.ware.told()

        yield SimpleNamespace(**{one.__name__: one for one in (Ware, Special, Rare, Shelf)})


READERS: dict[str, tuple[Callable[[Any], Any], set[str], set[str]]] = {
    "column": (lambda ware: ware.motto, {"special__motto"}, {"special"}),
    "inherited": (lambda ware: ware.name, {"name"}, set()),
    "key": (lambda ware: ware.maker_id, {"special__maker"}, {"special"}),
    "to_one": (
        lambda ware: ware.maker.name,
        {"special__maker__name"},
        {"special", "special__maker"},
    ),
    "to_one_back": (
        lambda ware: ware.sheet.body,
        {"special__sheet__body"},
        {"special", "special__sheet"},
    ),
    "there_and_back": (
        lambda ware: ware.sheet.special.motto,
        {"special__motto"},
        {"special", "special__sheet"},
    ),
    "to_many": (
        lambda ware: [part.weight for part in ware.parts.all()],
        {"special__parts__weight"},
        {"special__parts"},
    ),
    "to_many_and_back": (
        lambda ware: [part.special.name for part in ware.parts.all()],
        {"name"},
        {"special__parts"},
    ),
    "to_many_by_another_column": (
        lambda ware: [one.colour for one in ware.stickers.all()],
        {"special__code", "special__stickers__colour"},
        {"special", "special__stickers"},
    ),
    "many_to_many": (
        lambda ware: [label.text for label in ware.labels.all()],
        {"special__labels__text"},
        {"special__labels"},
    ),
    "of_the_base": (
        lambda ware: [shelf.pk for shelf in ware.shelves.all()],
        {"shelves__id"},
        {"shelves"},
    ),
    "generic": (
        lambda ware: [note.text for note in ware.notes.all()],
        {"special__notes__text"},
        {"special__notes"},
    ),
    "generic_key": (
        lambda ware: ware.about is None,
        {"special__kind", "special__key"},
        {"special", "special__about"},
    ),
}


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("holder", ["Special", "Rare"])
def test_what_an_override_reads_of_a_table_of_its_own_is_behind_the_link(
    shop: SimpleNamespace, name: str, holder: str
) -> None:
    """Asked of the base class, of the subclass, and of a row that leads to it."""
    reader, columns, relations = READERS[name]
    getattr(shop, holder).told = lambda self: reader(self)
    found = field_reads(shop.Ware, "told")
    assert found.complete, found.unresolved
    assert found.columns == columns
    assert found.relations == relations
    behind = field_reads(shop.Shelf, "told")
    assert behind.complete, behind.unresolved
    assert behind.columns == {f"ware__{path}" for path in columns}
    assert behind.relations == {"ware", *(f"ware__{path}" for path in relations)}
    itself = field_reads(getattr(shop, holder), "told")
    assert itself.columns == {path.removeprefix("special__") for path in columns}
    assert itself.relations == {path.removeprefix("special__") for path in relations} - {"special"}


def test_a_table_below_another_is_reached_through_it(shop: SimpleNamespace) -> None:
    """Also where a proxy stands in between."""

    class Odd(shop.Rare):  # type: ignore[misc, name-defined]
        oddity = models.CharField(max_length=9)

        class Meta:
            app_label = "inferred"

        def told(self) -> Any:
            return self.oddity

    found = field_reads(shop.Shelf, "told")
    assert found.complete, found.unresolved
    assert found.columns == {"ware__special__odd__oddity"}
    assert found.relations == {"ware", "ware__special__odd"}
