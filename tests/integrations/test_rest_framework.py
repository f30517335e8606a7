"""perfkit.integrations.rest_framework: what serializers read is what is loaded, and the answers stay the same."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import rest_framework
from django.contrib.auth.models import User
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from django.db.models import F
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import path
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import filters, generics, pagination, permissions, serializers, viewsets
from rest_framework.renderers import BrowsableAPIRenderer
from rest_framework.test import APIRequestFactory, force_authenticate

from perfkit import Preset, PresetError, reads
from perfkit.checks import check_views
from perfkit.integrations.rest_framework import (
    PresetViewSetMixin,
    derive_from_serializer,
    preset_from_serializer,
)
from perfkit.integrations.rest_framework.deriving import keeper
from perfkit.integrations.rest_framework.shapes import identity
from tests.testapp.models import Author, Book, BookProxy, Publisher, Review, Tag

pytestmark = pytest.mark.django_db


class ReviewSerializer(serializers.ModelSerializer):
    """Nested below a book."""

    class Meta:
        model = Review
        fields = ["text"]


class BookSerializer(serializers.ModelSerializer):
    """Has fields of most kinds."""

    author_name = serializers.CharField(source="author.name")
    publisher = serializers.SlugRelatedField("name", source="author.publisher", read_only=True)
    reviews = ReviewSerializer(many=True)
    labels = serializers.SlugRelatedField("name", source="tags", many=True, read_only=True)
    length = serializers.SerializerMethodField()
    blurb = serializers.CharField(write_only=True)

    class Meta:
        model = Book
        fields = [
            *("id", "title", "editor", "author_name", "publisher", "reviews", "labels", "length"),
            "blurb",
        ]

    def get_length(self, book: Book) -> int:
        """Return the pages, for whoever asks."""
        return book.pages if self.context.get("request") else 0


class Books(PresetViewSetMixin, viewsets.ModelViewSet):
    """Derives its preset."""

    queryset = Book.objects.order_by("pk")
    serializer_class = BookSerializer
    preset_from = "serializer"


class PlainBooks(viewsets.ModelViewSet):
    """The same without perfkit."""

    queryset = Book.objects.order_by("pk")
    serializer_class = BookSerializer


@pytest.fixture
def books() -> list[Book]:
    publisher = Publisher.objects.create(name="House")
    author = Author.objects.create(name="Ann", publisher=publisher)
    tag = Tag.objects.create(name="red")
    made = [
        Book.objects.create(title=f"Book {n}", author=author, editor=author, pages=n)
        for n in range(3)
    ]
    for book in made:
        book.tags.add(tag)
        Review.objects.create(book=book, text="good", reviewer="Bob")
    return made


def answer(viewset: Any, action: dict[str, str], method: str = "get", **kwargs: Any) -> Any:
    """Return the rendered response and the statements that it sent."""
    data = kwargs.pop("data", None)
    request = getattr(APIRequestFactory(), method)("/", data, format="json" if data else None)
    with CaptureQueriesContext(
        connection,
    ) as context:
        response = viewset.as_view(action)(request, **kwargs).render()
    return response.status_code, response.content, [q["sql"] for q in context.captured_queries]


def test_a_list_is_the_same_in_a_constant_number_of_queries(books: list[Book]) -> None:
    """One query for the rows, one for each to-many relation; the same bytes."""
    plain = answer(PlainBooks, {"get": "list"})
    derived = answer(Books, {"get": "list"})
    assert derived[:2] == plain[:2]
    assert len(derived[2]) == 3
    assert len(plain[2]) > 6
    assert "blurb" not in derived[2][0]
    one = answer(Books, {"get": "retrieve"}, pk=books[0].pk)
    assert one[:2] == answer(PlainBooks, {"get": "retrieve"}, pk=books[0].pk)[:2]


def test_the_plan_has_what_the_fields_read() -> None:
    """Keys without a join, names behind relations, what the method reads; nothing of what is written only."""
    derived = derive_from_serializer(BookSerializer)
    assert derived.complete, derived.unresolved
    assert derived.plan.columns == ("id", "title", "pages", "author_id", "editor_id")
    assert [join.relation.name for join in derived.plan.joins] == ["author"]
    assert derive_from_serializer(BookSerializer(many=True)).plan == derived.plan
    assert derive_from_serializer(BookSerializer) is derived


def test_fields_chosen_at_run_time_have_a_preset_of_their_own() -> None:
    """The answer is kept by the set of fields, too."""
    chosen = BookSerializer()
    for name in [*chosen.fields]:
        if name != "title":
            chosen.fields.pop(name)
    assert derive_from_serializer(chosen).plan.columns == ("id", "title")
    assert derive_from_serializer(BookSerializer).plan.columns != ("id", "title")


def test_an_overridden_representation_is_incomplete_unless_declared() -> None:
    """Then the rows are whole; @reads says what it reads besides the fields."""

    class Overridden(ReviewSerializer):
        def to_representation(self, instance: Any) -> Any:
            return {"reviewer": instance.reviewer}

    class Declared(ReviewSerializer):
        @reads("reviewer")
        def to_representation(self, instance: Any) -> Any:
            return {"reviewer": instance.reviewer}

    lost = derive_from_serializer(Overridden)
    assert not lost.complete
    assert "Overridden.to_representation(), which is not declared" in str(lost.unresolved[0])
    assert lost.plan.columns is None
    told = derive_from_serializer(Declared)
    assert told.complete
    assert told.plan.columns == ("id", "text", "reviewer")


def test_what_is_written_is_written_whole(books: list[Book]) -> None:
    """An update saves every column as before; a deletion deletes."""

    class TitleSerializer(serializers.ModelSerializer):
        class Meta:
            model = Book
            fields = ["title"]

    class Titles(Books):
        serializer_class = TitleSerializer

    Book.objects.filter(pk=books[0].pk).update(blurb="kept")
    status, content, _ = answer(
        Titles, {"patch": "partial_update"}, "patch", pk=books[0].pk, data={"title": "New"}
    )
    assert (status, content) == (200, b'{"title":"New"}')
    books[0].refresh_from_db()
    assert (books[0].title, books[0].blurb) == ("New", "kept")
    assert answer(Titles, {"delete": "destroy"}, "delete", pk=books[0].pk)[0] == 204
    with pytest.raises(ObjectDoesNotExist):
        books[0].refresh_from_db()


def test_a_queryset_for_the_user_stays_the_users(books: list[Book]) -> None:
    """An override of get_queryset() says which rows there are."""

    class Own(Books):
        def get_queryset(self) -> Any:
            return Book.objects.filter(pk=books[1].pk)

    assert answer(Own, {"get": "retrieve"}, pk=books[1].pk)[0] == 200
    assert answer(Own, {"get": "retrieve"}, pk=books[0].pk)[0] == 404


def test_a_written_preset_goes_before_a_derived_one(books: list[Book]) -> None:
    """By action; what is no serializer, or no way to derive, is an error."""

    class Written(Books):
        preset_for = {"list": "compact"}

    assert len(answer(Written, {"get": "list"})[2]) > 3
    with pytest.raises(PresetError, match="takes a serializer"):
        preset_from_serializer(Book)
    wrong = type("Wrong", (Books,), {"preset_from": "template"})
    with pytest.raises(PresetError, match='preset_from is "serializer" or None'):
        answer(wrong, {"get": "list"})


def checked(viewset: Any, actions: dict[str, str] | None = None) -> list[tuple[str, str]]:
    """Return the ids and messages that the checks have for a viewset or view."""
    view = viewset.as_view(actions) if actions else viewset.as_view()
    module: Any = ModuleType("urls_of_a_test")
    module.urlpatterns = [path("x", view)]
    with override_settings(ROOT_URLCONF=module):
        return [(str(message.id), message.msg) for message in check_views(app_configs=None)]


def test_checks_compare_a_named_preset_with_the_serializer() -> None:
    """What is missing is a warning with the field that reads it; a derived preset has none."""

    class Written(Books):
        preset_for = {"list": "compact", "retrieve": Preset(select_related=["author__publisher"])}

    ((number, message),) = checked(Written, {"get": "list", "post": "create"})
    assert number == "perfkit.W005"
    assert "'author__name' (" in message
    assert "test_rest_framework.py:" in message
    assert checked(Books, {"get": "list"}) == []
    numbers = [number for number, _ in checked(Written, {"get": "retrieve"})]
    assert numbers == ["perfkit.W005", "perfkit.I002"]

    class Chosen(Written):
        def get_queryset(self) -> Any:
            return Book.objects.filter(author=self.request.user.pk)

    assert checked(Chosen, {"get": "list"})[0][0] == "perfkit.I004"


def test_checks_tell_what_a_view_needs_a_request_for() -> None:
    """A serializer that depends on the request is none that can be known; a wrong name is an error."""

    class Asking(Books):
        def get_serializer_class(self) -> Any:
            return self.request.user.serializer_class

    class View(PresetViewSetMixin, generics.ListAPIView):
        queryset = Book.objects.all()
        serializer_class = BookSerializer
        preset_for = {"list": "lsit"}

    ((number, message),) = checked(Asking, {"get": "list"})
    assert number == "perfkit.I003"
    assert "the serializer, which needs a request (AttributeError" in message
    ((number, message),) = checked(View)
    assert "no 'lsit'" in message
    assert number.startswith("perfkit.E")


def test_a_cached_answer_makes_no_serializer(books: list[Book], monkeypatch: Any) -> None:
    """Where a class has the same fields each time, the fields aren't looked at again."""
    made: list[Any] = []
    plain = BookSerializer.__new__
    monkeypatch.setattr(
        BookSerializer, "__new__", lambda cls, *a, **k: made.append(cls) or plain(cls, *a, **k)
    )
    answer(Books, {"get": "list"})
    made.clear()
    answer(PlainBooks, {"get": "list"})
    expected = len(made)
    made.clear()
    answer(Books, {"get": "list"})
    assert 0 < len(made) == expected


