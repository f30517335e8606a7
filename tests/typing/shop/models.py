"""Models with presets, as a user writes them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from perfkit import Preset, PresetManager, PresetQuerySet, preset


class ProductQuerySet(PresetQuerySet["Product"]):
    optimize_for_list = Preset(only=["title"])
    optimize_for_detail = optimize_for_list | Preset(only=["description"])

    def cheap(self) -> ProductQuerySet:
        return self.filter(price__lt=10)

    @preset
    def with_price_above(self, price: int, *, strictly: bool = False) -> Preset:
        return Preset(only=["price"])


class Product(models.Model):
    # The plug-in of django-stubs knows the types of fields; other checkers are told.
    title: models.CharField[str, str] = models.CharField(max_length=100)
    description: models.TextField[str, str] = models.TextField()
    price: models.IntegerField[int, int] = models.IntegerField()

    # The annotation is for the plug-in; other checkers see as much without it.
    objects: ClassVar[ProductQuerySet] = ProductQuerySet.as_manager()
    listed = PresetManager.from_queryset(ProductQuerySet)()
