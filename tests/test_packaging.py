"""The package as users get it: built, checked, installed outside the checkout, imported."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest
from django.db import connection

import perfkit
from perfkit._compat import HAS_FETCH_MODES

pytestmark = [
    # The package is built once, by one worker.
    pytest.mark.xdist_group("packaging"),
    pytest.mark.skipif(
        connection.vendor != "sqlite", reason="a package is the same on every database"
    ),
]

ROOT = Path(__file__).parent.parent
#: Django's and django-model-utils' own dependencies, on any Python and system.
THEIR_DEPENDENCIES = {"asgiref", "sqlparse", "typing-extensions", "tzdata"}

#: Run by the Python that perfkit was installed for; prints what it found as JSON.
INSPECT = """
import importlib, importlib.metadata, json, pathlib

import django
from django.conf import settings

apps = ["contenttypes", "auth", "sessions", "messages", "admin"]
settings.configure(
    INSTALLED_APPS=[*(f"django.contrib.{app}" for app in apps), "perfkit"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
)
django.setup()

import perfkit
from django.template.loader import get_template

modules, missing = [], {}
package = pathlib.Path(perfkit.__file__).parent
for path in sorted(package.rglob("*.py")):
    # Not pkgutil, which doesn't look into a package that fails to import.
    parts = path.relative_to(package.parent).with_suffix("").parts
    name = ".".join(parts).removesuffix(".__init__")
    if name == "perfkit":
        continue
    modules.append(name)
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        missing[name] = error.name
templates = [str(path.relative_to(package / "templates")) for path in package.rglob("*.html")]
for name in templates:
    get_template(name)
print(json.dumps({
    "file": perfkit.__file__,
    "modules": modules,
    "missing": missing,
    "templates": templates,
    "distributions": [d.metadata["Name"].lower() for d in importlib.metadata.distributions()],
}))
"""


def run(*command: object, cwd: Path) -> str:
    """Run a command with none of the checkout on its path; return what it printed."""
    environ = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    result = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=environ, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout, without what git leaves out."""
    source = tmp_path_factory.mktemp("source") / "perfkit"
    ignored = shutil.ignore_patterns(
        ".*", "__pycache__", "_build", "build", "dist", "*.egg-info", "*.sqlite3*"
    )
    shutil.copytree(ROOT, source, ignore=ignored)
    return source


@pytest.fixture(scope="module")
def distributions(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the sdist of a copy of the checkout, and the wheel built from that sdist."""
    target = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--outdir", target, cwd=source)
    return target


@pytest.fixture(scope="module")
def wheel(distributions: Path) -> Path:
    return next(distributions.glob("*.whl"))


@pytest.fixture(scope="module")
def wheel_names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> dict:
    """What a fresh virtual environment far from the checkout finds after installing the wheel."""
    home = tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "venv", "venv", cwd=home)
    scripts = "Scripts" if sys.platform == "win32" else "bin"
    python = home / "venv" / scripts / "python"
    run(python, "-m", "pip", "install", "--quiet", wheel, cwd=home)
    return json.loads(run(python, "-W", "error", "-c", INSPECT, cwd=home))


def test_distributions_have_valid_metadata(distributions: Path) -> None:
    """The index takes both, and renders the README."""
    run(sys.executable, "-m", "twine", "check", "--strict", *distributions.iterdir(), cwd=ROOT)


def test_the_sdist_gives_the_wheel_that_the_checkout_gives(
    source: Path, wheel: Path, tmp_path: Path
) -> None:
    """Whoever builds from the sdist gets the same wheel, byte by byte."""
    run(sys.executable, "-m", "build", "--wheel", "--outdir", tmp_path, cwd=source)
    (built,) = tmp_path.glob("*.whl")
    assert (built.name, built.read_bytes()) == (wheel.name, wheel.read_bytes())


def test_metadata_is_complete(wheel: Path) -> None:
    """The index is told the licence, the README, the versions, and an extra for each integration."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        metadata = message_from_bytes(archive.read(name))
    assert metadata["Name"] == "django-perfkit"
    assert metadata["Version"] == perfkit.__version__
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert metadata["Summary"]
    assert metadata["Keywords"]
    assert metadata["Requires-Python"]
    assert metadata.get_payload().startswith("# perfkit\n")
    classifiers = metadata.get_all("Classifier")
    assert {"Framework :: Django", "Typing :: Typed"} <= set(classifiers)
    needed = [re.split(r"[<>=;\s]", one)[0] for one in metadata.get_all("Requires-Dist")]
    extras = metadata.get_all("Provides-Extra")
    assert set(extras) == {"debug-toolbar", "opentelemetry", "rest-framework", "routes"}
    assert {name.lower() for name in needed[:2]} == {"django", "django-model-utils"}
    assert len(needed) == 2 + len(extras)


def test_wheel_holds_the_package_and_nothing_else(wheel_names: set[str]) -> None:
    """Every file of perfkit is in the wheel, `py.typed` too; no test and no example is."""
    checkout = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "perfkit").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert "perfkit/py.typed" in wheel_names
    assert {name for name in wheel_names if ".dist-info/" not in name} == checkout


def test_wheel_names_the_pytest_plugin(wheel: Path) -> None:
    """pytest finds the plugin by its entry point."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith(".dist-info/entry_points.txt"))
        assert "[pytest11]\nperfkit = perfkit.pytest_plugin" in archive.read(name).decode()


def test_wheel_carries_the_licence(wheel_names: set[str]) -> None:
    """The licence travels with the code."""
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in wheel_names)


def test_sdist_holds_what_its_tests_need(distributions: Path) -> None:
    """Who packages perfkit for a system can run its tests from the sdist."""
    with tarfile.open(next(distributions.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"tests/settings.py", "tests/testapp/models.py", "Makefile", "docs/conf.py"} <= names


def test_installed_outside_the_checkout(installed: dict) -> None:
    """The installed package is what was inspected, and has every module of the checkout."""
    assert not Path(installed["file"]).is_relative_to(ROOT)
    here = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in (ROOT / "perfkit").rglob("*.py")
    }
    assert set(installed["modules"]) == here - {"perfkit"}


#: Modules that are named after nothing that is missing: pytest loads the one, Django from 6.1 on has the other's base.
KNOWN_MISSING = {("perfkit.pytest_plugin", "pytest")}
if not HAS_FETCH_MODES:
    KNOWN_MISSING.add(("perfkit.auditor.native", "django.db.models.fetch_modes"))


def test_every_module_imports(installed: dict) -> None:
    """With nothing optional installed, only the modules named after what is missing fail."""
    wrong = {
        module: name
        for module, name in installed["missing"].items()
        if (module, name) not in KNOWN_MISSING
        and f"{module}.".partition("perfkit.integrations.")[2].partition(".")[0] != name
    }
    assert not wrong


def test_every_template_loads(installed: dict) -> None:
    """Every template of the checkout is found through Django's loader, and parses."""
    here = {
        path.relative_to(ROOT / "perfkit/templates").as_posix()
        for path in (ROOT / "perfkit").rglob("*.html")
    }
    assert set(installed["templates"]) == here


def test_installing_brings_two_dependencies(installed: dict) -> None:
    """Django and django-model-utils, what they need themselves, and nothing else."""
    brought = {name.replace("_", "-") for name in installed["distributions"]}
    ours = brought - {"pip", "setuptools", "django-perfkit"} - THEIR_DEPENDENCIES
    assert ours == {"django", "django-model-utils"}
