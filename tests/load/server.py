"""A server of the shop: one process, many threads (gunicorn) or tasks (uvicorn)."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

THREADS = 8
PRODUCTS = 400
COMMANDS = {
    "gunicorn": (
        *("gunicorn", "tests.load.app:wsgi", "--worker-class=gthread", f"--threads={THREADS}"),
        *("--keep-alive=60", "--log-level=warning", "--bind=127.0.0.1:{port}"),
    ),
    "uvicorn": (
        *("uvicorn", "tests.load.app:asgi", "--no-access-log", "--log-level=warning"),
        *("--timeout-keep-alive=60", "--host=127.0.0.1", "--port={port}"),
    ),
}


@dataclass(frozen=True)
class State:
    """What a server process weighs: resident memory and the blocks that Python has taken of it.

    Also the processor time so far, and the live objects of perfkit by class.
    """

    kilobytes: int
    blocks: int
    seconds: float
    objects: dict[str, int]


@dataclass(frozen=True)
class Server:
    """A running server."""

    port: int
    log: Path

    def state(self) -> State:
        """Ask the server for its state."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", "/state/")
        told: dict[str, Any] = json.load(connection.getresponse())
        connection.close()
        return State(told["kilobytes"], told["blocks"], told["seconds"], told["objects"])


@contextmanager
def serving(
    name: str, directory: Path, *, audit: str, fetch_mode: str, fault: str
) -> Iterator[Server]:
    """Serve the shop whose database is in the directory, until the block ends.

    Raises ``RuntimeError`` where the server doesn't answer.
    """
    port, log = _free_port(), directory / "log.jsonl"
    log.unlink(missing_ok=True)
    environment = {
        **environment_of(directory),
        "AUDIT": audit,
        "FETCH_MODE": fetch_mode,
        "LOAD_LOG": str(log),
        "LOAD_FAULT": fault,
    }
    command = [part.format(port=port) for part in COMMANDS[name]]
    printed = directory / "printed.txt"
    with printed.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *command], env=environment, stdout=output, stderr=output
        )
    try:
        server = Server(port, log)
        if not _answers(server, process):
            raise RuntimeError(f"{name} doesn't answer.\n{printed.read_text()}")
        yield server
    finally:
        process.terminate()
        process.wait()


def fill(directory: Path) -> None:
    """Make the database of the shop in the directory."""
    code = "from example_project.showroom import data; data.fill({}, lambda rows: None)"
    for command in (
        ["migrate", "-v0", "--skip-checks"],
        ["shell", "-v0", "-c", code.format(PRODUCTS)],
    ):
        subprocess.run(
            [sys.executable, "manage.py", *command], env=environment_of(directory), check=True
        )


def environment_of(directory: Path) -> dict[str, str]:
    """Return the environment of a process that uses the database of the directory."""
    return {
        "AUDIT": "off",
        "FETCH_MODE": "one",
        "LOAD_LOG": os.devnull,
        "DATABASE_URL": f"sqlite:///{directory / 'shop.sqlite3'}",
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.load.settings",
    }


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def _answers(server: Server, process: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            server.state()
        except ConnectionError:
            time.sleep(0.2)
        else:
            return True
    return False
