"""The pages of the audited app and one with presets, with the Debug Toolbar."""

from django.http import HttpResponse
from django.urls import include, path

from tests.auditor.urls import urlpatterns as audited
from tests.testapp.models import Book


def presets(request):
    """Evaluate one queryset with a preset twice, and one without."""
    for _ in range(2):
        list(Book.objects.optimize_for_list())
    rows = list(Book.objects.all())  # <b>this line</b>
    return HttpResponse(f"<body>{len(rows)} books</body>")


def failing(request):
    """Fail behind a query."""
    list(Book.objects.all())
    raise ZeroDivisionError


urlpatterns = [
    *audited,
    path("presets/", presets),
    path("failing/", failing),
    path("__debug__/", include("debug_toolbar.urls")),
]
