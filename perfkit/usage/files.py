"""The file of evidence: a line of JSON for each queryset line, which any process may add to.

Whoever adds holds a lock, and begins on a line of its own whatever stands before: what a killed
process leaves of a line is passed over by whoever reads.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from django.core.files import locks

from perfkit.usage.evidence import Evidence
from perfkit.usage.parsing import usage_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import IO

    from perfkit.usage.evidence import QuerysetUsage

#: The format of a line.
FORMAT = 1
#: The longest line that is read, in bytes; how many queryset lines are told apart; how many sentences
#: are said of one file.
MAX_LINE = 4_000_000
MAX_LINES = 20_000
MAX_TOLD = 20


def append(path: str, querysets: Iterable[QuerysetUsage]) -> None:
    """Add evidence to a file, all or nothing.

    Raises OSError where it can't be written; the file is then as it was.
    """
    lines = [json.dumps({"format": FORMAT, **usage.to_dict()}) + "\n" for usage in querysets]
    if not lines:
        return
    # Unbuffered, so that a full disk is told here and not as the file is closed.
    with open(path, "ab+", buffering=0) as file:  # noqa: PTH123 - Path.open() has no better name for it
        locks.lock(file, locks.LOCK_EX)
        size = file.seek(0, os.SEEK_END)
        data = "".join(lines).encode()
        if size:
            file.seek(size - 1)
            if file.read(1) != b"\n":
                data = b"\n" + data
        try:
            while data:
                data = data[file.write(data) or 0 :]
        except OSError as error:
            file.truncate(size)
            raise OSError(
                error.errno,
                f"{error.strerror}: the evidence was not added, the file is as it was",
                path,
            ) from error
        finally:
            locks.unlock(file)


def read(paths: Iterable[str]) -> tuple[Evidence, list[str]]:
    """Return the evidence of files together, and a sentence for each line that was passed over.

    What is held in memory is bounded, whatever the files are: a line is read up to MAX_LINE, MAX_LINES
    queryset lines are told apart, and MAX_TOLD sentences are said of a file.

    Raises OSError when a file can't be read.
    """
    evidence, told = Evidence(), []
    for path in paths:
        passed = 0
        with open(path, "rb") as file:  # noqa: PTH123 - as above
            for number, line in enumerate(_lines(file), 1):
                problem = _add(evidence, line)
                if problem:
                    passed += 1
                    if passed <= MAX_TOLD:
                        told.append(f"{path}:{number} was passed over: {problem}.")
        if passed > MAX_TOLD:
            told.append(f"{path}: {passed - MAX_TOLD} more lines were passed over.")
    return evidence, told


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the lines; of one that is too long no more than its beginning, longer than MAX_LINE."""
    while line := file.readline(MAX_LINE + 1):
        yield line
        while len(line) > MAX_LINE and not line.endswith(b"\n"):
            line = file.readline(MAX_LINE + 1)


def _add(evidence: Evidence, line: bytes) -> str:
    """Add a line; return what is wrong with it, or ""."""
    if len(line) > MAX_LINE:
        return f"it is longer than {MAX_LINE} bytes"
    if not line.strip():
        return ""
    try:
        values = json.loads(line.decode("utf-8", "replace"))
        version = values["format"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return "it is no complete line of evidence (a process was ended as it wrote?)"
    if version != FORMAT:
        said = repr(version)[:40]
        return (
            f"it has the format {said}, this perfkit reads {FORMAT}; record anew, or update perfkit"
        )
    try:
        usage = usage_of(values)
    except ValueError as error:
        return f"it is no evidence: {error}"
    if usage.line not in evidence.by_line and len(evidence.by_line) >= MAX_LINES:
        return f"it is of more than {MAX_LINES} queryset lines"
    evidence.add(usage)
    return ""
