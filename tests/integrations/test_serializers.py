"""perfkit.integrations.rest_framework: each kind of field is loaded for, and answers as before."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from django.db import connection
from django.test import RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import path
from django.views.generic import View
from rest_framework import serializers
from rest_framework.request import Request

from perfkit import audit, reads
from perfkit.integrations.rest_framework import derive_from_serializer
from tests.testapp.models import Author, Book, Publisher, Review, Tag

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _urls() -> Iterator[None]:
    module: Any = ModuleType("urls_of_a_test")
    names = ["book-detail", "author-detail", "tag-detail"]
    module.urlpatterns = [path(f"{name}/<pk>/", View.as_view(), name=name) for name in names]
    module.urlpatterns.append(path("shelf/<code>/", View.as_view(), name="shelf"))
    with override_settings(ROOT_URLCONF=module):
        yield


@pytest.fixture
def grow() -> Any:
    def add(count: int) -> None:
        for _ in range(count):
            publisher = Publisher.objects.create(name="House")
            author = Author.objects.create(name="Ann", publisher=publisher, bio="long")
            number = Book.objects.count()
            book = Book.objects.create(
                title=f"Book {number}",
                author=author,
                editor=author,
                pages=number,
                code=f"c{number}",
            )
            book.tags.add(Tag.objects.create(name="red"), Tag.objects.create(name="new"))
            Review.objects.create(book=book, text="good", reviewer="Bob")

    add(2)
    return add


class AuthorField(serializers.Field):  # type: ignore[type-arg]
    """A field of the project's own, of a row."""

    @reads("name")
    def to_representation(self, value: Any) -> str:
        """Return the name of the author."""
        return str(value.name)


class ShoutField(serializers.CharField):
    """A field of the project's own, of a value."""

    def to_representation(self, value: Any) -> str:
        """Return the text in capitals."""
        return str(value).upper()


class WholeField(serializers.Field):  # type: ignore[type-arg]
    """Takes the row itself (``source="*"``)."""

    @reads("title", "pages")
    def to_representation(self, value: Any) -> str:
        """Return two columns."""
        return f"{value.title}/{value.pages}"


class TagSerializer(serializers.ModelSerializer[Tag]):
    """Nested."""

    class Meta:
        model = Tag
        fields = ["name"]


class SortedList(serializers.ListSerializer[Any]):
    """A list of the project's own."""

    @reads("name")
    def to_representation(self, data: Any) -> list[str]:  # type: ignore[override]
        """Return the names, sorted."""
        return sorted(tag.name for tag in data.all())


class ListedTag(TagSerializer):
    """Has a list of the project's own."""

    class Meta(TagSerializer.Meta):
        list_serializer_class = SortedList


class AuthorSerializer(serializers.ModelSerializer[Author]):
    """Nested, with a key and an identity."""

    url = serializers.HyperlinkedIdentityField(view_name="author-detail")

    class Meta:
        model = Author
        fields = ["url", "name", "mentor"]


def fields(**named: Any) -> Any:
    """Return a serializer of books with these fields."""
    meta = type("Meta", (), {"model": Book, "fields": ["id", *named]})
    return type("FieldsSerializer", (serializers.ModelSerializer,), {**named, "Meta": meta})


def method(function: Any) -> Any:
    """Return a serializer with one field, which a method makes."""
    meta = type("Meta", (), {"model": Book, "fields": ["id", "x"]})
    named = {"x": serializers.SerializerMethodField(), "get_x": function, "Meta": meta}
    return type("MethodSerializer", (serializers.ModelSerializer,), named)


def deep(levels: int) -> Any:
    meta = type("Meta", (), {"model": Book, "fields": ["id", "author", "tags"], "depth": levels})
    return type("DeepSerializer", (serializers.ModelSerializer,), {"Meta": meta})


