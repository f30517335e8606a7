"""What a visit to pages of the shop leaves behind, as perfkit's own commands show it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command

from example_project.showroom.pages import OPTIMISED, PAGES
from example_project.showroom.rows import SIZES
from example_project.showroom.visit import visit
from perfkit.usage import files
from perfkit.usage.evidence import Evidence

SMALL, LARGE = SIZES
#: Where the source and the tests of the shop are; an installation may be without the tests.
ROOTS = "example_project", "tests/example", "tests/browser"


def usage_of(url: str) -> Evidence:
    """Return the evidence of what a page loads and reads."""
    with visit([url]) as (_, usage):
        return files.read([usage])[0]


def usage_page(url: str) -> str:
    """Return the page of ``manage.py perfkit usage --html``, of one page of the shop."""
    with visit([url]) as (_, usage):
        page = Path(usage).with_suffix(".html")
        call_command("perfkit", "usage", usage, html=str(page), stdout=StringIO())
        return page.read_text(encoding="utf-8")


def routes_page() -> str:
    """Return the page of ``manage.py perfkit routes --html``, of a visit to all forms of all pages."""
    out = StringIO()
    with visit(page.url(form, SMALL) for page in PAGES for form in page.forms) as (log, _):
        call_command("perfkit", "routes", log, html=True, stdout=out)
    return out.getvalue()


def checklist() -> list[dict[str, Any]]:
    """Return the answers of ``manage.py perfkit checklist --json``, of the shop itself."""
    out = StringIO()
    with checklist_options() as options:
        call_command("perfkit", "checklist", json=True, stdout=out, **options)
    return json.loads(out.getvalue())  # type: ignore[no-any-return]


@contextmanager
def checklist_options() -> Iterator[dict[str, list[str]]]:
    """Visit all optimised pages, and give the command what it needs to answer."""
    with visit(page.url(OPTIMISED, LARGE) for page in PAGES) as (log, usage):
        root = [root for root in ROOTS if Path(root).is_dir()]
        yield {"root": root, "log": [log], "usage": [usage]}
