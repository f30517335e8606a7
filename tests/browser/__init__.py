"""Tests in a real browser, of the shop as ``manage.py runserver`` serves it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import unittest
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parent.parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
#: Milliseconds: pages that measure take their time on a busy machine.
PATIENCE = 120_000
FILL = """
import django, sys
django.setup()
from django.core.management import call_command
from example_project.showroom.data import fill
call_command("migrate", verbosity=0)
fill(int(sys.argv[1]), lambda written: None)
"""


def executable() -> str:
    """Return the browser of the machine; skip where there is none, and fail where CI is true."""
    for name in BROWSERS:
        if found := shutil.which(name):
            return found
    reason = f"None of {', '.join(BROWSERS)} is installed: scripts/install-browser does it."
    if os.environ.get("CI") == "true":
        raise AssertionError(reason)
    raise unittest.SkipTest(reason)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser."""
    path = executable()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def served_shop(folder: Path, products: int) -> Iterator[str]:
    """Fill a shop in a folder, serve it with the Debug Toolbar, and give its address."""
    others = ("DJANGO_", "COVERAGE_")
    environ = {key: value for key, value in os.environ.items() if not key.startswith(others)}
    environ |= {
        "DJANGO_SETTINGS_MODULE": "example_project.settings",
        "DATABASE_URL": f"sqlite:///{folder / 'shop.sqlite3'}",
        "ROUTES_LOG": str(folder / "routes.log"),
        "TOOLBAR": "1",
    }
    subprocess.run([sys.executable, "-c", FILL, str(products)], cwd=ROOT, env=environ, check=True)
    address = f"127.0.0.1:{_free_port()}"
    command = [sys.executable, "manage.py", "runserver", "--noreload", address]
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=log)
        try:
            _wait_for(f"http://{address}/assets/icon.svg", server)
            yield f"http://{address}"
        finally:
            server.terminate()
            server.wait()


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    while server.poll() is None:
        try:
            urlopen(url, timeout=5).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"The server ended with {server.returncode} before it answered.")
