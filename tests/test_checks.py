"""The numbered system checks."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import CheckMessage, run_checks
from django.db import models
from django.test import override_settings
from django.test.utils import isolate_apps

from perfkit import Preset, PresetManager, PresetQuerySet, reads
from perfkit.checks import check_declarations, check_presets, check_settings
from perfkit.middleware import AuditMiddleware
from tests.testapp.models import Book


def model_with(preset: Any, **attributes: Any) -> type[models.Model]:
    """Return a model whose queryset has one preset."""
    queryset_class = type("ThingQuerySet", (PresetQuerySet,), {"optimize_for_list": preset})
    return type(
        "Thing",
        (models.Model,),
        {
            "__module__": "tests.testapp.models",
            "name": models.CharField(max_length=10),
            "book": models.ForeignKey(Book, models.CASCADE, related_name="things"),
            "objects": queryset_class.as_manager(),
            **attributes,
        },
    )


def check(model: type[models.Model]) -> list[CheckMessage]:
    """Return what the check of presets says of one model."""

    class Config:
        @staticmethod
        def get_models() -> list[type[models.Model]]:
            return [model]

    return check_presets(app_configs=[Config()])  # type: ignore[list-item]


@pytest.mark.django_db(databases=["default", "other"])
def test_the_test_project_and_the_shop_are_clean() -> None:
    """No error and no warning on presets that are right."""
    spoken = [message for message in run_checks() if not message.is_silenced()]
    assert [message for message in spoken if message.level >= 30] == []


class Made(AuditMiddleware):
    """A middleware of a project's own."""


@pytest.mark.parametrize(
    ("value", "middleware", "said"),
    [
        ({}, [], []),
        ({"AUDIT": "off"}, [], []),
        (
            {"AUDIT": "warn"},
            ["django.middleware.common.CommonMiddleware", "not.there"],
            [
                (
                    "PERFKIT['AUDIT'] is 'warn', but no request follows it: "
                    "perfkit.middleware.AuditMiddleware is not in MIDDLEWARE."
                )
            ],
        ),
        ({"AUDIT": "warn"}, ["perfkit.middleware.AuditMiddleware"], []),
        ({"AUDIT": "warn"}, ["tests.test_checks.Made"], []),
        (
            {"USAGE_FILE": "usage.jsonl"},
            ["perfkit.middleware.AuditMiddleware"],
            [
                (
                    "PERFKIT['USAGE_FILE'] is 'usage.jsonl', but no request follows it: "
                    "perfkit.middleware.UsageMiddleware is not in MIDDLEWARE."
                )
            ],
        ),
    ],
)
def test_a_setting_that_no_middleware_follows(
    value: dict, middleware: list[str], said: list[str]
) -> None:
    """An audit that is on and looks at no request is told, with the line to add."""
    with override_settings(PERFKIT=value, MIDDLEWARE=middleware):
        messages = check_settings(app_configs=None)
    assert [message.msg for message in messages] == said
    assert {message.id for message in messages} <= {"perfkit.W006"}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([], "PERFKIT must be a dictionary, not list."),
        ({"ADUIT": "warn"}, "PERFKIT has an unknown key 'ADUIT'. Did you mean 'AUDIT'?"),
        (
            {"AUDIT": "on"},
            "PERFKIT['AUDIT'] must be one of 'off', 'collect', 'log', 'warn', 'raise', not 'on'.",
        ),
        (
            {"AUDIT": ["log"]},
            "PERFKIT['AUDIT'] must be one of 'off', 'collect', 'log', 'warn', 'raise', not ['log'].",
        ),
        (
            {"AUDIT_REPEATED": 1},
            "PERFKIT['AUDIT_REPEATED'] must be an integer of at least 2, not 1.",
        ),
        (
            {"AUDIT_REPEATED": True},
            "PERFKIT['AUDIT_REPEATED'] must be an integer of at least 2, not True.",
        ),
        ({"AUDIT_SINGLE_ROWS": 1}, "PERFKIT['AUDIT_SINGLE_ROWS'] must be a bool, not 1."),
        (
            {"AUDIT_KINDS": {"to-on": "raise"}},
            "PERFKIT['AUDIT_KINDS'] has an unknown kind 'to-on'. Did you mean 'to-one'?",
        ),
        (
            {"AUDIT_KINDS": "raise"},
            "PERFKIT['AUDIT_KINDS'] must be a dictionary of kinds to modes, not 'raise'.",
        ),
        (
            {"AUDIT_IGNORE": "brand"},
            "PERFKIT['AUDIT_IGNORE'] must be a list of dictionaries, not 'brand'.",
        ),
        (
            {"AUDIT_IGNORE": [{"field": "brand"}]},
            "PERFKIT['AUDIT_IGNORE'][0] needs a \"reason\": why is this lazy load all right?",
        ),
        (
            {"AUDIT_IGNORE": [{"reason": "old"}]},
            "PERFKIT['AUDIT_IGNORE'][0] needs at least one pattern: model, field, member, file or kind.",
        ),
        (
            {"FETCH_MODE": "all"},
            "PERFKIT['FETCH_MODE'] must be one of 'one', 'peers', 'raise', not 'all'.",
        ),
    ],
)
def test_wrong_settings(value: Any, said: str) -> None:
    """Every wrong key and value of PERFKIT is E001, with what is wrong and what to write."""
    with override_settings(PERFKIT=value):
        messages = check_settings(app_configs=None)
    assert [(message.id, message.msg) for message in messages] == [("perfkit.E001", said)]


