"""perfkit.integrations.rest_framework: what serializers read is what is loaded, and the answers stay the same."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import path
from rest_framework import generics, serializers, viewsets
from rest_framework.test import APIRequestFactory

from perfkit import Preset, PresetError, reads
from perfkit.checks import check_views
from perfkit.integrations.rest_framework import (
    PresetViewSetMixin,
    derive_from_serializer,
    preset_from_serializer,
)
from tests.testapp.models import Author, Book, Publisher, Review, Tag

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
