"""Every public name of perfkit with arguments of every wrong kind: an error raised on purpose, and no hang.

An error is raised on purpose where the line that raised it is a ``raise`` of perfkit's, or the call
itself, whose arguments didn't fit.
"""

from __future__ import annotations

import importlib
import linecache
import traceback
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.template import TemplateDoesNotExist
from django.test import RequestFactory, override_settings
from django.views.generic import DetailView, ListView
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.viewsets import GenericViewSet

import perfkit
from perfkit import (
    LazyLoadError,
    Preset,
    PresetError,
    PresetManager,
    PresetQuerySet,
    audit,
    conf,
)
from perfkit.integrations.admin import PresetAdminMixin
from perfkit.integrations.model_utils import (
    PresetInheritanceManager,
    PresetInheritanceQuerySet,
    PresetSoftDeletableManager,
    PresetSoftDeletableQuerySet,
)
from perfkit.integrations.opentelemetry import OpenTelemetryMiddleware
from perfkit.integrations.rest_framework import PresetViewSetMixin, preset_from_serializer
from perfkit.integrations.templates import preset_from_template
from perfkit.integrations.views import PresetViewMixin, preset_view
from perfkit.middleware import AuditMiddleware, RoutesMiddleware, UsageMiddleware
from perfkit.signals import lazy_load
from perfkit.testing import QueryGrowth, assert_constant_queries
from tests.test_reference import GIVEN, PUBLIC, names_of
from tests.testapp.models import Book

PACKAGE = str(Path(perfkit.__file__).parent)
#: The errors that say what is wrong with what was given.
SAID = (
    PresetError,
    ImproperlyConfigured,
    TypeError,
    ValueError,
    AttributeError,
    TemplateDoesNotExist,
)


class Hostile:
    """An object whose every method fails."""

    def __repr__(self) -> str:
        raise RuntimeError("no repr")

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("no comparison")

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        raise RuntimeError("no truth")

    def __len__(self) -> int:
        raise RuntimeError("no length")

    def __str__(self) -> str:
        raise RuntimeError("no text")


STRINGS = [
    "",
    ".",
    "..",
    "../../etc/passwd",
    "/etc/passwd",
    "__",
    "___",
    "__class__",
    "__".join(["author"] * 1000),
    "mentor__" * 1000,
    "title__",
    "title name",
    "title'; DROP TABLE book; --",
    "<script>alert(1)</script>",
    "{{ 7 }}{% include 'x' %}",
    "%s%n",
    "x\x00y",
    "\ud800",
    "x" * 100_000,
    "self",
    "pk",
    "list",
]
OTHERS: list[Any] = [
    None,
    True,
    0,
    -1,
    10**100,
    1.5,
    float("nan"),
    b"title",
    [],
    {},
    (),
    set(),
    object(),
    object,
    Hostile,
    Book,
    Book.objects,
    len,
    lambda: None,
    lambda row: row,
    Preset,
    Preset(),
    PresetQuerySet,
    NotImplemented,
    ...,
]
JUNK = st.recursive(
    st.sampled_from([*STRINGS, *OTHERS])
    | st.text(max_size=20)
    | st.integers()
    | st.binary(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(STRINGS) | st.integers(0, 3), inner, max_size=2)
        | st.lists(inner, max_size=2).map(tuple)
    ),
    max_leaves=6,
)