@pytest.mark.parametrize(
    ("preset", "check_id", "said"),
    [
        (Preset(only=["nmae"]), "perfkit.E002", "Did you mean 'name'?"),
        (Preset(defer=["nothing"]), "perfkit.E002", "has no 'nothing'"),
        (Preset(only=["book__titel"]), "perfkit.E002", "Did you mean 'title'"),
        (Preset(lazy_ok=["nmae"]), "perfkit.E002", "Did you mean 'name'?"),
        (Preset(only=["book__tags"]), "perfkit.E003", "prefetch_related=['book__tags']"),
        (
            Preset(select_related=["name"]),
            "perfkit.E003",
            "'name' is a column of testapp.Thing and no relation",
        ),
        (
            Preset(select_related=["book__tags"]),
            "perfkit.E003",
            "write prefetch_related=['book__tags']",
        ),
        (Preset(include={"book": "lsit"}), "perfkit.E005", "Did you mean 'list'?"),
        (Preset(annotate={"many": models.Count("book__tags")}), "perfkit.E006", "Write a subquery"),
    ],
)
@isolate_apps("tests.testapp")
def test_wrong_presets(preset: Preset, check_id: str, said: str) -> None:
    """A mistake in a preset is a check that names the preset, the model and what to write."""
    (message,) = check(model_with(preset))
    assert message.id == check_id
    assert message.msg.startswith("ThingQuerySet.optimize_for_list on testapp.Thing: ")
    assert said in message.msg


@isolate_apps("tests.testapp")
def test_a_circle_of_includes() -> None:
    """Presets that include each other are found before the first request."""
    preset = Preset(include={"parent": "list"})
    model = model_with(preset, parent=models.ForeignKey("self", models.CASCADE, null=True))
    (message,) = check(model)
    assert message.id == "perfkit.E005"
    assert "include each other in a circle" in message.msg


@isolate_apps("tests.testapp")
def test_a_default_preset_that_is_not_there() -> None:
    """A manager's default preset is checked too."""
    queryset_class = type(
        "ThingQuerySet", (PresetQuerySet,), {"optimize_for_list": Preset(only=["name"])}
    )
    manager = PresetManager.from_queryset(queryset_class, preset="lst")()
    (message,) = check(model_with(Preset(), listed=manager))
    assert message.id == "perfkit.E005"
    assert message.msg.endswith(
        "applies the preset 'lst' by default, but ThingQuerySet has no 'lst'. Did you mean 'list'?"
    )


