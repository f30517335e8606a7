"""The admin's change lists: real requests, against those of the plain admin."""

from __future__ import annotations

import re
from types import ModuleType
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import path

from perfkit import Preset, PresetError, audit
from perfkit.integrations.admin import PresetAdminMixin
from tests.loads import expected, queries, selected
from tests.testapp.models import Author, Book, Note, Review, Tag

pytestmark = pytest.mark.django_db
BOOKS, BOOKS_URL = 3, "/admin/testapp/book/"


def from_outside(book: Book) -> str:
    """Show a callable."""
    return f"by {book.author.name}"


class BookOptions(admin.ModelAdmin):
    """What the plain admin and that with presets have in common."""

    list_display = ["title", "editor", "author__name", from_outside, "tag_names", "pages"]
    list_filter = ["pages"]
    search_fields = ["title"]
    ordering = ["title"]
    list_per_page = 100

    def tag_names(self, book: Book) -> str:
        return ", ".join(tag.name for tag in book.tags.all())


class PresetBooks(PresetAdminMixin, BookOptions):
    """Derived."""


class ReviewOptions(admin.ModelAdmin):
    """Has a widget that searches books."""

    autocomplete_fields = ["book"]


@pytest.fixture
def client(admin_user: User) -> Client:
    made = Client()
    made.force_login(admin_user)
    return made


@pytest.fixture(autouse=True)
def rows() -> None:
    add_books(BOOKS)


def add_books(count: int) -> None:
    for number in range(count):
        author = Author.objects.create(name=f"Author {number}")
        book = Book.objects.create(
            title=f"Book {number}", author=author, editor=author, pages=number, blurb="long"
        )
        book.tags.add(Tag.objects.create(name=f"tag {number}"))


def use(
    settings: Any, options: type[admin.ModelAdmin], notes: type[admin.ModelAdmin] | None = None
) -> None:
    """Serve a site on which books, and notes, have these options."""
    site = admin.AdminSite()
    site.register(Book, options)
    site.register(Note, notes)
    site.register(Review, ReviewOptions)
    module: Any = ModuleType("urls_of_a_test")
    module.urlpatterns = [path("admin/", site.urls)]
    settings.ROOT_URLCONF = module


def get(client: Client, url: str = BOOKS_URL) -> tuple[str, list[str]]:
    """Return the page without its token, and the statements about books that were sent for it."""
    with queries() as sent:
        response = client.get(url)
    assert response.status_code == 200
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())
    return page, [query["sql"] for query in sent.captured_queries]


def rows_of(sent: list[str]) -> str:
    """Return the statement that loads the rows that are shown."""
    start = re.compile(r'SELECT ["`]testapp_book["`]\.["`]id["`]')
    return next(sql for sql in sent if start.search(sql))


def made(name: str, **attributes: Any) -> Any:
    return type(name, (PresetAdminMixin, BookOptions), attributes)


@pytest.mark.parametrize(
    "query", ["", "?q=Book", "?pages=1", "?o=-1", "?_popup=1&_to_field=id", "?e=1"]
)
def test_the_page_is_that_of_the_plain_admin(client: Client, settings: Any, query: str) -> None:
    """Filtered, searched, ordered or in a popup: the same bytes are answered."""
    use(settings, BookOptions)
    plain, _ = get(client, BOOKS_URL + query)
    use(settings, PresetBooks)
    assert get(client, BOOKS_URL + query)[0] == plain
    assert "Book 1" in plain


def test_queries_don_t_grow_with_the_rows_and_nothing_is_lazy(
    client: Client, settings: Any
) -> None:
    """As many queries for many rows as for few, where the plain admin's grow; the auditor is quiet."""
    use(settings, BookOptions)
    plain = len(get(client)[1])
    use(settings, PresetBooks)
    few = len(get(client)[1])
    add_books(20)
    with audit(mode="collect") as report:
        assert len(get(client)[1]) == few
    assert report.findings == ()
    use(settings, BookOptions)
    assert len(get(client)[1]) > plain


def test_only_the_columns_that_are_shown_are_loaded(client: Client, settings: Any) -> None:
    """The statement of the rows has what is shown, joins what it crosses, and leaves out the rest."""
    use(settings, made("Few", list_display=["author__name", from_outside, "pages"], actions=None))
    _, sent = get(client)
    statement = next(sql for sql in sent if '"testapp_author"' in sql.replace("`", '"'))
    assert selected(statement) == expected("book(id author_id pages) author(id name)")


def test_joins_that_django_guesses_are_narrowed_too(client: Client, settings: Any) -> None:
    """A foreign key in list_display loads what its text reads, and not the whole row."""
    use(settings, made("Guessed", list_display=["editor"], actions=None))
    statement = rows_of(get(client)[1])
    assert selected(statement) == expected("book(id editor_id) author(id)")


