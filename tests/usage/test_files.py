"""Files of evidence: merged, and robust against what is half written."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from perfkit import record_usage
from perfkit.usage import files
from tests.testapp.models import Book


def record(path: Path) -> None:
    with record_usage(file=str(path)):
        for book in Book.objects.all():
            book.title


@pytest.mark.django_db
def test_runs_add_up(world: None, tmp_path: Path) -> None:
    """The evidence of two runs in one file, or in two, is that of both."""
    one, two = tmp_path / "one", tmp_path / "two"
    record(one)
    record(one)
    record(two)
    evidence, told = files.read([str(one), str(two)])
    [found] = evidence.querysets
    assert found.rows.evaluations == 3
    assert found.rows.rows == 3 * Book.objects.count()
    assert told == []


@pytest.mark.django_db
def test_a_half_written_line_is_passed_over(world: None, tmp_path: Path) -> None:
    """What a killed process left is told with its line, and what others add after it counts."""
    path = tmp_path / "usage"
    record(path)
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:100])
    assert files.read([str(path)])[0].querysets[0].rows.evaluations == 1
    record(path)
    evidence, told = files.read([str(path)])
    assert evidence.querysets[0].rows.evaluations == 2
    assert len(told) == 1
    assert f"{path}:2 " in told[0]


@pytest.mark.django_db
def test_another_format_is_told(world: None, tmp_path: Path) -> None:
    """Evidence of another version is passed over with its number."""
    path = tmp_path / "usage"
    record(path)
    path.write_text(path.read_text().replace('"format": 1', '"format": 9'))
    evidence, told = files.read([str(path)])
    assert not evidence.querysets
    assert "format 9" in told[0]


@pytest.mark.django_db
def test_the_command(world: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command prints what is unread, and fails over the share that it is given."""
    path = tmp_path / "usage"
    record(path)
    call_command("perfkit", "usage", str(path), "--fail-over", "100%")
    assert "unread" in capsys.readouterr().out
    with pytest.raises(CommandError, match="over 1%"):
        call_command("perfkit", "usage", str(path), "--fail-over", "1%")
    with pytest.raises(CommandError, match="a percentage such as 30%"):
        call_command("perfkit", "usage", str(path), "--fail-over", "much")
    with pytest.raises(CommandError, match="can't be read"):
        call_command("perfkit", "usage", str(tmp_path / "none"))
