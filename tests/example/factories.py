"""Factories of the shop, for tests that need few rows, each with relations of its own.

Keys count from 1 when :func:`begin` is called, since the pages of one thing ask for number 1.
"""

from datetime import datetime, timezone
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from example_project.catalogue import models as catalogue
from example_project.customers import models as customers
from example_project.orders import models as orders
from example_project.reviews.models import Review

DAY = datetime(2026, 6, 30, tzinfo=timezone.utc)


class Numbered(DjangoModelFactory):
    """Gives keys itself."""

    class Meta:
        abstract = True
        skip_postgeneration_save = True

    pk = factory.Sequence(lambda number: number)

    @classmethod
    def _setup_next_sequence(cls) -> int:
        return 1


class CategoryFactory(Numbered):
    """A category of the third level, below two of its own."""

    class Meta:
        model = catalogue.Category

    name = factory.Sequence("Category {}".format)
    parent = factory.Maybe(
        "depth",
        factory.SubFactory(
            "tests.example.factories.CategoryFactory",
            depth=factory.LazyAttribute(lambda made: made.factory_parent.depth - 1),
        ),
    )
    depth = 2


class BrandFactory(Numbered):
    """A brand."""

    class Meta:
        model = catalogue.Brand

    name = factory.Sequence("Brand {}".format)
    country = "Portugal"


class CurrencyFactory(Numbered):
    """A currency."""

    class Meta:
        model = catalogue.Currency

    code = factory.Sequence("C{:02}".format)
    symbol = "¤"


class ProductFactory(Numbered):
    """A physical product with two pictures, in two categories."""

    class Meta:
        model = catalogue.PhysicalProduct

    title = factory.Sequence("Product {}".format)
    sku = factory.Sequence("SKU-{}".format)
    brand = factory.SubFactory(BrandFactory)
    main_category = factory.SubFactory(CategoryFactory)
    price = Decimal(10)
    currency = factory.SubFactory(CurrencyFactory)
    weight_grams = 100
    ships_from = "Porto"
    images = factory.RelatedFactoryList(
        "tests.example.factories.ProductImageFactory", factory_related_name="product", size=2
    )

    @factory.post_generation
    def categories(self, create: bool, extracted: object, **kwargs: object) -> None:
        """Put the product into its category, and into the one above."""
        self.categories.add(self.main_category, self.main_category.parent)


class ProductImageFactory(Numbered):
    """A picture."""

    class Meta:
        model = catalogue.ProductImage

    product = factory.SubFactory(ProductFactory, images=None)
    motif = "lamp"
    hue = 10
    alt = factory.Sequence("Picture {}".format)


class CustomerFactory(Numbered):
    """A customer with an address."""

    class Meta:
        model = customers.Customer

    first_name = factory.Sequence("Ada{}".format)
    last_name = "Lovelace"
    email = factory.Sequence("ada.{}@example.com".format)
    address = factory.RelatedFactory(
        "tests.example.factories.AddressFactory", factory_related_name="customer"
    )


class AddressFactory(Numbered):
    """The default address of a customer."""

    class Meta:
        model = customers.Address

    customer = factory.SubFactory(CustomerFactory, address=None)
    street = "1 Long Street"
    city = factory.Sequence("City {}".format)
    country = "Portugal"
    is_default = True


class ReviewFactory(Numbered):
    """A review of a product, by a customer."""

    class Meta:
        model = Review

    product = factory.SubFactory(ProductFactory)
    author = factory.SubFactory(CustomerFactory)
    rating = 4
    title = factory.Sequence("Review {}".format)
    body = "Good."


class OrderFactory(Numbered):
    """An order with two lines."""

    class Meta:
        model = orders.Order

    number = factory.Sequence("2026-{}".format)
    status = "paid"
    customer = factory.SubFactory(CustomerFactory)
    currency = factory.SubFactory(CurrencyFactory)
    shipping_address = factory.SubFactory(AddressFactory)
    lines = factory.RelatedFactoryList(
        "tests.example.factories.OrderLineFactory", factory_related_name="order", size=2
    )


class OrderLineFactory(Numbered):
    """A line of an order, with a product of its own."""

    class Meta:
        model = orders.OrderLine

    order = factory.SubFactory(OrderFactory, lines=None)
    product = factory.SubFactory(ProductFactory)
    unit_price = Decimal(10)


ALL = Numbered.__subclasses__()


def begin() -> None:
    """Count keys from 1, and make number 1 of all that has a page of its own, with two rows below."""
    for made in ALL:
        made.reset_sequence(1)
    review = ReviewFactory()
    ReviewFactory(product=review.product, author=review.author)
    OrderFactory()


def grow(count: int = 2) -> None:
    """Make so many more of all: in the lists, and below number 1."""
    product, author = catalogue.Product.objects.get(pk=1), customers.Customer.objects.get(pk=1)
    order = orders.Order.objects.get(pk=1)
    ReviewFactory.create_batch(count, product=product)
    ReviewFactory.create_batch(count, author=author)
    OrderLineFactory.create_batch(count, order=order)
    OrderFactory.create_batch(count)
