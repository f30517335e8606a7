"""Views that read a row of each kind, in every way that a project writes views."""

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.views.generic import ListView

from tests.auditor.app.reads import READS, read


def _read_of(request):
    return next(entry for entry in READS if entry.name == request.GET["read"])


def plain(request):
    """Read in the view."""
    entry = _read_of(request)
    for row in entry.queryset():
        read(row, entry.name)  # the view reads
    return HttpResponse("read")


async def asynchronous(request):
    """Read in an asynchronous view, a hop to a thread away."""
    entry = _read_of(request)
    from asgiref.sync import sync_to_async

    async for row in entry.queryset():  # the asynchronous view loads
        await sync_to_async(getattr)(row, "pk")
        await sync_to_async(list)([row])
        await sync_to_async(read_there)(row, entry.name)
    return HttpResponse("read")


def read_there(row, name):
    """Read in the thread."""
    read(row, name)  # the thread reads


def template(request):
    """Read in a template, through inheritance and an include."""
    entry = _read_of(request)
    context = {"rows": entry.queryset(), "read": entry.name}
    return render(request, "audited/books.html", context)  # the view renders


def lazy_template(request):
    """Leave the rendering to the handler."""
    entry = _read_of(request)
    context = {"rows": entry.queryset(), "read": entry.name}
    return TemplateResponse(request, "audited/books.html", context)


class Callable:
    """A view that is an object; it leaves the rendering to the handler."""

    def __call__(self, request):
        return lazy_template(request)


class Generic(ListView):
    """Let a generic view evaluate and render."""

    template_name = "audited/books.html"
    context_object_name = "rows"

    def get_queryset(self):
        return _read_of(self.request).queryset()

    def get_context_data(self, **kwargs):
        return super().get_context_data(read=_read_of(self.request).name, **kwargs)


def streaming(request):
    """Read while the response is streamed."""
    entry = _read_of(request)

    def lines():
        for row in entry.queryset():
            read(row, entry.name)  # the stream reads
            yield "line\n"

    return StreamingHttpResponse(lines())


async def streaming_asynchronously(request):
    """Read while the response is streamed by an event loop."""
    entry = _read_of(request)
    from asgiref.sync import sync_to_async

    async def lines():
        async for row in entry.queryset():
            await sync_to_async(read_there)(row, entry.name)
            yield "line\n"

    return StreamingHttpResponse(lines())


def _row(row, name):
    return render_to_string("audited/row.html", {"row": row, "read": name})  # the stream renders


def streaming_template(request):
    """Render a template for each chunk of a stream."""
    entry = _read_of(request)
    return StreamingHttpResponse(_row(row, entry.name) for row in entry.queryset())


async def streaming_template_asynchronously(request):
    """Render a template for each chunk of a stream by an event loop."""
    entry = _read_of(request)
    from asgiref.sync import sync_to_async

    async def lines():
        async for row in entry.queryset():
            yield await sync_to_async(_row)(row, entry.name)

    return StreamingHttpResponse(lines())


async def lazy_template_asynchronously(request):
    """Leave the rendering to the handler, which hops to a thread for it."""
    return lazy_template(request)
