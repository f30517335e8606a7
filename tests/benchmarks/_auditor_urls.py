"""The pages of the auditor's benchmark."""

from django.apps import apps
from django.http import HttpResponse
from django.template import engines
from django.urls import include, path

from tests.auditor.app.models import Book
from tests.benchmarks._auditor_pages import ROWS, TEMPLATE

template = engines["django"].from_string(TEMPLATE)


def page(books, **context):
    """Return the page of books."""
    return HttpResponse(template.render({"books": books, **context}))


def peers(queryset):
    """Return the queryset with the fetch mode "peers", on every Django."""
    from perfkit.auditor.fetch_modes import with_fetch_mode

    return with_fetch_mode(queryset, "peers")


def clean(request):
    """Load everything that the page reads."""
    return page(Book.objects.select_related("author").prefetch_related("chapters"), chapters=True)


def clean_peers(request):
    """Load everything, and track peers all the same."""
    books = Book.objects.select_related("author").prefetch_related("chapters")
    return page(peers(books), chapters=True)


def tiny(request):
    """Send many small statements, each from a line of its own to the eye of no auditor."""
    first = Book.objects.values_list("pk", flat=True)[0]
    found = [Book.objects.filter(pk=first + number).first() for number in range(ROWS)]
    return HttpResponse(str(len(found)))


def dirty(request):
    """Load two relations lazily for each book."""
    return page(Book.objects.all(), both=True)


def dirty_peers(request):
    """Load two relations lazily, for all books at once."""
    return page(peers(Book.objects.all()), both=True)


urlpatterns = [
    path("clean/", clean),
    path("clean-peers/", clean_peers),
    path("tiny/", tiny),
    path("tiny-peers/", tiny),
    path("dirty/", dirty),
    path("dirty-peers/", dirty_peers),
]
if apps.is_installed("debug_toolbar"):
    urlpatterns.append(path("__debug__/", include("debug_toolbar.urls")))
