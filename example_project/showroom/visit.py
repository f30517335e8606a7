"""A visit to the shop: what its requests leave in the log, and what they read."""

from __future__ import annotations

import logging
from pathlib import Path

from django.conf import settings
from django.test import override_settings

from example_project.showroom.measure import call
from example_project.showroom.pages import OPTIMISED, PAGES
from example_project.showroom.rows import SIZES
from perfkit import record_usage
from perfkit.usage import files

MIDDLEWARE = "perfkit.middleware.RoutesMiddleware", "perfkit.middleware.AuditMiddleware"


def visit(folder: Path) -> tuple[str, str]:
    """Call every optimised page; return the log of the requests and the evidence of what was read."""
    log, usage = folder / "requests.log", folder / "usage.jsonl"
    handler = logging.FileHandler(log)
    logger = logging.getLogger("perfkit.routes")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    rest = [entry for entry in settings.MIDDLEWARE if entry not in MIDDLEWARE]
    try:
        with (
            override_settings(MIDDLEWARE=[*MIDDLEWARE, *rest], PERFKIT={"AUDIT": "log"}),
            record_usage() as recorded,
        ):
            for page in PAGES:
                call(page.url(OPTIMISED, SIZES[-1]))
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        handler.close()
    files.append(str(usage), recorded.querysets)
    return str(log), str(usage)
