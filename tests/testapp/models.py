"""Models of the test project: every kind of relation that Django has."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models.functions import Upper

from perfkit import Preset, PresetManager, PresetQuerySet, preset


class Country(models.Model):
    """The end of a chain of foreign keys; referred to by its code."""

    name = models.CharField(max_length=50)
    code = models.CharField(max_length=2, unique=True)
    founded = models.DateTimeField(null=True)
    anthem = models.TextField(default="")


class Publisher(models.Model):
    """Has a foreign key to something other than the primary key (``to_field``)."""

    name = models.CharField(max_length=50)
    address = models.TextField(default="")
    country = models.ForeignKey(
        Country, models.CASCADE, to_field="code", null=True, related_name="publishers"
    )


class UpperCaseField(models.CharField):  # type: ignore[type-arg]
    """A custom column: stored in lower case, read in upper case."""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        """Return the value in upper case."""
        return None if value is None else value.upper()

    def get_prep_value(self, value: Any) -> Any:
        """Store the value in lower case."""
        return None if value is None else str(value).lower()


class AuthorQuerySet(PresetQuerySet["Author"]):
    """Presets that other models include."""

    optimize_for_list = Preset(only=["name"])
    optimize_for_detail = optimize_for_list | Preset(only=["bio", "publisher__name"])


class Author(models.Model):
    """Has a nullable foreign key, a self reference and a one-to-one relation back from Profile."""

    name = models.CharField(max_length=50)
    bio = models.TextField(default="")
    publisher = models.ForeignKey(Publisher, models.SET_NULL, null=True, related_name="authors")
    mentor = models.ForeignKey("self", models.SET_NULL, null=True, related_name="students")

    objects = AuthorQuerySet.as_manager()


class Profile(models.Model):
    """One to one with Author; a nullable one leads on to Country."""

    author = models.OneToOneField(Author, models.CASCADE, related_name="profile")
    website = models.CharField(max_length=50, default="")
    notes = models.TextField(default="")
    country = models.ForeignKey(Country, models.SET_NULL, null=True, related_name="+")


class Tag(models.Model):
    """Many to many with Book, without a ``through`` of its own."""

    name = models.CharField(max_length=50)
    description = models.TextField(default="")


class Note(models.Model):
    """Has a generic foreign key."""

    text = models.CharField(max_length=50)
    internal = models.TextField(default="")
    content_type = models.ForeignKey(ContentType, models.CASCADE, related_name="+")
    object_id = models.PositiveBigIntegerField()
    target = GenericForeignKey()


class BookQuerySet(PresetQuerySet["Book"]):
    """The presets that most tests use."""

    optimize_for_list = Preset(only=["title", "author__name", "tags__name"])
    optimize_for_detail = optimize_for_list | Preset(only=["blurb"], include={"reviews": "list"})
    compact = Preset(only=["title"])

    @preset
    def with_reviews_by(self, reviewer: str) -> Preset:
        """Load the reviews of one reviewer."""
        return Preset(
            prefetch_related=[models.Prefetch("reviews", Review.objects.filter(reviewer=reviewer))]
        )


class Book(models.Model):
    """The centre: foreign keys, many to many, reverse relations, generic relation, a custom column."""

    title = models.CharField(max_length=50)
    blurb = models.TextField(default="")
    code = UpperCaseField(max_length=20, default="", db_column="shelf_code")
    pages = models.IntegerField(default=0)
    title_upper = models.GeneratedField(
        expression=Upper("title"), output_field=models.CharField(max_length=50), db_persist=True
    )
    author = models.ForeignKey(Author, models.CASCADE, related_name="books")
    editor = models.ForeignKey(Author, models.SET_NULL, null=True, related_name="edited")
    tags = models.ManyToManyField(Tag, related_name="books")
    contributors = models.ManyToManyField(
        Author, through="Contribution", related_name="contributed"
    )
    notes = GenericRelation(Note)

    objects = BookQuerySet.as_manager()


class Contribution(models.Model):
    """The ``through`` model of ``Book.contributors``."""

    book = models.ForeignKey(Book, models.CASCADE)
    author = models.ForeignKey(Author, models.CASCADE)
    role = models.CharField(max_length=20, default="")


class ReviewQuerySet(PresetQuerySet["Review"]):
    """A preset that Book includes."""

    optimize_for_list = Preset(only=["text", "reviewer"])


class Review(models.Model):
    """Reverse foreign key of Book."""

    book = models.ForeignKey(Book, models.CASCADE, related_name="reviews")
    text = models.CharField(max_length=50)
    reviewer = models.CharField(max_length=50)
    private = models.TextField(default="")
    notes = GenericRelation(Note)

    objects = ReviewQuerySet.as_manager()


class Place(models.Model):
    """The parent in multi-table inheritance."""

    name = models.CharField(max_length=50)
    story = models.TextField(default="")
    country = models.ForeignKey(Country, models.CASCADE, null=True, related_name="places")


class Shop(Place):
    """A child."""

    opening_hours = models.CharField(max_length=50, default="")
    lease = models.TextField(default="")
    owner = models.ForeignKey(Author, models.SET_NULL, null=True, related_name="shops")


class Bakery(Shop):
    """A grandchild."""

    oven = models.CharField(max_length=50, default="")


class Shelf(models.Model):
    """Reverse foreign key of a child."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="shelves")
    label = models.CharField(max_length=50)
    material = models.TextField(default="")


