"""perfkit.integrations.views.preset_view: functions are handed rows that load what their template reads."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.checks import CheckMessage
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from django.shortcuts import aget_object_or_404, get_list_or_404, get_object_or_404, render
from django.test import RequestFactory, override_settings
from django.urls import path
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import View

from perfkit import Preset, PresetError
from perfkit.checks import check_views
from perfkit.integrations.views import preset_view
from tests.loads import queries
from tests.testapp.models import Author, Book, Publisher

pytestmark = pytest.mark.django_db

TEMPLATES = {
    "list.html": "{% for book in books %}{{ book.title }}\n{{ book.author.name }}{% endfor %}",
    "detail.html": "{{ book.title }} {{ book.author.publisher.name }}",
    "both.html": "{% for book in books %}{{ book.title }}{% endfor %}"
    "{% for author in authors %}{{ author.name }}{% endfor %}",
}


@pytest.fixture(autouse=True)
def templates(settings: Any) -> None:
    loader = ("django.template.loaders.locmem.Loader", TEMPLATES)
    settings.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {"loaders": [loader]},
        }
    ]


@pytest.fixture
def book() -> Book:
    publisher = Publisher.objects.create(name="House")
    author = Author.objects.create(name="Ann", bio="long", publisher=publisher)
    Book.objects.create(title="Other", author=author)
    return Book.objects.create(title="One", blurb="text", author=author)


@preset_view("list.html", books=Book)
def book_list(request: HttpRequest, books: Any) -> HttpResponse:
    """Show some books."""
    return render(request, "list.html", {"books": books.filter(title="One")})


@preset_view("detail.html", book=Book)
def book_detail(request: HttpRequest, pk: int, book: Any) -> HttpResponse:
    """Show one book."""
    return render(request, "detail.html", {"book": get_object_or_404(book, pk=pk)})


@preset_view("list.html", books=Book, preset="list")
def named(request: HttpRequest, books: Any) -> HttpResponse:
    """Show all books as a preset loads them."""
    return render(request, "list.html", {"books": books})


@preset_view("list.html", books=Book, preset=Preset(only=["title"]))
def too_little(request: HttpRequest, books: Any) -> HttpResponse:
    """Show some books with too little loaded."""
    found = get_list_or_404(books, title="One")
    return render(request, "list.html", {"books": found})


@preset_view("list.html", books=Book, preset=Preset(only=["title"]))
def unsure(request: HttpRequest, books: Any) -> HttpResponse:
    """Ask for more than the preset says, in a function within."""

    def more() -> Any:
        return books.select_related("author")

    return render(request, "list.html", {"books": more()})


def get(view: Any, **kwargs: Any) -> Any:
    return view(RequestFactory().get("/"), **kwargs)


def said_of(view: Any) -> list[CheckMessage]:
    module: Any = ModuleType("urls_of_a_test")
    module.urlpatterns = [path("x", view)]
    with override_settings(ROOT_URLCONF=module):
        return check_views(app_configs=None)


def test_a_list_loads_what_its_template_reads(book: Book) -> None:
    """One query with the columns that are shown; the filter of the view stays."""
    with queries() as sent:
        response = get(book_list)
    assert response.content.decode() == "One\nAnn"
    assert len(sent) == 1
    assert "blurb" not in sent[0]["sql"]
    assert "bio" not in sent[0]["sql"]
    assert "One" in sent[0]["sql"]


def test_one_row_loads_what_its_template_reads(book: Book) -> None:
    """The arguments of the URL are handed on."""
    with queries() as sent:
        response = get(book_detail, pk=book.pk)
    assert response.content == b"One House"
    assert len(sent) == 1
    assert "blurb" not in sent[0]["sql"]


def test_every_call_gets_rows_of_its_own(book: Book) -> None:
    """What one request has loaded is nobody else's."""
    got = []

    @preset_view("list.html", books=Book.objects.order_by("pk"), authors=Author.objects)
    def view(request: HttpRequest, books: Any, authors: Any) -> HttpResponse:
        got.append((books, authors))
        return HttpResponse(f"{len(books)} {len(authors)}")

    assert get(view).content == b"2 1"
    Book.objects.create(title="Three", author=book.author)
    assert get(view).content == b"3 1"
    (first, writers), (second, _) = got
    assert first is not second
    assert writers.model is Author
    assert first.query.order_by == ("pk",)


