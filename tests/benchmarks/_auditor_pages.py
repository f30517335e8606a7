"""The pages that the auditor's benchmark asks for, served with one tool at a time.

python -m tests.benchmarks._auditor_pages TOOL count|time
"""

import gc
import logging
import os
import sys
import time
from statistics import median

import django
from django.conf import settings

ROWS = 200
TEMPLATE = (
    "<html><body>{% for book in books %}<p>{{ book.title }} {{ book.price }} {{ book.author.name }}"
    "{% if chapters %}{% for chapter in book.chapters.all %}<i>{{ chapter.heading }}</i>"
    "{% endfor %}{% endif %}{% if both %}{{ book.editor.name }}{% endif %}</p>{% endfor %}"
    "</body></html>"
)
MIDDLEWARE = {
    "plain": [],
    "perfkit": ["perfkit.middleware.AuditMiddleware"],
    "usage": ["perfkit.middleware.UsageMiddleware"],
    "zeal": ["zeal.middleware.zeal_middleware"],
    "django-nplus1": ["django_nplus1.middleware.NPlus1Middleware"],
    "nplusone": ["nplusone.ext.django.NPlusOneMiddleware"],
    "debug toolbar": ["debug_toolbar.middleware.DebugToolbarMiddleware"],
}
APPS = {
    "perfkit": ["perfkit"],
    "usage": ["perfkit"],
    "zeal": ["zeal"],
    "django-nplus1": ["django_nplus1"],
    "nplusone": ["nplusone.ext.django"],
    "debug toolbar": ["django.contrib.staticfiles", "debug_toolbar"],
}

SETTINGS = {
    "perfkit": {"AUDIT": "log"},
    "usage": {"USAGE_FILE": os.devnull},
}


def always(request):
    """Show the toolbar."""
    return True


def configure(tool):
    """Set Django up with one tool."""
    logging.disable(logging.CRITICAL)
    settings.configure(
        SECRET_KEY="benchmark",
        ALLOWED_HOSTS=["*"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        INSTALLED_APPS=[
            "django.contrib.contenttypes",
            "tests.auditor.app",
            *APPS.get(tool.removesuffix(" peers"), []),
        ],
        MIDDLEWARE=MIDDLEWARE[tool.removesuffix(" peers")],
        ROOT_URLCONF="tests.benchmarks._auditor_urls",
        TEMPLATES=[
            {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}
        ],
        STATIC_URL="/static/",
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        PERFKIT=SETTINGS.get(tool.removesuffix(" peers"), {}),
        ZEAL_RAISE=False,
        DEBUG_TOOLBAR_CONFIG={"SHOW_TOOLBAR_CALLBACK": "tests.benchmarks._auditor_pages.always"},
        DEBUG_TOOLBAR_PANELS=["debug_toolbar.panels.sql.SQLPanel"],
    )
    django.setup()


def fill(rows=ROWS):
    """Make tables and rows: 200 books, each with its own author and editor, and two chapters."""
    from django.db import connection

    from tests.auditor.app import models

    with connection.schema_editor() as editor:
        from django.contrib.contenttypes.models import ContentType

        tables = [ContentType, models.Publisher, models.Person, models.Tag, models.Note]
        for model in [*tables, models.Book, models.Chapter, models.Cover, models.Novel]:
            editor.create_model(model)
    fill_rows(rows)


def fill_rows(rows=ROWS):
    """Make the rows, where the tables are there."""
    from tests.auditor.app import models

    for number in range(rows):
        author = models.Person.objects.create(name=f"Author {number}")
        editor = models.Person.objects.create(name=f"Editor {number}")
        book = models.Book.objects.create(title=f"Book {number}", author=author, editor=editor)
        for heading in ("One", "Two"):
            models.Chapter.objects.create(book=book, heading=heading)


PAGES = ["clean", "tiny", "dirty"]


def main(tool, how):
    """Ask for each page: warm, then counted or timed."""
    configure(tool)
    fill()
    from django.test import Client

    client = Client()
    pages = [f"{page}-peers" if tool.endswith(" peers") else page for page in PAGES]

    def ask(page):
        assert client.get(f"/{page}/").status_code == 200

    if how == "count":
        from tests.benchmarks._instructions import Counter

        counter = Counter()
        for page in pages:
            for _ in range(2):
                ask(page)
            gc.collect()
            gc.disable()
            with counter:
                ask(page)
            gc.enable()
        return
    for page in pages:
        ask(page)
        times = []
        for _ in range(15):
            start = time.process_time()
            ask(page)
            times.append(time.process_time() - start)
        print(int(median(times) * 1e9))


if __name__ == "__main__":
    main(*sys.argv[1:])
