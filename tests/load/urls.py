"""The pages that are asked for: those of the shop, and some that make it hard to know who asked."""

from django.urls import include, path

from tests.load import pages

urlpatterns = [
    path("state/", pages.state),
    *(path(f"{view.__name__}/", view) for view in pages.HARD),
    path("", include("example_project.urls")),
]
