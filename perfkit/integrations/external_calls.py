"""Outgoing connections without a timeout, and those made inside a transaction, as findings.

Opt in with ``"perfkit.integrations.external_calls.ExternalCallsConfig"`` in ``INSTALLED_APPS``.

Python raises an audit event for each connection that a socket opens, whoever opens it
(https://docs.python.org/3/library/audit_events.html), so no client is patched. What comes with it:
an audit hook stays until the process ends (``uninstall()`` makes it idle), a connection that is kept
alive raises no event when it is used again, and the event comes before the connection, so that it
has no duration.
"""

from __future__ import annotations

import socket
import sys
import threading
from typing import TYPE_CHECKING, Any

from django.apps import AppConfig
from django.core.cache.backends.base import BaseCache
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from perfkit.auditor.context import current_scope
from perfkit.auditor.frames import is_users
from perfkit.exceptions import LazyLoadError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from perfkit.auditor.scope import Scope

__all__ = ["ExternalCallsConfig", "install", "is_installed", "uninstall"]

WITHOUT_TIMEOUT = "external-call-without-timeout"
IN_TRANSACTION = "external-call-in-transaction"


class ExternalCallsConfig(AppConfig):
    """The entry of ``INSTALLED_APPS`` that switches the audit of external calls on."""

    name = "perfkit.integrations.external_calls"
    label = "perfkit_external_calls"
    verbose_name = "perfkit: external calls"

    def ready(self) -> None:
        """Listen from now on."""
        install()


_installed = False
_added = False
_lock = threading.Lock()
#: The host and port that a thread looked up last: a connection is made to an address.
_asked_for = threading.local()


def install() -> None:
    """Listen to the connections that are made inside audit scopes. Does nothing where it does."""
    global _installed, _added
    with _lock:
        _installed = True
        if not _added:
            _added = True
            sys.addaudithook(_hear)


def uninstall() -> None:
    """Listen no more. Python keeps the hook itself, which then returns at once."""
    global _installed
    _installed = False


def is_installed() -> bool:
    """Say whether connections are listened to."""
    return _installed


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    # Called for every audit event of the process, most of which are of no concern here.
    if event not in _HEARD or not _installed:
        return
    scope = current_scope()
    if scope is not None:
        try:
            _HEARD[event](scope, *arguments)
        except LazyLoadError:
            raise
        except Exception:
            scope.fault()


def _look_up(scope: Scope, host: Any, port: Any, *options: Any) -> None:
    """Remember the name behind the address that a connection is about to be made to."""
    _asked_for.name = (host.decode() if isinstance(host, bytes) else host, str(port))


def _connect(scope: Scope, sock: socket.socket, address: Any) -> None:
    """Report a connection that is about to be made, where something is wrong with it."""
    if sock.type != socket.SOCK_STREAM or sock.family not in (socket.AF_INET, socket.AF_INET6):
        return
    # Zero is a socket whose library waits by itself, for how long nobody can tell.
    endless = sock.gettimeout() is None
    inside = in_transaction()
    if not endless and not inside:
        return
    frame = sys._getframe(2)
    if _is_djangos_own(frame):
        return
    target = _name(address)
    try:
        if endless:
            _report(scope, WITHOUT_TIMEOUT, target, frame)
        if inside:
            _report(scope, IN_TRANSACTION, target, frame)
    except LazyLoadError:
        # Libraries close it after an OSError only, and this is none.
        sock.close()
        raise


_HEARD: dict[str, Callable[..., None]] = {
    "socket.getaddrinfo": _look_up,
    "socket.connect": _connect,
}


def _report(scope: Scope, kind: str, target: str, frame: FrameType) -> None:
    scope.record(kind, None, target, None, frame, library=library_of(frame)).add()


def _name(address: Any) -> str:
    """Return "host:port", with the name that was looked up where there was one."""
    host, port = str(address[0]), str(address[1])
    asked, asked_port = getattr(_asked_for, "name", (None, ""))
    if asked and asked_port == port:
        host = str(asked)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def in_transaction() -> bool:
    """Say whether a transaction of the user's is open in this thread, on any database.

    Those that Django's ``TestCase`` opens around each test don't count.
    """
    # Private names of Django: the only place where a test case's transaction can be told.
    return any(
        any(not block._from_testcase for block in connection.atomic_blocks)
        for connection in connections.all(initialized_only=True)
    )


def _frames(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _is_djangos_own(frame: FrameType) -> bool:
    """Say whether a database or cache of the settings connects: they have settings of their own."""
    return any(
        isinstance(frame.f_locals.get("self"), (BaseDatabaseWrapper, BaseCache))
        for frame in _frames(frame)
        if frame.f_code.co_argcount and frame.f_code.co_varnames[0] == "self"
    )


def library_of(frame: FrameType) -> str:
    """Return the library that the user called: the outermost one before the user's own line.

    A package ("requests"), or a module of the standard library ("smtplib"); "" where the user's line
    opens the socket itself.
    """
    found = ""
    for outer in _frames(frame):
        if is_users(outer.f_code.co_filename):
            break
        name = str(outer.f_globals.get("__name__", "")).partition(".")[0]
        if name not in _BETWEEN:
            found = name
    return found


#: Modules that stand between the user's line and the library that it calls.
_BETWEEN = ("", "concurrent", "contextlib", "functools", "threading")
