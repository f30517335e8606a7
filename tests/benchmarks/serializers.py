"""What a preset derived from a serializer costs per request, against one that is named."""

from typing import Any

from rest_framework import serializers, viewsets
from rest_framework.test import APIRequestFactory

from perfkit.integrations.rest_framework import PresetViewSetMixin, preset_from_serializer
from tests.benchmarks._timing import bound, medians
from tests.benchmarks.presets import BenchQuerySet
from tests.testapp.models import Book, Review, Tag


class TagSerializer(serializers.ModelSerializer):
    class Meta:
        model = Tag
        fields = ["id", "name"]


class ReviewSerializer(serializers.ModelSerializer):
    class Meta:
        model = Review
        fields = ["id", "text", "reviewer"]


class BookSerializer(serializers.ModelSerializer):
    author = serializers.SlugRelatedField("name", read_only=True)
    publisher = serializers.CharField(source="author.publisher.name")
    tags = TagSerializer(many=True)
    reviews = ReviewSerializer(many=True)
    length = serializers.SerializerMethodField()

    class Meta:
        model = Book
        fields = ["id", "title", "blurb", "author", "publisher", "tags", "reviews", "length"]

    def get_length(self, book: Any) -> int:
        return book.pages


class VaryingSerializer(BookSerializer):
    def get_fields(self) -> Any:
        return super().get_fields()


class SerializedQuerySet(BenchQuerySet):
    serialized = preset_from_serializer(BookSerializer)


class Books(PresetViewSetMixin, viewsets.ReadOnlyModelViewSet):
    queryset = SerializedQuerySet(Book)
    serializer_class = BookSerializer


class NamedBooks(Books):
    preset_for = {"list": "serialized"}


class DerivedBooks(Books):
    preset_from = "serializer"


class VaryingBooks(DerivedBooks):
    serializer_class = VaryingSerializer


def view(cls: Any) -> Any:
    made = cls(action_map={"get": "list"}, action="list", format_kwarg=None)
    made.request = made.initialize_request(APIRequestFactory().get("/"))
    return made


def main() -> bool:
    print(
        "\nA preset from a serializer, per request (medians, interleaved)\n\n"
        "| compared | ratio | bound | kept |\n| --- | --- | --- | --- |"
    )
    named, derived, varying = (view(cls) for cls in (NamedBooks, DerivedBooks, VaryingBooks))
    rows = SerializedQuerySet(Book).filter(pages__gte=100)
    assert str(named.with_preset(rows).query) == str(derived.with_preset(rows).query)

    def fields() -> Any:
        made = varying.get_serializer(many=True).child.fields
        return made["tags"].child.fields, made["reviews"].child.fields

    times = medians(
        {
            "named": lambda: named.with_preset(rows),
            "derived": lambda: derived.with_preset(rows),
            "varying": lambda: varying.with_preset(rows),
            "fields": fields,
        },
        repeat=20,
        number=50,
    )
    return all(
        [
            bound("a derived preset / a named one", times["derived"] / times["named"], 2.0),
            bound(
                "fields that vary / making the serializer and its fields",
                times["varying"] / times["fields"],
                2.0,
            ),
        ]
    )
