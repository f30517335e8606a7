"""What the settings of several real projects have in common."""

from typing import Any

SECRET_KEY = "real"
USE_TZ = True
SITE_ID = 1
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SILENCED_SYSTEM_CHECKS = ["*"]
#: The applications of Django's own that nearly all of them need.
CONTRIB = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sites",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.admin",
]
CONTEXT_PROCESSORS = [
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
]


def templates(*processors: str) -> list[dict[str, Any]]:
    """Return the templates of the applications, with context processors of the project's besides."""
    return [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {"context_processors": [*CONTEXT_PROCESSORS, *processors]},
        }
    ]


TEMPLATES = templates()


def without_migrations(apps: list[str]) -> dict[str, None]:
    """Return settings with which the tables of applications come from their models."""
    return dict.fromkeys(app.rpartition(".")[2] for app in apps)


class NoMigrations(dict):  # type: ignore[type-arg]
    """Tables come from the models, whatever the label of the application."""

    def __contains__(self, label: object) -> bool:
        return True

    def __getitem__(self, label: str) -> None:
        return None
