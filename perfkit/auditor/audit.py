"""``audit()``: opens a scope around a block, a function or a coroutine."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast, overload

from perfkit.auditor import config, hooks
from perfkit.auditor.context import current_scope, reset_current, set_current
from perfkit.auditor.report import AuditReport
from perfkit.auditor.scope import Scope

if TYPE_CHECKING:
    from contextvars import Token

    from perfkit.auditor.config import AuditConfig

F = TypeVar("F", bound=Callable[..., Any])


class Opening:
    """A scope and the way in and out of it; a response enters it again for every chunk."""

    def __init__(self, configuration: AuditConfig) -> None:
        self.scope = Scope(configuration, current_scope())
        self._held = False
        self._token: Token[Any] | None = None

    def enter(self) -> None:
        """Make the scope the current one."""
        if not self._held:
            self._held = True
            hooks.hold()
        self._token = set_current(self.scope)

    def leave(self) -> None:
        """Make the scope around it the current one again."""
        if self._token is not None:
            reset_current(self._token)
            self._token = None

    def close(self) -> None:
        """Report what was found."""
        try:
            self.scope.close()
        finally:
            if self._held:
                self._held = False
                hooks.release(keep=config.wanted())


class Audit:
    """What ``audit()`` gives: a context manager and a decorator, synchronous and asynchronous."""

    def __init__(self, mode: str | None = None, **overrides: Any) -> None:
        self._mode = mode
        self._overrides = overrides
        given = overrides.get("ignore")
        if isinstance(given, Iterable) and not isinstance(given, str):
            # It is read again for each call of a function that is decorated.
            overrides["ignore"] = list(given)
        self._openings: list[Opening] = []
        self._configure()

    def _configure(self) -> AuditConfig:
        return config.for_scope(self._mode, **self._overrides)

    def __enter__(self) -> AuditReport:
        opening = Opening(self._configure())
        opening.enter()
        self._openings.append(opening)
        return AuditReport(opening.scope)

    def __exit__(self, *exc_info: object) -> None:
        opening = self._openings.pop()
        opening.leave()
        opening.close()

    async def __aenter__(self) -> AuditReport:
        return self.__enter__()

    async def __aexit__(self, *exc_info: object) -> None:
        self.__exit__(*exc_info)

    def __call__(self, function: F) -> F:
        """Return the function with a scope around each call."""
        if not inspect.isroutine(function):
            raise TypeError(
                f"audit() decorates functions, not {function!r}: put it below the decorators that "
                "make something else of the function."
            )
        if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
            raise TypeError(
                f"audit() can't decorate the generator {function.__qualname__}: write "
                "`with audit():` around the loop that consumes it."
            )

        def again() -> Audit:
            return Audit(self._mode, **self._overrides)

        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def audited_coroutine(*args: Any, **kwargs: Any) -> Any:
                with again():
                    return await function(*args, **kwargs)

            return cast("F", audited_coroutine)

        @functools.wraps(function)
        def audited(*args: Any, **kwargs: Any) -> Any:
            with again():
                return function(*args, **kwargs)

        return cast("F", audited)


@overload
def audit(function: F, /) -> F: ...


@overload
def audit(
    mode: str | None = None,
    *,
    kinds: Mapping[str, str] | None = None,
    ignore: Iterable[Mapping[str, str]] | None = None,
    baseline: str | None = None,
    single_rows: bool | None = None,
    repeated: int | None = None,
    max_findings: int | None = None,
) -> Audit: ...


def audit(mode: Any = None, **overrides: Any) -> Any:
    """Audit what runs inside: a context manager and a decorator, synchronous and asynchronous.

    As a context manager it gives an :class:`~perfkit.AuditReport`; around a function it opens a
    scope per call, and ``@audit`` alone will do. ``mode`` is "collect", "log", "warn" or "raise";
    without one it is the mode of the settings, or "collect" where they say "off". ``kinds``,
    ``ignore``, ``baseline``, ``single_rows``, ``repeated`` and ``max_findings`` stand in for the
    settings of these names.

    Raises :class:`~perfkit.exceptions.PerfkitSettingsError` for a bad value, ``TypeError`` for what
    can't be decorated, and in the mode "raise" :class:`~perfkit.LazyLoadError` from the line that
    reads.
    """
    if callable(mode):
        return Audit()(mode)
    return Audit(mode, **overrides)
