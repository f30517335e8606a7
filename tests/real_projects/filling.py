"""Makes rows for any model, without running the model's own code."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, models, transaction
from django.utils import timezone

#: How many rows each model gets. The third leaves empty what may be; of trees, each is below the last.
ROWS = 4


class Filler:
    """Rows by model; a foreign key leads to a row of the same number, so that relations have rows."""

    def __init__(self) -> None:
        self.rows: dict[type[models.Model], list[models.Model]] = {}
        self.failed: dict[type[models.Model], Exception] = {}

    def fill_all(self) -> None:
        """Make rows for every model of the project."""
        for model in apps.get_models(include_auto_created=True):
            if model._meta.managed and not model._meta.proxy and not model._meta.swapped:
                self.fill(model)

    def fill(self, model: type[models.Model]) -> list[models.Model]:
        """Make the rows of a model, those that it needs first."""
        if model in self.rows:
            return self.rows[model]
        found = self.rows[model] = []
        if model is ContentType:
            found.extend(ContentType.objects.get_for_models(*apps.get_models()).values())
            return found
        for number in range(ROWS):
            row = model.__new__(model)
            try:
                with transaction.atomic():
                    row = self.make(model, number)
                found.append(row)
            except (DatabaseError, ObjectDoesNotExist, ValueError, TypeError, LookupError) as error:
                self.failed[model] = error
        return found

    def make(self, model: type[models.Model], number: int) -> models.Model:
        """Make one row."""
        values: dict[str, Any] = {}
        for parent, link in model._meta.parents.items():
            if link is not None and not model._meta.proxy:
                made = self.make_parent(parent, number)
                values |= {
                    f.attname: getattr(made, f.attname) for f in parent._meta.concrete_fields
                }
                values[link.attname] = made.pk
        for field in model._meta.concrete_fields:
            if field.attname not in values and not isinstance(field, models.AutoField):
                values[field.attname] = self.value(model, field, number)
        row = model.__new__(model)
        models.Model.__init__(row)
        for name, value in values.items():
            row.__dict__[name] = value
        row.save_base(raw=True, force_insert=True)
        return row

    def make_parent(self, parent: type[models.Model], number: int) -> models.Model:
        """Make the row of a parent table for one row of a child."""
        self.serial += 1
        return self.make(parent, number + 100 * self.serial)

    serial = 0

    def value(self, model: type[models.Model], field: Any, number: int) -> Any:
        """Make up a value for a column."""
        if number == 2 and not field.unique and may_be_empty(field):
            return None if field.null else ""
        if field.remote_field is not None:
            return self.key(model, field, number)
        if field.choices and not field.unique:
            choices = [value for value, _ in field.flatchoices if value not in (None, "")]
            if choices:
                return choices[number % len(choices)]
        if field.name in ("path", "depth", "numchild"):
            deep = number if number < ROWS else 0
            start = f"{number + 1:04}" if number >= ROWS else "0001"
            values = {"path": start + "0001" * deep, "depth": deep + 1, "numchild": 1}
            return values[field.name]
        if field.name in ("lft", "rgt", "tree_id"):
            return number + 1
        if field.name in ("object_id", "base_object_id"):
            return 1
        made = by_kind(field, number)
        return made if made is not None else field.get_default()

    def key(self, model: type[models.Model], field: Any, number: int) -> Any:
        """Return the key of a row that a foreign key may lead to."""
        target = field.remote_field.model
        if target is model or issubclass(model, target):
            earlier = self.rows.get(model, [])
            return (
                getattr(earlier[-1], field.target_field.attname) if earlier and field.null else None
            )
        rows = self.fill(target)
        if not rows:
            return None
        row = rows[number % len(rows)] if not field.unique or number < len(rows) else None
        return None if row is None else getattr(row, field.target_field.attname)


def may_be_empty(field: Any) -> bool:
    """Tell whether a column may be left empty."""
    automatic = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    return bool(field.null or (field.blank and field.empty_strings_allowed and not automatic))


def by_kind(field: Any, number: int) -> Any:
    """Make up a value by the kind of the column; None where its default must do."""
    kind = field.get_internal_type()
    if type(field).__module__.partition(".")[0] != "django" and kind not in (
        "CharField",
        "TextField",
        "DecimalField",
        "IntegerField",
    ):
        return None
    text = f"{field.name} {number}"
    values: dict[str, Any] = {
        "CharField": text[-(field.max_length or 50) :] if kind == "CharField" else text,
        "SlugField": f"s{number}",
        "TextField": text if type(field).__module__.startswith("django.") else None,
        "URLField": f"https://example.com/{number}",
        "EmailField": f"a{number}@example.com",
        "BooleanField": bool(number % 2),
        "DateField": datetime.date(2024, 1, 1 + number % 28),
        "DateTimeField": timezone.now(),
        "TimeField": datetime.time(1),
        "DurationField": datetime.timedelta(hours=1),
        "UUIDField": uuid.uuid4(),
        "FileField": f"file{number}.txt",
        "ImageField": f"image{number}.png",
        "DecimalField": number,
        "FloatField": float(number),
        "GenericIPAddressField": "127.0.0.1",
        "JSONField": {},
    }
    if "Integer" in kind:
        return number + 1
    return values.get(kind)
