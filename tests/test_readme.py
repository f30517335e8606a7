"""The README's figures, against a run of the command that they stand beside."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).parent.parent
#: The columns of the demo's table with times, which differ from machine to machine.
TIMES = 2


def figures(text: str) -> dict[str, list[list[str]]]:
    """The rows of the demo's table by page, each cell as its words, without the times."""
    rows = [line.split("│") for line in text.splitlines() if "→" in line and "Page" not in line]
    return {
        row[0].strip(): [cell.split() for cell in row[1:-TIMES]] for row in rows if len(row) > 3
    }


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the README shows the demo on SQLite")
def test_figures_are_those_of_the_demo(tmp_path: Path) -> None:
    """The README shows the queries, columns and kilobytes that `manage.py demo` counts."""
    # Measuring coverage would slow the naive pages down a lot, and tell nothing.
    others = ("DJANGO_", "COVERAGE_")
    environ = {key: value for key, value in os.environ.items() if not key.startswith(others)}
    environ["DATABASE_URL"] = f"sqlite:///{tmp_path / 'shop.sqlite3'}"
    result = subprocess.run(
        [sys.executable, "manage.py", "demo", "--rounds", "1"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    shown = figures((ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(shown) > 5
    assert figures(result.stdout) == shown, f"Paste this into the README:\n{result.stdout}"
