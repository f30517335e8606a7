"""The middlewares: an audit scope, a line of log, usage evidence per request; for WSGI and ASGI."""

from __future__ import annotations

import logging
from time import perf_counter
from typing import TYPE_CHECKING

from perfkit.auditor import config
from perfkit.auditor.audit import Opening
from perfkit.enclosing import EnclosingMiddleware
from perfkit.measuring import Measurement, MeasuringMiddleware
from perfkit.routes.entry import RouteEntry, method_of, route_of
from perfkit.telling import tell
from perfkit.usage.process import Enclosure, collector

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

logger = logging.getLogger("perfkit.routes")


class AuditMiddleware(EnclosingMiddleware[Opening]):
    """Audit each request, to the last byte of its response, as ``PERFKIT["AUDIT"]`` says.

    It belongs at the top of ``MIDDLEWARE``: what stands above it isn't audited. With the auditor
    off it passes requests on.
    """

    def enclose(self, request: HttpRequest) -> Opening | None:
        """Return the scope of a request, where the settings ask for one."""
        return Opening(config.from_settings()) if config.wanted() else None


class UsageMiddleware(EnclosingMiddleware[Enclosure]):
    """Record what each request loads and reads, for ``manage.py perfkit usage``.

    The evidence of the process is added to the file ``PERFKIT["USAGE_FILE"]`` every ten seconds, and
    at its end. Without that setting the middleware passes requests on.
    """

    def enclose(self, request: HttpRequest) -> Enclosure | None:
        """Return the recording of a request, where the settings name a file."""
        found = collector()
        return Enclosure(found) if found is not None else None


class RoutesMiddleware(MeasuringMiddleware["_Request"]):
    """Write a line for each request to the logger ``perfkit.routes``, for ``manage.py perfkit routes``.

    The message is a JSON object: route, method, status, duration and database time in seconds,
    queries, lazy loads (null where nothing is audited) and the presets used. It holds no URL, no
    parameter and no content. It belongs at the top of ``MIDDLEWARE``: what stands above it isn't
    measured. Where the logger is off for ``INFO``, it passes requests on.
    """

    def enclose(self, request: HttpRequest) -> _Request | None:
        """Return the measurement of a request, unless its line would go nowhere."""
        return _Request(request) if logger.isEnabledFor(logging.INFO) else None

    def answered(self, enclosure: _Request, response: HttpResponseBase) -> None:
        """Note the status."""
        enclosure.status = response.status_code


class _Request(Measurement):
    """A request that is being measured; it writes its line when the last byte is sent."""

    status: int | None = None

    def __init__(self, request: HttpRequest) -> None:
        super().__init__()
        self._request = request
        self._start = perf_counter()

    def close(self) -> None:
        """Write the line."""
        if not self.open:
            return
        super().close()
        entry = RouteEntry(
            route=route_of(self._request),
            method=method_of(self._request),
            status=self.status,
            duration=perf_counter() - self._start,
            database=self.seconds,
            queries=self.queries,
            lazy_loads=self.lazy_loads,
            presets=self.presets,
        )
        tell(logger, logging.INFO, "%s", entry.to_json())
