"""Settings for django-wiki."""

from tests.real_projects.common import *  # noqa: F403

ROOT_URLCONF = "wiki.urls"
MEDIA_ROOT = "media"
INSTALLED_APPS = [
    *CONTRIB,  # noqa: F405
    "django.contrib.humanize",
    "django_nyt",
    "mptt",
    "sekizai",
    "wiki",
    "wiki.plugins.attachments",
    "wiki.plugins.notifications",
    "wiki.plugins.images",
    "sorl.thumbnail",
    "perfkit",
]
MIGRATION_MODULES = without_migrations(INSTALLED_APPS)  # noqa: F405
MIGRATION_MODULES |= dict.fromkeys(("wiki_attachments", "wiki_images", "wiki_notifications"))
TEMPLATES = templates("sekizai.context_processors.sekizai")  # noqa: F405
