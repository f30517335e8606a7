"""The shop's data: all there, and the same each time."""

import hashlib
import os
import subprocess
import sys

import pytest
from django.db.models import Count

from example_project.catalogue.models import Product
from example_project.customers.models import Customer
from example_project.orders.models import Order
from example_project.reviews.models import Review
from example_project.showroom.data import FEWEST, count_rows, fill, is_filled
from example_project.showroom.rows import SIZES, tables


def digest(products: int) -> str:
    """Return a digest of all values of all rows."""
    found = hashlib.sha256()
    for table in tables(products):
        for row in table.rows:
            values = [getattr(row, field.attname) for field in row._meta.local_concrete_fields]
            found.update(repr(values).encode())
    return found.hexdigest()


def test_the_rows_are_the_same_in_every_process() -> None:
    """Another process with another hash seed makes the very same rows."""
    code = (
        "import django; django.setup(); "
        "from tests.example.test_data import digest; print(digest(250))"
    )
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "PYTHONHASHSEED": "7",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    other = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert other.stdout.strip() == digest(250)


def test_the_database_holds_the_rows(shop: None) -> None:
    """What is read from the database is what was made, in every table and column."""
    for table in tables(FEWEST):
        stored = {row.pk: row for row in table.model._base_manager.all()}
        assert len(stored) == table.count
        for row in table.rows:
            for field in row._meta.local_concrete_fields:
                name = field.attname
                assert getattr(stored[row.pk], name) == getattr(row, name), (row, name)


def test_the_showpieces_have_the_sizes_that_pages_are_compared_at(shop: None) -> None:
    """Products, customers and orders number 1 and 2 have as many rows below them as SIZES say."""
    assert (
        tuple(p.reviews.count() for p in Product.objects.filter(pk__in=(1, 2)).order_by("pk"))
        == SIZES
    )
    assert (
        tuple(c.reviews.count() for c in Customer.objects.filter(pk__in=(1, 2)).order_by("pk"))
        == SIZES
    )
    assert (
        tuple(o.lines.count() for o in Order.objects.filter(pk__in=(1, 2)).order_by("pk")) == SIZES
    )


def test_the_data_has_what_makes_a_shop_difficult(shop: None) -> None:
    """There are downloads, removed reviews, bills that go elsewhere, and unlike numbers of pictures."""
    assert Product.objects.filter(digitalproduct__isnull=False).exists()
    assert Review.all_objects.filter(is_removed=True).exists()
    assert not Review.objects.filter(is_removed=True).exists()
    assert Order.objects.filter(billing_address=None).exists()
    assert Order.objects.exclude(billing_address=None).exists()
    pictures = Product.objects.annotate(pictures=Count("images")).values_list("pictures", flat=True)
    assert set(pictures) == {1, 2, 3}


@pytest.mark.django_db
def test_filling_again_replaces_the_data() -> None:
    """Another number of products makes another shop, and new rows get keys of their own."""
    written: list[int] = []
    fill(FEWEST, written.append)
    assert is_filled(FEWEST)
    assert sum(written) == count_rows(FEWEST)
    fill(FEWEST + 50, lambda written: None)
    assert is_filled(FEWEST + 50)
    assert not is_filled(FEWEST)
    customer = Customer.objects.create(first_name="New", last_name="Here", email="new@example.com")
    assert customer.pk == Customer.objects.count()
