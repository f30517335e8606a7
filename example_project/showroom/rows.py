"""The rows of the shop's data: made up, but the same each time for the same number of products.

Primary keys are given, so that rows can point to each other before they are written. Each table
draws from a random generator of its own, seeded with the table's name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from random import Random

from django.db.models import Model

from example_project.catalogue.models import (
    Brand,
    Category,
    Currency,
    DigitalProduct,
    PhysicalProduct,
    Product,
    ProductImage,
)
from example_project.customers.models import Address, Customer
from example_project.orders.models import Order, OrderLine
from example_project.reviews.models import Review
from example_project.showroom import vocabulary as words
from example_project.showroom.leaf import Leaf, categories_of

#: The two sizes that pages are compared at. Product, customer and order number 1 have as many
#: reviews or lines as the first says, number 2 as many as the second.
SIZES = (20, 200)
LAST_DAY = datetime(2026, 6, 30, 18, 0, tzinfo=timezone.utc)

Tagging = Product.categories.through


@dataclass(frozen=True)
class Table:
    """A table's rows, and how many they are."""

    model: type[Model]
    count: int
    rows: Iterable[Model]


def tables(products: int) -> list[Table]:
    """Return all tables, each after those that it points to."""
    customers = orders = max(products // 2, 2 * SIZES[-1])
    reviews = sum(SIZES) * 2 + products * 3
    numbers = range(1, products + 1)
    digital = [number for number in numbers if Leaf.of(number).is_digital]
    pictures = sum(_picture_count(number) for number in numbers)
    lines = sum(_line_count(number) for number in range(1, orders + 1))
    per_department = len(categories_of(0)) * (1 + len(words.BRANCHES)) + 1
    return [
        Table(Category, len(words.DEPARTMENTS) * per_department, _categories()),
        Table(Brand, len(words.BRAND_STARTS) * len(words.BRAND_ENDS), _brands()),
        Table(Currency, len(words.CURRENCIES), _currencies()),
        Table(Product, products, _products(products)),
        Table(PhysicalProduct, products - len(digital), _physical_products(products)),
        Table(DigitalProduct, len(digital), _digital_products(digital)),
        Table(Tagging, products * 3, _taggings(products)),
        Table(ProductImage, pictures, _pictures(products)),
        Table(Customer, customers, _customers(customers)),
        Table(Address, customers + customers // 2, _addresses(customers)),
        Table(Review, reviews, _reviews(reviews, products, customers)),
        Table(Order, orders, _orders(orders, customers)),
        Table(OrderLine, lines, _order_lines(orders, products)),
    ]


def _text(random: Random, sentences: tuple[str, ...], count: int) -> str:
    return " ".join(random.choices(sentences, k=count))


def _before(days: float) -> datetime:
    return LAST_DAY - timedelta(seconds=int(days * 86_400))


def _categories() -> Iterator[Category]:
    random = Random("categories")

    def category(pk: int, name: str, parent: int | None, depth: int) -> Category:
        text = _text(random, words.SENTENCES, 60)
        return Category(pk=pk, name=name, parent_id=parent, depth=depth, seo_text=text)

    for d, department in enumerate(words.DEPARTMENTS):
        top = Leaf(d, 0, 0).keys[0]
        yield category(top, department, None, 0)
        for c, name in enumerate(categories_of(d)):
            middle = Leaf(d, c, 0).keys[1]
            yield category(middle, name, top, 1)
            for b, branch in enumerate(words.BRANCHES):
                yield category(Leaf(d, c, b).keys[2], f"{branch} {name.lower()}", middle, 2)


def _brands() -> Iterator[Brand]:
    random = Random("brands")
    names = [start + end for start in words.BRAND_STARTS for end in words.BRAND_ENDS]
    for pk, name in enumerate(names, 1):
        country = random.choice(words.CITIES)[1]
        yield Brand(pk=pk, name=name, country=country, story=_text(random, words.SENTENCES, 30))


def _currencies() -> Iterator[Currency]:
    for pk, (code, name, symbol) in enumerate(words.CURRENCIES, 1):
        yield Currency(pk=pk, code=code, name=name, symbol=symbol)


def _products(count: int) -> Iterator[Product]:
    random = Random("products")
    brands = len(words.BRAND_STARTS) * len(words.BRAND_ENDS)
    for pk in range(1, count + 1):
        leaf = Leaf.of(pk)
        materials = words.EDITIONS if leaf.is_digital else words.MATERIALS
        created = _before((count - pk) / count * 900)
        yield Product(
            pk=pk,
            created=created,
            modified=created + timedelta(hours=random.randint(1, 200)),
            title=f"{random.choice(words.ADJECTIVES)} {random.choice(materials)} {leaf.noun}",
            sku=f"{leaf.motif[:2].upper()}-{pk:06}",
            brand_id=random.randint(1, brands),
            main_category_id=leaf.keys[-1],
            price=Decimal(random.randint(8, 1400)) + random.choice((Decimal(0), Decimal("0.90"))),
            currency_id=random.choice(words.CURRENCIES)[0],
            description=_text(random, words.SENTENCES, random.randint(12, 24)),
            care=_text(random, words.SENTENCES, 6),
        )


def _physical_products(count: int) -> Iterator[PhysicalProduct]:
    random = Random("physical products")
    for pk in range(1, count + 1):
        if not Leaf.of(pk).is_digital:
            yield PhysicalProduct(
                product_ptr_id=pk,
                stock=random.choice((0, 1, 3, 12, 80)),
                weight_grams=random.randint(2, 180) * 100,
                ships_from=random.choice(words.CITIES)[0],
            )


def _digital_products(numbers: list[int]) -> Iterator[DigitalProduct]:
    random = Random("digital products")
    for pk in numbers:
        file_format = random.choice(("EPUB", "PDF", "WAV", "OTF"))
        yield DigitalProduct(
            product_ptr_id=pk, file_format=file_format, megabytes=random.randint(2, 900)
        )


def _taggings(count: int) -> Iterator[Model]:
    for product in range(1, count + 1):
        for level, category in enumerate(Leaf.of(product).keys):
            yield Tagging(pk=product * 3 - 2 + level, product_id=product, category_id=category)


def _picture_count(product: int) -> int:
    return 1 + product % 3


def _pictures(count: int) -> Iterator[ProductImage]:
    random = Random("pictures")
    pk = 0
    for product in range(1, count + 1):
        leaf = Leaf.of(product)
        hue = random.randrange(360)
        views = ("the front", "the side", "above")[: _picture_count(product)]
        for position, view in enumerate(views):
            pk += 1
            yield ProductImage(
                pk=pk,
                product_id=product,
                position=position,
                motif=leaf.motif,
                hue=(hue + 40 * position) % 360,
                alt=f"A drawing of the {leaf.noun}, seen from {view}",
                exif=f"Aperture f/{random.choice((2, 4, 8))}; " * 12,
            )


def _customers(count: int) -> Iterator[Customer]:
    random = Random("customers")
    for pk in range(1, count + 1):
        first, last = random.choice(words.FIRST_NAMES), random.choice(words.LAST_NAMES)
        created = _before(random.uniform(0, 1500))
        yield Customer(
            pk=pk,
            created=created,
            modified=created + timedelta(days=1),
            first_name=first,
            last_name=last,
            email=f"{first}.{last}.{pk}@example.com".lower(),
            notes=_text(random, words.OPINIONS, 8),
        )


def _addresses_of(customer: int) -> tuple[int, ...]:
    """Return the keys of a customer's addresses; every second customer has a second one."""
    first = customer + (customer - 1) // 2
    return (first, first + 1) if customer % 2 == 0 else (first,)


def _addresses(customers: int) -> Iterator[Address]:
    random = Random("addresses")
    for customer in range(1, customers + 1):
        keys = _addresses_of(customer)
        for pk in keys:
            city, country, postcode = random.choice(words.CITIES)
            digits = [random.randrange(1000) for _ in range(2)]
            yield Address(
                pk=pk,
                customer_id=customer,
                street=f"{random.randint(1, 120)} {random.choice(words.STREETS)}",
                postcode=postcode.format(*digits),
                city=city,
                country=country,
                is_default=pk == keys[-1],
                directions=_text(random, words.SENTENCES, 4),
            )


def _reviews(count: int, products: int, customers: int) -> Iterator[Review]:
    random = Random("reviews")
    # The showpieces: how many reviews products 1 and 2 have, and how many customers 1 and 2 wrote.
    product_numbers = [1] * SIZES[0] + [2] * SIZES[1]
    author_numbers = [0] * len(product_numbers) + [1] * SIZES[0] + [2] * SIZES[1]
    for pk in range(1, count + 1):
        place = pk - 1
        shown = place < len(author_numbers)
        product = product_numbers[place] if place < len(product_numbers) else 0
        author = author_numbers[place] if shown else 0
        created = _before((count - pk) / count * 700)
        yield Review(
            pk=pk,
            created=created,
            modified=created,
            product_id=product or random.randint(3, products),
            author_id=author or random.randint(3, customers),
            rating=random.choice((1, 2, 3, 4, 4, 5, 5, 5)),
            title=random.choice(words.PRAISE),
            body=_text(random, words.OPINIONS, random.randint(2, 6)),
            moderation_log="scanned; " * random.randint(5, 30),
            is_removed=not shown and random.random() < 0.04,
        )


def _orders(count: int, customers: int) -> Iterator[Order]:
    random = Random("orders")
    statuses = [str(status) for status, _ in Order.STATUS]
    for pk in range(1, count + 1):
        customer = random.randint(1, customers)
        addresses = _addresses_of(customer)
        created = _before((count - pk) / count * 500)
        yield Order(
            pk=pk,
            created=created,
            modified=created + timedelta(hours=2),
            number=f"{created:%Y}-{pk:06}",
            status=random.choice(statuses),
            status_changed=created + timedelta(hours=2),
            customer_id=customer,
            currency_id=random.choice(words.CURRENCIES)[0],
            shipping_address_id=addresses[-1],
            billing_address_id=addresses[0] if len(addresses) > 1 else None,
            payment_log="accepted; " * random.randint(20, 60),
        )


def _line_count(order: int) -> int:
    return SIZES[order - 1] if order <= len(SIZES) else 1 + order % 4


def _order_lines(orders: int, products: int) -> Iterator[OrderLine]:
    random = Random("order lines")
    pk = 0
    for order in range(1, orders + 1):
        for product in random.sample(range(1, products + 1), _line_count(order)):
            pk += 1
            yield OrderLine(
                pk=pk,
                order_id=order,
                product_id=product,
                quantity=random.choice((1, 1, 1, 2, 3)),
                unit_price=Decimal(random.randint(8, 1400)),
                terms=_text(random, words.SENTENCES, 5),
            )
