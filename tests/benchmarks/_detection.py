"""What one tool finds, of reads that each load lazily: python -m tests.benchmarks._detection TOOL.

Each read runs by itself, in the scope that the tool has for code outside of a request. Prints JSON: for each
read whether the tool said anything.
"""

import json
import logging
import sys
import warnings
from importlib.metadata import version

import django
from django.conf import settings

ROWS = 20
APPS = {
    "perfkit": ["perfkit"],
    "django-zeal": ["zeal"],
    "django-nplus1": ["django_nplus1"],
    "nplusone": ["nplusone.ext.django"],
    "django-seal": ["seal"],
    "fetch mode raise": [],
    "Debug Toolbar": ["django.contrib.staticfiles", "debug_toolbar"],
}


def configure(tool):
    """Set Django up with one tool, and make the rows."""
    logging.disable(logging.CRITICAL)
    toolbar = tool == "Debug Toolbar"
    settings.configure(
        SECRET_KEY="benchmark",
        ALLOWED_HOSTS=["*"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        INSTALLED_APPS=["django.contrib.contenttypes", "tests.auditor.app", *APPS[tool]],
        MIDDLEWARE=["debug_toolbar.middleware.DebugToolbarMiddleware"] if toolbar else [],
        ROOT_URLCONF="tests.benchmarks._detection_urls",
        TEMPLATES=[
            {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}
        ],
        STATIC_URL="/static/",
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        DEBUG_TOOLBAR_CONFIG={"SHOW_TOOLBAR_CALLBACK": "tests.benchmarks._auditor_pages.always"},
        DEBUG_TOOLBAR_PANELS=["tests.benchmarks._detection_urls.CountingPanel"],
    )
    django.setup()
    if tool == "django-seal":
        # Before anything else looks at the models: their related managers' classes are kept.
        from django.apps import apps
        from seal.models import make_model_sealable

        for model in apps.get_models():
            make_model_sealable(model)
    from tests.auditor.app import models
    from tests.benchmarks._auditor_pages import fill

    fill(ROWS)
    for book in models.Book.objects.all():
        models.Cover.objects.create(book=book)
        models.Note.objects.create(target=book, text="Note")
        book.tags.add(models.Tag.objects.create(word="new"))
    # It would be one more query of whichever read is the first to need it.
    models.Note.objects.first().target


def reads(rows):
    """Return the reads by what they are; ``rows`` makes a queryset of a model."""
    from tests.auditor.app.models import Book, Note, Person

    def of(queryset, read):
        return lambda: [read(row) for row in queryset()]

    def books():
        return rows(Book)

    def prefetched():
        return rows(Book).prefetch_related("chapters")

    return {
        "a foreign key": of(books, lambda book: book.author.name),
        "the same, of a list of one row": of(
            lambda: books().filter(title="Book 1"), lambda book: book.author.name
        ),
        "a reverse one-to-one": of(books, lambda book: book.cover.colour),
        "a reverse foreign key, `all()`": of(books, lambda book: list(book.chapters.all())),
        "a many-to-many, `all()`": of(books, lambda book: list(book.tags.all())),
        "a generic foreign key": of(lambda: rows(Note), lambda note: note.target.title),
        "a deferred column": of(lambda: books().only("title"), lambda book: book.blurb),
        "`count()` of a related manager": of(books, lambda book: book.chapters.count()),
        "`filter()` past a prefetch": of(
            prefetched, lambda book: list(book.chapters.filter(heading="One"))
        ),
        "a foreign key of prefetched rows": of(
            prefetched, lambda book: [chapter.book.author.name for chapter in book.chapters.all()]
        ),
        "`Model.objects.get()` in a loop": of(
            books, lambda book: Person.objects.get(pk=book.author_id).name
        ),
        "two equal statements, of two lines": lambda: [
            Person.objects.get(name="Author 1"),
            Person.objects.get(name="Author 1"),
        ],
        "a join that nothing reads": of(
            lambda: books().select_related("author"), lambda book: book.title
        ),
        "a column that nothing reads": of(books, lambda book: book.title),
        # What a tool must not report: everything that is read was loaded.
        "(nothing: all that is read was loaded)": of(
            lambda: books().only("title", "author__name").select_related("author"),
            lambda book: (book.title, book.author.name),
        ),
    }


def plain(model):
    """Return all rows, as anyone would ask for them."""
    return model._default_manager.all()


def ask_perfkit(read):
    from perfkit import audit

    with audit(mode="collect") as report:
        read()
    return bool(report.findings)


def ask_usage(read):
    """Ask what is asked last: whether a join or the longest column was never read."""
    from perfkit import record_usage

    with record_usage() as usage:
        read()
    (books,) = usage.querysets
    blurb = books.rows.columns.get("blurb")
    return "author" in books.unused or (blurb is not None and not blurb.used)


def ask_zeal(read):
    from zeal import NPlusOneError, zeal_context

    return raises(NPlusOneError, read, zeal_context())


def ask_nplus1(read):
    from django_nplus1 import NPlus1Error, Profiler

    return raises(NPlus1Error, read, Profiler())


def ask_nplusone(read):
    from nplusone.core.exceptions import NPlusOneError
    from nplusone.core.profiler import Profiler

    return raises(NPlusOneError, read, Profiler())


def ask_fetch_mode(read):
    from django.core.exceptions import FieldFetchBlocked

    return raises(FieldFetchBlocked, read)


def ask_seal(read):
    from seal.exceptions import UnsealedAttributeAccess

    with warnings.catch_warnings():
        warnings.simplefilter("error", UnsealedAttributeAccess)
        return raises(UnsealedAttributeAccess, read)


def ask_toolbar(read):
    from django.test import Client

    from tests.benchmarks import _detection_urls

    _detection_urls.read = read
    assert Client().get("/").status_code == 200
    return _detection_urls.similar > 0


def raises(error, read, scope=None):
    """Tell whether a read in a scope raises an error of the tool's."""
    try:
        if scope is None:
            read()
        else:
            with scope:
                read()
    except error:
        return True
    return False


ASKS = {
    "perfkit": ask_perfkit,
    "django-zeal": ask_zeal,
    "django-nplus1": ask_nplus1,
    "nplusone": ask_nplusone,
    "django-seal": ask_seal,
    "fetch mode raise": ask_fetch_mode,
    "Debug Toolbar": ask_toolbar,
}
DISTRIBUTIONS = {
    "perfkit": "django-perfkit",
    "fetch mode raise": "Django",
    "Debug Toolbar": "django-debug-toolbar",
}


def rows_of(tool):
    """Return what makes a queryset for a tool that wants its own."""
    if tool == "fetch mode raise":
        from django.db.models import FETCH_RAISE

        return lambda model: plain(model).fetch_mode(FETCH_RAISE)
    if tool == "django-seal":
        from seal.query import SealableQuerySet

        return lambda model: SealableQuerySet(model).seal()
    return plain


def main(tool):
    """Print the tool's version, and what it found."""
    configure(tool)
    found = {}
    for name, read in reads(rows_of(tool)).items():
        ask = ask_usage if tool == "perfkit" and "nothing reads" in name else ASKS[tool]
        found[name] = bool(ask(read))
    print(json.dumps({"version": version(DISTRIBUTIONS.get(tool, tool)), "found": found}))


if __name__ == "__main__":
    main(*sys.argv[1:])
