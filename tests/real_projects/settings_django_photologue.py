"""Settings for django-photologue."""

from tests.real_projects.common import *  # noqa: F403

ROOT_URLCONF = "photologue.urls"
MEDIA_ROOT = "media"
INSTALLED_APPS = [
    *CONTRIB,  # noqa: F405
    "sortedm2m",
    "photologue",
    "perfkit",
]
MIGRATION_MODULES = without_migrations(INSTALLED_APPS)  # noqa: F405
