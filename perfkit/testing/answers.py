"""What a measured call gave back: how large it is, and whether it succeeded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import SynchronousOnlyOperation
from django.db.models import QuerySet
from django.http.response import HttpResponseBase


def size_of(result: Any) -> int | None:
    """Return how large a result is: the bytes of a response, the values in a container.

    A stream, a generator and a queryset are read to their end. None for what has no size.
    Raises :class:`AssertionError` for a stream that only an event loop can read.
    """
    if isinstance(result, HttpResponseBase):
        return _bytes_of(result)
    if is_response(result):
        return len(getattr(result, "content", b""))
    if isinstance(result, (str, bytes)):
        return len(result)
    if isinstance(result, Mapping):
        return sum(size_of(value) or 1 for value in result.values())
    if isinstance(result, (list, tuple, set, frozenset)):
        return sum(size_of(item) or 1 for item in result)
    if isinstance(result, (QuerySet, Iterator)):
        return len(list(result))
    return len(result) if hasattr(result, "__len__") else None


async def read_stream(result: Any) -> None:
    """Read an asynchronous stream to its end, and leave what it gave in its place."""
    if getattr(result, "streaming", False) and result.is_async:
        chunks = [chunk async for chunk in result.streaming_content]
        result.streaming_content = chunks


def _bytes_of(response: Any) -> int:
    if not getattr(response, "is_rendered", True):
        response.render()
    if not response.streaming:
        return len(response.content)
    if response.is_async:
        raise SynchronousOnlyOperation(
            "The response is an asynchronous stream: await aassert_constant_queries(...)."
        )
    return sum(map(len, response.streaming_content))


def is_response(result: Any) -> bool:
    """Say whether it is an HTTP response: Django's, or that of requests or httpx."""
    return isinstance(getattr(result, "status_code", None), int)


def is_empty(result: Any) -> bool:
    """Say whether it is a response that by its status has nothing to show: 204, or a redirect."""
    return is_response(result) and (result.status_code == 204 or 300 <= result.status_code < 400)


def failure_of(result: Any, status: int | None) -> str:
    """Say what is wrong with a response, and what to do; "" for one with the right status."""
    if not is_response(result):
        return ""
    code = result.status_code
    if code == status or (status is None and 200 <= code < 300):
        return ""
    headers = getattr(result, "headers", {})
    target = f" to {headers['Location']}" if "Location" in headers else ""
    wanted = "" if status is None else f", not {status}"
    fix = f"If that is what it should answer, say status={code}."
    if target and status is None:
        fix = f"Log the client in, or correct the URL. {fix}"
    return f"The call was answered with {code}{target}{wanted}, so its queries prove nothing. {fix}"
