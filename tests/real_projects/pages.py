"""Serves pages of a project as they are and with derived presets, with 10 and with 100 rows; run by ``run.py --pages``."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import json
import os
import re
import sys
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import django

SIZES = (10, 100)
#: What differs from one answer to the next.
CHANGING = re.compile(rb'name="csrfmiddlewaretoken" value="\w+"|"csrf(Token)?": "\w+"')


@dataclass(frozen=True)
class Page:
    """One page: ``serve`` gives an answer for the class of its view, or for one that derives."""

    name: str
    serve: Callable[[type], bytes]
    plain: type
    derived: type
    #: What the derivation says of it, after it was served once.
    derivation: Callable[[], Any]


def changelist_page(admin: Any, prepare: Callable[[Any], None] = lambda request: None) -> Page:
    """Return the page of a change list of a ModelAdmin; ``prepare`` is handed each request."""
    from perfkit.integrations.admin import PresetAdminMixin, options

    kept: list[Any] = []
    plain = type(admin)

    class Derived(PresetAdminMixin, plain):  # type: ignore[misc, valid-type]
        """The same with a derived preset."""

        def _loading_shown(self, changelist: Any, rows: Any) -> Any:
            key = options.changelist_key(changelist)
            shown = super()._loading_shown(changelist, rows)
            kept[:] = [options.keep(key, "", lambda: None).derived]  # type: ignore[arg-type, return-value]
            return shown

    def serve(cls: type) -> bytes:
        made = cls(admin.model, admin.admin_site)
        request = admin_request()
        prepare(request)
        response = made.changelist_view(request)
        return bytes(response.render().content)

    name = f"change list of {admin.model._meta.label}"
    return Page(name, serve, plain, Derived, lambda: kept[0] if kept else None)


def admin_request() -> Any:
    """Return the request of a superuser."""
    from django.contrib.auth import get_user_model
    from django.contrib.messages.storage.cookie import CookieStorage
    from django.contrib.sessions.backends.signed_cookies import SessionStore
    from django.test import RequestFactory

    request: Any = RequestFactory().get("/", {"all": ""})
    users = get_user_model()._default_manager
    request.user = users.get(is_superuser=True)
    request.session = SessionStore()
    request._messages = CookieStorage(request)
    return request


def endpoint_page(name: str, view: Any, router: Any, query: dict[str, str], pk: Any = None) -> Page:
    """Return the page of an endpoint of Wagtail's API."""
    from django.test import RequestFactory

    from perfkit.integrations.rest_framework import PresetViewSetMixin
    from perfkit.keeping import Kept

    kept: list[Any] = []

    class Derived(PresetViewSetMixin, view):  # type: ignore[misc]
        """The same with a derived preset."""

        preset_from = "serializer"

        def get_preset(self, queryset: Any) -> Any:
            preset = super().get_preset(queryset)
            if isinstance(preset, Kept):
                kept[:] = [preset.derived]
            return preset

    def serve(cls: Any) -> bytes:
        request: Any = RequestFactory().get("/", query)
        request.wagtailapi_router = router
        request.user = admin_request().user
        if pk is None:
            response = cls.as_view({"get": "listing_view"})(request)
        else:
            response = cls.as_view({"get": "detail_view"})(request, pk=pk)
        return bytes(response.render().content)

    return Page(name, serve, view, Derived, lambda: kept[0] if kept else None)


def call(page: Page, cls: type) -> tuple[bytes, Any]:
    """Return the answer of a page, served a second time, and what the database gave for it."""
    from django.db import connection

    from example_project.showroom.measure import Tally

    page.serve(cls)
    tally = Tally()
    with connection.execute_wrapper(tally.watch):
        content = page.serve(cls)
    return CHANGING.sub(b"", content), tally


def measure(project: str) -> list[dict[str, Any]]:
    """Return a line for each page of a project."""
    from django.core.management import call_command

    call_command("migrate", run_syncdb=True, verbosity=0)
    known = importlib.import_module(f"tests.real_projects.pages_{project.replace('-', '_')}")
    table: dict[str, dict[str, Any]] = {}
    for size in SIZES:
        known.fill(size)
        for page in known.pages():
            line = table.setdefault(page.name, {"page": page.name, "equal": True})
            try:
                content, plain = call(page, page.plain)
            except Exception as error:  # the project's own; such a page is left out
                line["error"] = f"{type(error).__name__}: {error}"
                continue
            try:
                answer, derived = call(page, page.derived)
            except Exception as error:
                line["error"] = f"derived: {type(error).__name__}: {error}"
                continue
            line[f"plain {size}"] = (plain.queries, plain.columns, len(content))
            line[f"derived {size}"] = (derived.queries, derived.columns, len(answer))
            line["equal"] = line["equal"] and content == answer
            line["repeated"] = [found for found in derived.most_common if found[1] > 1]
            told = page.derivation()
            line["unresolved"] = [str(one) for one in told.unresolved] if told else ["not derived"]
            line["own queries"] = [str(one) for one in told.own_queries] if told else []
            line["plan"] = str(told.plan) if told else ""
    return list(table.values())


def main() -> None:
    """Measure the project whose settings are in DJANGO_SETTINGS_MODULE; print its lines as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("project")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    os.chdir(tempfile.mkdtemp())
    with contextlib.redirect_stdout(io.StringIO()):
        django.setup()
        lines = measure(options.project)
    sys.stdout.write(json.dumps(lines) + "\n")


if __name__ == "__main__":
    main()