ENTRIES: dict[str, Callable[[Any, Any], Any]] = {
    "perfkit.Preset": lambda a, b: PRESETS(a, b),
    "perfkit.preset": lambda a, b: perfkit.preset(a),
    "perfkit.PresetQuerySet": lambda a, b: QUERYSETS(a, b),
    "perfkit.PresetQuerySetMixin": lambda a, b: Book.objects.optimize_for(a),
    "perfkit.PresetManager": lambda a, b: PresetManager.from_queryset(PresetQuerySet, preset=a),
    "perfkit.PresetManagerMixin": lambda a, b: PresetManager.from_queryset(a, preset="list"),
    "perfkit.audit": lambda a, b: AUDITS(a, b),
    "perfkit.record_usage": lambda a, b: perfkit.record_usage(sample=a),
    "perfkit.field_reads": lambda a, b: perfkit.field_reads(Book if isinstance(b, int) else b, a),
    "perfkit.reads": lambda a, b: perfkit.reads(a)(b),
    "perfkit.register_reads": lambda a, b: perfkit.register_reads(a, b),
    "perfkit.testing.assert_constant_queries": lambda a, b: assert_constant_queries(a, grow=b),
    "perfkit.testing.QueryGrowth": lambda a, b: QueryGrowth(status=a),
    "perfkit.integrations.templates.preset_from_template": lambda a, b: preset_from_template(
        a, book=Book if isinstance(b, int) else b
    ),
    "perfkit.integrations.rest_framework.preset_from_serializer": lambda a, b: (
        preset_from_serializer(a, b)
    ),
    "perfkit.integrations.rest_framework.PresetViewSetMixin": lambda a, b: VIEWSETS(a, b),
    "perfkit.integrations.views.PresetViewMixin": lambda a, b: VIEWS(a, b),
    "perfkit.integrations.views.preset_view": lambda a, b: FUNCTION_VIEWS(a, b),
    "perfkit.integrations.admin.PresetAdminMixin": lambda a, b: ADMINS(a, b),
    **{
        f"perfkit.integrations.model_utils.Preset{kind}QuerySet": lambda a, b, rows=rows: rows(
            Book
        ).optimize_for(a)
        for kind, rows in (
            ("Inheritance", PresetInheritanceQuerySet),
            ("SoftDeletable", PresetSoftDeletableQuerySet),
        )
    },
    **{
        f"perfkit.integrations.model_utils.Preset{kind}Manager": lambda a, b, manager=manager: (
            manager.from_queryset(b if isinstance(b, type) else manager._queryset_class, preset=a)
        )
        for kind, manager in (
            ("Inheritance", PresetInheritanceManager),
            ("SoftDeletable", PresetSoftDeletableManager),
        )
    },
    **{
        f"{middleware.__module__}.{middleware.__name__}": lambda a, b, middleware=middleware: (
            MIDDLEWARES(middleware, a, b)
        )
        for middleware in (
            AuditMiddleware,
            RoutesMiddleware,
            UsageMiddleware,
            OpenTelemetryMiddleware,
        )
    },
    "perfkit.signals.lazy_load": lambda a, b: RECEIVERS(a, b),
}
#: Names that take nothing of a user's: what perfkit hands out, what Django makes, classes to inherit
#: from that take nothing, and the same under another name.
NOTHING_TO_GIVE = {
    "perfkit.AuditReport",
    "perfkit.Finding",
    "perfkit.LazyLoadError",
    "perfkit.LazyLoadWarning",
    "perfkit.PresetError",
    "perfkit.testing.Call",
    "perfkit.testing.PerfkitAssertionsMixin",
    "perfkit.testing.aassert_constant_queries",
    "perfkit.integrations.templates.derive_from_template",
    "perfkit.integrations.rest_framework.derive_from_serializer",
    "perfkit.integrations.debug_toolbar.PerfkitPanel",
    "perfkit.integrations.external_calls.ExternalCallsConfig",
    "perfkit.integrations.external_calls.install",
    "perfkit.integrations.external_calls.is_installed",
    "perfkit.integrations.external_calls.uninstall",
}
MODULES = (
    *("perfkit", "perfkit.testing", "perfkit.middleware", "perfkit.signals"),
    *(name for name in PUBLIC if name.startswith("perfkit.integrations.")),
)
PARTS = (
    *("only", "defer", "select_related", "prefetch_related"),
    *("include", "annotate", "fetch_mode", "lazy_ok"),
)


