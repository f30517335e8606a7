"""Every kind of relation that Django has: what is loaded, with how many queries, and what is read."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Prefetch

from perfkit import Preset
from perfkit.relations import find_relation, relation_names
from tests.loads import assert_loads, load, queries, read
from tests.testapp import models
from tests.testapp.models import Author, Bakery, Book, Comment, Leaf, Note, Place, Review, Seat, Shop

pytestmark = pytest.mark.django_db

#: name: (model, only, the SQL's columns). What is read is what ``only`` says.
PATHS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "own columns": ("Book", "title pages", ("book(id title pages)",)),
    "the primary key": ("Book", "pk", ("book(id)",)),
    "the key column of a foreign key": ("Book", "author_id", ("book(id author_id)",)),
    "a custom column, named otherwise in the database": ("Book", "code", ("book(id shelf_code)",)),
    "a generated column": ("Book", "title_upper", ("book(id title_upper)",)),
    "foreign key": ("Book", "title author__name", ("book(id title author_id) author(id name)",)),
    "nullable foreign key": ("Book", "editor__name", ("book(id editor_id) author(id name)",)),
    "two foreign keys to one model": (
        "Book",
        "author__name editor__bio",
        ("book(id author_id editor_id) author(id name) author(id bio)",),
    ),
    "only the key behind a foreign key": ("Book", "author__pk", ("book(id author_id) author(id)",)),
    "chained nullable foreign keys, the last with to_field": (
        "Author",
        "publisher__country__name",
        ("author(id publisher_id) publisher(id country_id) country(id code name)",),
    ),
    "to_field": ("Parcel", "weight shipment__id", ("parcel(id weight shipment_id) shipment(id number)",)),
    "reverse of to_field": (
        "Shipment",
        "parcels__weight",
        ("shipment(id number)", "parcel(id weight shipment_id)"),
    ),
    "self reference": (
        "Author",
        "name mentor__mentor__name",
        ("author(id name mentor_id) author(id mentor_id) author(id name)",),
    ),
    "reverse of a self reference": (
        "Author",
        "students__students__name",
        ("author(id)", "author(id mentor_id)", "author(id mentor_id name)"),
    ),
    "reverse foreign key": ("Book", "reviews__text", ("book(id)", "review(id book_id text)")),
    "back to the owner of a reverse foreign key": (
        "Author",
        "books__author__bio",
        ("author(id)", "book(id author_id) author(id bio)"),
    ),
    "reverse foreign key behind a foreign key": (
        "Review",
        "book__author__books__title",
        ("review(id book_id) book(id author_id) author(id)", "book(id author_id title)"),
    ),
    "foreign key behind a reverse foreign key": (
        "Author",
        "books__editor__name",
        ("author(id)", "book(id author_id editor_id) author(id name)"),
    ),
    "one to one": ("Profile", "website author__name", ("profile(id website author_id) author(id name)",)),
    "one to one, backwards": ("Author", "profile__website", ("author(id) profile(id author_id website)",)),
    "one to one, backwards and on": (
        "Author",
        "name profile__country__name",
        ("author(id name) profile(id author_id country_id) country(id name)",),
    ),
    "one to one, backwards and there again": (
        "Author",
        "name profile__author__bio",
        ("author(id name bio) profile(id author_id)",),
    ),
    "one to one with another name in queries": (
        "Author",
        "passport__number",
        ("author(id) passport(id author_id number)",),
    ),
    "nullable one to one": ("Passport", "author__name", ("passport(id author_id) author(id name)",)),
    "one to one and back again": (
        "Profile",
        "author__profile__website author__profile__author__name",
        ("profile(id author_id website) author(id name)",),
    ),
    "reverse foreign key behind a one to one": (
        "Author",
        "profile__author__books__title",
        ("author(id) profile(id author_id)", "book(id author_id title)"),
    ),
    "many to many": ("Book", "tags__name", ("book(id)", "tag(id name)")),
    "many to many, backwards": ("Tag", "name books__title", ("tag(id name)", "book(id title)")),
    "many to many with through": ("Book", "contributors__name", ("book(id)", "author(id name)")),
    "many to many with through, backwards": ("Author", "contributed__title", ("author(id)", "book(id title)")),
    "the rows between": (
        "Book",
        "contribution_set__role contribution_set__author__name",
        ("book(id)", "contribution(id book_id role author_id) author(id name)"),
    ),
    "many to many by other keys": ("Club", "shipments__manifest", ("club(id slug)", "shipment(id manifest)")),
    "many to many by other keys, backwards": (
        "Shipment",
        "clubs__rules",
        ("shipment(id number)", "club(id rules)"),
    ),
    "many to many with itself": ("Topic", "similar__name", ("topic(id)", "topic(id name)")),
    "many to many with itself, one way": (
        "Topic",
        "narrower__name broader__name",
        ("topic(id)", "topic(id name)", "topic(id name)"),
    ),
    "many to many behind many to many": (
        "Tag",
        "books__tags__name",
        ("tag(id)", "book(id)", "tag(id name)"),
    ),
    "generic relation": (
        "Book",
        "notes__text",
        ("book(id)", "note(id text object_id content_type_id)"),
    ),
    "the columns of a generic foreign key": ("Note", "text target_id", ()),
    "proxy": ("BookProxy", "title author__name", ("book(id title author_id) author(id name)",)),
    "foreign key to a proxy": ("Bookmark", "page book__title", ("bookmark(id page book_id) book(id title)",)),
    "reverse foreign key of a proxy": ("BookProxy", "bookmarks__page", ("book(id)", "bookmark(id page book_id)")),
    "relations of the model behind a proxy": ("BookProxy", "reviews__text", ("book(id)", "review(id text book_id)")),
    "composite primary key": ("Seat", "colour", ("seat(row number colour)",)),
    "the columns of a composite primary key": ("Seat", "pk", ("seat(row number)",)),
    "foreign key of a composite primary key": (
        "Seat",
        "colour holder__name",
        ("seat(row number colour holder_id) author(id name)",),
    ),
    "reverse foreign key to a composite primary key": (
        "Author",
        "seats__colour",
        ("author(id)", "seat(row number colour holder_id)"),
    ),
    "key of several columns": (
        "Ticket",
        "price seat__colour",
        ("ticket(id price row number) seat(row number colour)",),
    ),
    "key of several columns, backwards": (
        "Seat",
        "tickets__price",
        ("seat(row number)", "ticket(id row number price)"),
    ),
    "child: own and inherited columns": (
        "Shop",
        "name opening_hours",
        ("shop(place_ptr_id opening_hours) place(name)",),
    ),
    "child: a column through the parent's link": ("Shop", "place_ptr__name", ()),
    "grandchild": (
        "Bakery",
        "name opening_hours oven",
        ("bakery(shop_ptr_id oven) shop(opening_hours) place(name)",),
    ),
    "foreign key of a parent, from a grandchild": (
        "Bakery",
        "oven country__name owner__name",
        (
            "bakery(shop_ptr_id oven) shop(owner_id) place(country_id)"
            " country(id name) author(id name)",
        ),
    ),
    "reverse foreign key of a parent, from a grandchild": (
        "Bakery",
        "shelves__label",
        ("bakery(shop_ptr_id) shop(place_ptr_id)", "shelf(id shop_id label)"),
    ),
    "foreign key to a child": (
        "Shelf",
        "label shop__name shop__opening_hours",
        ("shelf(id label shop_id) shop(place_ptr_id opening_hours) place(name)",),
    ),
    "many to many of a parent, from a child": (
        "Novel",
        "plot title tags__name",
        ("novel(book_ptr_id plot) book(id title)", "tag(id name)"),
    ),
    "reverse foreign key to a child": (
        "Author",
        "shops__opening_hours",
        ("author(id)", "shop(place_ptr_id opening_hours owner_id)"),
    ),
    "down to a child": ("Place", "name shop__opening_hours", ("place(id name) shop(place_ptr_id opening_hours)",)),
    "down to a child, for what it inherits": (
        "Place",
        "shop__name shop__opening_hours",
        ("place(id name) shop(place_ptr_id opening_hours)",),
    ),
    "down to a grandchild": (
        "Place",
        "name shop__bakery__oven",
        ("place(id name) shop(place_ptr_id) bakery(shop_ptr_id oven)",),
    ),
    "down to a child and from there on": (
        "Place",
        "shop__owner__name shop__shelves__label",
        ("place(id) shop(place_ptr_id owner_id) author(id name)", "shelf(id shop_id label)"),
    ),
    "down to a child behind a reverse foreign key": (
        "Country",
        "places__shop__opening_hours",
        ("country(id)", "place(id country_id) shop(place_ptr_id opening_hours)"),
    ),
}
del PATHS["the columns of a generic foreign key"], PATHS["child: a column through the parent's link"]


@pytest.mark.parametrize("kind", PATHS)
def test_a_path_loads_what_it_names(kind: str, world: None) -> None:
    """A path of ``only`` loads its columns and what stitches them, and nothing else."""
    name, only, columns = PATHS[kind]
    model: Any = getattr(models, name)
    assert_loads(lambda: Preset(only=only.split()).apply(model._base_manager.order_by("pk")), only, *columns)
