"""Settings of the example shop; DATABASE_URL chooses the database (a file of SQLite unless set)."""

import os
from pathlib import Path

import dj_database_url

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
ROOT_URLCONF = "example_project.urls"
INSTALLED_APPS = [
    "perfkit",
    "example_project.catalogue",
    "example_project.customers",
    "example_project.reviews",
    "example_project.orders",
    "example_project.search",
    "example_project.showroom",
]
# What is loaded lazily is told on the console, at the end of each request.
PERFKIT = {"AUDIT": os.environ.get("AUDIT", "warn")}
MIDDLEWARE = [
    "perfkit.middleware.AuditMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
# The comparison shows both forms of a page in frames.
X_FRAME_OPTIONS = "SAMEORIGIN"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]
DATABASES = {"default": dj_database_url.parse(database_url)}
# That MonitorField reads the status of every order as it is loaded is known, and fine.
SILENCED_SYSTEM_CHECKS = ["perfkit.I001"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
