"""One recorder for a process, which adds its evidence to a file from time to time."""

from __future__ import annotations

import atexit
import logging
import threading
from time import monotonic
from typing import TYPE_CHECKING

from perfkit.conf import get_settings
from perfkit.telling import tell
from perfkit.usage import hooks, recorder
from perfkit.usage.files import append

if TYPE_CHECKING:
    from contextvars import Token

logger = logging.getLogger("perfkit.usage")

#: Seconds between two writes; what a killed process recorded since the last one is lost.
INTERVAL = 10.0


class Collector:
    """Records into memory, and adds what it has to a file. Hooks are in Django from ``start`` on."""

    def __init__(self, file: str, sample: int) -> None:
        self.file = file
        self.recorder = recorder.Recorder(sample)
        #: Why the last write failed; "" when it didn't.
        self.problem = ""
        self._written = monotonic()
        self._writing = threading.Lock()
        self._open = False

    def start(self) -> None:
        """Put the hooks into Django."""
        if not self._open:
            self._open = True
            hooks.hold()
            atexit.register(self.stop)

    def stop(self) -> None:
        """Write what is left, and take the hooks out."""
        if self._open:
            self._open = False
            hooks.release()
            atexit.unregister(self.stop)
            self.write()

    def write_in_time(self) -> None:
        """Write when the last time is long enough ago."""
        if monotonic() - self._written >= INTERVAL:
            self.write()

    def write(self) -> bool:
        """Add the evidence to the file; where that fails, say so, keep it, and return False."""
        with self._writing, self.recorder.lock:
            self._written = monotonic()
            try:
                append(self.file, self.recorder.evidence().querysets)
            except OSError as error:
                self.problem = (
                    f"usage evidence could not be added to {self.file} ({error}). It is kept in memory "
                    "while the process lives, and tried again; free the disk, or name another file."
                )
                tell(logger, logging.ERROR, self.problem)
                return False
            self.problem = ""
            self.recorder.forget()
            return True


_lock = threading.Lock()
_collector: Collector | None = None


def collector() -> Collector | None:
    """Return the collector that the settings ask for, started; None where they name no file."""
    global _collector
    settings = get_settings()
    file, sample = settings.USAGE_FILE, settings.USAGE_SAMPLE
    found = _collector
    if found is not None and (found.file, found.recorder.sample) == (file, sample):
        return found
    with _lock:
        if _collector is not None:
            _collector.stop()
        _collector = None if file is None else Collector(file, sample)
        if _collector is not None:
            _collector.start()
        return _collector


class Enclosure:
    """The recording of one request; the evidence stays with the process."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector
        self._token: Token[recorder.Recorder | None] | None = None

    def enter(self) -> None:
        """Record from now on."""
        self._token = recorder.current.set(self._collector.recorder)

    def leave(self) -> None:
        """Record no more."""
        if self._token is not None:
            recorder.current.reset(self._token)
            self._token = None

    def close(self) -> None:
        """Write, where it is time to."""
        self._collector.write_in_time()
