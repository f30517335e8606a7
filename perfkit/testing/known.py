"""The baseline of known findings as a test run meets it: what is new, and what has healed."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from perfkit import conf
from perfkit.auditor import baseline
from perfkit.auditor.baseline import Entry
from perfkit.exceptions import PerfkitSettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass
class Known:
    """What a run of tests found, of all its processes together."""

    update: bool
    found: set[Entry] = field(default_factory=set)
    #: Whether every test of the project ran, so that what was not found has healed.
    whole: bool = True
    path: str | None = None

    def check(self) -> None:
        """Raise :class:`~perfkit.exceptions.PerfkitSettingsError` if there is no file to update."""
        self.path = conf.get_settings().AUDIT_BASELINE
        if self.update and not self.path:
            raise PerfkitSettingsError(
                "--perfkit-update-baseline: set PERFKIT['AUDIT_BASELINE'] to the path of the file."
            )

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Take in what the scopes of this process find inside the block."""
        with baseline.recording() as recorder:
            yield
        self.found |= recorder.entries

    def to_plain(self) -> list[dict[str, Any]]:
        """Return what was found as plain values, for another process."""
        return [entry.to_dict() for entry in sorted(self.found)]

    def add(self, entries: Iterable[dict[str, Any]]) -> None:
        """Take in what another process found."""
        self.found.update(map(Entry.from_dict, entries))

    def finish(self) -> str:
        """Write the file, if it is to be updated; return what to say of it, "" for nothing."""
        if not self.path:
            return ""
        before = baseline.read(self.path)
        new, unmet = self.found - before, before - self.found
        if not self.update:
            if not (unmet and self.whole):
                return ""
            return (
                f"{self.path}: {len(unmet)} of {len(before)} known findings were not met. "
                "Strike them off with --perfkit-update-baseline."
            )
        kept = set() if self.whole else unmet
        try:
            baseline.write(self.path, self.found | kept)
        except OSError as error:
            return f"{self.path} can't be written and is as it was: {error.strerror}."
        gone = f"{len(unmet)} healed" if self.whole else f"{len(unmet)} not met and kept"
        return f"{self.path}: {len(self.found | kept)} known findings, {len(new)} new, {gone}."
