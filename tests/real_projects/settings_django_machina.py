"""Settings for django-machina, a forum."""

from tests.real_projects.common import *  # noqa: F403

ROOT_URLCONF = "machina.urls"
MEDIA_ROOT = "media"
INSTALLED_APPS = [
    *CONTRIB,  # noqa: F405
    "mptt",
    "haystack",
    "widget_tweaks",
    "machina",
    "machina.apps.forum",
    "machina.apps.forum_conversation",
    "machina.apps.forum_conversation.forum_attachments",
    "machina.apps.forum_conversation.forum_polls",
    "machina.apps.forum_feeds",
    "machina.apps.forum_moderation",
    "machina.apps.forum_search",
    "machina.apps.forum_tracking",
    "machina.apps.forum_member",
    "machina.apps.forum_permission",
    "perfkit",
]
MIGRATION_MODULES = without_migrations(INSTALLED_APPS)  # noqa: F405
CACHES = {
    name: {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    for name in ("default", "machina_attachments")
}
HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}
