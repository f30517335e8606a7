"""Settings of the test suite; DATABASE_URL chooses the database (SQLite unless set)."""

import os
from importlib.util import find_spec

import dj_database_url
import django

database_url = os.environ.get("DATABASE_URL") or "sqlite://:memory:"
if database_url.startswith("mysql"):
    # The driver that needs no compiler; to Django it is mysqlclient.
    import pymysql

    pymysql.install_as_MySQLdb()

SECRET_KEY = "tests"
USE_TZ = True
# Of another zone MariaDB would need the tables of time zones, which a new server lacks.
TIME_ZONE = "UTC"
ROOT_URLCONF = "tests.urls"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.admin",
    "django.contrib.staticfiles",
    "debug_toolbar",
    "perfkit",
    "tests.auditor.app",
    "tests.auditor.other",
    "tests.inference.app",
    "tests.integrations.app",
    "tests.testapp",
    "example_project.catalogue",
    "example_project.customers",
    "example_project.reviews",
    "example_project.orders",
    "example_project.search",
    "example_project.showroom",
    "django_tasks_db",
]
if find_spec("django.tasks") is None:
    INSTALLED_APPS.append("django_tasks")
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
if django.VERSION >= (6, 1):
    MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
# Nothing listens there.
SEARCH_URL = "http://127.0.0.1:9"
# Tables come from the models: an app without migrations must not wait for the migrations of others.
MIGRATION_MODULES = {app.rpartition(".")[2]: None for app in INSTALLED_APPS}
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
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
# Tests of the panel add the toolbar's middleware; its other panels would patch Django for the whole suite.
DEBUG_TOOLBAR_PANELS = [
    "debug_toolbar.panels.history.HistoryPanel",
    "debug_toolbar.panels.sql.SQLPanel",
    "perfkit.integrations.debug_toolbar.PerfkitPanel",
]
SILENCED_SYSTEM_CHECKS = ["debug_toolbar.W001"]
DATABASES = {
    "default": dj_database_url.parse(database_url),
    "other": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"},
}
suffix = os.environ.get("TEST_DB_SUFFIX")
if suffix and not database_url.startswith("sqlite"):
    DATABASES["default"]["TEST"] = {"NAME": f"test_perfkit_{suffix}"}
# Files that tests save leave no trace.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
