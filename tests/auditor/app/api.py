"""Serializers and views of Django REST framework."""

from rest_framework import serializers, viewsets
from rest_framework.renderers import JSONRenderer

from tests.auditor.app.models import Book, Chapter, Person
from tests.auditor.app.reads import READS, read


class PersonSerializer(serializers.ModelSerializer):
    """An author."""

    class Meta:
        model = Person
        fields = ["name", "contact"]


class ChapterSerializer(serializers.ModelSerializer):
    """A chapter and who reviewed it."""

    reviewer = PersonSerializer()

    class Meta:
        model = Chapter
        fields = ["heading", "reviewer"]


class BookSerializer(serializers.ModelSerializer):
    """A book and all below it."""

    chapters = ChapterSerializer(many=True)

    class Meta:
        model = Book
        fields = ["title", "chapters"]


class ReadSerializer(serializers.Serializer):
    """Reads one name of a row."""

    def get_fields(self):
        return {"value": Value(source="*", name_read=self.context["read"])}


class Value(serializers.Field):
    """A field that reads a name, as a serializer of models does."""

    def __init__(self, name_read, **kwargs):
        self.name_read = name_read
        super().__init__(**kwargs)

    def to_representation(self, value):
        return str(read(value, self.name_read))


class ReadViewSet(viewsets.ReadOnlyModelViewSet):
    """Lists the rows of a read."""

    authentication_classes = ()
    permission_classes = ()
    renderer_classes = (JSONRenderer,)
    serializer_class = ReadSerializer

    @property
    def entry(self):
        """The read that was asked for."""
        return next(entry for entry in READS if entry.name == self.request.GET["read"])

    def get_queryset(self):
        return self.entry.queryset()

    def get_serializer_context(self):
        return {**super().get_serializer_context(), "read": self.entry.name}


class BookViewSet(viewsets.ReadOnlyModelViewSet):
    """Lists books with all below them."""

    authentication_classes = ()
    permission_classes = ()
    renderer_classes = (JSONRenderer,)
    queryset = Book.objects.all()
    serializer_class = BookSerializer
