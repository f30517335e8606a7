"""Runs type checkers over what users write; skipped where they are not installed (``make types`` has them)."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
needs_mypy = pytest.mark.skipif(
    importlib.util.find_spec("mypy_django_plugin") is None,
    reason="mypy and django-stubs are not installed; run `make types`",
)
needs_pyright = pytest.mark.skipif(
    importlib.util.find_spec("basedpyright") is None,
    reason="basedpyright is not installed; run `make types`",
)


def run(*command: str) -> str:
    result = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True
    )
    return result.stdout + result.stderr


def mypy(config: str, *paths: str) -> str:
    return run("mypy", "--config-file", str(HERE / config), *paths)


@needs_mypy
def test_mypy_without_a_plugin() -> None:
    """Plain mypy, strict, knows the presets of a QuerySet class and of its managers."""
    output = mypy("mypy-plain.ini", "tests/typing/seen_by_all.py")
    assert output.startswith("Success"), output


@needs_mypy
def test_mypy_with_the_plugin_of_django_stubs() -> None:
    """With the plug-in, mypy sees the same, and `@preset` methods of any manager."""
    paths = ("tests/typing/seen_by_all.py", "tests/typing/seen_with_plugin.py")
    output = mypy("mypy-plugin.ini", *paths)
    assert output.startswith("Success"), output


@needs_pyright
def test_pyright() -> None:
    """Pyright, the checker of many editors, sees what mypy sees without a plug-in."""
    output = run(
        *("basedpyright", "--pythonpath", sys.executable),
        *("--project", str(HERE / "pyright.json"), "--outputjson"),
    )
    found = json.loads(output)
    messages = [
        f"{Path(item['file']).name}:{item['range']['start']['line'] + 1}: {item['message']}"
        for item in found["generalDiagnostics"]
    ]
    assert found["summary"]["filesAnalyzed"] > 0
    assert messages == []