@isolate_apps("tests.testapp")
def test_a_member_that_can_not_be_followed() -> None:
    """A preset that names it is warned of, with the line; the rows are loaded whole."""

    def puzzle(self: Any) -> Any:
        return eval("self.name")

    model = model_with(Preset(only=["puzzle"]), puzzle=property(puzzle))
    (message,) = check(model)
    assert message.id == "perfkit.W001"
    assert "only names 'puzzle', but what Thing.puzzle reads can't be followed" in message.msg
    assert f"test_checks.py:{puzzle.__code__.co_firstlineno + 1})" in message.msg
    assert "@reads" in (message.hint or "")
    assert model.objects.optimize_for_list().loading_plan.columns is None  # type: ignore[attr-defined]


@isolate_apps("tests.testapp")
def test_a_member_that_sends_a_query_of_its_own() -> None:
    """No preset can serve it, and a check says so."""

    def others(self: Any) -> int:
        return Book.objects.count()

    (message,) = check(model_with(Preset(only=["name", "others"]), others=others))
    assert message.id == "perfkit.W002"
    assert "Thing.others sends a query of its own for every row" in message.msg


@isolate_apps("tests.testapp")
def test_a_model_whose_making_reads_columns() -> None:
    """What __init__ reads is always loaded, and said; else only() would begin again for ever."""

    def make(self: Any, *args: Any, **kwargs: Any) -> None:
        models.Model.__init__(self, *args, **kwargs)
        self.shouted = self.name.upper()

    model = model_with(Preset(only=["book"]), __init__=make)
    (message,) = check(model)
    assert message.id == "perfkit.I001"
    assert "reads 'name' of every row" in message.msg
    plan = model.objects.optimize_for_list().loading_plan  # type: ignore[attr-defined]
    assert plan.columns is None or "name" in plan.columns


@isolate_apps("tests.testapp")
def test_a_model_whose_making_can_not_be_followed() -> None:
    """Then its rows are not narrowed, and a warning says why."""

    def make(self: Any, *args: Any, **kwargs: Any) -> None:
        models.Model.__init__(self, *args, **kwargs)
        exec("self.shouted = self.name.upper()")

    model = model_with(Preset(only=["book"]), __init__=make)
    (message,) = check(model)
    assert message.id == "perfkit.W003"
    assert model.objects.optimize_for_list().loading_plan.columns is None  # type: ignore[attr-defined]


def declarations(model: type[models.Model]) -> list[CheckMessage]:
    """Return what the check of declarations says of one model."""

    class Config:
        @staticmethod
        def get_models() -> list[type[models.Model]]:
            return [model]

    return check_declarations(app_configs=[Config()])  # type: ignore[list-item]


@isolate_apps("tests.testapp")
def test_a_declaration_with_a_wrong_name() -> None:
    """A wrong name in @reads is an error, whether a preset names the member or not."""

    @reads("nmae")
    def label(self: Any) -> str:
        return str(self.name)

    (message, *rest) = declarations(model_with(Preset(), label=label))
    assert message.id == "perfkit.E007"
    assert "nmae" in message.msg
    assert all(other.id == "perfkit.W004" for other in rest)


@isolate_apps("tests.testapp")
def test_a_declaration_that_leaves_something_out() -> None:
    """What the code provably reads and the declaration leaves out is told once, with the edit."""

    @reads("book")
    def label(self: Any) -> str:
        return str(self.name)

    model = model_with(Preset(only=["label"]), label=label)
    assert check(model) == []
    (message,) = declarations(model)
    assert (message.id, message.msg) == (
        "perfkit.W004",
        "Thing.label reads 'name', which its @reads does not declare.",
    )
    assert message.hint == "Add 'name' to the @reads of Thing.label."
