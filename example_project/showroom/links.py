"""Links between the pages of one form of the shop."""

from __future__ import annotations

import posixpath

from django.http import HttpRequest
from django.urls import reverse


def link(request: HttpRequest, name: str, *args: object) -> str:
    """Return the way from the page of this request to another one of the same form.

    The link is relative, so that the naive and the optimised form of a page are equal byte for
    byte, and whoever browses one form stays in it.
    """
    target = reverse(f"{request.resolver_match.namespace}:{name}", args=args)
    here = posixpath.dirname(request.path)
    way = posixpath.relpath(target, here)
    return f"{way}/" if target.endswith("/") else way
