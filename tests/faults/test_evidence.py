"""Usage evidence when the disk is full, a process is killed as it writes, or another version wrote."""

from __future__ import annotations

import json
import logging
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from perfkit import record_usage
from perfkit.auditor import baseline
from perfkit.usage import files, process
from perfkit.usage.evidence import ColumnUsage, Line, QuerysetUsage, RowsUsage

MEGABYTE = 1_000_000


def evidence_of(worker: str, number: int, columns: int = 3) -> QuerysetUsage:
    """Return evidence of one queryset line, as long as there are columns."""
    rows = RowsUsage("shop.Product", how={"rows"}, evaluations=1, rows=3, samples=3)
    for column in range(columns):
        rows.columns[f"column_{column}"] = ColumnUsage(loaded=3, size=30)
    return QuerysetUsage(Line("shop.Product", file=f"{worker}.py", line=number), rows)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 kB."""
    if (
        os.geteuid()
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(tmp_path)],
            check=False,
            capture_output=True,
        ).returncode
    ):
        pytest.skip("only root can mount a disk")
    try:
        yield tmp_path
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond a size; the kernel cuts the write that would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def fill(collector: process.Collector, number: int) -> None:
    collector.recorder.evidence().add(evidence_of("worker", number, columns=200))


def hold_a_full_disk(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Write until the disk is full; nothing half is in the file, and what came too late is in memory."""
    collector = process.Collector(str(path), 3)
    written = 0
    with caplog.at_level(logging.ERROR, "perfkit.usage"):
        for number in range(100):
            fill(collector, number)
            if not collector.write():
                break
            written += 1
    assert 0 < written < 100
    evidence, told = files.read([str(path)])
    assert (len(evidence.querysets), told) == (written, [])
    assert path.read_bytes().endswith(b"\n")
    assert "usage evidence could not be added" in caplog.text
    assert "kept in memory" in caplog.text
    assert str(path) in collector.problem
    assert not collector.write()
    assert len(collector.recorder.evidence().querysets) == 1


def test_a_full_disk(small_disk: Path, caplog: pytest.LogCaptureFixture) -> None:
    """On a real disk of 64 kB; after a file is deleted, what was kept is written."""
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * 30_000)
    path = small_disk / "usage"
    hold_a_full_disk(path, caplog)
    before = len(files.read([str(path)])[0].querysets)
    collector = process.Collector(str(path), 3)
    fill(collector, 1000)
    assert not collector.write()
    ballast.unlink()
    assert collector.write()
    assert collector.problem == ""
    assert len(files.read([str(path)])[0].querysets) == before + 1


def test_a_file_that_must_not_grow(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The same where the kernel cuts a write in the middle."""
    path = tmp_path / "usage"
    with file_size_limit(50_000):
        hold_a_full_disk(path, caplog)
    files.append(str(path), [evidence_of("other", 1)])
    assert files.read([str(path)])[1] == []


def test_a_recording_on_a_full_disk(tmp_path: Path) -> None:
    """record_usage(file=...) raises the error with the file's name, and the report still has all of it."""
    with file_size_limit(10):
        with pytest.raises(OSError, match="the evidence was not added, the file is as it was"):
            with record_usage(file=str(tmp_path / "usage")) as usage:
                usage.evidence.add(evidence_of("block", 1))
    assert len(usage) == 1
    assert (tmp_path / "usage").read_bytes() == b""


def test_a_page_on_a_full_disk(tmp_path: Path) -> None:
    """What a command writes fails with a sentence."""
    from django.core.management import CommandError, call_command

    path = tmp_path / "usage"
    files.append(str(path), [evidence_of("one", 1)])
    with file_size_limit(10), pytest.raises(CommandError, match=r"page.html can't be written"):
        call_command("perfkit", "usage", str(path), "--html", str(tmp_path / "page.html"))


def test_a_baseline_on_a_full_disk(tmp_path: Path) -> None:
    """The baseline that is there is not lost to one that can't be written."""
    path = tmp_path / "baseline.json"
    entry = baseline.Entry("to-one", "shop.Product", "brand", "", (), "views.py", "page", "")
    baseline.write(path, [entry])
    with file_size_limit(10), pytest.raises(OSError, match=r"baseline\.json"):
        baseline.write(path, [entry] * 2)
    assert baseline.read(path) == {entry}
    assert [file.name for file in tmp_path.iterdir()] == ["baseline.json"]


#: A worker that adds long lines as fast as it can, and says so for each that is in the file.
WORKER = """
import sys
from tests.faults.test_evidence import evidence_of
from perfkit.usage import files

path, worker = sys.argv[1:]
lines = [evidence_of(worker, 0, columns=6_000)]
while True:
    files.append(path, lines)
    print("written", flush=True)
"""


#: A worker that holds the lock, with half a line written.
HOLDER = """
import sys, time
from django.core.files import locks

file = open(sys.argv[1], "ab")
locks.lock(file, locks.LOCK_EX)
file.write(b'{"format": 1, "li')
file.flush()
print("held", flush=True)
time.sleep(600)
"""


def worker(path: Path, name: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, str(path), name], stdout=subprocess.PIPE, text=True
    )


def evaluations(path: Path) -> tuple[dict[str, int], list[str]]:
    evidence, told = files.read([str(path)])
    return {usage.line.file: usage.rows.evaluations for usage in evidence.querysets}, told


def test_a_worker_is_killed_as_it_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whenever SIGKILL comes: all that was written before counts, at most one line a kill is passed over."""
    from perfkit.usage import parsing

    monkeypatch.setattr(parsing, "MAX_NAMES", 6_000)
    path = tmp_path / "usage"
    rounds = 4
    promised: dict[str, int] = {}
    for number in range(rounds):
        name = f"worker{number}"
        process_ = worker(path, name)
        assert process_.stdout is not None
        process_.stdout.readline()
        # In mid-write: as soon as the file grows again.
        size = path.stat().st_size
        while path.stat().st_size == size:
            pass
        time.sleep(number / 5000)
        process_.send_signal(signal.SIGKILL)
        out, _ = process_.communicate()
        promised[f"{name}.py"] = 1 + out.count("written")
        # Whoever comes next adds a line of its own.
        files.append(str(path), [evidence_of("survivor", 0)])
    found, told = evaluations(path)
    for name, count in promised.items():
        # The last may be whole in the file before the worker could say so.
        assert found[name] in (count, count + 1)
    assert found["survivor.py"] == rounds
    assert len(told) <= rounds
    assert all("a process was ended as it wrote?" in sentence for sentence in told)


def test_a_worker_is_killed_while_it_holds_the_lock(tmp_path: Path) -> None:
    """Its lock goes with it, and the other workers go on."""
    path = tmp_path / "usage"
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            HOLDER,
            str(path),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    holder.kill()
    holder.communicate()
    files.append(str(path), [evidence_of("one", 1)])
    found, told = evaluations(path)
    assert found == {"one.py": 1}
    assert len(told) == 1


def test_two_versions_in_one_file(tmp_path: Path) -> None:
    """Each line says its version; those of this one add up, the others are named."""
    path = tmp_path / "usage"
    files.append(str(path), [evidence_of("one", 1)])
    newer = {"format": 2, "something": "else"}
    with path.open("a") as file:
        file.write(json.dumps(newer) + "\n")
    files.append(str(path), [evidence_of("one", 1), evidence_of("two", 1)])
    found, told = evaluations(path)
    assert found == {"one.py": 2, "two.py": 1}
    assert told == [
        f"{path}:2 was passed over: it has the format 2, this perfkit reads 1; record anew, or update perfkit."
    ]
