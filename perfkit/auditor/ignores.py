"""Findings that the settings accept, each with a reason, and the entries that accept nothing."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from perfkit.auditor.findings import Finding, label, short_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_used: set[tuple[tuple[str, str], ...]] = set()


def ignored(finding: Finding, entries: Iterable[Mapping[str, str]]) -> bool:
    """Say whether an entry of ``AUDIT_IGNORE`` accepts the finding; every match is noted."""
    found = False
    for entry in entries:
        if matches(finding, entry):
            _used.add(_key(entry))
            found = True
    return found


def matches(finding: Finding, entry: Mapping[str, str]) -> bool:
    """Say whether all patterns of an entry match the finding."""
    subjects = _subjects(finding)
    return all(
        any(fnmatchcase(subject, pattern) for subject in subjects[name])
        for name, pattern in entry.items()
        if name != "reason"
    )


def stale(entries: Iterable[Mapping[str, str]]) -> tuple[Mapping[str, str], ...]:
    """Return the entries that matched no finding since the process started."""
    return tuple(entry for entry in entries if _key(entry) not in _used)


def forget() -> None:
    """Forget which entries matched."""
    _used.clear()


def _key(entry: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(entry.items()))


def _subjects(finding: Finding) -> dict[str, list[str]]:
    """Return what each pattern of an entry is held against."""
    places = [finding.location, finding.template, *(m.place for m in finding.members)]
    files = [place.file for place in places if place is not None]
    return {
        "model": [label(finding.model)] if finding.model else [""],
        "field": [finding.field],
        "member": list(finding.via),
        "file": files + [short_path(file) for file in files],
        "kind": [finding.kind],
    }
