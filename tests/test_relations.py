"""Every kind of relation that Django has: what is loaded, with how many queries, and what is read."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Prefetch

from perfkit import Preset
from perfkit.relations import find_relation, relation_names
from tests.loads import assert_loads, load, queries, read
from tests.testapp import models
from tests.testapp.models import (
    Author,
    Bakery,
    Book,
    Comment,
    Leaf,
    Note,
    Place,
    Review,
    Seat,
    Shop,
)

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
    "to_field": (
        "Parcel",
        "weight shipment__id",
        ("parcel(id weight shipment_id) shipment(id number)",),
    ),
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
        ("author(id bio)", "book(id author_id)"),
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
    "one to one": (
        "Profile",
        "website author__name",
        ("profile(id website author_id) author(id name)",),
    ),
    "one to one, backwards": (
        "Author",
        "profile__website",
        ("author(id) profile(id author_id website)",),
    ),
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
    "nullable one to one": (
        "Passport",
        "author__name",
        ("passport(id author_id) author(id name)",),
    ),
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
    "many to many with through, backwards": (
        "Author",
        "contributed__title",
        ("author(id)", "book(id title)"),
    ),
    "the rows between": (
        "Book",
        "contribution_set__role contribution_set__author__name",
        ("book(id)", "contribution(id book_id role author_id) author(id name)"),
    ),
    "many to many by other keys": (
        "Club",
        "shipments__manifest",
        ("club(id slug)", "shipment(id manifest)"),
    ),
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
    "one to one with itself": (
        "Topic",
        "name opposite__name opposite__essay",
        ("topic(id name opposite_id) topic(id name essay)",),
    ),
    "one to one with itself, backwards, which Django can't join": (
        "Topic",
        "essay opposite_of__name",
        ("topic(id essay)", "topic(id name opposite_id)"),
    ),
    "generic relation": (
        "Book",
        "notes__text",
        ("book(id)", "note(id text object_id content_type_id)"),
    ),
    "the columns of a generic foreign key": ("Note", "text target_id", ()),
    "proxy": ("BookProxy", "title author__name", ("book(id title author_id) author(id name)",)),
    "foreign key to a proxy": (
        "Bookmark",
        "page book__title",
        ("bookmark(id page book_id) book(id title)",),
    ),
    "reverse foreign key of a proxy": (
        "BookProxy",
        "bookmarks__page",
        ("book(id)", "bookmark(id page book_id)"),
    ),
    "relations of the model behind a proxy": (
        "BookProxy",
        "reviews__text",
        ("book(id)", "review(id text book_id)"),
    ),
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
            (
                "bakery(shop_ptr_id oven) shop(owner_id) place(country_id)"
                " country(id name) author(id name)"
            ),
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
    "down to a child": (
        "Place",
        "name shop__opening_hours",
        ("place(id name) shop(place_ptr_id opening_hours)",),
    ),
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
    "down to a child from a proxy, which Django can't join": (
        "BookProxy",
        "pages novel__title novel__plot",
        ("book(id pages)", "novel(book_ptr_id plot) book(title)"),
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
del (
    PATHS["the columns of a generic foreign key"],
    PATHS["child: a column through the parent's link"],
)


@pytest.mark.parametrize("kind", PATHS)
def test_a_path_loads_what_it_names(kind: str, world: None) -> None:
    """A path of ``only`` loads its columns and what stitches them, and nothing else."""
    name, only, columns = PATHS[kind]
    model: Any = getattr(models, name)
    assert_loads(
        lambda: Preset(only=only.split()).apply(model._base_manager.order_by("pk")), only, *columns
    )


#: name: (model, preset, what is read, the SQL's columns).
WHOLE: dict[str, tuple[Any, Preset, str, tuple[str, ...]]] = {
    "select_related": (
        Book,
        Preset(only=["title"], select_related=["author__publisher"]),
        "title author__bio author__publisher__address",
        (
            (
                "book(id title author_id) author(id name bio mentor_id publisher_id)"
                " publisher(id name address country_id)"
            ),
        ),
    ),
    "select_related, and of the row every column": (
        Book,
        Preset(select_related=["author"]),
        "blurb author__bio",
        (
            (
                "book(id title blurb shelf_code pages title_upper author_id editor_id)"
                " author(id name bio mentor_id publisher_id)"
            ),
        ),
    ),
    "prefetch_related of a list": (
        Book,
        Preset(only=["title"], prefetch_related=["tags"]),
        "title tags__description",
        ("book(id title)", "tag(id name description)"),
    ),
    "prefetch_related of a foreign key": (
        Book,
        Preset(only=["title"], prefetch_related=["author"]),
        "title author__bio",
        ("book(id title author_id)", "author(id name bio mentor_id publisher_id)"),
    ),
    "prefetch_related of a one to one": (
        Author,
        Preset(only=["name"], prefetch_related=["profile"]),
        "name profile__notes",
        ("author(id name)", "profile(id website notes author_id country_id)"),
    ),
    "prefetch_related of a path": (
        Author,
        Preset(only=["name"], prefetch_related=["books__tags"]),
        "name books__blurb books__tags__description",
        (
            "author(id name)",
            "book(id title blurb shelf_code pages title_upper author_id editor_id)",
            "tag(id name description)",
        ),
    ),
    "prefetch_related narrowed by only": (
        Book,
        Preset(only=["author__name", "author__publisher__name"], prefetch_related=["author"]),
        "author__bio author__publisher__name",
        (
            "book(id author_id)",
            "author(id name bio mentor_id publisher_id) publisher(id name)",
        ),
    ),
    "a Prefetch of a foreign key, narrowed by only": (
        Book,
        Preset(only=["author__name"], prefetch_related=[Prefetch("author")]),
        "author__name",
        ("book(id author_id)", "author(id name)"),
    ),
    "a Prefetch of a one to one, narrowed by only": (
        Author,
        Preset(
            only=["profile__website", "profile__author__bio"],
            prefetch_related=[Prefetch("profile")],
        ),
        "profile__website profile__author__bio",
        ("author(id bio)", "profile(id author_id website)"),
    ),
    "a Prefetch with a queryset, narrowed by only": (
        Book,
        Preset(
            only=["reviews__text"],
            prefetch_related=[Prefetch("reviews", Review.objects.order_by("text"))],
        ),
        "reviews__text",
        ("book(id)", "review(id book_id text)"),
    ),
    "a Prefetch of a path, narrowed by only at its end": (
        Author,
        Preset(
            only=["books__reviews__text"],
            prefetch_related=[Prefetch("books__reviews", Review.objects.order_by("pk"))],
        ),
        "books__reviews__text",
        (
            "author(id)",
            "book(id title blurb shelf_code pages title_upper author_id editor_id)",
            "review(id book_id text)",
        ),
    ),
    "a Prefetch that its user narrowed keeps that, and its way back": (
        Book,
        Preset(only=["title"], prefetch_related=[Prefetch("reviews", Review.objects.only("text"))]),
        "title reviews__text",
        ("book(id title)", "review(id book_id text)"),
    ),
    "a Prefetch that its user deferred columns of": (
        Book,
        Preset(
            only=["title"],
            prefetch_related=[Prefetch("reviews", Review.objects.defer("book", "private"))],
        ),
        "title reviews__text reviews__reviewer",
        ("book(id title)", "review(id book_id text reviewer)"),
    ),
    "a path through a Prefetch that its user narrowed": (
        Book,
        Preset(
            only=["reviews__notes__text"],
            prefetch_related=[Prefetch("reviews", Review.objects.only("reviewer"))],
        ),
        "reviews__reviewer reviews__notes__text",
        ("book(id)", "review(id book_id reviewer)", "note(id text object_id content_type_id)"),
    ),
    "a Prefetch of a generic relation that its user narrowed": (
        Book,
        Preset(prefetch_related=[Prefetch("notes", Note.objects.only("text"))], only=["pk"]),
        "notes__text",
        ("book(id)", "note(id text object_id content_type_id)"),
    ),
    "a join inside a Prefetch's queryset": (
        Author,
        Preset(
            only=["name"],
            prefetch_related=[Prefetch("books", Book.objects.select_related("editor"))],
        ),
        "books__blurb books__editor__bio",
        (
            "author(id name)",
            (
                "book(id title blurb shelf_code pages title_upper author_id editor_id)"
                " author(id name bio mentor_id publisher_id)"
            ),
        ),
    ),
    "a prefetch inside a Prefetch's queryset": (
        Author,
        Preset(
            only=["name", "books__title"],
            prefetch_related=[Prefetch("books", Book.objects.prefetch_related("tags"))],
        ),
        "books__title books__tags__description",
        ("author(id name)", "book(id title author_id)", "tag(id name description)"),
    ),
    "include over a foreign key": (
        Book,
        Preset(only=["title"], include={"author": "detail"}),
        "title author__name author__bio author__publisher__name",
        ("book(id title author_id) author(id name bio publisher_id) publisher(id name)",),
    ),
    "include over a list": (
        Author,
        Preset(only=["name"], include={"books": "list"}),
        "name books__title books__author__name books__tags__name",
        ("author(id name)", "book(id title author_id)", "tag(id name)"),
    ),
    "include over a path": (
        Review,
        Preset(only=["text"], include={"book__author": Preset(only=["name"])}),
        "text book__author__name",
        (
            (
                "review(id text book_id) book(id title blurb shelf_code pages title_upper author_id editor_id)"
                " author(id name)"
            ),
        ),
    ),
    "include in an include": (
        Author,
        Preset(only=["name"], include={"books": "detail"}),
        "name books__blurb books__reviews__text",
        (
            "author(id name)",
            "book(id title blurb author_id)",
            "review(id book_id text reviewer)",
            "tag(id name)",
        ),
    ),
    "include prefetched": (
        Book,
        Preset(only=["title"], prefetch_related=["author"], include={"author": "list"}),
        "title author__name author__bio",
        ("book(id title author_id)", "author(id name bio mentor_id publisher_id)"),
    ),
    "defer": (
        Book,
        Preset(defer=["blurb", "title_upper"]),
        "title pages author_id",
        ("book(id title shelf_code pages author_id editor_id)",),
    ),
    "defer over relations": (
        Book,
        Preset(
            only=["title"],
            select_related=["author"],
            prefetch_related=["tags"],
            defer=["author__bio", "tags__description"],
        ),
        "title author__name author__mentor_id tags__name",
        ("book(id title author_id) author(id name mentor_id publisher_id)", "tag(id name)"),
    ),
    "defer never takes away what stitches": (
        Book,
        Preset(
            select_related=["author"],
            prefetch_related=["reviews"],
            defer=["author_id", "author__id", "reviews__book"],
        ),
        "title author__name reviews__text",
        (
            (
                "book(id title blurb shelf_code pages title_upper author_id editor_id)"
                " author(id name bio mentor_id publisher_id)"
            ),
            "review(id book_id text reviewer private)",
        ),
    ),
    "rows that a manager hides only when asked for itself": (
        Book,
        Preset(only=["comments__text"]),
        "comments__text",
        ("book(id)", "comment(id book_id text)"),
    ),
    "a manager with a preset, whose rows are asked for more": (
        Book,
        Preset(only=["leaves__text"]),
        "leaves__name leaves__text",
        ("book(id)", "leaf(id book_id name text)"),
    ),
}


@pytest.mark.parametrize("kind", WHOLE)
def test_a_relation_loads_what_its_preset_says(kind: str, world: None) -> None:
    """Whole relations, included presets and the user's own Prefetch objects load exactly what they say."""
    model, preset, reads, columns = WHOLE[kind]
    assert_loads(lambda: preset.apply(model._base_manager.order_by("pk")), reads, *columns)


