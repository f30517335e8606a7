"""The setting PERFKIT: its defaults, its mistakes, and when it is read again."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import Any

import pytest
from django.test import override_settings

from perfkit import conf
from perfkit.exceptions import PerfkitSettingsError

MISTAKES = [
    (["AUDIT"], "must be a dictionary, not list"),
    ({"AUDITS": "warn"}, "unknown key 'AUDITS'. Did you mean 'AUDIT'?"),
    ({"colour": "red"}, "unknown key 'colour'. Known: AUDIT, "),
    ({7: "red"}, "unknown key 7"),
    (
        {"AUDIT": "shout"},
        "PERFKIT['AUDIT'] must be one of 'off', 'collect', 'log', 'warn', 'raise'",
    ),
    ({"AUDIT": None}, "not None"),
    ({"AUDIT_KINDS": ["to-one"]}, "must be a dictionary of kinds to modes"),
    ({"AUDIT_KINDS": {"toone": "warn"}}, "unknown kind 'toone'. Did you mean 'to-one'?"),
    ({"AUDIT_KINDS": {"x": "warn"}}, "unknown kind 'x'. Known: deferred-field, "),
    ({"AUDIT_KINDS": {"to-one": "shout"}}, "AUDIT_KINDS.to-one"),
    ({"AUDIT_IGNORE": {"model": "a.B", "reason": "r"}}, "must be a list of dictionaries"),
    ({"AUDIT_IGNORE": ["a.B"]}, "PERFKIT['AUDIT_IGNORE'][0] must be a dictionary, not 'a.B'"),
    ({"AUDIT_IGNORE": [{"modle": "a.B", "kind": "x", "reason": "r"}]}, "unknown keys ['modle']"),
    ({"AUDIT_IGNORE": [{"model": "", "reason": "r"}]}, "non-empty strings only"),
    ({"AUDIT_IGNORE": [{"model": "a.B"}]}, 'needs a "reason"'),
    ({"AUDIT_IGNORE": [{"reason": "r"}]}, "needs at least one pattern"),
    ({"AUDIT_BASELINE": 3}, "must be the path of a file"),
    ({"AUDIT_BASELINE": ""}, "must be the path of a file"),
    ({"AUDIT_SINGLE_ROWS": 1}, "must be a bool, not 1"),
    ({"AUDIT_REPEATED": 1}, "an integer of at least 2, not 1"),
    ({"AUDIT_REPEATED": True}, "an integer of at least 2, not True"),
    ({"AUDIT_MAX_FINDINGS": "many"}, "an integer of at least 1, not 'many'"),
    ({"FETCH_MODE": "two"}, "must be one of 'one', 'peers', 'raise', not 'two'"),
]


@pytest.mark.parametrize(("value", "message"), MISTAKES)
def test_a_mistake_is_told(value: Any, message: str) -> None:
    """What is wrong is told in one sentence, which names the key and what to write."""
    (problem,) = conf.problems(value)
    assert message in problem
    with override_settings(PERFKIT=value), pytest.raises(PerfkitSettingsError) as raised:
        conf.get_settings()
    assert str(raised.value) == problem


def test_every_mistake_is_told_at_once() -> None:
    """Two mistakes are two sentences."""
    assert len(conf.problems({"AUDIT": "shout", "FETCH_MODE": "two"})) == 2


def test_all_keys_with_good_values() -> None:
    """Good values are taken as they are; a list of ignores becomes a tuple."""
    ignore = {"model": "shop.*", "kind": "to-one", "reason": "Rare."}
    value = {
        "AUDIT": "warn",
        "AUDIT_KINDS": {"to-one": "raise"},
        "AUDIT_IGNORE": [ignore],
        "AUDIT_BASELINE": "known.json",
        "AUDIT_SINGLE_ROWS": True,
        "AUDIT_REPEATED": 5,
        "AUDIT_MAX_FINDINGS": 10,
        "FETCH_MODE": "peers",
    }
    with override_settings(PERFKIT=value):
        settings = conf.get_settings()
    assert settings == conf.PerfkitSettings(**{**value, "AUDIT_IGNORE": (ignore,)})  # type: ignore[arg-type]


def test_settings_are_read_again_when_they_change() -> None:
    """`override_settings()` is heard, both ways; another setting changes nothing."""
    before = conf.get_settings()
    with override_settings(PERFKIT={"AUDIT": "raise"}):
        assert conf.get_settings().AUDIT == "raise"
        with override_settings(USE_TZ=False):
            assert conf.get_settings().AUDIT == "raise"
    assert conf.get_settings() == before


def test_without_the_setting_everything_is_off() -> None:
    """A project that says nothing gets the defaults."""
    with override_settings():
        from django.conf import settings

        if hasattr(settings, "PERFKIT"):
            del settings.PERFKIT
        conf._forget(setting="PERFKIT")
        assert conf.get_settings() == conf.PerfkitSettings()
    conf._forget(setting="PERFKIT")


def test_settings_cannot_be_changed_in_place() -> None:
    """The settings in force are an immutable value."""
    with pytest.raises(FrozenInstanceError):
        conf.get_settings().AUDIT = "raise"  # type: ignore[misc]


def test_values_stand_in_whatever_the_settings_become() -> None:
    """Values that stand in win over the project's, over those that a test sets meanwhile, and nest."""
    with conf.standing_in(AUDIT="raise"):
        with override_settings(PERFKIT={"AUDIT": "warn", "AUDIT_REPEATED": 5}):
            assert conf.get_settings().AUDIT == "raise"
            assert conf.get_settings().AUDIT_REPEATED == 5
            with conf.standing_in(AUDIT="off"):
                assert conf.get_settings().AUDIT == "off"
        assert conf.get_settings().AUDIT == "raise"
    assert conf.get_settings().AUDIT == "off"
