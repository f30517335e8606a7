"""The hooks change nothing: they go in and out without a trace, and pickles know nothing of them."""

import copy
import operator
import os
import pickle
import subprocess
import sys
from pathlib import Path

import django
import pytest
from django.apps import apps
from django.db.models import Model, QuerySet, query
from django.db.models.base import ModelState
from django.db.models.fields import related_descriptors
from django.db.models.query import ModelIterable
from django.test import override_settings

from perfkit import audit
from perfkit._compat import HAS_FETCH_MODES
from perfkit.auditor import hooks, install, is_installed, uninstall
from perfkit.auditor.fetch_modes import fetch_mode
from tests.auditor.app.models import Book, Note, Person


@pytest.fixture(autouse=True)
def hooks_out():
    """Take out what a fetch mode of an earlier test put in for good."""
    uninstall()


def owners():
    """Return all that a hook could stand on."""
    from django.contrib.contenttypes import fields, models
    from django.db.backends import utils
    from django.db.models import query_utils

    modules = [query, related_descriptors, fields, models, utils, query_utils]
    classes = [
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type) and value.__module__.startswith("django")
    ]
    managers = [type(getattr(Book(pk=1), name)) for name in ("chapters", "notes", "tags")]
    if HAS_FETCH_MODES:
        from django.db.models import fetch_modes

        modules.append(fetch_modes)
        classes += [type(getattr(fetch_modes, f"FETCH_{n}")) for n in ("ONE", "PEERS", "RAISE")]
    return [*modules, *classes, *managers, Model, ModelState, QuerySet, *apps.get_models()]


def snapshot(everything):
    """Return the identity of every attribute."""
    return {
        (str(owner), name): id(value)
        for owner in everything
        for name, value in list(vars(owner).items())
        if name not in ("__abstractmethods__", "__doc__", "__dict__", "__weakref__")
    }


@pytest.mark.django_db
def test_install_and_uninstall_are_inverses():
    """After uninstall() every attribute is the very object that it was before."""
    Note.target, Book.notes  # make what is made lazily
    everything = owners()
    assert not is_installed()
    before = snapshot(everything)
    install()
    install()
    during = snapshot(everything)
    assert is_installed()
    assert {key for key in before if before[key] != during[key]}
    uninstall()
    uninstall()
    assert not is_installed()
    assert snapshot(everything) == before


@pytest.mark.django_db
def test_a_scope_installs_for_its_own_time():
    """audit() puts the hooks in and takes them out; with the settings on they stay."""
    everything = owners()
    before = snapshot(everything)
    with audit(), audit():
        assert is_installed()
    assert not is_installed()
    assert snapshot(everything) == before
    with override_settings(PERFKIT={"AUDIT": "log"}):
        assert is_installed()
        with audit():
            pass
        assert is_installed()
    assert not is_installed()
    assert snapshot(everything) == before


def test_settings_that_are_wrong_ask_for_nothing():
    """A bad setting is for the system check to report; it doesn't stop the start."""
    with override_settings(PERFKIT={"AUDIT": "loudly"}):
        assert not is_installed()


def test_managers_made_meanwhile(db):
    """A generic manager class that is made while the hooks are in loses its hook with them."""
    descriptor = Book.notes
    vars(descriptor).pop("related_manager_cls", None)
    with audit():
        made = type(Book(pk=1).notes)
        assert hasattr(made._apply_rel_filters, "__wrapped__")
    assert not hasattr(made._apply_rel_filters, "__wrapped__")


CHECK = """
import pickle, sys
sys.meta_path.insert(0, type("Block", (), {"find_spec": staticmethod(
    lambda name, *rest: (_ for _ in ()).throw(ImportError(name)) if name.startswith("perfkit")
    else None)})())
from django.conf import settings
settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", "tests.auditor.app"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
import django
django.setup()
for value in pickle.loads(sys.stdin.buffer.read()):
    print(value)
"""