class Novel(Book):
    """A proxy would share Book's table; this is its child."""

    plot = models.TextField(default="")

    objects = BookQuerySet.as_manager()


class BookProxy(Book):
    """A proxy of Book."""

    class Meta:
        """A proxy."""

        proxy = True


class Seat(models.Model):
    """Has a composite primary key."""

    pk = models.CompositePrimaryKey("row", "number")
    row = models.IntegerField()
    number = models.IntegerField()
    colour = models.CharField(max_length=20, default="")
    history = models.TextField(default="")
    holder = models.ForeignKey(Author, models.SET_NULL, null=True, related_name="seats")


class Shipment(models.Model):
    """Referred to by a key that is not primary, from many rows."""

    number = models.CharField(max_length=20, unique=True)
    manifest = models.TextField(default="")


class Parcel(models.Model):
    """A foreign key with ``to_field``, and its reverse."""

    shipment = models.ForeignKey(
        Shipment, models.CASCADE, to_field="number", related_name="parcels"
    )
    weight = models.IntegerField(default=0)
    contents = models.TextField(default="")


class LeafQuerySet(PresetQuerySet["Leaf"]):
    """A preset that a manager applies by default."""

    optimize_for_list = Preset(only=["name"])


class Leaf(models.Model):
    """Its default manager applies a preset."""

    book = models.ForeignKey(Book, models.CASCADE, related_name="leaves")
    name = models.CharField(max_length=50)
    text = models.TextField(default="")
    tags = models.ManyToManyField(Tag, related_name="leaves")
    notes = GenericRelation(Note)

    objects = PresetManager.from_queryset(LeafQuerySet, preset="list")()
    everything = LeafQuerySet.as_manager()


class Passport(models.Model):
    """One to one, under another name in queries than on the row."""

    author = models.OneToOneField(
        Author, models.CASCADE, null=True, related_name="passport", related_query_name="passport_of"
    )
    number = models.CharField(max_length=20)
    photo = models.TextField(default="")


class Ticket(models.Model):
    """Refers to a composite key by two columns of its own."""

    row = models.IntegerField(null=True)
    number = models.IntegerField(null=True)
    price = models.IntegerField(default=0)
    terms = models.TextField(default="")
    seat = models.ForeignObject(
        Seat,
        models.DO_NOTHING,
        from_fields=["row", "number"],
        to_fields=["row", "number"],
        null=True,
        related_name="tickets",
    )


class Bookmark(models.Model):
    """Refers to a proxy."""

    book = models.ForeignKey(
        BookProxy, models.CASCADE, related_name="bookmarks", related_query_name="mark"
    )
    page = models.IntegerField(default=0)
    comment = models.TextField(default="")


class Topic(models.Model):
    """Many to many with itself, both ways alike and one way; one to one with itself."""

    name = models.CharField(max_length=50)
    essay = models.TextField(default="")
    opposite = models.OneToOneField("self", models.SET_NULL, null=True, related_name="opposite_of")
    similar = models.ManyToManyField("self")
    narrower = models.ManyToManyField("self", symmetrical=False, related_name="broader")


class Club(models.Model):
    """Many to many by keys that are not primary, on both sides."""

    slug = models.CharField(max_length=20, unique=True)
    rules = models.TextField(default="")
    shipments = models.ManyToManyField(
        Shipment, through="Membership", through_fields=("club", "shipment"), related_name="clubs"
    )


class Membership(models.Model):
    """The ``through`` model of ``Club.shipments``."""

    club = models.ForeignKey(Club, models.CASCADE, to_field="slug")
    shipment = models.ForeignKey(Shipment, models.CASCADE, to_field="number")


class FilteringManager(models.Manager["Comment"]):
    """Filters by what it was made with, as model_utils' QueryManager: made without, it hides nothing."""

    def __init__(self, **conditions: Any) -> None:
        """Take the conditions of ``filter()``."""
        super().__init__()
        self.conditions = conditions

    def get_queryset(self) -> models.QuerySet[Comment]:
        """Return the rows that meet the conditions."""
        return super().get_queryset().filter(**self.conditions)


class Comment(models.Model):
    """Its default manager hides some rows, but not from related managers."""

    book = models.ForeignKey(Book, models.CASCADE, related_name="comments")
    text = models.CharField(max_length=50)
    removed = models.BooleanField(default=False)
    details = models.TextField(default="")
    reply_to = models.ForeignKey("self", models.SET_NULL, null=True, related_name="replies")

    objects = FilteringManager(removed=False)


current_tenant: ContextVar[str] = ContextVar("current_tenant", default="")


class TenantManager(models.Manager["Invoice"]):
    """Shows the rows of the tenant that is served right now."""

    def get_queryset(self) -> models.QuerySet[Invoice]:
        """Return the rows of the current tenant."""
        return super().get_queryset().filter(tenant=current_tenant.get())


class Invoice(models.Model):
    """Its default manager shows each tenant its own rows."""

    author = models.ForeignKey(Author, models.CASCADE, related_name="invoices")
    tenant = models.CharField(max_length=20)
    amount = models.IntegerField(default=0)
    details = models.TextField(default="")

    objects = TenantManager()