def test_a_method_that_is_replaced_is_followed_anew(
    books: list[Book], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also one that decides which fields there are; the old answer is forgotten."""
    assert "blurb" not in answer(Books, {"get": "list"})[2][0]
    monkeypatch.setattr(BookSerializer, "get_length", lambda self, book: len(book.blurb))
    assert "blurb" in answer(Books, {"get": "list"})[2][0]
    monkeypatch.setattr(BookSerializer, "get_length", lambda self, book: 1)
    monkeypatch.setattr(
        BookSerializer, "get_fields", lambda self: {"title": serializers.CharField()}, raising=False
    )
    status, content, statements = answer(Books, {"get": "list"})
    assert (status, len(statements)) == (200, 1)
    assert content.startswith(b'[{"title":"Book 0"}')


class ChosenSerializer(BookSerializer):
    """Has the fields that a request asks for, and the price for staff alone."""

    def get_fields(self) -> Any:
        """Leave out what is not asked for."""
        fields = super().get_fields()
        request = self.context["request"]
        asked = request.query_params.get("fields", "").split(",")
        if not request.user.is_staff:
            fields.pop("reviews")
        return {name: field for name, field in fields.items() if asked == [""] or name in asked}


class ChosenBooks(Books):
    serializer_class = ChosenSerializer


class PlainChosenBooks(PlainBooks):
    serializer_class = ChosenSerializer


def ask(viewset: Any, query: str, user: Any) -> tuple[bytes, list[str]]:
    request = APIRequestFactory().get(f"/?{query}")
    force_authenticate(request, user)
    with CaptureQueriesContext(connection) as context:
        response = viewset.as_view({"get": "list"})(request).render()
    return response.content, [q["sql"] for q in context.captured_queries]


def test_fields_may_differ_by_request_and_by_user(books: list[Book]) -> None:
    """Each set of fields has its preset, whoever came before."""
    staff, other = User(username="s", is_staff=True), User(username="o")
    for _ in range(2):
        for user, query, count in (
            (staff, "fields=title,reviews", 2),
            (other, "fields=title,reviews", 1),
            (other, "fields=author_name", 1),
            (staff, "", 3),
            (other, "fields=title", 1),
        ):
            content, statements = ask(ChosenBooks, query, user)
            assert content == ask(PlainChosenBooks, query, user)[0]
            assert len(statements) == count
            assert ("JOIN" in statements[0]) == ("title" not in query)


def test_the_context_is_not_made_for_nothing(books: list[Book]) -> None:
    """It may send queries; a serializer that doesn't look at it as it is made needs none."""
    for serializer_class in (BookSerializer, NamesOnlySerializer):

        class Counting:
            def get_serializer_context(self) -> Any:
                return {**super().get_serializer_context(), "authors": Author.objects.count()}  # type: ignore[misc]

        attributes = {"serializer_class": serializer_class}
        derived = type("Counted", (Counting, Books), attributes)
        for _ in range(2):
            assert sum("COUNT" in sql for sql in answer(derived, {"get": "list"})[2]) == 1


class NamesOnlySerializer(BookSerializer):
    """Has few fields, whoever asks."""

    def get_fields(self) -> Any:
        """Return the title."""
        return {"title": super().get_fields()["title"]}


class SelfChosenBooks(Books):
    """Takes the serializer by the row."""

    def get_serializer_class(self) -> Any:
        """Return few fields for short books."""
        if self.action == "retrieve" and self.get_object().pages < 2:
            return NamesOnlySerializer
        return BookSerializer


def test_a_view_may_load_its_row_to_choose_the_serializer(books: list[Book]) -> None:
    """That row is loaded as Django does; afterwards the view loads as ever."""
    plain = type("PlainSelfChosen", (PlainBooks,), {})
    for book, serializer_class in ((books[0], NamesOnlySerializer), (books[2], BookSerializer)):
        plain.serializer_class = serializer_class
        status, content, _ = answer(SelfChosenBooks, {"get": "retrieve"}, pk=book.pk)
        assert (status, content) == answer(plain, {"get": "retrieve"}, pk=book.pk)[:2]
    assert "blurb" not in answer(SelfChosenBooks, {"get": "list"})[2][0]


class MadeBooks(Books):
    """Makes a class for each request, as some libraries do."""

    def get_serializer_class(self) -> Any:
        """Return a class with the fields that are asked for."""
        asked = self.request.query_params["fields"].split(",")
        meta = type("Meta", (), {"model": Book, "fields": asked})
        inner = type("Inner", (ReviewSerializer,), {"Meta": ReviewSerializer.Meta})
        named = {"Meta": meta, "reviews": inner(many=True), "kinds": {"inner": [inner]}}
        return type("MadeSerializer", (serializers.ModelSerializer,), named)


def test_classes_that_are_made_alike_share_an_answer(books: list[Book]) -> None:
    """It is derived once for each set of fields."""
    keeper.clear()
    for number, fields in enumerate(("title,reviews", "pages,reviews"), start=1):
        for _ in range(3):
            request = APIRequestFactory().get(f"/?fields={fields}")
            MadeBooks.as_view({"get": "list"})(request).render()
            assert len(keeper) == number


def test_classes_that_only_look_alike_do_not() -> None:
    """Functions, objects and bases that are others make another class."""

    def made(**named: Any) -> Any:
        return type("Made", (serializers.Serializer,), named)

    def one(self: Any) -> int:
        return 1

    assert identity(made(x=1, f=one)) == identity(made(x=1, f=one))
    assert identity(made(f=one)) != identity(made(f=lambda self: 1))
    assert identity(made(x=1)) != identity(made(x=True))
    assert identity(made(x=[1])) != identity(made(x=(1,)))
    assert identity(made(x={"a": 1})) != identity(made(x={"a": 2}))
    assert identity(made(x=serializers.CharField())) == identity(made(x=serializers.CharField()))
    assert identity(made(x=serializers.CharField(source="a"))) != identity(
        made(x=serializers.CharField(source="b"))
    )
    assert identity(made(x=object())) != identity(made(x=object()))
    assert identity(type("Made", (made(x=1),), {})) != identity(type("Made", (made(x=2),), {}))
    assert identity(BookSerializer) is BookSerializer


class OwnerOnly(permissions.BasePermission):
    """Lets nobody but the first author see a book; reads what the serializer doesn't."""

    def has_object_permission(self, request: Any, view: Any, obj: Any) -> bool:
        """Compare a column that is not loaded."""
        return bool(obj.blurb == "mine")


class Mine(filters.BaseFilterBackend):
    """Shows some of the rows."""

    def filter_queryset(self, request: Any, queryset: Any, view: Any) -> Any:
        """Leave out what isn't long enough."""
        return queryset.filter(pages__gte=1)


def test_permissions_and_filters_are_those_of_the_view(books: list[Book]) -> None:
    """Of objects and of querysets, with search, order and pages; the rows are the same ones."""

    class Pages(pagination.PageNumberPagination):
        page_size = 1

    mixed = {
        "permission_classes": [OwnerOnly],
        "filter_backends": [Mine, filters.SearchFilter, filters.OrderingFilter],
        "search_fields": ["title", "author__name"],
        "ordering_fields": ["pages"],
        "pagination_class": Pages,
    }
    derived, plain = (type("Mixed", (base,), mixed) for base in (Books, PlainBooks))
    Book.objects.filter(pk=books[1].pk).update(blurb="mine")
    for number, status in ((0, 404), (1, 200), (2, 403)):
        one = answer(derived, {"get": "retrieve"}, pk=books[number].pk)
        assert one[0] == status
        assert one[:2] == answer(plain, {"get": "retrieve"}, pk=books[number].pk)[:2]
    for query in (
        "",
        "page=2",
        "ordering=-pages",
        "search=Book 2",
        "search=Ann&ordering=-pages&page=2",
    ):
        content, statements = ask(derived, query, User())
        assert content == ask(plain, query, User())[0]
        assert len(statements) <= 4


def test_a_filter_of_django_filter_works_on_the_narrowed_rows(books: list[Book]) -> None:
    """Its fields filter as before, whether they are loaded or not."""
    mixed = {
        "filter_backends": [DjangoFilterBackend],
        "filterset_fields": ["pages", "author__name"],
    }
    derived, plain = (type("Mixed", (base,), mixed) for base in (Books, PlainBooks))
    for query, count in (("pages=1", 1), ("author__name=Ann", 3), ("author__name=Bob", 0)):
        content, _ = ask(derived, query, User())
        assert content == ask(plain, query, User())[0]
        assert content.count(b'"title"') == count


def test_what_is_created_is_answered(books: list[Book]) -> None:
    """A new row has all its columns; the answer is that of the plain view."""

    class TitleSerializer(serializers.ModelSerializer[Book]):
        author_name = serializers.CharField(source="author.name", read_only=True)

        class Meta:
            model = Book
            fields = ["title", "author", "author_name", "tags"]

    given = {"title": "New", "author": books[0].author_id, "tags": [Tag.objects.get().pk]}
    contents = []
    for base in (Books, PlainBooks):
        viewset = type("Titles", (base,), {"serializer_class": TitleSerializer})
        status, content, _ = answer(viewset, {"post": "create"}, "post", data=given)
        assert status == 201
        contents.append(content)
        pk = Book.objects.latest("pk").pk
        status, content, _ = answer(
            viewset, {"put": "update"}, "put", pk=pk, data={**given, "title": "Newer"}
        )
        assert status == 200
        contents.append(content)
    assert contents[:2] == contents[2:]
    assert b'"author_name":"Ann"' in contents[1]


BROWSABLE = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(rest_framework.__file__).parent / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "libraries": {"rest_framework": "rest_framework.templatetags.rest_framework"},
            "context_processors": ["django.template.context_processors.request"],
        },
    }
]