def PRESETS(a: Any, b: Any) -> None:
    """Make a preset of every part, unite it with anything, and apply it."""
    errors = 0
    for part in PARTS:
        try:
            Preset(**{part: a}).apply(Book.objects.all())
        except SAID as error:
            assert_on_purpose(error)
            errors += 1
    for call in (lambda: Preset() | a, lambda: Preset().apply(a), lambda: Preset().prefetch(a)):
        try:
            call()
        except SAID as error:
            assert_on_purpose(error)


def QUERYSETS(a: Any, b: Any) -> None:
    rows = PresetQuerySet(Book)
    for call in (lambda: rows.optimize_for(a), lambda: rows.batches(a), lambda: rows.abatches(a)):
        try:
            call()
        except SAID as error:
            assert_on_purpose(error)


def AUDITS(a: Any, b: Any) -> None:
    names = ("kinds", "ignore", "baseline", "single_rows", "repeated", "max_findings")
    for call in (
        lambda: None if callable(a) else perfkit.audit(a),
        *(lambda name=name: perfkit.audit(**{name: a}) for name in names),  # type: ignore[misc]
        lambda: None if isinstance(a, type) else perfkit.audit(mode="collect")(a),
    ):
        try:
            call()
        except SAID as error:
            assert_on_purpose(error)


def VIEWS(a: Any, b: Any) -> None:
    """Let a view name any preset, and anything to derive it from."""
    request = RequestFactory().get("/")
    for attributes in ({"preset": a}, {"preset_from": a}, {"preset": b, "preset_from": a}):
        for base, rows in ((ListView, Book.objects.all()), (DetailView, PresetQuerySet(Book))):
            view = type("View", (PresetViewMixin, base), {"queryset": rows, **attributes})()
            try:
                view.setup(request)
                view.get_queryset()
            except SAID as error:
                assert_on_purpose(error)


def VIEWSETS(a: Any, b: Any) -> None:
    """Let a viewset name any preset, and any serializer."""
    request = RequestFactory().get("/")
    for attributes in (
        {"preset": a},
        {"preset": a, "serializer_class": b},
        {"serializer_class": a},
    ):
        viewset = type("ViewSet", (PresetViewSetMixin, GenericViewSet), attributes)
        view = viewset(request=request, queryset=PresetQuerySet(Book), action="list")
        try:
            view.filter_queryset(view.get_queryset())
        except SAID as error:
            assert_on_purpose(error)


def FUNCTION_VIEWS(a: Any, b: Any) -> None:
    """Decorate a view with anything, and anything with a decorator of views; then call the view."""
    request = RequestFactory().get("/")

    def page(request: Any, books: Any) -> Any:
        return books

    for decorator in (
        lambda: preset_view(a, books=Book),
        lambda: preset_view(a, preset=b, books=Book),
        lambda: preset_view("library/books.html", books=a),
        lambda: preset_view(preset=a, books=Book),
        lambda: preset_view(preset=Preset(), books=a),
    ):
        try:
            decorator()(page)(request)
        except SAID as error:
            assert_on_purpose(error)
    try:
        preset_view(preset=Preset(), books=Book)(a)
    except SAID as error:
        assert_on_purpose(error)


def ADMINS(a: Any, b: Any) -> None:
    """Let a ModelAdmin name any preset for its change list; None lets it derive one."""
    request = RequestFactory().get("/")
    request.user = User(is_superuser=True, is_active=True)
    admin = type("Admin", (PresetAdminMixin, ModelAdmin), {"preset": a, "ordering": ["pk"]})
    changelist = admin(Book, AdminSite())._loading_shown
    for rows in (Book.objects.all(), PresetQuerySet(Book)) if a is not None else ():
        try:
            changelist(SimpleNamespace(root_queryset=rows, list_select_related=True), rows)
        except SAID as error:
            assert_on_purpose(error)


def MIDDLEWARES(middleware: Any, a: Any, b: Any) -> None:
    """Put a middleware around anything, and around a page that answers with anything."""
    request = RequestFactory().get("/")

    async def answer(request: Any) -> Any:
        return a

    with override_settings(PERFKIT={"AUDIT": "collect"}):
        assert middleware(lambda request: a)(request) is a
        assert async_to_sync(middleware(answer))(request) is a
        if not callable(a):
            middleware(a)


