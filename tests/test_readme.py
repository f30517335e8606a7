"""The README's figures, against a run of the command that they stand beside."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).parent.parent
#: A count at 20 rows and at 200.
GROWTH = re.compile(r"[\d,]+ → [\d,]+")


def shown(text: str) -> dict[str, list[str]]:
    """The README's row of each page: queries and kilobytes, naive and optimised."""
    lines = [line for line in text.splitlines() if line.startswith("|") and "→" in line]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0]: row[1:] for row in rows}


def printed(text: str) -> dict[str, list[str]]:
    """The same of the table that the demo prints, which has more columns."""
    rows = [line.split("│") for line in text.splitlines() if "│" in line]
    (kilobytes,) = (index for index, title in enumerate(rows[0]) if "KB fetched" in title)
    return {
        row[0].strip(): [*GROWTH.findall(row[1])[:2], *row[kilobytes].split()[:2]]
        for row in rows[1:]
        if GROWTH.search(row[1])
    }


# With the largest groups, which come first: at the end one worker would wait for it.
@pytest.mark.xdist_group("packaging")
@pytest.mark.skipif(connection.vendor != "sqlite", reason="the README shows the demo on SQLite")
def test_figures_are_those_of_the_demo(tmp_path: Path) -> None:
    """The README shows the queries and kilobytes that `manage.py demo` counts."""
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
    readme = shown((ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(readme) > 5
    assert printed(result.stdout) == readme, f"Bring this into the README:\n{result.stdout}"
