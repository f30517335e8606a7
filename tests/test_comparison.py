"""The comparison with other tools: the columns of the tools that the tests have installed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import django
import pytest
from django.db import connection

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/explanation/comparison.md"


def columns(page: str) -> dict[str, dict[str, bool]]:
    """What the first table of the page says that each tool finds, without the tools' versions."""
    lines = page[page.index("| read |") :].partition("\n\n")[0].splitlines()
    rows = [[cell.strip() for cell in line[1:-1].split("|")] for line in lines]
    tools = [head.rpartition(" ")[0] for head in rows[0]]
    return {
        tool: {row[0]: row[index] == "found" for row in rows[2:]}
        for index, tool in enumerate(tools)
        if tool
    }


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the table is of SQLite")
@pytest.mark.parametrize("tool", ["perfkit", "Debug Toolbar", "fetch mode raise"])
def test_what_a_tool_finds_is_what_the_page_says(tool: str) -> None:
    """A tool that is installed with the tests finds, of the reads of the table, those that it says."""
    if tool.startswith("fetch") and django.VERSION < (6, 1):
        pytest.skip("Django has fetch modes since 6.1")
    command = [sys.executable, "-W", "ignore", "-m", "tests.benchmarks._detection", tool]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert columns(PAGE.read_text(encoding="utf-8"))[tool] == json.loads(done.stdout)["found"]