@pytest.mark.django_db
def test_pickles_load_without_perfkit(books):
    """Pickled rows and querysets name nothing of perfkit and load where it isn't installed."""
    with audit(mode="collect"):
        queryset = Book.objects.select_related("author").prefetch_related("chapters", "notes")
        rows = list(queryset)
        lazy = Book.objects.only("title")
        list(lazy)
        rows[0].cover, rows[0].notes.all()[0].target
        values = [rows[0], rows[0].author, rows[0].notes.all()[0], lazy.query.model.__name__]
        pickles = [pickle.dumps(values, protocol) for protocol in (2, 5)]
        pickles.append(pickle.dumps([rows[0].chapters.all()]))
        pickles.append(pickle.dumps([queryset, rows[0].notes.filter(text="well")]))
    for content in pickles:
        assert b"perfkit.auditor" not in content
        loaded = subprocess.run(
            [sys.executable, "-c", CHECK], input=content, capture_output=True, check=False
        )
        assert loaded.returncode == 0, loaded.stderr.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "copier", [copy.copy, copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))]
)
def test_copies_hold_nothing_of_perfkit(books, copier):
    """A copy of a row is a plain row."""
    with audit(mode="collect") as report:
        row = Book.objects.only("title")[0]
        copied = copier(row)
        for value in vars(copied._state).values():
            assert not type(value).__module__.startswith("perfkit")
        assert copied == row
        copied.blurb
    assert report.findings[0].origin is None


@pytest.mark.django_db
def test_the_user_s_queryset_is_left_as_it_is(books):
    """Evaluating a queryset inside a scope leaves no attribute on it that isn't Django's."""
    with audit(mode="collect"):
        audited = Book.objects.only("title")
        list(audited)
    plain = Book.objects.only("title")
    list(plain)
    assert set(vars(audited)) == set(vars(plain))
    if HAS_FETCH_MODES:
        from django.db.models import FETCH_ONE

        assert audited._fetch_mode is FETCH_ONE
    assert audited._db is None


class Sharded(QuerySet):
    """A queryset of a project's own that knows by itself where its rows are."""

    shard = "default"

    @property
    def db(self):
        return self.shard


@pytest.mark.django_db(databases=["default", "other"])
def test_rows_of_another_database(books):
    """Rows, and what is loaded lazily, come from the database that the queryset says."""
    author = Person.objects.using("other").create(name="Elsewhere")
    Book.objects.using("other").create(title="Elsewhere", author=author)
    sharded = Sharded(Book)
    sharded.shard = "other"
    with audit(mode="collect") as report:
        for rows in (Book.objects.using("other"), sharded):
            (book,) = rows
            assert (book.title, book.author.name) == ("Elsewhere", "Elsewhere")
            assert book._state.db == "other"
    assert {finding.field for finding in report.findings} == {"author"}


class Numbered(ModelIterable):
    """Makes more of rows by what was said of their queryset, as iterables of a project's own do."""

    def __iter__(self):
        for row in super().__iter__():
            row.number = self.queryset.number
            yield row


@pytest.mark.django_db
def test_an_iterable_of_the_users_own(books):
    """It is given all that was said of its queryset."""
    rows = Book.objects.all()
    rows._iterable_class, rows.number = Numbered, 7
    with audit(mode="collect") as report:
        list(Book.objects.all())
        for row in rows:
            assert (row.number, row.author.name[:6]) == (7, "Author")
    assert [(f.field, f.count) for f in report.findings] == [("author", 3)]


@pytest.mark.django_db
def test_rows_are_fetched_in_the_chunks_that_were_asked_for(books):
    """How a queryset is fetched reaches Django as it was said."""
    with audit(mode="collect"):
        rows = ModelIterable(Book.objects.all(), True, 7)
    assert (rows.chunked_fetch, rows.chunk_size) == (True, 7)


@pytest.mark.django_db
def test_the_alias_of_rows(books):
    """The database of a row compares, prints and hashes as its alias."""
    with audit(mode="collect"):
        row = Book.objects.all()[0]
    assert row._state.db == "default"
    assert {row._state.db: 1} == {"default": 1}
    assert f"{row._state.db!r} {row._state.db}" == "'default' default"


