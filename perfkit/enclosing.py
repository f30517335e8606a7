"""A middleware that runs each request inside something, to the last byte of its response.

For WSGI and ASGI. The auditor's scope and what measures requests are such things.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http.response import HttpResponseBase

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from django.http import HttpRequest


class Enclosure(Protocol):
    """What a request runs inside; a response enters it again for every chunk."""

    def enter(self) -> None:
        """Make it the current one."""

    def leave(self) -> None:
        """Make what is around it the current one again."""

    def close(self) -> None:
        """End it; closing twice does nothing."""


E = TypeVar("E", bound=Enclosure)


class EnclosingMiddleware(Generic[E]):
    """Runs each request inside what ``enclose()`` gives."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        if not callable(get_response):
            raise TypeError(
                f"{type(self).__name__} takes what answers a request, not {get_response!r}."
            )
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def enclose(self, request: HttpRequest) -> E | None:
        """Return what the request is to run inside; None passes it on."""
        raise NotImplementedError

    def answered(self, enclosure: E, response: HttpResponseBase) -> None:
        """Note the response; its content may not have been sent, or made, yet."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """Return the response to the request; an awaitable where the next handler is one."""
        if self.is_async:
            return self._acall(request)
        enclosure = self.enclose(request)
        if enclosure is None:
            passed_on: HttpResponseBase = self.get_response(request)
            return passed_on
        with _Inside(enclosure):
            response = self.get_response(request)
            if isinstance(response, HttpResponseBase):
                self.answered(enclosure, response)
        return _finish(enclosure, response)

    async def _acall(self, request: HttpRequest) -> HttpResponseBase:
        enclosure = self.enclose(request)
        if enclosure is None:
            passed_on: HttpResponseBase = await self.get_response(request)
            return passed_on
        with _Inside(enclosure):
            response = await self.get_response(request)
            if isinstance(response, HttpResponseBase):
                self.answered(enclosure, response)
        return _finish(enclosure, response)


class _Inside:
    """Enters the enclosure for one step; an exception closes it."""

    __slots__ = ("enclosure",)

    def __init__(self, enclosure: Enclosure) -> None:
        self.enclosure = enclosure

    def __enter__(self) -> None:
        self.enclosure.enter()

    def __exit__(self, exc_type: object, *rest: object) -> None:
        self.enclosure.leave()
        if exc_type is not None:
            self.enclosure.close()


def _finish(enclosure: Enclosure, response: Any) -> HttpResponseBase:
    """Close the enclosure, now or when the response is complete; what is none is Django's to refuse."""
    known = isinstance(response, HttpResponseBase)
    if not known:
        enclosure.close()
    elif not getattr(response, "is_rendered", True):
        _render_inside(enclosure, response)
    elif response.streaming and getattr(response, "file_to_stream", None) is None:
        steps = _asteps if response.is_async else _steps
        response.streaming_content = steps(enclosure, response.streaming_content)
        # A client that goes away leaves the content unread; Django closes the response all the same.
        response._resource_closers.append(enclosure.close)
    else:
        enclosure.close()
    return response  # type: ignore[no-any-return]


def _render_inside(enclosure: Enclosure, response: Any) -> None:
    """Stay open for a response that is rendered later, by a middleware further out."""
    render = response.render

    def render_inside() -> Any:
        del response.render
        with _Inside(enclosure):
            rendered = render()
        return _finish(enclosure, rendered)

    response.render = render_inside


def _steps(enclosure: Enclosure, content: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the chunks, each made inside the enclosure."""
    chunks = iter(content)
    try:
        while True:
            with _Inside(enclosure):
                try:
                    chunk = next(chunks)
                except StopIteration:
                    break
            yield chunk
    finally:
        enclosure.close()


async def _asteps(enclosure: Enclosure, content: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the chunks, each made inside the enclosure."""
    chunks = aiter(content)
    try:
        while True:
            with _Inside(enclosure):
                try:
                    chunk = await anext(chunks)
                except StopAsyncIteration:
                    break
            yield chunk
    finally:
        enclosure.close()
