"""Which module may import what: read from the source, so a lazy import counts like any other."""

from __future__ import annotations

import ast
import functools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import perfkit

PACKAGE = Path(perfkit.__file__).parent
SOURCES = {
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}
#: What a plain installation of Django brings along.
ALWAYS_THERE = {*sys.stdlib_module_names, "perfkit", "django", "asgiref", "sqlparse"}


class WithoutTypeChecking(ast.NodeTransformer):
    """Drops what a type checker alone imports."""

    def visit_If(self, node: ast.If) -> ast.If | list[ast.stmt]:
        self.generic_visit(node)
        return node.orelse if ast.unparse(node.test) == "TYPE_CHECKING" else node


def imported_names(source: str, module: str) -> set[str]:
    """Return the dotted names that a module imports as it runs: ``from a import b`` is ``a.b``."""
    names = set()
    for node in ast.walk(WithoutTypeChecking().visit(ast.parse(source))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parents = module.split(".")[: -node.level] if node.level else []
            origin = ".".join([*parents, *filter(None, [node.module])])
            names |= {f"{origin}.{alias.name}" for alias in node.names}
    return names


@functools.cache
def imports_of(module: str) -> set[str]:
    return imported_names(SOURCES[module].read_text(encoding="utf-8"), module)


@functools.cache
def names_of(module: str) -> set[str]:
    """Return the dotted names that a module's source reads."""
    tree = ast.parse(SOURCES[module].read_text(encoding="utf-8"))
    return {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def is_within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


def modules_within(*packages: str) -> list[str]:
    return [module for module in SOURCES if is_within(module, *packages)]


def breaches(modules: list[str], *forbidden: str) -> Iterator[str]:
    for module in modules:
        for name in sorted(imports_of(module)):
            if is_within(name, *forbidden):
                yield f"{module} imports {name}"


def outside(*packages: str) -> list[str]:
    return [module for module in SOURCES if not is_within(module, *packages)]


def test_every_form_of_import_is_seen() -> None:
    """Absolute, relative, aliased and lazy imports count; those for type checkers do not."""
    source = """
if TYPE_CHECKING:
    from perfkit.auditor import findings
else:
    import copy
import django.conf
import perfkit.plan as p
from django import VERSION
from . import apply
from .auditor import scope
def lazily():
    from perfkit.integrations.admin import Mixin
"""
    assert imported_names(source, "perfkit.querysets") == {
        "copy",
        "django.conf",
        "perfkit.plan",
        "django.VERSION",
        "perfkit.apply",
        "perfkit.auditor.scope",
        "perfkit.integrations.admin.Mixin",
    }


def test_presets_know_no_model_and_no_auditor() -> None:
    """A preset is a value: it is declared before any model is loaded, and works unaudited."""
    modules = modules_within("perfkit.presets")
    assert modules
    assert not list(breaches(modules, "perfkit.auditor", "django.apps", "django.contrib"))


def test_the_auditor_stands_on_its_own() -> None:
    """The auditor serves projects that use no preset, so it imports no part of them."""
    modules = modules_within("perfkit.auditor")
    forbidden = ("presets", "plan", "compiler", "apply", "querysets")
    assert not list(breaches(modules, *(f"perfkit.{name}" for name in forbidden)))


def test_integrations_are_imported_by_nobody() -> None:
    """What stands on an optional dependency is imported by the user alone."""
    assert not list(breaches(outside("perfkit.integrations"), "perfkit.integrations"))


def test_optional_dependencies_stay_in_the_integration_named_after_them() -> None:
    """Outside integrations there is Django only; an integration adds the library of its name.

    So does a module that says how inference takes django-model-utils, which is always installed.
    """
    found = []
    for module in outside("perfkit.pytest_plugin"):
        name = module.rpartition(".")[2]
        allowed = set(ALWAYS_THERE)
        if is_within(module, "perfkit.integrations"):
            allowed.update(module.split(".")[2:3])
        elif name.startswith("model_utils_"):
            allowed.add("model_utils")
        for name in sorted(imports_of(module)):
            if name.partition(".")[0] not in allowed:
                found.append(f"{module} imports {name}")
    assert not found


def test_only_compat_looks_at_the_version_of_django() -> None:
    """Differences between versions of Django have one home."""
    versions = {"django.VERSION", "django.get_version"}
    read = {module: imports_of(module) | names_of(module) for module in outside("perfkit._compat")}
    assert [module for module, names in read.items() if versions & names] == []


def test_only_conf_reads_the_settings() -> None:
    """One module reads the settings, so that a typo in them can be an error."""
    assert not list(breaches(outside("perfkit.conf"), "django.conf"))


def test_the_package_needs_neither_its_tests_nor_its_example() -> None:
    """What is installed imports nothing that is not."""
    assert not list(breaches(list(SOURCES), "tests", "example_project"))


def test_the_public_names_are_imported_when_they_are_asked_for() -> None:
    """The package alone imports neither Django nor a module of its own; every name is there all the same, and no other."""
    code = """
import sys, perfkit
assert {name for name in sys.modules if name.partition(".")[0] in ("perfkit", "django")} == {"perfkit"}
assert set(perfkit.__all__) <= set(dir(perfkit))
for name in perfkit.__all__:
    assert getattr(perfkit, name).__name__ == name
    assert name in vars(perfkit)
assert not hasattr(perfkit, "Presets")
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_test_says_what_it_proves() -> None:
    """Each test has its sentence."""
    mute = [
        f"{path.name}:{node.lineno} {node.name}"
        for path in sorted(Path(__file__).parent.rglob("test_*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]
    assert not mute


STAGES = [
    *("exceptions", "arguments", "clauses", "presets", "relations", "inference", "members", "plan"),
    *(
        "expressions",
        "draft",
        "places",
        "drafting",
        "compiler",
        "annotations",
        "abridging",
        "derivation",
        "comparing",
        "loading",
        "reading",
        "apply",
        "prefetching",
        "methods",
        "keeping",
        "querysets",
        "managers",
        "consumers",
        "checks",
        "management",
    ),
]


@pytest.mark.parametrize("stage", STAGES)
def test_data_flows_one_way(stage: str) -> None:
    """When it is loaded, a stage imports none that come after it."""
    module = f"perfkit.{stage}"
    later = [f"perfkit.{name}" for name in STAGES[STAGES.index(stage) + 1 :]]
    for name in modules_within(module):
        tree = ast.parse(SOURCES[name].read_text(encoding="utf-8"))
        top = ast.Module([node for node in tree.body if is_import(node)], [])
        found = [item for item in imported_names(ast.unparse(top), name) if is_within(item, *later)]
        assert not found, f"{name} imports {found}"


def is_import(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)