@pytest.mark.skipif(not HAS_FETCH_MODES, reason="Django has fetch modes from 6.1 on")
@pytest.mark.django_db
def test_the_mode_of_rows(books):
    """On Django 6.1 the mode of a row compares and hashes as the mode that was chosen."""
    from django.db.models import FETCH_ONE, FETCH_PEERS, FETCH_RAISE

    with audit(mode="collect"):
        one = Book.objects.all()[0]._state.fetch_mode
        other = Book.objects.all()[0]._state.fetch_mode
        peers = Book.objects.fetch_mode(FETCH_PEERS)[0]._state.fetch_mode
    assert one == FETCH_ONE
    assert operator.eq(FETCH_ONE, one)
    assert one == other
    assert peers == FETCH_PEERS
    assert one != peers
    assert (hash(one), repr(one)) == (hash(FETCH_ONE), repr(FETCH_ONE))
    assert hash(fetch_mode("raise")) == hash(FETCH_RAISE)
    assert pickle.loads(pickle.dumps(one)) is FETCH_ONE
    assert copy.deepcopy(peers) is FETCH_PEERS


def test_the_private_functions_of_django_are_there():
    """Each attribute that a hook replaces is defined where the hook expects it."""
    for owner, name, _ in hooks._plan():
        assert name in vars(owner), (owner, name)


OFF = """
import django
from django.conf import settings
settings.configure(
    INSTALLED_APPS=[
        "django.contrib.contenttypes", "django.contrib.auth", "perfkit", "tests.auditor.app"
    ],
    MIDDLEWARE=["perfkit.middleware.AuditMiddleware", "perfkit.middleware.UsageMiddleware"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    ROOT_URLCONF="tests.auditor.urls",
    PERFKIT=PERFKIT_SETTING,
)
from django.db import models
from django.db.backends import utils
from django.db.models import base, query, query_utils
from django.db.models.fields import related_descriptors
from django.db.models.sql import compiler

def attributes():
    modules = [base, query, query_utils, related_descriptors, compiler, utils]
    owners = {id(owner): owner for module in modules for owner in [module, *vars(module).values()]
              if owner is module or isinstance(owner, type)}
    return {(repr(owner), name): value for owner in owners.values()
            for name, value in vars(owner).items() if not isinstance(value, int)}

before = attributes()
django.setup()
import perfkit.auditor.hooks, perfkit.auditor.version, perfkit.usage
from django.core.management import call_command
from django.test import Client
from tests.auditor.app.models import Book
call_command("migrate", run_syncdb=True, verbosity=0)
assert Client().get("/view/?read=blurb", headers={"host": "localhost"}).status_code == 200
list(Book.objects.only("title"))
for key, value in attributes().items():
    if key in before and before[key] is not value:
        print(*key)
from django.contrib.contenttypes import fields
if hasattr(fields.create_generic_related_manager, "__wrapped__"):
    print("create_generic_related_manager")
"""


def changed(setting):
    """Return which attributes of Django a process has replaced that started with the setting."""
    code = OFF.replace("PERFKIT_SETTING", repr(setting))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_off_replaces_nothing_in_a_project():
    """A project with the auditor off serves a page with the very attributes that Django has."""
    assert changed({"AUDIT": "off"}) == []
    on = changed({"AUDIT": "log"})
    assert on[-1] == "create_generic_related_manager"
    assert any("BaseIterable" in line for line in on)


LINKED = """
import sys
import django
from django.conf import settings
assert django.__file__.startswith(sys.argv[1]), django.__file__
settings.configure()
django.setup()
from perfkit.auditor.frames import DJANGO, PASSED, mark_of
from django.db.models import Model, QuerySet
from django.template import Template
assert mark_of(QuerySet._fetch_all.__code__).category == DJANGO
assert mark_of(Model.refresh_from_db.__code__).category == DJANGO
assert mark_of(Template.render.__code__).category == PASSED
"""


def test_libraries_behind_a_link(tmp_path):
    """Django is known where it is imported through a link, as from the current one of several releases."""
    link = tmp_path / "current"
    link.symlink_to(Path(django.__file__).parent.parent, target_is_directory=True)
    done = subprocess.run(
        [sys.executable, "-c", LINKED, str(link)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(link), *sys.path])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
