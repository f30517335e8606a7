"""A few rows of every model of the test project, with gaps where a relation may be empty."""

from __future__ import annotations

from datetime import datetime, timezone

from django.contrib.contenttypes.models import ContentType

from tests.testapp.models import (
    Author,
    Bakery,
    Book,
    Bookmark,
    BookProxy,
    Club,
    Comment,
    Contribution,
    Country,
    Invoice,
    Leaf,
    Membership,
    Note,
    Novel,
    Parcel,
    Passport,
    Place,
    Profile,
    Publisher,
    Review,
    Seat,
    Shelf,
    Shipment,
    Shop,
    Tag,
    Ticket,
    Topic,
)

FOUNDED = datetime(1900, 1, 2, tzinfo=timezone.utc)


def make_world() -> None:
    """Fill the tables of the test project."""
    make_people()
    make_books()
    make_places()
    make_others()
    # Generic relations ask for content types once per process; tests count what comes after.
    for model in (Book, Review, Note, Leaf):
        ContentType.objects.get_for_model(model)


def make_people() -> None:
    countries = [
        Country.objects.create(name=f"Country {n}", code=f"c{n}", anthem="la", founded=FOUNDED)
        for n in range(3)
    ]
    publishers = [
        Publisher.objects.create(name="With country", address="street", country=countries[1]),
        Publisher.objects.create(name="Without", address="street"),
    ]
    elder = Author.objects.create(name="Elder", bio="long", publisher=publishers[0])
    pupil = Author.objects.create(name="Pupil", bio="short", publisher=publishers[1], mentor=elder)
    Author.objects.create(name="Loner", bio="none")
    Author.objects.create(name="Grandpupil", mentor=pupil)
    Profile.objects.create(author=elder, website="elder.example", notes="n", country=countries[2])
    Profile.objects.create(author=pupil, website="pupil.example", notes="n")
    Passport.objects.create(author=elder, number="P1", photo="p")
    Passport.objects.create(number="P2", photo="p")


def make_books() -> None:
    elder, pupil, loner, _ = Author.objects.order_by("pk")
    tags = [Tag.objects.create(name=f"tag {n}", description="d") for n in range(3)]
    for number, (author, editor) in enumerate([(elder, pupil), (pupil, None), (loner, elder)]):
        book = Book.objects.create(
            title=f"Book {number}",
            blurb="b" * 10,
            code=f"code{number}",
            pages=number * 100,
            author=author,
            editor=editor,
        )
        book.tags.set(tags[:number])
        for k in range(number):
            review = Review.objects.create(
                book=book, text=f"review {k}", reviewer=f"reviewer {k}", private="p"
            )
            Note.objects.create(target=review, text="of review", internal="i")
        Note.objects.create(target=book, text=f"note {number}", internal="i")
        Contribution.objects.create(book=book, author=elder, role="preface")
        Contribution.objects.create(book=book, author=loner, role="index")
        Comment.objects.create(book=book, text="seen", details="d")
        Comment.objects.create(book=book, text="hidden", removed=True, details="d")
        leaf = Leaf.objects.create(book=book, name=f"leaf {number}", text="t")
        leaf.tags.set(tags[1:])
        Note.objects.create(target=leaf, text="of leaf", internal="i")
    Novel.objects.create(title="Novel", blurb="b", pages=5, author=elder, plot="p").tags.set(tags)
    Bookmark.objects.create(book=BookProxy.objects.order_by("pk")[0], page=3, comment="c")


def make_places() -> None:
    country = Country.objects.all()[0]
    owner = Author.objects.all()[0]
    Place.objects.create(name="Place", story="s", country=country)
    Shop.objects.create(
        name="Shop", story="s", opening_hours="9-5", lease="l", owner=owner, country=country
    )
    Bakery.objects.create(name="Bakery", story="s", opening_hours="5-9", lease="l", oven="stone")
    for shop in Shop.objects.all():
        Shelf.objects.create(shop=shop, label=f"shelf of {shop.name}", material="oak")


def make_others() -> None:
    holder = Author.objects.all()[0]
    for row in range(2):
        for number in range(2):
            Seat.objects.create(
                row=row, number=number, colour="red", history="h", holder=holder if row else None
            )
    Ticket.objects.create(row=0, number=1, price=5, terms="t")
    Ticket.objects.create(row=1, number=1, price=6, terms="t")
    Ticket.objects.create(price=7, terms="t")
    shipment, _ = (Shipment.objects.create(number=f"S{n}", manifest="m") for n in range(2))
    for weight in (1, 2):
        Parcel.objects.create(shipment=shipment, weight=weight, contents="c")
    club = Club.objects.create(slug="readers", rules="r")
    Membership.objects.create(club=club, shipment=shipment)
    topics = [Topic.objects.create(name=f"topic {n}", essay="e") for n in range(3)]
    topics[0].opposite = topics[1]
    topics[0].save()
    topics[0].similar.set(topics[1:])
    topics[0].narrower.set(topics[2:])
    for tenant in ("north", "south"):
        Invoice.objects.create(
            author=holder, tenant=tenant, amount=len(tenant), details=f"of {tenant}"
        )
