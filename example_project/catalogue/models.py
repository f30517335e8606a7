"""Categories, brands, products and pictures.

Several properties read more than their names tell. They are here on purpose: this is how such
reads look in a project, and the presets are what keeps them from costing a query per row.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Avg
from django.utils.functional import cached_property
from model_utils.models import TimeStampedModel

from example_project.catalogue.querysets import CategoryQuerySet, ProductQuerySet
from perfkit.integrations.model_utils import PresetInheritanceManager


class Category(models.Model):
    """A node of the category tree: a department, a category of it, or a branch of that."""

    name = models.CharField(max_length=80)
    parent = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="children"
    )
    depth = models.PositiveSmallIntegerField(default=0)
    #: Text for search engines, some kilobytes of it, that no list shows.
    seo_text = models.TextField(blank=True)

    objects: ClassVar[CategoryQuerySet] = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "categories"
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """The name below that of the parent: "Lighting › Desk lamps"."""
        return f"{self.parent.name} › {self.name}" if self.parent else self.name

    @property
    def branches(self) -> str:
        """The names of the categories right below this one."""
        return ", ".join(child.name for child in self.children.all())

    @cached_property
    def product_count(self) -> int:
        """Return how many products are in this category; an annotation of this name comes first."""
        return self.products.count()


class Brand(models.Model):
    """Who makes a product."""

    name = models.CharField(max_length=80)
    country = models.CharField(max_length=60)
    #: The history of the house, which only its own page would show.
    story = models.TextField(blank=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name


class Currency(models.Model):
    """A currency, which prices point to by its code."""

    code = models.CharField(max_length=3, unique=True)
    name = models.CharField(max_length=40)
    symbol = models.CharField(max_length=4)

    class Meta:
        verbose_name_plural = "currencies"
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.code


class Product(TimeStampedModel):
    """What is sold: always a physical or a digital product too."""

    title = models.CharField(max_length=120)
    sku = models.CharField("stock keeping unit", max_length=20, unique=True)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="products")
    main_category = models.ForeignKey(
        Category, on_delete=models.PROTECT, related_name="main_products"
    )
    categories = models.ManyToManyField(Category, related_name="products")
    price = models.DecimalField(max_digits=10, decimal_places=2)
    currency = models.ForeignKey(
        Currency, to_field="code", on_delete=models.PROTECT, related_name="products"
    )
    description = models.TextField()
    care = models.TextField("how to care for it", blank=True)

    objects = PresetInheritanceManager.from_queryset(ProductQuerySet)()

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.title

    @property
    def label(self) -> str:
        """The title behind the name of the brand."""
        return f"{self.brand.name} {self.title}"

    @property
    def display_price(self) -> str:
        """The price with the symbol of its currency: "€1,250.00"."""
        return f"{self.currency.symbol}{self.price:,.2f}"

    @property
    def cover(self) -> ProductImage | None:
        """The first picture, if there is one."""
        return next(iter(self.images.all()), None)

    @property
    def tags(self) -> list[str]:
        """The names of all categories that the product is in."""
        return [category.name for category in self.categories.all()]

    @property
    def delivery(self) -> str:
        """How the product reaches the customer, which the subclasses know."""
        if hasattr(self, "physicalproduct"):
            return self.physicalproduct.delivery
        if hasattr(self, "digitalproduct"):
            return self.digitalproduct.delivery
        return "Not available"

    @cached_property
    def rating(self) -> float | None:
        """Return the mean of all ratings; an annotation of this name comes first."""
        return self.reviews.aggregate(mean=Avg("rating"))["mean"]

    @cached_property
    def review_count(self) -> int:
        """Return how many reviews there are; an annotation of this name comes first."""
        return self.reviews.count()


class ProductRanking(models.Model):
    """How often a product was sold, as of last night."""

    product = models.OneToOneField(Product, on_delete=models.CASCADE, related_name="ranking")
    sold = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.product_id}: {self.sold}"


class PhysicalProduct(Product):
    """A product that is packed and shipped."""

    stock = models.PositiveIntegerField(default=0)
    weight_grams = models.PositiveIntegerField()
    ships_from = models.CharField(max_length=60)

    @property
    def delivery(self) -> str:
        """Whether it is in stock, where it is shipped from, and its weight."""
        stock = "In stock" if self.stock else "Made to order"
        return f"{stock}, ships from {self.ships_from} ({self.weight_grams / 1000:.1f} kg)"


class DigitalProduct(Product):
    """A product that is downloaded."""

    file_format = models.CharField(max_length=10)
    megabytes = models.PositiveIntegerField()

    @property
    def delivery(self) -> str:
        """The format and size of the download."""
        return f"Download at once, {self.file_format}, {self.megabytes} MB"


class ProductImage(models.Model):
    """A picture of a product: a motif of the picture sheet in a colour."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="images")
    position = models.PositiveSmallIntegerField(default=0)
    motif = models.CharField(max_length=20)
    hue = models.PositiveSmallIntegerField(help_text="An angle on the colour wheel.")
    alt = models.CharField("text in place of the picture", max_length=200)
    #: What a camera writes into its files, and nobody shows.
    exif = models.TextField(blank=True)

    class Meta:
        ordering = ("position",)

    def __str__(self) -> str:
        return self.alt
