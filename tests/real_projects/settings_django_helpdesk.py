"""Settings for django-helpdesk."""

from tests.real_projects.common import *  # noqa: F403

ROOT_URLCONF = "helpdesk.urls"
MEDIA_ROOT = "media"
LOGIN_URL = "/login/"
HELPDESK_TEAMS_MODE_ENABLED = False
INSTALLED_APPS = [
    *CONTRIB,  # noqa: F405
    "django.contrib.humanize",
    "rest_framework",
    "helpdesk",
    "perfkit",
]
MIGRATION_MODULES = without_migrations(INSTALLED_APPS)  # noqa: F405