def test_prefetch_with_to_attr(world: None) -> None:
    """A Prefetch with to_attr fills that attribute, and an only path under it narrows it."""
    good = Review.objects.filter(text="review 0")
    preset = Preset(
        only=["title", "good__text"], prefetch_related=[Prefetch("reviews", good, to_attr="good")]
    )
    rows = load(
        lambda: preset.apply(Book.objects.order_by("pk")),
        "book(id title)",
        "review(id book_id text)",
    )
    with queries() as reading:
        texts = [[review.text for review in row.good] for row in rows]
        owners = [review.book for row in rows for review in row.good]
    assert not reading.captured_queries
    assert texts == [[], ["review 0"], ["review 0"], []]
    assert owners == [rows[1], rows[2]]


def test_two_prefetches_of_one_relation(world: None) -> None:
    """The relation itself and a Prefetch of it to an attribute are two loads, each with its own columns."""
    everything = Prefetch("reviews", Review.objects.order_by("-pk"), to_attr="latest")
    preset = Preset(only=["reviews__text", "latest__reviewer"], prefetch_related=[everything])
    rows = load(
        lambda: preset.apply(Book.objects.order_by("pk")),
        "book(id)",
        "review(id book_id reviewer)",
        "review(id book_id text)",
    )
    with queries() as reading:
        assert [review.reviewer for review in rows[2].latest] == ["reviewer 1", "reviewer 0"]
        assert read(rows[2], "reviews__text") == ["review 0", "review 1"]
    assert not reading.captured_queries


