"""perfkit.integrations.views: views load with their preset, and show the rows that they showed."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import RequestFactory
from django.views.generic import DeleteView, DetailView, ListView, UpdateView
from django.views.generic.dates import ArchiveIndexView

from example_project.catalogue.models import Product
from perfkit import Preset, PresetError
from perfkit.integrations.views import PresetViewMixin
from tests.testapp.models import Author, Book, Publisher

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
