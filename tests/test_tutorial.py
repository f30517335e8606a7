"""The tutorial, run from top to bottom: every file written, every command run, every output compared."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from doctest import ELLIPSIS, OutputChecker
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/tutorial/index.md"
BLOCK = re.compile(r"^```([\w+]+)\n(.*?)^```$", re.M | re.S)
COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.M)
FILE = re.compile(r"^(?:# |<!-- )([\w./]+\.\w+)(, at the end)?")
DURATION = re.compile(r"\d+(\.\d+)? ?(ms|s)\b")


def write(block: str, home: Path) -> None:
    """Write a block to the file that its first line names, or add it at the end of that file."""
    named = FILE.match(block)
    assert named, f"No file is named in the first line of:\n{block}"
    path = home / named[1]
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_text(encoding="utf-8") if named[2] else ""
    path.write_text(before + block, encoding="utf-8")


def run(command: str, home: Path) -> str:
    """Run a command as the reader would, and return all that it prints."""
    environ = {key: value for key, value in os.environ.items() if not key.startswith("DJANGO_")}
    environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environ['PATH']}"
    # The reader has installed perfkit; here it need not be.
    environ["PYTHONPATH"] = str(ROOT)
    environ["PYTHONUNBUFFERED"] = "1"
    result = subprocess.run(
        command,
        shell=True,
        cwd=home,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return result.stdout


def follow(page: str, home: Path) -> Iterator[tuple[str, str, str]]:
    """Do what the page says; yield each command with the output it shows and the real one."""
    for language, block in BLOCK.findall(page):
        if language != "console":
            write(block, home)
            continue
        for command, expected in COMMAND.findall(block):
            if "pip install" not in command:
                yield command, expected, run(command, home)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the tutorial runs on SQLite")
def test_every_output_is_real(tmp_path: Path) -> None:
    """Who follows the tutorial sees what the tutorial shows, but for durations."""
    commands = 0
    for command, expected, real in follow(PAGE.read_text(encoding="utf-8"), tmp_path):
        expected, real = (DURATION.sub("0 s", text).rstrip() for text in (expected, real))
        matches = OutputChecker().check_output(expected, real, ELLIPSIS)
        assert matches, f"$ {command}\n{real}\nThe tutorial shows:\n{expected}"
        commands += 1
    assert commands > 5