def test_generic_foreign_key_whole(world: None) -> None:
    """A generic foreign key is prefetched whole, one query for each model, by its two columns."""
    assert_loads(
        lambda: Preset(only=["text"], prefetch_related=["target"]).apply(
            Note.objects.order_by("pk")
        ),
        "text target target__pk",
        "note(id text content_type_id object_id)",
        *_by_model(
            Book="book(id title blurb shelf_code pages title_upper author_id editor_id)",
            Leaf="leaf(id name text book_id)",
            Review="review(id text reviewer private book_id)",
        ),
    )


def test_generic_foreign_key_by_model(world: None) -> None:
    """Each model that a generic foreign key leads to is narrowed by its own preset."""
    preset = Preset(
        only=["text"],
        include={
            "target": {Book: "compact", "testapp.Review": "list", Leaf: Preset(only=["name"])}
        },
    )
    rows = load(
        lambda: preset.apply(Note.objects.order_by("pk")),
        "note(id text content_type_id object_id)",
        *_by_model(Book="book(id title)", Leaf="leaf(id name)", Review="review(id text reviewer)"),
    )
    with queries() as reading:
        labels = [
            getattr(row.target, {Book: "title", Review: "text", Leaf: "name"}[type(row.target)])
            for row in rows
        ]
    assert not reading.captured_queries
    assert "review 0" in labels
    assert "Book 0" in labels


