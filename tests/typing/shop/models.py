"""Models with presets, as a user writes them."""

from __future__ import annotations

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
    title = models.CharField(max_length=100)
    description = models.TextField()
    price = models.IntegerField()

    objects = ProductQuerySet.as_manager()
    listed = PresetManager.from_queryset(ProductQuerySet, preset="list")()
    plain = models.Manager.from_queryset(ProductQuerySet)()