def test_an_asynchronous_function_loads_what_its_template_reads(book: Book) -> None:
    """The decorated function is one that Django awaits, and its rows are complete."""

    @preset_view("detail.html", book=Book)
    async def view(request: HttpRequest, pk: int, book: Any) -> HttpResponse:
        return render(request, "detail.html", {"book": await aget_object_or_404(book, pk=pk)})

    with queries() as sent:
        response = async_to_sync(view)(RequestFactory().get("/"), pk=book.pk)
    assert response.content == b"One House"
    assert len(sent) == 1


def test_it_stands_with_other_decorators_and_on_methods(book: Book) -> None:
    """In any order, several times, and through ``method_decorator``."""

    @never_cache
    @preset_view("both.html", books=Book)
    @preset_view(preset=Preset(only=["name"]), authors=Author)
    def view(request: HttpRequest, books: Any, authors: Any) -> HttpResponse:
        return render(request, "both.html", {"books": books, "authors": authors})

    with queries() as sent:
        assert get(view).content == b"OtherOneAnn"
    assert len(sent) == 2
    assert "bio" not in sent[1]["sql"]
    assert not said_of(view)

    class Methods(View):
        @method_decorator(preset_view("both.html", books=Book))
        def get(self, request: HttpRequest, books: Any) -> HttpResponse:
            return render(request, "both.html", {"books": books})

    assert get(Methods.as_view()).content == b"OtherOne"


def test_a_named_preset_is_applied_and_compared(book: Book) -> None:
    """What the template reads and the preset doesn't load is a warning with the line."""
    with queries() as sent:
        get(named)
    assert len(sent) == 2, "the preset has the tags, too"
    (message,) = said_of(too_little)
    assert message.id == "perfkit.W005"
    assert "'author__name' (list.html:2)" in message.msg
    assert message.obj == f"{__name__}.too_little, books"
    assert not [message for message in said_of(named) if message.id != "perfkit.I002"]


def test_a_function_that_loads_more_itself_is_not_warned_of() -> None:
    """It may be right: that is an information."""
    (message,) = said_of(unsure)
    assert message.id == "perfkit.I004"


def test_mistakes_are_told() -> None:
    """At the decorator where it can know, by the checks and at the call where it can't."""
    with pytest.raises(PresetError, match="takes a template, a preset, or both"):
        preset_view(books=Book)
    with pytest.raises(PresetError, match="takes rows by their name"):
        preset_view("list.html")
    with pytest.raises(PresetError, match="takes a model, a manager or a queryset, not 'Book'"):
        preset_view("list.html", books="Book")  # type: ignore[arg-type]
    with pytest.raises(PresetError, match=r"hands 'books' to .*without\(\), which takes no such"):

        @preset_view("list.html", books=Book)
        def without(request: HttpRequest) -> HttpResponse:
            return HttpResponse()

    @preset_view("list.html", books=Book, preset="lsit")
    def wrong(request: HttpRequest, books: Any) -> HttpResponse:
        return HttpResponse()

    with pytest.raises(PresetError, match="no 'lsit'"):
        get(wrong)
    (message,) = said_of(wrong)
    assert message.id == "perfkit.E005"

    @preset_view("missing.html", books=Book)
    def lost(request: HttpRequest, books: Any) -> HttpResponse:
        return HttpResponse()

    (message,) = said_of(lost)
    assert message.id == "perfkit.I003"
    assert "missing.html" in message.msg

    @preset_view(users=Publisher, preset="list")
    def plain(request: HttpRequest, users: Any) -> HttpResponse:
        return HttpResponse()

    with pytest.raises(PresetError, match="plain names the preset 'list', but QuerySet has no pre"):
        get(plain)


def test_a_preset_is_suggested_for_a_function(capsys: Any) -> None:
    """As for a class."""
    call_command("perfkit", "presets", suggest=f"{__name__}.book_detail")
    assert '"author__publisher__name"' in capsys.readouterr().out
