"""Settings for pretix, a shop for tickets, with all that comes with it."""

from django_scopes import scopes_disabled
from pretix.testutils.settings import *  # noqa: F403

DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
INSTALLED_APPS = [*INSTALLED_APPS, "perfkit"]  # noqa: F405
SILENCED_SYSTEM_CHECKS = ["*"]
# Its managers refuse to answer outside of an organizer's pages; rows are made for several here.
# The name keeps it: without one it would end at once.
NO_SCOPES = scopes_disabled()
NO_SCOPES.__enter__()
