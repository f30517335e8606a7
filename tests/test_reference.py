"""The reference against the code: whatever is public is in it, and nothing else."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import re
from pathlib import Path
from types import ModuleType

import pytest
from django.core.management import load_command_class
from django.test.runner import DiscoverRunner

import perfkit
from perfkit import integrations, pytest_plugin
from perfkit.testing.runner import PerfkitTestRunner
from tests.test_docs import REFERENCE, without_code

TEXTS = {page.stem: page.read_text(encoding="utf-8") for page in REFERENCE.glob("*.md")}
DIRECTIVE = re.compile(r"^\.\. auto(\w+):: ([\w.]+)\n((?:   :.*\n)*)", re.M)
MEMBERS = re.compile(r":members:(.*)")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")

#: The modules whose ``__all__`` is public; where there is none, the classes that a module defines.
PUBLIC = [
    *("perfkit", "perfkit.testing", "perfkit.testing.runner", "perfkit.usage"),
    *("perfkit.middleware", "perfkit.exceptions", "perfkit.derivation", "perfkit.comparing"),
    "perfkit.consumers",
    *(
        f"perfkit.integrations.{module.name}"
        for module in pkgutil.iter_modules(integrations.__path__)
        if module.name != "ddsketch"  # the command `routes` uses it, and nobody else
    ),
]
#: What is public of modules that are not: what the public names give, and the fixtures of pytest.
GIVEN = {
    "perfkit.auditor": ["Member", "Origin", "Place"],
    "perfkit.conf": ["KINDS"],
    "perfkit.inference.results": ["FieldReads", "OwnQuery", "Read", "Unresolved"],
    "perfkit.plan": ["JoinPlan", "LoadPlan", "PrefetchPlan"],
    "perfkit.pytest_plugin": ["perfkit_assert_constant_queries", "perfkit_audit"],
    "perfkit.signals": ["lazy_load"],
    "perfkit.testing.auditing": ["TestAudit"],
}


def names_of(module: ModuleType) -> list[str]:
    """The public names of a module."""
    if hasattr(module, "__all__"):
        return list(module.__all__)
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and isinstance(value, type)
        and value.__module__ == module.__name__
    ]


def found(path: str) -> object:
    """The object at a dotted path, wherever it is defined."""
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


def public() -> dict[int, str]:
    """Every public object, by its identity, with a path to it."""
    names = {name: names_of(importlib.import_module(name)) for name in PUBLIC}
    paths = [f"{module}.{name}" for module, own in (names | GIVEN).items() for name in own]
    return {id(found(path)): path for path in paths}


def documented() -> dict[int, str]:
    """Every object that the reference documents, by its identity, with the path that it gives."""
    paths = []
    for text in TEXTS.values():
        for kind, path, options in DIRECTIVE.findall(text):
            if kind != "module":
                paths.append(path)
                continue
            members = MEMBERS.search(options)
            assert members, f"automodule:: {path} documents nothing"
            own = [name.strip() for name in members[1].split(",") if name.strip()]
            own = own or names_of(importlib.import_module(path))
            paths += [f"{path}.{name}" for name in own]
    return {id(found(path)): path for path in paths}


def test_every_public_name_is_in_the_reference() -> None:
    """No name that users may import is left out."""
    there = documented()
    assert [path for key, path in public().items() if key not in there] == []


def test_nothing_else_is_in_the_reference() -> None:
    """What is documented is public: nobody is led to a name that may go."""
    allowed = public()
    assert [path for key, path in documented().items() if key not in allowed] == []


def subcommands() -> dict[str, argparse.ArgumentParser]:
    parser = load_command_class("perfkit", "perfkit").create_parser("manage.py", "perfkit")
    (choices,) = (action.choices for action in parser._actions if action.dest == "subcommand")
    return dict(choices)


def own_options(parser: argparse.ArgumentParser, others: argparse.ArgumentParser) -> set[str]:
    """The long options of a parser that another hasn't."""
    return {
        option
        for action in parser._actions
        for option in action.option_strings
        if option.startswith("--") and option not in others._option_string_actions
    }


@pytest.mark.parametrize("name", subcommands())
def test_every_option_of_a_subcommand_is_in_the_reference(name: str) -> None:
    """The section of a sub-command has each of its options, and no other."""
    text = without_code(TEXTS["commands"])
    section = text[text.index(f"## `{name}`") :].partition("\n## ")[0]
    expected = own_options(subcommands()[name], argparse.ArgumentParser())
    assert set(OPTION.findall(section)) == expected


def test_every_option_of_the_test_runner_is_in_the_reference() -> None:
    """What the runner adds to Django's options is told where the runner is."""
    runner, plain = argparse.ArgumentParser(), argparse.ArgumentParser()
    PerfkitTestRunner.add_arguments(runner)
    DiscoverRunner.add_arguments(plain)
    section = TEXTS["testing"].partition("## The test runner")[2]
    assert set(OPTION.findall(section)) == own_options(runner, plain)


def test_every_option_fixture_and_marker_of_the_plugin_is_in_the_reference() -> None:
    """The section of the pytest plugin has what the plugin adds to pytest, and nothing else."""
    source = Path(pytest_plugin.__file__).read_text(encoding="utf-8")
    section = TEXTS["testing"].partition("## The pytest plugin")[2].partition("\n## ")[0]
    assert set(OPTION.findall(section)) == set(re.findall(r'^ +"(--perfkit[\w-]+)"', source, re.M))
    fixtures = re.findall(r"^@pytest\.fixture.*\ndef (\w+)", source, re.M)
    assert sorted(fixtures) == GIVEN["perfkit.pytest_plugin"]
    (marker,) = re.findall(r'"markers",\s+"(\w+)\(', source)
    assert re.findall(r"The marker `(\w+)\(", section) == [marker]


def test_every_module_has_its_place_among_the_stages() -> None:
    """The explanation of the stages names each module and package of perfkit."""
    text = (REFERENCE.parent / "explanation/stages.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(\w+)`", text))
    modules = {module.name for module in pkgutil.iter_modules(perfkit.__path__)}
    # Where Django looks for it, what it says by itself, and what the walls are about.
    assert modules - named == {"_compat", "apps", "conf", "exceptions"}
