"""Models of a small shop: every kind of relation, and a class for each construct's members to stand in."""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone


class Country(models.Model):
    """Referred to by its code, not by its primary key."""

    name = models.CharField(max_length=50)
    code = models.CharField(max_length=2, unique=True)

    def __str__(self) -> str:
        return self.name


class Owner(models.Model):
    """The end of a one-to-one relation, which leads back."""

    name = models.CharField(max_length=50)
    email = models.CharField(max_length=50, default="")
    country = models.ForeignKey(Country, models.CASCADE, to_field="code", null=True)


class Brand(models.Model):
    """The end of a foreign key."""

    name = models.CharField(max_length=50)
    slogan = models.CharField(max_length=50, default="")
    motto = models.CharField(max_length=50, null=True)
    owner = models.OneToOneField(Owner, models.CASCADE, null=True)

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        return f"{self.name}: {self.slogan}"

    def describe(self, prefix: str = "") -> str:
        return prefix + self.slogan


class TagQuerySet(models.QuerySet["Tag"]):
    """Methods of the project's own: one that filters in Python, one in the database; a property; a number."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.limit = 3

    @property
    def reds(self) -> list[Tag]:
        return [tag for tag in self if tag.colour == "red"]

    def red(self) -> list[Tag]:
        return [tag for tag in self if tag.colour == "red"]

    def named(self, name: str) -> models.QuerySet[Tag]:
        return self.filter(name=name)


class HintedQuerySet(models.QuerySet["Tag"]):
    """Keeps the row that Django hints at."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = self._hints.get("instance")

    def of_row(self) -> str:
        return self.row.status


class PriceManager(models.Manager.from_queryset(HintedQuerySet)):  # type: ignore[misc]
    """A manager that looks at the row that it belongs to."""

    def get_queryset(self) -> models.QuerySet[Tag]:
        queryset = super().get_queryset()
        if getattr(self, "instance", None) is not None and self.instance.price < 0:
            return queryset.none()
        return queryset

    def dear(self) -> str:
        return f"{self.instance.tax} {self.count()}"

    def scoped(self) -> int:
        return len(self.scope) if hasattr(self, "scope") else self.count()

    def made_for(self) -> str:
        return self._constructor_args[0][0].status


class Tag(models.Model):
    """The end of a many-to-many relation."""

    name = models.CharField(max_length=50)
    colour = models.CharField(max_length=50, default="")

    objects = TagQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class Note(models.Model):
    """Hangs on anything by a generic key."""

    text = models.CharField(max_length=50)
    content_type = models.ForeignKey(ContentType, models.CASCADE, related_name="+")
    object_id = models.PositiveIntegerField()
    target = GenericForeignKey()


class Base(models.Model):
    """What every construct's class is made from: the columns and relations that its members read."""

    title = models.CharField(max_length=50)
    price = models.IntegerField(default=0)
    tax = models.IntegerField(default=0)
    status = models.CharField(max_length=1, choices=[("a", "Active"), ("b", "Blocked")])
    data = models.JSONField(default=dict)
    image = models.FileField(default="")
    created = models.DateTimeField(default=timezone.now)
    brand = models.ForeignKey(Brand, models.CASCADE, null=True, related_name="+")
    parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="+")
    origin = models.ForeignKey(
        Country, models.CASCADE, null=True, related_name="+", to_field="code"
    )

    class Meta:
        abstract = True


class Product(Base):
    """The row that the members are asked of; constructs are proxies of it."""

    tags = models.ManyToManyField(Tag)
    notes = GenericRelation(Note)
    parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="children")
    brand = models.ForeignKey(Brand, models.CASCADE, null=True, related_name="products")


class Line(models.Model):
    """A to-many relation, without an ordering."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="lines")
    amount = models.IntegerField(default=1)
    remark = models.CharField(max_length=50, default="")

    def __str__(self) -> str:
        return self.remark

    @property
    def total(self) -> int:
        return self.amount * self.product.price


class Image(models.Model):
    """A to-many relation with an ordering."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="images")
    url = models.CharField(max_length=50)
    position = models.IntegerField(default=0)

    class Meta:
        ordering = ["position"]


class Detail(models.Model):
    """One to one with a product."""

    product = models.OneToOneField(Product, models.CASCADE, related_name="detail")
    body = models.CharField(max_length=50)
    source = models.CharField(max_length=50, default="")


class Offer(models.Model):
    """A to-many relation whose manager looks at its row."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="offers")
    text = models.CharField(max_length=50)

    objects = PriceManager()


class Bundle(Product):
    """A product with a table of its own (multi-table inheritance)."""

    discount = models.IntegerField(default=0)
