"""A small project with pages that load lazily, for runs of tests in a process of their own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

SETTINGS = """
SECRET_KEY = "x"
INSTALLED_APPS = ["django.contrib.contenttypes", "perfkit", "tests.auditor.app"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "site_urls"
STATIC_URL = "static/"
PERFKIT = {"AUDIT_BASELINE": "baseline.json"}
"""
URLS = """
from django.http import HttpResponse
from django.urls import path
from tests.auditor.app.models import Book

def lazy(request):
    return HttpResponse([book.author.name for book in Book.objects.all()])  # the view reads

def counting(request):
    return HttpResponse([book.chapters.count() for book in Book.objects.all()])

def clean(request):
    return HttpResponse([book.title for book in Book.objects.all()])

def swallowing(request):
    try:
        return lazy(request)
    except Exception:
        return HttpResponse("all is well")

async def asynchronous(request):
    return HttpResponse([await book.chapters.acount() async for book in Book.objects.all()])

urlpatterns = [
    path(view.__name__, view) for view in (lazy, counting, clean, swallowing, asynchronous)
]
"""


def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take out of the environment what belongs to this run."""
    for name in [*os.environ]:
        if name.startswith(("DJANGO_", "PYTEST_", "DATABASE_")):
            monkeypatch.delenv(name)
