"""The tutorial, run from top to bottom: every file written, every command run, every output compared.

It is followed in an empty directory, with a virtual environment of its own, into which the package that
this checkout builds is installed. The Django is that of the test run, and so is the database.
"""

from __future__ import annotations

import ast
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from doctest import ELLIPSIS, OutputChecker
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import django
import pytest
from django.db import connection

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/tutorial/index.md"
BLOCK = re.compile(r"^```([\w+]+)\n(.*?)^```$", re.M | re.S)
COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.M)
FILE = re.compile(
    r"^(?:# |<!-- )([\w./]+\.\w+)(?:, (at the (?:end|beginning)|in place of \w+))?.*\n"
)
DURATION = re.compile(r"\d+(\.\d+)? ?(ms|s)\b")
POSTGRESQL_ONLY = "PostgreSQL only"


def write(block: str, home: Path) -> None:
    """Write a block to the file that its first line names, or change there what the line says."""
    named = FILE.match(block)
    assert named, f"No file is named in the first line of:\n{block}"
    path, change = home / named[1], named[2] or ""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not change:
        path.write_text(block, encoding="utf-8")
        return
    before, block = path.read_text(encoding="utf-8"), block.removeprefix(named[0])
    if change == "at the end":
        after = before + block
    elif change == "at the beginning":
        after = block + before
    else:
        after = in_place_of(change.rpartition(" ")[2], before, block)
    path.write_text(after, encoding="utf-8")


def in_place_of(name: str, source: str, block: str) -> str:
    """Return a source with a block where a class stood."""
    (found,) = (
        node
        for node in ast.parse(source).body
        if isinstance(node, ast.ClassDef) and node.name == name
    )
    lines = source.splitlines(keepends=True)
    lines[found.lineno - 1 : found.end_lineno] = [block]
    return "".join(lines)


class Reader:
    """Who follows the page, in an empty directory."""

    def __init__(self, home: Path, environ: dict[str, str], database: str) -> None:
        self.home = home
        self.database = database
        kept = {key: value for key, value in os.environ.items() if not key.startswith(LEFT_OUT)}
        # What `activate` does, and before there is an environment the interpreter of the test run.
        path = [str(home / ".venv/bin"), str(Path(sys.executable).parent), kept["PATH"]]
        self.environ = {**kept, **environ, "PATH": os.pathsep.join(path), "PYTHONUNBUFFERED": "1"}

    def follow(self, page: str) -> Iterator[tuple[str, str, str]]:
        """Do what the page says; yield each command with the output it shows and the real one."""
        for language, block in BLOCK.findall(page):
            if language == "console":
                for command, expected in COMMAND.findall(block):
                    if self.is_meant_by(command):
                        yield command, expected, self.run(self.named(command))
            elif self.is_meant_by(block):
                write(self.named(block), self.home)

    def is_meant_by(self, text: str) -> bool:
        return bool(self.database) or POSTGRESQL_ONLY not in text

    def named(self, text: str) -> str:
        """Put the name of this run's own database into what names the reader's."""
        text = text.replace("createdb bookshop", f"createdb {self.database}")
        return text.replace('"NAME": "bookshop"', f'"NAME": "{self.database}"')

    def run(self, command: str) -> str:
        """Run a command, and return all that it prints."""
        if command.endswith("runserver"):
            return self.serve(command)
        done = subprocess.run(command, shell=True, check=False, **self.settings())
        return done.stdout

    def serve(self, command: str) -> str:
        """Start the server on a free port, open the page once, and stop the server."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        # The reloader has the server in a process of its own, which would be left behind.
        command = f"exec {command} --noreload {port}"
        settings = self.settings()
        with subprocess.Popen(command, shell=True, **settings) as server:
            try:
                assert answer(f"http://127.0.0.1:{port}/") == 200
            finally:
                server.terminate()
            printed, _ = server.communicate()
        return printed

    def settings(self) -> dict:
        both = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        return {**both, "cwd": self.home, "env": self.environ, "text": True}


#: What would tell Django, Python or coverage of the test run.
LEFT_OUT = ("DJANGO_", "DATABASE_URL", "PYTHON", "VIRTUAL_ENV", "COVERAGE_")


def answer(url: str) -> int:
    """Return the status of a page, as soon as its server is there."""
    for _ in range(200):
        try:
            with urlopen(url) as response:
                return response.status
        except URLError:
            time.sleep(0.1)
    raise AssertionError(f"{url} doesn't answer.")


@contextmanager
def postgresql() -> Iterator[tuple[dict[str, str], str]]:
    """The variables of libpq for the server of this test run, and a name for a database on it."""
    settings = connection.settings_dict
    environ = {f"PG{key}": str(settings[key]) for key in ("HOST", "PORT", "USER", "PASSWORD")}
    environ = {key: value for key, value in environ.items() if value}
    name = f"bookshop_{os.getpid()}"
    try:
        yield environ, name
    finally:
        drop = ["dropdb", "--if-exists", "--force", name]
        subprocess.run(drop, env={**os.environ, **environ}, check=True, capture_output=True)


@contextmanager
def sqlite() -> Iterator[tuple[dict[str, str], str]]:
    """Nothing: the settings of ``startproject`` name a file."""
    yield {}, ""


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    """A reader for whom the package index has this checkout's perfkit, and this run's Django."""
    dist = tmp_path / "dist"
    build = [sys.executable, "-m", "build", "--wheel", "--outdir", str(dist), str(ROOT)]
    done = subprocess.run(build, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = dist.glob("*.whl")
    constraints = tmp_path / "constraints.txt"
    constraints.write_text(f"Django=={django.__version__}\ndjango-perfkit @ {wheel.as_uri()}\n")
    home = tmp_path / "bookshop"
    home.mkdir()
    with {"sqlite": sqlite, "postgresql": postgresql}[connection.vendor]() as (environ, database):
        environ["PIP_CONSTRAINT"] = str(constraints)
        # Not what pip thinks of itself, and of the indexes that this machine has.
        environ |= {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_QUIET": "1"}
        yield Reader(home, environ, database)


# With the largest groups, which come first: at the end one worker would wait for it.
@pytest.mark.xdist_group("packaging")
@pytest.mark.skipif(
    connection.vendor not in ("sqlite", "postgresql"),
    reason="the tutorial runs on SQLite and on PostgreSQL",
)
def test_every_output_is_real(reader: Reader) -> None:
    """Who follows the tutorial word by word sees what the tutorial shows, but for durations."""
    commands = 0
    for command, expected, real in reader.follow(PAGE.read_text(encoding="utf-8")):
        expected, real = (DURATION.sub("0 s", text).rstrip() for text in (expected, real))
        matches = OutputChecker().check_output(expected, real, ELLIPSIS)
        assert matches, f"$ {command}\n{real}\nThe tutorial shows:\n{expected}"
        commands += 1
    assert commands > 15
