"""Settings for Wagtail: all its applications and those of its own tests, whose models use all of it."""

from wagtail.test.settings import *  # noqa: F403

from tests.real_projects.common import NoMigrations

DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
INSTALLED_APPS += ["perfkit"]  # noqa: F405
ROOT_URLCONF = "tests.real_projects.urls_wagtail"
WAGTAILAPI_LIMIT_MAX = None
SILENCED_SYSTEM_CHECKS = ["*"]
MIGRATION_MODULES = NoMigrations()