KINDS: dict[str, tuple[Any, list[str], int]] = {
    # The serializer, the columns of books that it reads besides the key, the number of queries.
    "hyperlink by key": (
        fields(
            author=serializers.HyperlinkedRelatedField("author-detail", read_only=True)  # type: ignore[arg-type]
        ),
        ["author_id"],
        1,
    ),
    "hyperlink by a column": (
        fields(
            url=serializers.HyperlinkedIdentityField(
                "shelf", lookup_field="code", lookup_url_kwarg="code"
            )
        ),
        ["code"],
        1,
    ),
    "hyperlinks": (
        fields(
            tags=serializers.HyperlinkedRelatedField("tag-detail", many=True, read_only=True)  # type: ignore[arg-type]
        ),
        [],
        2,
    ),
    "text of a row": (
        fields(
            publisher=serializers.SlugRelatedField(
                "name", source="author.publisher", read_only=True
            )
        ),
        ["author_id"],
        1,
    ),
    "string": (fields(author=serializers.StringRelatedField()), ["author_id"], 1),
    "strings": (fields(tags=serializers.StringRelatedField(many=True)), [], 2),
    "key": (fields(author=serializers.PrimaryKeyRelatedField(read_only=True)), ["author_id"], 1),
    "keys": (fields(tags=serializers.PrimaryKeyRelatedField(many=True, read_only=True)), [], 2),
    "model field": (
        fields(code=serializers.ModelField(model_field=Book._meta.get_field("code"))),
        ["code"],
        1,
    ),
    "the row itself": (fields(both=WholeField(source="*")), ["title", "pages"], 1),
    "a serializer of the row itself": (
        fields(
            both=type("Both", (serializers.Serializer,), {"pages": serializers.IntegerField()})(
                source="*"
            )
        ),
        ["pages"],
        1,
    ),
    "a field of a row": (fields(author=AuthorField()), ["author_id"], 1),
    "a field of a value": (fields(blurb=ShoutField()), ["blurb"], 1),
    "nested": (fields(author=AuthorSerializer()), ["author_id"], 1),
    "nested many": (fields(tags=TagSerializer(many=True)), [], 2),
    "a list of the project's own": (fields(tags=ListedTag(many=True)), [], 2),
    "depth 0": (deep(0), ["author_id"], 2),
    "depth 1": (deep(1), ["author_id"], 2),
    "depth 2": (deep(2), ["author_id"], 2),
    "a declared method": (
        method(
            reads("title", "author__name")(lambda self, book: eval("book.title + book.author.name"))
        ),
        ["title", "author_id"],
        1,
    ),
    "the context of the view": (
        method(lambda self, book: book.title if self.context["request"].user else book.pages),
        ["title", "pages"],
        1,
    ),
    "the context of the view, asked": (
        method(lambda self, book: book.title if self.context.get("view", 1) else ""),
        ["title"],
        1,
    ),
    "read by a path": (
        fields(n=serializers.CharField(source="author.publisher.name")),
        ["author_id"],
        1,
    ),
    "written only": (fields(blurb=serializers.CharField(write_only=True)), [], 1),
    "hidden": (fields(blurb=serializers.HiddenField(default="x")), [], 1),
}


def answer(serializer_class: Any, rows: Any) -> tuple[Any, int, list[Any]]:
    """Return what a serializer makes of rows, with the queries, and what the auditor found."""
    context = {"request": Request(RequestFactory().get("/")), "view": None, "format": None}
    with audit() as report, CaptureQueriesContext(connection) as queries:
        data = serializer_class(rows, many=True, context=context).data
        content = [dict(one) for one in data]
    return content, len(queries), list(report.findings)


@pytest.mark.parametrize("kind", KINDS)
def test_a_field_is_loaded_for_and_no_more(kind: str, grow: Any) -> None:
    """The same content, in a number of queries that rows don't change; no column that isn't read."""
    serializer_class, columns, queries = KINDS[kind]
    derived = derive_from_serializer(serializer_class)
    assert derived.complete, derived.unresolved
    rows = Book.objects.order_by("pk")
    for _ in range(2):
        grow(2)
        content, count, found = answer(serializer_class, derived.preset.apply(rows.all()))
        assert (count, found) == (queries, [])
        assert content == answer(serializer_class, rows.all())[0]
    every = [field.attname for field in Book._meta.concrete_fields]
    assert derived.plan.columns == tuple(name for name in every if name in ("id", *columns))


def test_a_deeper_depth_loads_whole_rows() -> None:
    """All fields of the rows, which is what depth shows."""
    plan = derive_from_serializer(deep(1)).plan
    (author,) = plan.joins
    assert author.plan.columns is None
    assert author.plan.joins == ()
    (author,) = derive_from_serializer(deep(2)).plan.joins
    assert [join.relation.name for join in author.plan.joins] == ["mentor", "publisher"]


class OwnRelated(serializers.RelatedField):  # type: ignore[type-arg]
    """A relational field of the project's own."""

    def to_representation(self, value: Any) -> Any:
        """Return a column."""
        return value.name


def own(base: Any, source: Any = None, **methods: Any) -> Any:
    """Return a field of the project's own, with these methods."""
    given = {"read_only": True} if issubclass(base, serializers.RelatedField) else {}
    if issubclass(base, serializers.HyperlinkedRelatedField):
        given["view_name"] = "author-detail"
    return type("Own", (base,), methods)(**given, **({"source": source} if source else {}))


