"""Settings of the example shop under load; the caller chooses the auditor's mode and the fetch mode."""

import os

from example_project.settings import *  # noqa: F403
from example_project.settings import MIDDLEWARE

ROOT_URLCONF = "tests.load.urls"
PERFKIT = {"AUDIT": os.environ["AUDIT"], "FETCH_MODE": os.environ["FETCH_MODE"]}
MIDDLEWARE = ["tests.load.marking.marking_middleware", *MIDDLEWARE]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {
        "marked": {"class": "tests.load.marking.MarkingHandler", "filename": os.environ["LOAD_LOG"]}
    },
    "root": {"handlers": ["marked"], "level": "WARNING"},
}