def test_generic_foreign_key_key_columns(world: None) -> None:
    """The bare name of a generic foreign key in only is its two columns, as a foreign key's is one."""
    load(
        lambda: Preset(only=["target"]).apply(Note.objects.all()),
        "note(id content_type_id object_id)",
    )


def test_generic_foreign_key_with_a_queryset_of_several_models(world: None) -> None:
    """An own GenericPrefetch stays as it is."""
    from django.contrib.contenttypes.prefetch import GenericPrefetch

    lookup = GenericPrefetch(
        "target", [Book.objects.only("title"), Review.objects.all(), Leaf.everything.all()]
    )
    rows = load(
        lambda: Preset(only=["text"], prefetch_related=[lookup]).apply(Note.objects.order_by("pk")),
        "note(id text content_type_id object_id)",
        *_by_model(
            Book="book(id title)",
            Leaf="leaf(id name text book_id)",
            Review="review(id text reviewer private book_id)",
        ),
    )
    with queries() as reading:
        assert {type(row.target) for row in rows} == {Book, Review, Leaf}
    assert not reading.captured_queries


def _by_model(**columns: str) -> list[str]:
    """Return the queries of a generic foreign key in the order that Django sends them: by content type."""
    from django.contrib.contenttypes.models import ContentType

    kinds = {
        type_.pk: type_.model_class().__name__
        for type_ in ContentType.objects.all()
        if type_.model_class()
    }
    order = list(
        dict.fromkeys(
            kinds[pk] for pk in Note.objects.order_by("pk").values_list("content_type", flat=True)
        )
    )
    return [columns[name] for name in order]


