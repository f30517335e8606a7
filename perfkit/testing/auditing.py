"""Auditing what tests ask for: the requests of a test, and not the rows it makes for them.

The pytest plugin and the test runner share it.
"""

from __future__ import annotations

import functools
import logging
import sys
from contextlib import ExitStack, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from django.core.handlers.base import BaseHandler
from django.core.signals import got_request_exception

from perfkit import conf
from perfkit.auditor import audit, config, following, hooks
from perfkit.auditor.frames import is_users
from perfkit.exceptions import LazyLoadError
from perfkit.middleware import AuditMiddleware
from perfkit.signals import lazy_load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from perfkit.auditor import Finding


class TestAudit:
    """What the requests of one test loaded lazily, in the order in which it was reported."""

    __test__ = False  # pytest: this is no test

    def __init__(self) -> None:
        self._findings: list[Finding] = []
        self._swallowed: list[Finding] = []

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings of all requests that have ended."""
        return tuple(self._findings)

    @contextmanager
    def auditing(self, mode: str, covers: str = "requests") -> Iterator[None]:
        """Audit the requests that are made inside the block, or with "test" all that happens in it.

        ``mode`` is one of :data:`perfkit.conf.MODES`. Raises :class:`~perfkit.LazyLoadError` at the
        end for what the mode "raise" stopped where the project's code swallowed the error.
        """
        with ExitStack() as stack:
            stack.callback(following.follow_settings)
            stack.enter_context(conf.standing_in(**settings_for(mode)))
            following.follow_settings()
            if mode != "off":
                stack.enter_context(requests_inside(AuditMiddleware))
                stack.enter_context(self._listening())
                stack.enter_context(audit(mode) if covers == "test" else nullcontext())
            yield
        if self._swallowed:
            finding = self._swallowed[0]
            raise LazyLoadError(f"It was stopped, and the error was swallowed.\n{finding}", finding)

    @contextmanager
    def _listening(self) -> Iterator[None]:
        lazy_load.connect(self._hear)
        got_request_exception.connect(self._raised)
        logger = logging.getLogger("django.request")
        logger.addFilter(_in_short)
        try:
            yield
        finally:
            logger.removeFilter(_in_short)
            got_request_exception.disconnect(self._raised)
            lazy_load.disconnect(self._hear)

    def _hear(self, *, finding: Finding, **kwargs: object) -> None:
        self._findings.append(finding)
        if config.from_settings().mode_of(finding.kind) == "raise":
            self._swallowed.append(finding)

    def _raised(self, **kwargs: object) -> None:
        """Note that the error of a finding has got as far as the handler."""
        error = lazy_load_error_of(sys.exc_info()[1])
        self._swallowed = [f for f in self._swallowed if error is None or f is not error.finding]

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self._findings)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return f"<TestAudit: {len(self)} findings>"

    def __str__(self) -> str:
        return "\n\n".join(map(str, self.findings)) or "No lazy loads."


def settings_for(mode: str) -> dict[str, Any]:
    """Return the settings of another mode than the project's.

    The project's modes of kinds stay; but "off" and "collect" are said of every kind, and what is
    off stays off.
    """
    declared: Any = conf.declared()
    kinds = declared.get("AUDIT_KINDS", {})
    if mode == "off":
        kinds = {}
    elif mode == "collect":
        kinds = {kind: "off" if its == "off" else mode for kind, its in kinds.items()}
    return {"AUDIT": mode, "AUDIT_KINDS": kinds}


@contextmanager
def hooks_held() -> Iterator[None]:
    """Keep the auditor's hooks in Django, so that not every test has to put them there."""
    hooks.hold()
    try:
        yield
    finally:
        hooks.release(keep=config.wanted())


@contextmanager
def requests_inside(middleware: Callable[[Callable[[Any], Any]], Any]) -> Iterator[None]:
    """Put a middleware around every request.

    A middleware in the settings would come too late for a client or a live server that has built
    its chain of middlewares, so these two methods of Django's handler are replaced.
    """
    plain = {name: vars(BaseHandler)[name] for name in ("get_response", "get_response_async")}

    @functools.wraps(plain["get_response"])
    def get_response(self: Any, request: Any) -> Any:
        return middleware(functools.partial(plain["get_response"], self))(request)

    @functools.wraps(plain["get_response_async"])
    async def get_response_async(self: Any, request: Any) -> Any:
        handle: Any = middleware(functools.partial(plain["get_response_async"], self))
        return await handle(request)

    BaseHandler.get_response = get_response  # type: ignore[method-assign]
    BaseHandler.get_response_async = get_response_async  # type: ignore[method-assign]
    try:
        yield
    finally:
        for name, method in plain.items():
            setattr(BaseHandler, name, method)


def _in_short(record: logging.LogRecord) -> bool:
    """Let Django log a request that was stopped in one line: the test shows the rest."""
    error = lazy_load_error_of(record.exc_info[1] if record.exc_info else None)
    if error is not None:
        record.msg += f" ({str(error).splitlines()[0]})"
        record.exc_info = None
    return True


def lazy_load_error_of(error: BaseException | None) -> LazyLoadError | None:
    """Return the LazyLoadError that an exception is, or that it was raised from; None without one."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, LazyLoadError):
            return error
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return None


def users_part(traceback: TracebackType | None) -> TracebackType | None:
    """Return a traceback of the user's own frames alone; all of it where it has none of these."""
    kept = []
    step = traceback
    while step is not None:
        if is_users(step.tb_frame.f_code.co_filename):
            kept.append(step)
        step = step.tb_next
    shortened: TracebackType | None = None
    for entry in reversed(kept):
        shortened = type(entry)(shortened, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return shortened or traceback