def test_the_browsable_api_shows_the_same_page(books: list[Book]) -> None:
    """With its forms, which read the row of a detail page."""

    def page(base: Any, action: dict[str, str], **kwargs: Any) -> str:
        viewset = type("Shown", (base,), {"renderer_classes": [BrowsableAPIRenderer]})
        request = APIRequestFactory().get("/", headers={"accept": "text/html"})
        force_authenticate(request, User(username="s", is_staff=True))
        with override_settings(TEMPLATES=BROWSABLE, STATIC_URL="/static/"):
            text = viewset.as_view(action)(request, **kwargs).render().content.decode()
        return re.sub(r"csrf\w*[\"']?[:=>] *[\"']\w+|value=\"\w{64}\"", "", text)

    actions = {"get": "retrieve", "put": "update", "delete": "destroy"}
    shown = page(Books, actions, pk=books[0].pk)
    assert "Book 0" in shown
    assert "<form" in shown
    assert shown == page(PlainBooks, actions, pk=books[0].pk)
    listed = page(Books, {"get": "list", "post": "create"})
    assert listed == page(PlainBooks, {"get": "list", "post": "create"})


def test_a_list_of_the_projects_own_counts_where_a_list_is_shown(books: list[Book]) -> None:
    """Its representation may read more than its fields; one row is not shown by it."""

    class Blurbs(serializers.ListSerializer[Any]):
        @reads("blurb")
        def to_representation(self, data: Any) -> Any:
            return [book.blurb for book in data]

    class Listed(BookSerializer):
        class Meta(BookSerializer.Meta):
            list_serializer_class = Blurbs

    viewset = type("Listed", (Books,), {"serializer_class": Listed})
    status, content, statements = answer(viewset, {"get": "list"})
    assert (status, content, len(statements)) == (200, b'["","",""]', 3)
    assert "blurb" in statements[0]
    assert "blurb" not in answer(viewset, {"get": "retrieve"}, pk=books[0].pk)[2][0]