def RECEIVERS(a: Any, b: Any) -> None:
    """Connect anything, and what gives anything, to the signal: the page goes on."""
    for receiver in (a, lambda **kwargs: a):
        lazy_load.connect(receiver, sender=b, weak=False)
        try:
            with audit(mode="raise"), pytest.raises(LazyLoadError):
                Book.from_db("default", ["id"], [1]).title
        finally:
            lazy_load.disconnect(receiver, sender=b)


def assert_on_purpose(error: BaseException) -> None:
    """Assert that an error was raised by a ``raise`` of perfkit's, or by the call itself."""
    *_, last = traceback.walk_tb(error.__traceback__)
    frame, line = last
    file = frame.f_code.co_filename
    if file == __file__ or isinstance(error, TemplateDoesNotExist):
        return
    assert file.startswith(PACKAGE), "".join(traceback.format_exception(error))
    source = "".join(linecache.getline(file, line - back) for back in (3, 2, 1, 0))
    assert "raise " in source, "".join(traceback.format_exception(error))
    assert len(str(error)) < 5_000_000


@pytest.fixture(autouse=True)
def registrations(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is registered by a test is forgotten."""
    from perfkit.inference import declarations

    monkeypatch.setattr(declarations, "_registered", dict(declarations._registered))


@pytest.mark.parametrize("name", ENTRIES)
@given(a=JUNK, b=JUNK)
def test_anything_to_any_public_name(name: str, a: Any, b: Any) -> None:
    """It is taken, or the error says what is wrong; nothing comes from the inside, and nothing hangs."""
    try:
        ENTRIES[name](a, b)
    except SAID as error:
        assert_on_purpose(error)


@pytest.mark.parametrize("name", ENTRIES)
def test_each_of_them_by_itself(name: str) -> None:
    """None of the kinds is left to chance."""
    for value in (*STRINGS, *OTHERS):
        try:
            ENTRIES[name](value, 0)
        except SAID as error:
            assert_on_purpose(error)


@pytest.mark.parametrize("name", ENTRIES)
def test_an_object_whose_methods_fail(name: str) -> None:
    """Its own error comes through, or one that says what is wrong; it isn't taken for something else."""
    try:
        ENTRIES[name](Hostile(), 0)
    except RuntimeError as error:
        assert str(error).startswith("no ")  # noqa: PT017 - it is allowed, not expected
    except SAID as error:
        assert_on_purpose(error)


def test_every_public_name_is_tried() -> None:
    """A new public name needs an entry here, or a reason why nothing can be given to it."""
    modules = {name: importlib.import_module(name) for name in MODULES}
    public = {f"{name}.{own}" for name, module in modules.items() for own in names_of(module)}
    public |= {f"perfkit.signals.{name}" for name in GIVEN["perfkit.signals"]}
    assert public == set(ENTRIES) | NOTHING_TO_GIVE


@given(value=JUNK)
def test_a_setting_that_is_anything(value: Any) -> None:
    """Every key of PERFKIT, and PERFKIT itself: a good value, or a sentence that names the key."""
    for setting in (value, *({key: value} for key in conf.PerfkitSettings.__dataclass_fields__)):
        found = conf.problems(setting)
        assert all(isinstance(sentence, str) and "PERFKIT" in sentence for sentence in found)
        with override_settings(PERFKIT=setting):
            if found:
                with pytest.raises(ImproperlyConfigured):
                    conf.get_settings()
            else:
                conf.get_settings()


def test_templates_outside_of_the_project() -> None:
    """A template's name can't lead out of the template directories."""
    for name in ("../settings.py", "/etc/passwd", "..", "a/../../b", "x\x00"):
        with pytest.raises((TemplateDoesNotExist, PresetError)):
            preset_from_template(name, book=Book)