def test_a_row_of_any_model_is_prefetched(client: Client, settings: Any) -> None:
    """A generic foreign key in list_display costs a query for each model, not for each row."""

    class Notes(PresetAdminMixin, admin.ModelAdmin):
        list_display = ["text", "target"]

    use(settings, BookOptions, Notes)
    url, sent = "/admin/testapp/note/", []
    for book in Book.objects.all():
        Note.objects.create(text="note", target=book)
        sent.append(len(get(client, url)[1]))
    assert sent[1:] == sent[1:2] * (BOOKS - 1)


def test_columns_vary_with_the_request(client: Client, settings: Any) -> None:
    """What one user's columns read is not taken for another's."""

    def get_list_display(self: Any, request: Any) -> list[str]:
        return ["blurb"] if "e" in request.GET else ["title"]

    use(settings, made("Varying", get_list_display=get_list_display, actions=None))
    for url, shown, hidden in (
        (BOOKS_URL, "title", "blurb"),
        (f"{BOOKS_URL}?e=1", "blurb", "title"),
    ):
        statement = rows_of(get(client, url)[1]).split("FROM")[0]
        assert shown in statement
        assert hidden not in statement


def test_what_can_t_be_followed_is_loaded_whole(client: Client, settings: Any) -> None:
    """A method that inference can't follow gets whole rows."""

    def puzzle(self: Any, book: Book) -> str:
        return str(eval("book.blurb"))

    use(settings, made("Puzzling", list_display=["puzzle"], puzzle=puzzle, actions=None))
    with audit(mode="collect") as report:
        page, _ = get(client)
    assert "long" in page
    assert report.findings == ()


def test_get_queryset_decides_which_rows_there_are(client: Client, settings: Any) -> None:
    """Rows that get_queryset() hides stay hidden, in the list and in the results of a widget."""

    def get_queryset(self: Any, request: Any) -> Any:
        return super(BookOptions, self).get_queryset(request).exclude(title="Book 1")

    use(settings, made("Hiding", get_queryset=get_queryset))
    page, _ = get(client)
    assert "Book 1" not in page
    assert "Book 2" in page
    found, _ = get(client, RESULTS)
    assert "Book object" in found
    assert len(re.findall("Book object", found)) == BOOKS - 1


RESULTS = "/admin/autocomplete/?app_label=testapp&model_name=review&field_name=book&term=Book"


def test_results_of_a_widget_load_their_text(client: Client, settings: Any) -> None:
    """The search of autocomplete_fields answers the same, of narrowed rows."""
    use(settings, BookOptions)
    plain, _ = get(client, RESULTS)
    use(settings, PresetBooks)
    page, sent = get(client, RESULTS)
    assert page == plain
    assert "blurb" not in sent[-1]


def test_actions_get_whole_rows(client: Client, settings: Any) -> None:
    """An action's queryset is not narrowed."""
    seen: list[Any] = []

    @admin.action(description="Look")
    def look(options: Any, request: Any, queryset: Any) -> None:
        seen.extend(queryset)

    use(settings, made("Acting", actions=[look]))
    keys = list(Book.objects.values_list("pk", flat=True))
    client.post(BOOKS_URL, {"action": "look", "_selected_action": keys, "index": 0})
    assert len(seen) == BOOKS
    assert not any(book.get_deferred_fields() for book in seen)


def test_list_editable_saves_whole_rows(client: Client, settings: Any) -> None:
    """The rows that list_editable saves have all their columns, and the page shows the same forms."""
    saved: list[Any] = []

    def save_model(self: Any, request: Any, obj: Book, form: Any, change: bool) -> None:
        saved.append(obj.get_deferred_fields())
        obj.save()

    class Plain(BookOptions):
        list_editable = ["pages"]

    use(settings, Plain)
    plain, _ = get(client)
    use(settings, made("Editing", list_editable=["pages"], save_model=save_model))
    assert get(client)[0] == plain
    book = Book.objects.get(title="Book 1")
    data = {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, "form-0-id": book.pk}
    client.post(BOOKS_URL, {**data, "form-0-pages": 77, "_save": "Save"})
    book.refresh_from_db()
    assert book.pages == 77
    assert saved == [set()]


def test_a_preset_can_be_named(client: Client, settings: Any) -> None:
    """By its name or made on the spot; a wrong name is an error that says whose it is."""
    use(settings, made("Named", preset="list"))
    assert "blurb" not in rows_of(get(client)[1])
    use(settings, made("Named", preset=Preset(only=["title", "blurb"])))
    assert "blurb" in rows_of(get(client)[1])
    use(settings, made("Named", preset="lst"))
    with pytest.raises(PresetError, match=r"Named.preset names 'lst'.* Did you mean 'list'"):
        client.get(BOOKS_URL)