@pytest.mark.parametrize(
    ("model", "only", "columns"),
    [
        (Shop, "place_ptr__name", "shop(place_ptr_id) place(id name story country_id)"),
        (
            Bakery,
            "shop_ptr__name",
            "bakery(shop_ptr_id) shop(place_ptr_id opening_hours lease owner_id) place(id name story country_id)",
        ),
    ],
)
def test_a_column_through_the_link_to_the_parent(
    model: Any, only: str, columns: str, world: None
) -> None:
    """Django makes the parent's row of the child's when it has all the parent's columns: no query, no join."""
    assert_loads(lambda: Preset(only=[only]).apply(model.objects.order_by("pk")), only, columns)


def test_rows_down_and_the_way_back_up(world: None) -> None:
    """The child of a parent's row has that very row as its parent."""
    (row,) = load(
        lambda: Preset(only=["shop__opening_hours", "shop__place_ptr__country__name"]).apply(
            Place.objects.filter(name="Shop")
        ),
        "place(id country_id) shop(place_ptr_id opening_hours) country(id name)",
    )
    with queries() as reading:
        assert row.shop.place_ptr is row
        assert row.shop.place_ptr.country.name == "Country 0"
    assert not reading.captured_queries


def test_a_manager_that_filters_hides_nothing_from_its_relation(world: None) -> None:
    """Related rows come from the class of the default manager made without arguments, as in Django."""
    assert Comment.objects.filter(book__title="Book 0").count() == 1
    row = Preset(only=["comments__text"]).apply(Book.objects.all()).get(title="Book 0")
    assert read(row, "comments__text") == ["hidden", "seen"]


@pytest.mark.parametrize("part", ["prefetch_related", "select_related"])
def test_a_row_that_the_default_manager_hides_is_found_by_its_key(part: str, world: None) -> None:
    """A relation to one goes by the base manager, as Django's own reading does."""
    seen = Comment.objects.get(book__title="Book 0")
    seen.reply_to = Comment._base_manager.get(book=seen.book, removed=True)
    seen.save()
    arguments: dict[str, Any] = {part: ["reply_to"]}
    row = Preset(only=["text"], **arguments).apply(Comment.objects.all()).get(pk=seen.pk)
    with queries() as reading:
        assert row.reply_to.text == "hidden"
    assert not reading.captured_queries


def test_relation_names_are_all_found() -> None:
    """Every relation that a model lists is described, under the attribute that its rows have."""
    for model in (Book, Author, Note, Place, Shop, Bakery, Seat):
        for name in relation_names(model):
            relation = find_relation(model, name)
            assert relation is not None
            assert relation.name == name
            assert hasattr(model, name)


@pytest.mark.parametrize(
    ("model", "name", "many"),
    [
        (Book, "author", False),
        (Author, "profile", False),
        (Note, "target", False),
        (Shop, "place_ptr", False),
        (Place, "shop", False),
        (Book, "reviews", True),
        (Book, "tags", True),
        (models.Tag, "books", True),
        (Book, "notes", True),
    ],
)
def test_a_relation_leads_to_one_row_or_to_many(model: type[Any], name: str, many: bool) -> None:
    """Forwards, backwards, many to many from both sides, generic."""
    relation = find_relation(model, name)
    assert relation is not None
    assert relation.many is many


def test_a_hidden_relation_is_none() -> None:
    """What has no attribute on the row (related_name="+") can't be named, nor can a column's attname be a relation."""
    assert find_relation(models.Country, "profile") is None
    assert not any("+" in name for name in relation_names(models.Country))
    assert find_relation(Book, "author_id") is None
    assert find_relation(Author, "passport_of") is None