@pytest.mark.parametrize(
    ("serializer_class", "columns", "joined"),
    [
        (fields(author=OwnRelated(read_only=True)), {"author_id"}, {"id", "name"}),
        (
            fields(
                author=own(serializers.HyperlinkedRelatedField, get_url=lambda s, obj, *a: obj.bio)
            ),
            {"author_id"},
            {"id", "bio"},
        ),
        (
            fields(author=own(serializers.Field, to_representation=lambda self, row: row.name)),
            {"author_id"},
            {"id", "name"},
        ),
        (
            fields(
                x=own(serializers.Field, source="*", to_representation=lambda s, book: book.pages)
            ),
            {"pages"},
            None,
        ),
        (
            fields(
                x=own(
                    serializers.Field,
                    get_attribute=lambda self, book: book,
                    to_representation=lambda self, book: (book.pages, book.author.name),
                )
            ),
            {"pages", "author_id"},
            {"id", "name"},
        ),
        (
            fields(
                x=own(
                    serializers.Field,
                    get_attribute=lambda self, book: book.author,
                    to_representation=lambda self, author: author.bio,
                )
            ),
            {"author_id"},
            {"id", "bio"},
        ),
        (
            fields(x=own(serializers.CharField, get_attribute=lambda self, book: book.title)),
            {"title"},
            None,
        ),
    ],
)
def test_methods_of_fields_of_ones_own_are_followed(
    serializer_class: Any, columns: set[str], joined: set[str] | None
) -> None:
    """What gets the value, and what is made of it, with the row that one gives to the other."""
    derived = derive_from_serializer(serializer_class)
    assert derived.complete
    assert set(derived.plan.columns or ()) == {"id", *columns}
    joins = [set(join.plan.columns or ()) for join in derived.plan.joins]
    assert joins == ([joined] if joined else [])


def test_a_field_of_ones_own_gets_the_manager_of_rows() -> None:
    """What it reads through it is prefetched; a query of its own is no reason to prefetch."""
    served = own(
        serializers.Field, to_representation=lambda self, tags: [tag.name for tag in tags.all()]
    )
    derived = derive_from_serializer(fields(tags=served))
    assert derived.complete
    (prefetch,) = derived.plan.prefetches
    assert prefetch.plans[0].columns == ("id", "name")
    asking = own(
        serializers.Field,
        to_representation=lambda self, tags: list(tags.order_by("name").values_list("name")),
    )
    derived = derive_from_serializer(fields(tags=asking))
    assert derived.complete
    assert derived.plan.prefetches == ()
    assert derived.own_queries


def test_a_row_that_a_field_hands_on_is_whole() -> None:
    """Whoever gets it may read anything."""
    handed = own(serializers.Field, source="*", to_representation=lambda self, book: book)
    derived = derive_from_serializer(fields(x=handed))
    assert derived.complete
    assert derived.plan.columns is None


@pytest.mark.parametrize(
    ("serializer_class", "said"),
    [
        (
            method(lambda self, book: self.context["book"].title),
            "an item of MethodSerializer.context",
        ),
        (
            method(lambda self, book: self.context.get("book")),
            "an item of MethodSerializer.context",
        ),
        (
            method(lambda self, book: self.context[book.title]),
            "an item of MethodSerializer.context",
        ),
        (method(lambda self, book: list(self.context.values())), "MethodSerializer.context.values"),
        (method(lambda self, book: self._context["book"]), "MethodSerializer._context"),
        (
            method(lambda self, book: self.instance),
            "MethodSerializer.instance, which may hold rows",
        ),
        (method(lambda self, book: self.parent.instance), "MethodSerializer.parent"),
        (
            fields(author=own(serializers.RelatedField, use_pk_only_optimization=bool)),
            "Own.to_representation()",
        ),
        (
            fields(
                x=own(
                    serializers.Field,
                    source="*",
                    to_representation=lambda s, book: pickle.dumps(book),
                )
            ),
            "dumps",
        ),
        (
            fields(
                x=own(
                    serializers.Field,
                    source="*",
                    to_representation=lambda self, book: self.context["book"].title,
                )
            ),
            "an item of Own.context",
        ),
        (
            fields(x=own(serializers.Field, get_attribute=lambda self, book: self.root.instance)),
            "Own.root",
        ),
        (
            fields(
                x=own(
                    serializers.Field,
                    get_attribute=lambda self, book: book.tags.all(),
                    to_representation=lambda self, tags: list(tags),
                )
            ),
            "Own.to_representation()",
        ),
    ],
)
def test_what_may_read_more_is_incomplete(serializer_class: Any, said: str) -> None:
    """Rows in the context or elsewhere, and methods of the project that nobody declared."""
    derived = derive_from_serializer(serializer_class)
    assert said in str(derived.unresolved)
    wholes = [plan for plan in derived.plan.walk() if plan.columns is None]
    assert wholes


def test_a_declared_field_gets_the_manager_of_rows() -> None:
    """What it reads of each is told by its author, from the rows themselves."""

    @reads("name")
    def to_representation(self: Any, tags: Any) -> Any:
        return pickle.dumps(tags)

    declared = own(serializers.Field, to_representation=to_representation)
    derived = derive_from_serializer(fields(tags=declared))
    assert derived.complete
    (prefetch,) = derived.plan.prefetches
    assert prefetch.plans[0].columns == ("id", "name")
    assert {read.place.function for read in derived.reads if "tags" in read.path} == {
        "Own.to_representation"
    }
