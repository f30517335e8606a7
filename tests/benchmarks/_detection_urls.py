"""A page that runs one read, with a panel that tells how many statements were similar."""

from debug_toolbar.panels.sql import SQLPanel
from django.http import HttpResponse
from django.urls import include, path

read = None
similar = 0


class CountingPanel(SQLPanel):
    """The SQL panel, which keeps what it would show."""

    panel_id = "SQLPanel"

    def generate_stats(self, request, response):
        """Make the panel, and note what it says of statements that are alike."""
        global similar
        super().generate_stats(request, response)
        queries = self.get_stats()["queries"]
        similar = sum("similar_count" in query for query in queries)


def page(request):
    """Run the read."""
    read()
    return HttpResponse("<html><body></body></html>")


urlpatterns = [path("", page), path("__debug__/", include("debug_toolbar.urls"))]
