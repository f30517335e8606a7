"""perfkit.integrations.views: views load with their preset, and show the rows that they showed."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.http import HttpResponse
from django.test import RequestFactory
from django.views.generic import DeleteView, DetailView, ListView, UpdateView
from django.views.generic.dates import (
    ArchiveIndexView,
    DateDetailView,
    DayArchiveView,
    MonthArchiveView,
    YearArchiveView,
)

from example_project.catalogue.models import Product
from perfkit import Preset, PresetError
from perfkit.integrations.views import PresetViewMixin
from tests.testapp.models import Author, Book, Country, Publisher

pytestmark = pytest.mark.django_db


@pytest.fixture
def book() -> Book:
    author = Author.objects.create(name="Ann", bio="long")
    return Book.objects.create(title="One", blurb="text", author=author)


def rows_of(view_class: Any, **kwargs: Any) -> Any:
    """Return the queryset that a view has for a request."""
    view = view_class()
    view.setup(RequestFactory().get("/"), **kwargs)
    return view.get_queryset()


class Books(PresetViewMixin, ListView):
    """Names no preset; its own queryset isn't that of ``super()``."""

    model = Book
    paginate_by = 1

    def get_queryset(self) -> Any:
        """Return some of the rows."""
        return Book.objects.filter(title="One").order_by("pk")


def test_lists_and_details_take_their_presets(book: Book) -> None:
    """By the names that the QuerySet has; the filter of the view stays, whoever overrides what."""
    Book.objects.create(title="Two", author=book.author)
    rows = rows_of(Books)
    assert str(rows.loading_plan) == str(Book.objects.optimize_for("list").loading_plan)
    assert [row.title for row in rows] == ["One"]

    class OneBook(PresetViewMixin, DetailView):
        model = Book

    assert rows_of(OneBook).loading_plan == Book.objects.optimize_for("detail").loading_plan
    view = OneBook()
    view.setup(RequestFactory().get("/"), pk=book.pk)
    assert view.get_object() == book


def test_pages_and_dates_work(book: Book) -> None:
    """A page of a list is one of narrowed rows; a date view counts its dates."""
    view = Books()
    view.setup(RequestFactory().get("/"))
    response = view.get(view.request)
    (row,) = response.context_data["object_list"]
    assert "blurb" in row.get_deferred_fields()

    class Archive(PresetViewMixin, ArchiveIndexView):
        model = Product
        preset = "list"
        date_field = "created"
        allow_empty = True

    assert Archive.as_view()(RequestFactory().get("/")).status_code == 200


@pytest.mark.parametrize("base", [UpdateView, DeleteView])
def test_views_that_save_load_whole_rows(base: Any, book: Book) -> None:
    """No column is deferred, while the joined rows stay narrow."""
    view_class = type("View", (PresetViewMixin, base), {"model": Book, "preset": "list"})
    row = rows_of(view_class).get(pk=book.pk)
    assert not row.get_deferred_fields()
    assert "bio" in row.author.get_deferred_fields()


def test_a_wrong_name_is_an_error_and_other_rows_are_left_alone(book: Book) -> None:
    """Only a name that somebody wrote must exist; values, unions and lists have no preset."""

    class Wrong(PresetViewMixin, ListView):
        model = Book
        preset = "lsit"

    with pytest.raises(PresetError, match="no 'lsit'"):
        rows_of(Wrong)

    class Made(PresetViewMixin, ListView):
        model = Book
        preset = Preset(only=["title"])

    assert rows_of(Made).loading_plan.columns == ("id", "title")

    class Plain(PresetViewMixin, ListView):
        model = Publisher
        preset = "list"

    with pytest.raises(
        PresetError, match="Plain names the preset 'list', but QuerySet has no presets"
    ):
        rows_of(Plain)
    view = Made()
    for rows in ([book], Book.objects.values("title"), Book.objects.union(Book.objects.all())):
        assert view.with_preset(rows) is rows


class AsyncBooks(PresetViewMixin, ListView):
    """Answers asynchronously."""

    model = Book
    preset = "list"

    async def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Return the titles and authors."""
        rows = [f"{book.title} {book.author.name}" async for book in self.get_queryset()]
        return HttpResponse(", ".join(rows))


@pytest.mark.django_db(transaction=True)
def test_an_asynchronous_view_loads_with_its_preset(book: Book) -> None:
    """The rows are those of the preset, and reading them loads nothing more (Django would refuse)."""
    response = async_to_sync(AsyncBooks.as_view())(RequestFactory().get("/"))
    assert response.content == b"One Ann"


@pytest.mark.parametrize(
    ("base", "kwargs"),
    [
        (YearArchiveView, {"year": 2026, "make_object_list": True}),
        (MonthArchiveView, {"year": 2026, "month": 5, "month_format": "%m"}),
        (DayArchiveView, {"year": 2026, "month": 5, "day": 4, "month_format": "%m"}),
        (DateDetailView, {"year": 2026, "month": 5, "day": 4, "month_format": "%m"}),
    ],
)
def test_date_views_load_with_their_preset(
    settings: Any, base: Any, kwargs: dict[str, Any]
) -> None:
    """Rows of the period, narrowed, whose dates are those that the plain view shows."""
    # With time zones MariaDB would need their tables, which a new server hasn't got.
    settings.USE_TZ = False
    country = Country.objects.create(
        name="Here",
        code="hr",
        founded=datetime.datetime(2026, 5, 4, 18),
    )
    attributes: dict[str, Any] = {
        "model": Country,
        "date_field": "founded",
        "make_object_list": kwargs.pop("make_object_list", False),
        "preset": Preset(only=["name"]),
    }
    contexts = []
    for bases in ((PresetViewMixin, base), (base,)):
        view = type("View", bases, {**attributes, "allow_future": True})()
        given = {**kwargs, "pk": country.pk} if base is DateDetailView else kwargs
        formats = {name: given.pop(name) for name in ("month_format",) if name in given}
        view.setup(RequestFactory().get("/"), **given)
        for name, value in formats.items():
            setattr(view, name, value)
            kwargs[name] = value
        contexts.append(view.get(view.request).context_data)
    narrowed, plain = contexts
    (row,) = narrowed.get("object_list") or [narrowed["object"]]
    assert row.get_deferred_fields() >= {"anthem"}
    assert row.name == "Here"
    assert list(narrowed.get("date_list") or []) == list(plain.get("date_list") or [])
