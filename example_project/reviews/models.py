"""Reviews of products."""

from __future__ import annotations

from django.db import models
from model_utils.models import SoftDeletableModel, TimeStampedModel

from example_project.catalogue.models import Product
from example_project.customers.models import Customer
from example_project.reviews.querysets import ReviewQuerySet
from perfkit.integrations.model_utils import PresetSoftDeletableManager


class Review(TimeStampedModel, SoftDeletableModel):
    """What a customer thinks of a product; a moderated review stays, marked as removed."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="reviews")
    author = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="reviews")
    rating = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    body = models.TextField()
    #: What the spam filter found, for moderators.
    moderation_log = models.TextField(blank=True)

    objects = PresetSoftDeletableManager.from_queryset(ReviewQuerySet)()

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.title

    @property
    def byline(self) -> str:
        """Who wrote it, and where that is."""
        return f"{self.author.display_name}, {self.author.town}"

    @property
    def stars(self) -> str:
        """The rating as five stars, filled and empty."""
        return "★" * self.rating + "☆" * (5 - self.rating)
