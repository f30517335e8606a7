"""Settings of the example shop; DATABASE_URL chooses the database (a file of SQLite unless set)."""

import os
from importlib.util import find_spec
from pathlib import Path

import dj_database_url
import django

BASE_DIR = Path(__file__).resolve().parent

database_url = os.environ.get("DATABASE_URL") or f"sqlite:///{BASE_DIR / 'shop.sqlite3'}"
if database_url.startswith("mysql"):
    # The driver that needs no compiler; to Django it is mysqlclient.
    import pymysql

    pymysql.install_as_MySQLdb()

# A shop with made-up customers has nothing to keep secret.
SECRET_KEY = "example"
# Off, since Django keeps every query while it is on: the times would be those of the keeping.
DEBUG = os.environ.get("DEBUG") == "1"
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",")
USE_TZ = True
# Of another zone MariaDB would need the tables of time zones, which a new server lacks.
TIME_ZONE = "UTC"
ROOT_URLCONF = "example_project.urls"
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "perfkit",
    # Connections without a timeout, and those inside a transaction, are told too.
    "perfkit.integrations.external_calls.ExternalCallsConfig",
    "example_project.catalogue",
    "example_project.customers",
    "example_project.reviews",
    "example_project.orders",
    "example_project.search",
    "example_project.showroom",
    "django_tasks_db",
]
if find_spec("django.tasks") is None:
    # Before Django 6.0 the framework is a package.
    INSTALLED_APPS.append("django_tasks")
# Tasks wait in the database for `manage.py db_worker`.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
# Letters are printed where the worker runs.
if django.VERSION >= (6, 1):
    MAILERS = {"default": {"BACKEND": "django.core.mail.backends.console.EmailBackend"}}
else:
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
# `manage.py search_stub` stands in for the service.
SEARCH_URL = os.environ.get("SEARCH_URL", "http://127.0.0.1:7700")
# What is loaded lazily is told on the console, at the end of each request.
PERFKIT = {
    "AUDIT": os.environ.get("AUDIT", "warn"),
    # What requests load and never read is added to this file, when it is named.
    "USAGE_FILE": os.environ.get("USAGE_FILE"),
}
# The API shows what anybody may see; only the admin has users.
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
}
MIDDLEWARE = [
    "perfkit.middleware.RoutesMiddleware",
    "perfkit.middleware.AuditMiddleware",
    "perfkit.middleware.UsageMiddleware",
    "django.middleware.security.SecurityMiddleware",
    # These three are for the admin; on other pages they do nothing, and ask nothing of the database.
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
if os.environ.get("TOOLBAR") == "1":
    # On the pages of the shop, and without DEBUG, so that what is measured elsewhere stays as it is.
    INSTALLED_APPS.append("debug_toolbar")
    MIDDLEWARE.insert(2, "debug_toolbar.middleware.DebugToolbarMiddleware")
    DEBUG_TOOLBAR_PANELS = [
        "debug_toolbar.panels.history.HistoryPanel",
        "debug_toolbar.panels.timer.TimerPanel",
        "debug_toolbar.panels.sql.SQLPanel",
        "debug_toolbar.panels.templates.TemplatesPanel",
        "perfkit.integrations.debug_toolbar.PerfkitPanel",
    ]
    DEBUG_TOOLBAR_CONFIG = {"SHOW_TOOLBAR_CALLBACK": "example_project.toolbar.is_wanted"}
# `make serve OTEL=console` prints the spans and metrics that a service would get.
OTEL = os.environ.get("OTEL", "")
if OTEL:
    MIDDLEWARE.insert(0, "perfkit.integrations.opentelemetry.OpenTelemetryMiddleware")
# A line per request, which `make routes` ranks.
if routes_log := os.environ.get("ROUTES_LOG"):
    LOGGING = {
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"routes": {"class": "logging.FileHandler", "filename": routes_log}},
        "loggers": {
            "perfkit.routes": {"handlers": ["routes"], "level": "INFO", "propagate": False}
        },
    }
# The comparison shows both forms of a page in frames.
X_FRAME_OPTIONS = "SAMEORIGIN"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
STATIC_URL = "static/"
DATABASES = {"default": dj_database_url.parse(database_url)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
