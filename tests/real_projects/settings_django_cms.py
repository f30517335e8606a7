"""Settings for django-cms."""

from tests.real_projects.common import *  # noqa: F403

ROOT_URLCONF = "tests.real_projects.urls_django_cms"
CMS_PERMISSION = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "German")]
CMS_CONFIRM_VERSION4 = True
CMS_TEMPLATES = [("page.html", "Page")]
INSTALLED_APPS = [
    *CONTRIB,  # noqa: F405
    "treebeard",
    "sekizai",
    "menus",
    "cms",
    "perfkit",
]
MIGRATION_MODULES = without_migrations(INSTALLED_APPS)  # noqa: F405
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                "django.template.loaders.app_directories.Loader",
                ("django.template.loaders.locmem.Loader", {"page.html": "A page."}),
            ],
            "context_processors": [
                *CONTEXT_PROCESSORS,  # noqa: F405
                "sekizai.context_processors.sekizai",
                "cms.context_processors.cms_settings",
            ],
        },
    }
]
