"""The file of known findings, which lets a large project switch the auditor on today."""

from __future__ import annotations

import functools
import json
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from perfkit.auditor.findings import Finding, Place, label, short_path
from perfkit.exceptions import PerfkitSettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

VERSION = 1


@dataclass(frozen=True, order=True, slots=True)
class Entry:
    """What makes a finding the same one after lines have moved: names and files, no numbers."""

    kind: str
    model: str
    field: str
    call: str
    via: tuple[str, ...]
    file: str
    function: str
    template: str

    @classmethod
    def of(cls, finding: Finding) -> Entry:
        """Return the entry of a finding."""
        where = finding.location or Place("", 0)
        return cls(
            kind=finding.kind,
            model=label(finding.model) if finding.model else "",
            field=finding.field,
            call=finding.call,
            via=finding.via,
            file=short_path(where.file),
            function=where.function,
            template=short_path(finding.template.file) if finding.template else "",
        )

    @classmethod
    def of_dict(cls, finding: dict[str, Any]) -> Entry:
        """Return the entry of a finding that a report wrote."""
        where = finding["location"] or {"file": "", "function": ""}
        return cls(
            kind=finding["kind"],
            model=finding["model"] or "",
            field=finding["field"],
            call=finding["call"],
            via=tuple(finding["via"]),
            file=where["file"],
            function=where["function"],
            template=finding["template"]["file"] if finding["template"] else "",
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the entry as the file holds it: what is empty is left out."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in values.items() if value}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Entry:
        """Return the entry that the file holds; raises TypeError for an unknown key."""
        plain: dict[str, Any] = dict.fromkeys(cls.__slots__, "")
        unknown = [name for name in values if name not in plain]
        if unknown:
            raise TypeError(f"unknown keys {unknown!r}")
        return cls(**{**plain, **values, "via": tuple(values.get("via", ()))})

    def __str__(self) -> str:
        target = f"{self.model or 'unknown rows'}.{self.field}".rstrip(".")
        via = f" via {' -> '.join(self.via)}" if self.via else ""
        return f"{self.kind}: {target}{via} ({self.template or self.file or 'no line'})"


def read(path: str | Path) -> frozenset[Entry]:
    """Return the entries of a baseline file; none when there is no such file yet.

    Raises :class:`~perfkit.exceptions.PerfkitSettingsError` for a file that is no baseline.
    """
    file = Path(path)
    try:
        stamp = file.stat().st_mtime_ns
    except FileNotFoundError:
        return frozenset()
    return _read(file, stamp)


@functools.lru_cache(maxsize=8)
def _read(file: Path, stamp: int) -> frozenset[Entry]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        return frozenset(Entry.from_dict(values) for values in content["findings"])
    except (ValueError, KeyError, TypeError) as error:
        raise PerfkitSettingsError(
            f"PERFKIT['AUDIT_BASELINE']: {file} is no baseline ({error}). "
            "Write it anew with: manage.py perfkit baseline"
        ) from error


def write(path: str | Path, entries: Iterable[Entry]) -> None:
    """Write a baseline file, sorted, so that its changes read well in a review.

    Raises OSError with the name of the file where it can't be written; the one before is then as it was.
    """
    content = {"version": VERSION, "findings": [entry.to_dict() for entry in sorted(set(entries))]}
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    file = Path(path).resolve()  # where the file is a link, it stays one
    new = file.with_name(f"{file.name}.new")
    try:
        new.write_text(text, encoding="utf-8")
        new.replace(file)
    except OSError as error:
        with suppress(OSError):
            new.unlink()
        raise OSError(error.errno, error.strerror, str(path)) from error


class Recorder:
    """Collects the findings of all scopes that close meanwhile, known ones too."""

    def __init__(self) -> None:
        self.entries: set[Entry] = set()

    def add(self, findings: Iterable[Finding]) -> None:
        """Take in the findings of a scope that closes."""
        self.entries.update(Entry.of(finding) for finding in findings)


#: The recorder at work, fed by every scope that closes.
recorder: Recorder | None = None


@contextmanager
def recording() -> Iterator[Recorder]:
    """Record the findings of all scopes that close inside the block, in any thread."""
    global recorder
    outer, recorder = recorder, Recorder()
    try:
        yield recorder
    finally:
        recorder = outer