def test_a_serializer_without_a_model_takes_that_of_the_rows(books: list[Book]) -> None:
    """Rows of a proxy, too; and annotations of the view are known."""

    class Plain(serializers.Serializer[Any]):
        title = serializers.CharField()
        half = serializers.IntegerField()

    class Halves(Books):
        queryset = BookProxy.objects.annotate(half=F("pages") / 2).order_by("pk")
        serializer_class = Plain

    status, content, statements = answer(Halves, {"get": "list"})
    assert (status, len(statements)) == (200, 1)
    assert content.startswith(b'[{"title":"Book 0","half":0}')
    assert "blurb" not in statements[0]


def test_generic_views_have_the_actions_of_viewsets(books: list[Book]) -> None:
    """A list is "list", one row is "retrieve": a view that is no viewset takes the preset of its own."""
    presets = {"list": Preset(only=["title"]), "retrieve": Preset(only=["pages"])}
    queryset = Book.objects.order_by("pk")
    for base, column in ((generics.ListAPIView, "title"), (generics.RetrieveAPIView, "pages")):
        attributes = {"queryset": queryset, "preset_for": presets, "preset_from": None}
        view: Any = type("View", (PresetViewSetMixin, base), attributes)()
        view.request = APIRequestFactory().get("/")
        assert view.with_preset(queryset).loading_plan.columns == ("id", column)


def test_checks_know_the_model_of_a_view_by_its_serializer() -> None:
    """A view whose queryset is made by a method names none."""

    class Titles(PresetViewSetMixin, generics.ListAPIView):
        serializer_class = BookSerializer
        preset_for = {"list": Preset(only=["title"])}

        def get_queryset(self) -> Any:
            """Return the books."""
            return Book.objects.all()

    module: Any = ModuleType("urls_of_a_test")
    module.urlpatterns = [path("x", Titles.as_view())]
    with override_settings(ROOT_URLCONF=module):
        messages = check_views(app_configs=None)
    # It may load more in the method, so it is no warning.
    (message,) = [one for one in messages if one.id == "perfkit.I004"]
    assert "author__name" in message.msg
