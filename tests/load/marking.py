"""Which request a log record was written in: known from the marker that the request carries."""

from __future__ import annotations

import json
import logging
from contextvars import ContextVar
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.utils.decorators import sync_and_async_middleware

HEADER = "X-Marker"
#: What stands for the marker of a request in what is compared among requests.
OWN = "<marker>"

marker: ContextVar[str] = ContextVar("marker", default="")


@sync_and_async_middleware
def marking_middleware(get_response: Any) -> Any:
    """Remember the marker of a request, and answer with it.

    It is never forgotten: a stream is sent after the middleware, by the same thread or task, which
    meets another marker with its next request.
    """
    if iscoroutinefunction(get_response):

        async def amark(request: Any) -> Any:
            marker.set(request.headers.get(HEADER, ""))
            response = await get_response(request)
            response[HEADER] = marker.get()
            return response

        return amark

    def mark(request: Any) -> Any:
        marker.set(request.headers.get(HEADER, ""))
        response = get_response(request)
        response[HEADER] = marker.get()
        return response

    return mark


class MarkingHandler(logging.FileHandler):
    """Writes a line of JSON for each record: the marker of the request, and the finding or message."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        own = marker.get()
        finding = getattr(record, "finding", None)
        if finding is None:
            return json.dumps({"marker": own, "message": super().format(record)})
        told = {
            "kind": finding.kind,
            "target": finding.target,
            "via": finding.via,
            "location": str(finding.location),
            "template": str(finding.template),
            "serializer_field": finding.serializer_field,
            "origin": str(finding.origin and finding.origin.location),
            "count": finding.count,
            "queries": finding.queries,
        }
        text = json.dumps(told, sort_keys=True)
        return json.dumps({"marker": own, "finding": text.replace(own, OWN) if own else text})
