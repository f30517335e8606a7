"""Settings for Wagtail: all its applications and those of its own tests, whose models use all of it."""

from wagtail.test.settings import *  # noqa: F403

DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
INSTALLED_APPS += ["perfkit"]  # noqa: F405
ROOT_URLCONF = "tests.real_projects.urls_wagtail"
WAGTAILAPI_LIMIT_MAX = None
SILENCED_SYSTEM_CHECKS = ["*"]


class NoMigrations(dict):  # type: ignore[type-arg]
    """Tables come from the models, whatever the label of the application."""

    def __contains__(self, label: object) -> bool:
        return True

    def __getitem__(self, label: str) -> None:
        return None


MIGRATION_MODULES = NoMigrations()
