"""The file of evidence: a line of JSON for each queryset line, which any process may add to.

Whoever adds holds a lock, and begins on a line of its own whatever stands before: what a killed
process leaves of a line is passed over by whoever reads.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from django.core.files import locks

from perfkit.usage.evidence import Evidence, QuerysetUsage

if TYPE_CHECKING:
    from collections.abc import Iterable

#: The format of a line.
FORMAT = 1


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

    Raises OSError when a file can't be read.
    """
    evidence, told = Evidence(), []
    for path in paths:
        with open(path, encoding="utf-8", errors="replace") as file:  # noqa: PTH123 - as above
            for number, line in enumerate(file, 1):
                if not line.strip():
                    continue
                problem = _add(evidence, line)
                if problem:
                    told.append(f"{path}:{number} was passed over: {problem}.")
    return evidence, told


def _add(evidence: Evidence, line: str) -> str:
    """Add a line; return what is wrong with it, or ""."""
    try:
        values = json.loads(line)
        version = values["format"]
        if version != FORMAT:
            return f"it has the format {version!r}, this perfkit reads {FORMAT}; record anew, or update perfkit"
        evidence.add(QuerysetUsage.from_dict(values))
    except (ValueError, KeyError, TypeError, AttributeError):
        return "it is no complete line of evidence (a process was ended as it wrote?)"
    return ""
