"""The middleware: an audit scope per request, for WSGI and ASGI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction

from perfkit.auditor import config
from perfkit.auditor.audit import Opening

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


class AuditMiddleware:
    """Audit each request, to the last byte of its response, as ``PERFKIT["AUDIT"]`` says.

    It belongs at the top of ``MIDDLEWARE``: what stands above it isn't audited. With the auditor
    off it passes requests on.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """Return the response to the request; an awaitable where the next handler is one."""
        if not config.wanted():
            response: HttpResponseBase | Awaitable[HttpResponseBase] = self.get_response(request)
            return response
        if self.is_async:
            return self._acall(request)
        opening = Opening(config.from_settings())
        with _Inside(opening):
            response = self.get_response(request)
        return _finish(opening, response)

    async def _acall(self, request: HttpRequest) -> HttpResponseBase:
        opening = Opening(config.from_settings())
        with _Inside(opening):
            response = await self.get_response(request)
        return _finish(opening, response)


class _Inside:
    """Enters the scope for one step; an exception closes it."""

    __slots__ = ("opening",)

    def __init__(self, opening: Opening) -> None:
        self.opening = opening

    def __enter__(self) -> None:
        self.opening.enter()

    def __exit__(self, exc_type: object, *rest: object) -> None:
        self.opening.leave()
        if exc_type is not None:
            self.opening.close()


def _finish(opening: Opening, response: Any) -> HttpResponseBase:
    """Close the scope, now or when the response is complete."""
    if not getattr(response, "is_rendered", True):
        _render_inside(opening, response)
    elif response.streaming and getattr(response, "file_to_stream", None) is None:
        steps = _asteps if response.is_async else _steps
        response.streaming_content = steps(opening, response.streaming_content)
        # A client that goes away leaves the content unread; Django closes the response all the same.
        response._resource_closers.append(opening.close)
    else:
        opening.close()
    return response  # type: ignore[no-any-return]


def _render_inside(opening: Opening, response: Any) -> None:
    """Keep the scope for a response that is rendered later, by a middleware further out."""
    render = response.render

    def render_inside() -> Any:
        del response.render
        with _Inside(opening):
            rendered = render()
        return _finish(opening, rendered)

    response.render = render_inside


def _steps(opening: Opening, content: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the chunks, each made inside the scope."""
    chunks = iter(content)
    try:
        while True:
            with _Inside(opening):
                try:
                    chunk = next(chunks)
                except StopIteration:
                    break
            yield chunk
    finally:
        opening.close()


async def _asteps(opening: Opening, content: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the chunks, each made inside the scope."""
    chunks = aiter(content)
    try:
        while True:
            with _Inside(opening):
                try:
                    chunk = await anext(chunks)
                except StopAsyncIteration:
                    break
            yield chunk
    finally:
        opening.close()
