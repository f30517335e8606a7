"""Rows for the members to run on: something in every relation."""

from __future__ import annotations

from django.utils import timezone

from tests.inference.app.models import (
    Brand,
    Country,
    Detail,
    Image,
    Line,
    Note,
    Offer,
    Owner,
    Product,
    Tag,
)


def make_rows() -> Product:
    """Make a product with rows in every relation, two in each to-many one; return it."""
    country = Country.objects.create(name="Norway", code="no")
    owner = Owner.objects.create(name="Olga", email="o@example.com", country=country)
    brand = Brand.objects.create(name="Acme", slogan="Best", owner=owner)
    grandparent = Product.objects.create(
        title="Grandparent", status="a", brand=brand, origin=country
    )
    parent = Product.objects.create(
        title="Parent", status="a", brand=brand, parent=grandparent, origin=country
    )
    product = Product.objects.create(
        title="Lamp",
        price=10,
        tax=2,
        status="a",
        data={"weight": 3},
        image="lamp.png",
        created=timezone.now(),
        brand=brand,
        parent=parent,
        origin=country,
    )
    for index in (1, 2):
        Line.objects.create(product=product, amount=index, remark=f"line {index}")
        Offer.objects.create(product=product, text=f"offer {index}")
        Image.objects.create(product=product, url=f"/{index}.png", position=index)
        product.tags.add(Tag.objects.create(name=f"tag {index}", colour="red"))
        Note.objects.create(text=f"note {index}", target=product)
        Product.objects.create(title=f"Child {index}", status="a", parent=product, brand=brand)
    Detail.objects.create(product=product, body="A lamp.", source="here")
    return product
