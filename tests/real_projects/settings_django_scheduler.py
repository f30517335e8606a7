"""Settings for django-scheduler."""

from tests.real_projects.common import *  # noqa: F403

ROOT_URLCONF = "schedule.urls"
MEDIA_ROOT = "media"
INSTALLED_APPS = [
    *CONTRIB,  # noqa: F405
    "schedule",
    "perfkit",
]
MIGRATION_MODULES = without_migrations(INSTALLED_APPS)  # noqa: F405
