"""Models made at random: a graph of every kind of relation, its tables and some rows."""

from __future__ import annotations

import random
from typing import Any

from django.apps.registry import Apps
from django.db import connection, models
from django.db.models.functions import Upper

#: How many models a graph has before proxies, and how many rows each gets.
SIZE, ROWS = 6, 4


class Graph:
    """The models of one seed: ``models`` in the order of their tables."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.seed = seed
        self.apps = Apps(["tests"])  # an app without models, for the registry to list them under
        self.models: list[Any] = []
        self.relations = 0
        for number in range(SIZE):
            self.models.append(self._make(number))
        self.proxies = [self._proxy(model) for model in self.random.sample(self._whole(), 2)]
        # Relations to a proxy, which rows of the proxy alone have.
        self.models.append(self._make(SIZE, to_proxies=True))

    def _whole(self) -> list[Any]:
        """The models that others can refer to: no composite keys."""
        return [model for model in self.models if len(model._meta.pk_fields) == 1]

    def _make(self, number: int, *, to_proxies: bool = False) -> Any:
        kind = (
            self.random.choice(["plain", "plain", "child", "composite"]) if number > 1 else "plain"
        )
        bases: tuple[Any, ...] = (models.Model,)
        namespace: dict[str, Any] = {}
        if kind == "child":
            bases = (self.random.choice(self._whole()),)
        for letter in "abc":
            namespace[f"{letter}{number}"] = models.CharField(
                max_length=20, default="", db_column=f"col_{letter}{number}"
            )
        namespace[f"n{number}"] = models.IntegerField(unique=True)
        if self.random.random() < 0.4:
            namespace[f"up{number}"] = models.GeneratedField(
                expression=Upper(f"a{number}"),
                output_field=models.CharField(max_length=20),
                db_persist=True,
            )
        if kind == "composite":
            namespace["pk"] = models.CompositePrimaryKey(f"n{number}", f"a{number}")
        targets: list[Any] = self.proxies if to_proxies else self._whole()
        for _ in range(self.random.randint(2, 3)):
            if targets:
                self._relate(namespace, self.random.choice(targets), kind)
        if kind != "composite":
            self._relate_to_itself(namespace)
        return self._class(f"M{number}", bases, namespace)

    def _class(
        self, name: str, bases: tuple[Any, ...], namespace: dict[str, Any], **options: Any
    ) -> Any:
        meta = type("Meta", (), {"apps": self.apps, "app_label": "tests", **options})
        return type(
            f"Graph{self.seed}{name}", bases, {"__module__": __name__, "Meta": meta, **namespace}
        )

    def _proxy(self, model: Any) -> Any:
        return self._class(f"P{self.models.index(model)}", (model,), {}, proxy=True)

    def _relate(self, namespace: dict[str, Any], target: Any, kind: str) -> None:
        choices = ["key", "key", "to_field", "one"] + ([] if kind == "composite" else ["many"])
        choice = self.random.choice(choices)
        options = self._names()
        nullable = {"null": True} if self.random.random() < 0.6 else {}
        name = f"{choice}{self.relations}"
        if choice == "many":
            # Under another name in queries, Django itself prefetches a nested list twice.
            options.pop("related_query_name", None)
            namespace[name] = models.ManyToManyField(target, **options)
        elif choice == "one":
            namespace[name] = models.OneToOneField(target, models.CASCADE, null=True, **options)
        elif choice == "key":
            namespace[name] = models.ForeignKey(target, models.CASCADE, **nullable, **options)
        else:
            local = target._meta.concrete_model._meta.local_fields
            unique = [field.name for field in local if field.unique and field.name[0] == "n"]
            namespace[name] = models.ForeignKey(
                target, models.CASCADE, to_field=self.random.choice(unique), **nullable, **options
            )

    def _relate_to_itself(self, namespace: dict[str, Any]) -> None:
        choice = self.random.choice(["none", "key", "one", "many", "alike"])
        name = f"self_{choice}{self.relations}"
        if choice == "key":
            namespace[name] = models.ForeignKey("self", models.CASCADE, null=True, **self._names())
        elif choice == "one":
            namespace[name] = models.OneToOneField(
                "self", models.CASCADE, null=True, **self._names()
            )
        elif choice == "many":
            namespace[name] = models.ManyToManyField(
                "self", symmetrical=False, related_name=f"back_{name}"
            )
        elif choice == "alike":
            namespace[name] = models.ManyToManyField("self")

    def _names(self) -> dict[str, Any]:
        self.relations += 1
        back = f"back{self.relations}"
        return self.random.choice(
            [
                {"related_name": back},
                {"related_name": back},
                {"related_name": back, "related_query_name": f"query{self.relations}"},
                {"related_name": "+"},
            ]
        )

    def create(self) -> None:
        """Make the tables and fill them."""
        with connection.schema_editor() as editor:
            for model in self.models:
                editor.create_model(model)
        for model in self.models:
            for number in range(ROWS):
                self._row(model, number)
        for model in self.models:
            self._relate_rows(model)

    def _row(self, model: Any, number: int) -> None:
        row = model()
        for field in model._meta.concrete_fields:
            if (
                isinstance(field, models.ForeignKey)
                and not field.remote_field.parent_link
                and not field.null
            ):
                rows = list(field.related_model._base_manager.order_by("pk"))
                setattr(row, field.name, rows[number] if field.unique else self.random.choice(rows))
            elif isinstance(field, models.CharField):
                setattr(row, field.attname, f"{field.name}-{number}")
            elif isinstance(field, models.IntegerField) and field.name[0] == "n":
                setattr(
                    row,
                    field.attname,
                    model._base_manager.count() + 100 * len(self.models) * self._place(model) + 1,
                )
        row.save(force_insert=True)

    def _place(self, model: Any) -> int:
        return self.models.index(model)

    def _relate_rows(self, model: Any) -> None:
        rows = list(model._base_manager.order_by("pk"))
        for field in model._meta.local_fields:
            if (
                not isinstance(field, models.ForeignKey)
                or field.remote_field.parent_link
                or not field.null
            ):
                continue
            targets = list(field.related_model._base_manager.order_by("pk"))
            self.random.shuffle(targets)
            for row, target in zip(rows[1:], targets, strict=False):
                setattr(row, field.name, target)
        for row in rows:
            row.save()
        for field in model._meta.local_many_to_many:
            targets = list(field.related_model._base_manager.order_by("pk"))
            for row in rows[1:]:
                getattr(row, field.name).set(self.random.sample(targets, 2))

    def drop(self) -> None:
        """Drop the tables."""
        with connection.constraint_checks_disabled(), connection.schema_editor() as editor:
            for model in reversed(self.models):
                editor.delete_model(model)
