"""``record_usage()``: records what is loaded and read inside a block, a function or a coroutine."""

from __future__ import annotations

import functools
import inspect
import json
import threading
from typing import TYPE_CHECKING, Any, TypeVar, cast

from perfkit.auditor.findings import short_path
from perfkit.exceptions import PerfkitSettingsError
from perfkit.usage import hooks
from perfkit.usage.evidence import Evidence, Line, QuerysetUsage
from perfkit.usage.hooks import current
from perfkit.usage.nodes import Node

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextvars import Token

    from django.db.models import Model

    from perfkit.auditor.findings import Place

__all__ = ["Recorder", "UsageReport", "current", "record_usage"]

F = TypeVar("F", bound="Callable[..., Any]")

#: How many rows of an evaluated queryset are watched.
SAMPLE = 3
#: How many lines one recorder tells apart.
MOST = 5_000


class Recorder:
    """Records the querysets that are evaluated while it is the current one."""

    def __init__(self, sample: int = SAMPLE) -> None:
        self.sample = sample
        self.lock = threading.RLock()
        #: How many evaluations were of lines beyond the most that are kept.
        self.beyond = 0
        self._nodes: dict[tuple[Any, ...], tuple[Place | None, Place | None, Node]] = {}
        self._evidence = Evidence()

    def node(
        self,
        place: Place | None,
        template: Place | None,
        presets: tuple[str, ...],
        model: type[Model],
    ) -> Node | None:
        """Return what records the rows of a line; None where there are too many lines."""
        key = (place, template, presets, model)
        found = self._nodes.get(key)
        if found is None:
            if len(self._nodes) >= MOST:
                self.beyond += 1
                return None
            with self.lock:
                found = self._nodes.setdefault(key, (place, template, Node(self, model)))
        return found[2]

    def take(self) -> list[QuerysetUsage]:
        """Return what was recorded since the last time."""
        with self.lock:
            taken = []
            for (_, _, presets, model), (place, template, node) in self._nodes.items():
                line = Line(
                    model=model._meta.label,
                    file=short_path(place.file) if place else "",
                    line=place.line if place else 0,
                    function=place.function if place else "",
                    template=short_path(template.file) if template else "",
                    template_line=template.line if template else 0,
                    presets=presets,
                )
                taken.append(QuerysetUsage(line, node.take()))
            return taken

    def evidence(self) -> Evidence:
        """Return all that was recorded so far."""
        with self.lock:
            for usage in self.take():
                self._evidence.add(usage)
            return self._evidence

    def forget(self) -> None:
        """Begin anew: what was recorded is kept elsewhere."""
        self._evidence = Evidence()


class UsageReport:
    """What was recorded; complete when its block has ended."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    @property
    def evidence(self) -> Evidence:
        """All evidence, as what adds up with that of other runs."""
        return self._recorder.evidence()

    @property
    def querysets(self) -> tuple[QuerysetUsage, ...]:
        """The evidence by queryset line and presets, the one with most bytes wasted first."""
        return self.evidence.querysets

    def save(self, path: str) -> None:
        """Add the evidence to a file, which others may be writing at the same time.

        Raises OSError when the file can't be written; the evidence is kept.
        """
        from perfkit.usage.files import append

        append(path, self.querysets)

    def to_json(self) -> str:
        """Return the evidence as a JSON list."""
        return json.dumps([usage.to_dict() for usage in self.querysets])

    def __iter__(self) -> Iterator[QuerysetUsage]:
        return iter(self.querysets)

    def __len__(self) -> int:
        return len(self.querysets)

    def __bool__(self) -> bool:
        return True

    def __str__(self) -> str:
        from perfkit.usage.text import describe

        return "\n".join(describe(self.evidence))


class record_usage:  # noqa: N801 - it reads as a function: with record_usage() as usage
    """Record what is loaded and what is read of it: a context manager and a decorator.

    ``sample`` is how many rows of each evaluated queryset are watched; ``file`` is where the
    evidence is added when the block ends. As a context manager, synchronous or asynchronous, it
    gives a :class:`~perfkit.usage.UsageReport`.

    Raises :class:`~perfkit.exceptions.PerfkitSettingsError` for a bad ``sample``.
    """

    def __init__(self, *, sample: int = SAMPLE, file: str | None = None) -> None:
        if not isinstance(sample, int) or isinstance(sample, bool) or sample < 1:
            raise PerfkitSettingsError(
                f"record_usage(sample=...) must be an integer of at least 1, not {sample!r}."
            )
        self._sample = sample
        self._file = file
        self._open: list[tuple[Recorder, Token[Any]]] = []

    def __enter__(self) -> UsageReport:
        recorder = Recorder(self._sample)
        hooks.hold()
        self._open.append((recorder, current.set(recorder)))
        return UsageReport(recorder)

    def __exit__(self, *exc_info: object) -> None:
        recorder, token = self._open.pop()
        current.reset(token)
        hooks.release()
        if self._file is not None:
            UsageReport(recorder).save(self._file)

    async def __aenter__(self) -> UsageReport:
        return self.__enter__()

    async def __aexit__(self, *exc_info: object) -> None:
        self.__exit__(*exc_info)

    def __call__(self, function: F) -> F:
        """Return the function with a recording around each call."""
        if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
            raise TypeError(
                f"record_usage() can't decorate the generator {function.__qualname__}: write "
                "`with record_usage():` around the loop that consumes it."
            )
        sample, file = self._sample, self._file
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def recorded_coroutine(*args: Any, **kwargs: Any) -> Any:
                with record_usage(sample=sample, file=file):
                    return await function(*args, **kwargs)

            return cast("F", recorded_coroutine)

        @functools.wraps(function)
        def recorded(*args: Any, **kwargs: Any) -> Any:
            with record_usage(sample=sample, file=file):
                return function(*args, **kwargs)

        return cast("F", recorded)
