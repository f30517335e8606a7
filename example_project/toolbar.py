"""Where the Debug Toolbar is shown: on the pages of the shop, to those who run it."""

from __future__ import annotations

from django.http import HttpRequest

from example_project.showroom.pages import FORMS

PATHS = ("/__debug__/", *(f"/{form}/" for form in FORMS))


def is_wanted(request: HttpRequest) -> bool:
    """Say whether to show it; in the frames of the showroom it would cover the page."""
    local = request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1")
    in_frame = request.headers.get("Sec-Fetch-Dest") == "iframe"
    return local and not in_frame and request.path.startswith(PATHS)
