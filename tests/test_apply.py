"""Applying plans: nothing shared is changed, pickles hold nothing of perfkit, rows behave as Django's own."""

from __future__ import annotations

import copy
import pickle
import pickletools
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.exceptions import FieldError
from django.db.models import F, Prefetch, QuerySet, Value
from django.db.models.functions import Length, Upper

from perfkit import Preset, PresetError
from perfkit.loading import loading_of
from tests.loads import assert_loads, expected, load, queries, read, selected
from tests.testapp.models import Author, Book, Leaf, Note, Review, Seat, Shop, Tag

pytestmark = pytest.mark.django_db

LIST = Preset(only=["title", "author__name", "tags__name"])


def settings_of(queryset: QuerySet[Any]) -> tuple[Any, ...]:
    """What a queryset loads, copied deep enough to see a later change."""
    query = queryset.query
    lookups = [
        (p.prefetch_to, dict(getattr(p.queryset, "_hints", {})))
        for p in queryset._prefetch_related_lookups
    ]
    return copy.deepcopy(query.select_related), query.deferred_loading, lookups


def test_any_queryset_takes_a_preset() -> None:
    """QuerySets that know nothing of perfkit do: User's, with its groups and their permissions."""
    user = User.objects.create_user("ann")
    user.groups.add(Group.objects.create(name="editors"))
    rows = assert_loads(
        lambda: Preset(only=["username", "groups__name"]).apply(User.objects.all()),
        "username groups__name",
        "auth_user(id username)",
        "auth_group(id name)",
    )
    assert type(rows[0]) is User


def test_it_unites_with_what_the_queryset_loads(world: None) -> None:
    """only(), select_related() and prefetch_related() that came before are kept."""
    before = Author.objects.only("bio").select_related("mentor").prefetch_related("books")
    load(
        lambda: Preset(only=["name", "mentor__name"]).apply(before).order_by("pk"),
        "author(id name bio mentor_id) author(id name bio publisher_id mentor_id)",
        "book(id title blurb shelf_code pages title_upper author_id editor_id)",
    )


def test_it_unites_with_defer_that_came_before(world: None) -> None:
    """A row has every column that the queryset or the preset would load."""
    load(
        lambda: Preset(only=["blurb"]).apply(Book.objects.defer("blurb", "pages")),
        "book(id title blurb shelf_code title_upper author_id editor_id)",
    )


def test_a_prefetch_of_the_user_and_one_of_a_preset_are_one(world: None) -> None:
    """Django skips the second lookup of a path; here both are loaded by one query."""
    preset = Preset(only=["title", "reviews__text"])
    load(
        lambda: preset.apply(Book.objects.prefetch_related("reviews")),
        "book(id title)",
        "review(id book_id text reviewer private)",
    )
    load(
        lambda: preset.apply(Book.objects.all()).prefetch_related("reviews"),
        "book(id title)",
        "review(id book_id text reviewer private)",
    )


def test_a_prefetch_behind_one_of_a_preset(world: None) -> None:
    """A lookup of the user's through what a preset prefetches has the columns that it stands on."""
    load(
        lambda: (
            Preset(only=["books__title"])
            .apply(Author.objects.all())
            .prefetch_related("books__reviews")
        ),
        "author(id)",
        "book(id title author_id)",
        "review(id book_id text reviewer private)",
    )


def test_the_users_prefetch_queryset_is_kept(world: None) -> None:
    """With a Prefetch of the user's chained afterwards, its rows are loaded, and the preset's columns."""
    rows = load(
        lambda: (
            Preset(only=["reviews__text"])
            .apply(Book.objects.order_by("pk"))
            .prefetch_related(Prefetch("reviews", Review.objects.filter(text="review 1")))
        ),
        "book(id)",
        "review(id book_id text reviewer private)",
    )
    assert [read(row, "reviews__text") for row in rows] == [[], [], ["review 1"], []]


def test_two_prefetch_objects_of_one_path_on_a_queryset_are_an_error() -> None:
    """What can't be united is refused when it is chained, too."""
    preset = Preset(prefetch_related=[Prefetch("reviews", Review.objects.all())])
    with pytest.raises(PresetError, match="can't be united"):
        preset.apply(Book.objects.all()).prefetch_related(
            Prefetch("reviews", Review.objects.filter(text=""))
        )  # type: ignore[misc]


CHAINS = [
    "only('title')",
    "defer('title')",
    "select_related('editor')",
    "select_related('author__publisher')",
    "select_related(None)",
    "prefetch_related('reviews')",
    "prefetch_related(Prefetch('author__books'))",
    "prefetch_related(None)",
    "annotate(n=Value(1))",
    "filter(author__name='x')",
    "select_for_update()",
    "optimize_for_detail()",
    "optimize_for(Preset(only=['author__bio', 'author__mentor__name']))",
    "values('title')",
    "using('default')",
    "all()",
    "reverse()",
]


@pytest.mark.parametrize("chain", CHAINS)
def test_nothing_chained_reaches_a_cached_plan(chain: str, world: None) -> None:
    """Two querysets of one preset share its plan; what is chained to one, and evaluated, leaves the other as it was."""
    first, second = Book.objects.optimize_for_list(), Book.objects.optimize_for_list()
    before, plan, sql = settings_of(second), str(second.loading_plan), str(second.query)
    loading = loading_of(first)
    chained = eval(
        f"first.{chain}", {"first": first, "Prefetch": Prefetch, "Value": Value, "Preset": Preset}
    )
    list(chained)
    list(first)
    for untouched in (second, Book.objects.optimize_for_list()):
        assert settings_of(untouched) == before
        assert str(untouched.query) == sql
        assert str(untouched.loading_plan) == plan
        assert loading_of(untouched) is loading
    with queries() as evaluating:
        list(second)
    assert len(evaluating) == 2


def test_querysets_of_a_prefetch_are_left_alone(world: None) -> None:
    """Django adds hints to the queryset of a Prefetch, and takes its lookups off: to a copy here."""
    own = Review.objects.prefetch_related("notes")
    lookup = Prefetch("reviews", own)
    preset = Preset(only=["title"], prefetch_related=[lookup])
    for _ in range(2):
        rows = list(preset.apply(Book.objects.all()))
        assert read(rows[1], "reviews__notes__text") == [["of review"]]
    assert own._hints == {}
    assert own._prefetch_related_lookups == ("notes",)
    assert own._result_cache is None
    assert lookup.queryset is own


def test_a_queryset_pickles_without_perfkit(world: None) -> None:
    """The pickle of a plain QuerySet that a preset was applied to is read where perfkit is not installed."""
    narrowed = Preset(only=["username", "groups__name"]).apply(User.objects.all())
    User.objects.create_user("ann").groups.add(Group.objects.create(name="editors"))
    for queryset in (narrowed, narrowed.filter(pk__gt=0).only("username")):
        assert not _modules_in(pickle.dumps(queryset.all()))
        again = pickle.loads(pickle.dumps(queryset.all()))
        with queries() as evaluating:
            assert [read(row, "groups__name") for row in again.all()] == [["editors"]]
        assert [query["sql"].count('"email"') for query in evaluating.captured_queries] == [0, 0]
        assert loading_of(again) is None
    assert not _modules_in(pickle.dumps(list(narrowed)))


def test_every_part_of_a_preset_pickles_as_djangos_own(world: None) -> None:
    """A Prefetch, an annotation, a generic key by model, a list behind a list: the unpickled queryset loads the same."""
    own = Prefetch("reviews", Review.objects.filter(text="review 0"), to_attr="good")
    for queryset, path in [
        (Preset(prefetch_related=[own], only=["good__text"]).apply(QuerySet(Book)), "good__text"),
        (
            Preset(only=["title", "author__books__reviews__text"]).apply(QuerySet(Book)),
            "author__books__reviews__text",
        ),
        (Preset(annotate={"loud": Upper("title")}, only=["pk"]).apply(QuerySet(Book)), "loud"),
        (
            Preset(include={"target": {Book: Preset(only=["title"])}}).apply(QuerySet(Note)),
            "target__pk",
        ),
    ]:
        with queries() as before:
            values = [read(row, path) for row in queryset.order_by("pk")]
        data = pickle.dumps(queryset.order_by("pk"))
        assert not _modules_in(data)
        again = pickle.loads(data)
        with queries() as after:
            assert [read(row, path) for row in again.all()] == values
        assert [query["sql"] for query in after.captured_queries] == [
            query["sql"] for query in before.captured_queries
        ]


def _modules_in(data: bytes) -> set[str]:
    """Return the modules of perfkit that a pickle asks for."""
    found = {
        str(argument) for _, argument, _ in pickletools.genops(data) if isinstance(argument, str)
    }
    return {name for name in found if name.partition(".")[0] == "perfkit"}


def test_queries_of_a_preset_pickle_and_copy(world: None) -> None:
    """Query pickles alone, too, as Django's documentation shows; a copy loads the same."""
    queryset = Book.objects.optimize_for_list().order_by("pk")
    other = Book.objects.all()
    other.query = pickle.loads(pickle.dumps(queryset.query))
    assert str(other.query) == str(queryset.query)
    made = copy.deepcopy(queryset)
    with queries() as evaluating:
        tags = [read(row, "tags__name") for row in made]
    assert len(evaluating) == 2
    assert tags == [read(row, "tags__name") for row in copy.copy(queryset)]
    assert settings_of(made)[0] == {"author": {}}


def test_a_narrowed_row_saves_what_was_loaded(world: None) -> None:
    """As Django's own deferred rows: only the columns that were loaded are written, nothing is lost."""
    book = Book.objects.optimize_for_list().get(title="Book 1")
    Book.objects.filter(pk=book.pk).update(pages=999)
    book.title = "New title"
    with queries() as saving:
        book.save()
    (update,) = saving.captured_queries
    assert update["sql"].startswith("UPDATE")
    assert "blurb" not in update["sql"]
    whole = Book.objects.get(pk=book.pk)
    assert (whole.title, whole.pages, whole.blurb) == ("New title", 999, "b" * 10)


def test_a_deferred_column_that_is_set_is_saved(world: None) -> None:
    """Setting what was not loaded makes it loaded, as in Django."""
    book = Book.objects.optimize_for_list().get(title="Book 1")
    book.blurb = "new"
    book.save()
    assert Book.objects.get(pk=book.pk).blurb == "new"


def test_a_narrowed_row_refreshes(world: None) -> None:
    """refresh_from_db() loads what had been loaded, or what it is told to; a lazy read loads one column."""
    book = Book.objects.optimize_for_list().get(title="Book 1")
    Book.objects.filter(pk=book.pk).update(title="Other", pages=5)
    book.refresh_from_db()
    assert book.title == "Other"
    assert "pages" in book.get_deferred_fields()
    book.refresh_from_db(fields=["pages"])
    with queries() as reading:
        assert book.pages == 5
    assert not reading.captured_queries
    with queries() as reading:
        assert book.blurb == "b" * 10
    assert len(reading) == 1


def test_a_narrowed_row_deletes_with_what_refers_to_it(world: None) -> None:
    """delete() finds related rows as ever, by the key."""
    shop = Preset(only=["name"]).apply(Shop.objects.filter(name="Bakery")).get()
    _deleted, by_model = shop.delete()
    assert by_model["testapp.Bakery"] == 1
    assert by_model["testapp.Shelf"] == 1
    book = Book.objects.optimize_for_list().get(title="Book 2")
    assert book.delete()[1]["testapp.Review"] == 2
    assert not Review.objects.filter(book__title="Book 2").exists()


def test_a_narrowed_row_pickles_and_copies(world: None) -> None:
    """With the rows behind its relations, and with what is deferred still deferred."""
    book = Book.objects.optimize_for_list().get(title="Book 1")
    for made in (pickle.loads(pickle.dumps(book)), copy.copy(book), copy.deepcopy(book)):
        with queries() as reading:
            assert (made.title, made.author.name) == ("Book 1", "Pupil")
        assert not reading.captured_queries
        assert made.get_deferred_fields() == book.get_deferred_fields()
        assert made == book
    with queries() as reading:
        assert read(pickle.loads(pickle.dumps(book)), "tags__name") == ["tag 0"]
    assert not reading.captured_queries


def test_known_related_objects_are_not_reloaded(world: None) -> None:
    """Rows of a related manager have their owner, whatever the preset narrows."""
    author = Author.objects.get(name="Elder")
    Book.objects.compact()  # from its second use on a preset takes a shorter way
    with queries() as evaluating:
        books = list(author.books.optimize_for(Preset(only=["title"])))
        assert all(book.author is author for book in books)
        books += list(author.books.compact().filter(pages__gte=0))
        assert all(book.author is author for book in books)
    assert len(evaluating) == 2


def test_a_join_to_a_known_owner_is_read_without_a_query(world: None) -> None:
    """The owner may be narrowed itself: so the declared join serves, as Django's select_related() does."""
    author = Author.objects.only("bio").get(name="Elder")
    books = list(author.books.optimize_for_list())
    with queries() as reading:
        assert {book.author.name for book in books} == {"Elder"}
    assert not reading.captured_queries


def test_prefetching_onto_loaded_rows(world: None) -> None:
    """Preset.prefetch(): one query for own columns that are missing, one for each relation, then none."""
    books = list(Book.objects.only("pk").order_by("pk"))
    with queries() as prefetching:
        LIST.prefetch(books)
    assert [selected(query["sql"]) for query in prefetching.captured_queries] == [
        expected("book(id title author_id)"),
        expected("author(id name)"),
        expected("tag(id name)"),
    ]
    with queries() as reading:
        assert [(book.title, book.author.name, read(book, "tags__name")) for book in books][1] == (
            "Book 1",
            "Pupil",
            ["tag 0"],
        )
    assert not reading.captured_queries
    with queries() as again:
        LIST.prefetch(books)
    assert not again.captured_queries


def test_prefetching_onto_whole_rows(world: None) -> None:
    """Rows that have all their columns need a query for each relation alone, and keep changed values."""
    books = list(Book.objects.order_by("pk"))
    books[0].title = "changed"
    with queries() as prefetching:
        Preset(only=["title", "reviews__text"], annotate={"loud": Upper("title")}).prefetch(
            iter(books)
        )
    assert len(prefetching) == 2
    assert books[0].title == "changed"
    assert [book.loud for book in books[1:]] == ["BOOK 1", "BOOK 2", "NOVEL"]


def test_prefetching_keeps_relations_that_are_loaded(world: None) -> None:
    """What a row has already is left as it is."""
    book = Book.objects.select_related("author").get(title="Book 1")
    author = book.author
    with queries() as prefetching:
        Preset(only=["title", "author__name"]).prefetch([book])
    assert not prefetching.captured_queries
    assert book.author is author


def test_prefetching_onto_nothing_and_onto_a_mixture(world: None) -> None:
    """No rows, no query; rows of two models are an error; rows deleted meanwhile are told of."""
    with queries() as prefetching:
        LIST.prefetch([])
    assert not prefetching.captured_queries
    with pytest.raises(
        PresetError, match=r"rows of one model, not of testapp.Author, testapp.Book"
    ):
        LIST.prefetch([Book.objects.all()[0], Author.objects.all()[0]])
    gone = Book.objects.only("pk").get(title="Book 0")
    Book.objects.filter(pk=gone.pk).delete()
    with pytest.raises(Book.DoesNotExist, match="was deleted"):
        LIST.prefetch([gone])


def test_prefetching_onto_composite_keys_and_children(world: None) -> None:
    """Rows of every kind of key."""
    seats = list(Seat.objects.only("pk"))
    Preset(only=["colour", "holder__name"]).prefetch(seats)
    shops = list(Shop.objects.only("pk"))
    Preset(only=["name", "opening_hours", "owner__name", "shelves__label"]).prefetch(shops)
    with queries() as reading:
        assert sorted(str(seat.holder and seat.holder.name) for seat in seats) == [
            "Elder",
            "Elder",
            "None",
            "None",
        ]
        assert sorted(shop.name for shop in shops) == ["Bakery", "Shop"]
        assert read(shops, "shelves__label") == [["shelf of Bakery"], ["shelf of Shop"]]
    assert not reading.captured_queries


def test_after_values_it_is_the_error_of_select_related() -> None:
    """By attribute, by name, on the spot and on plain querysets."""
    for made in (
        Book.objects.values("title"),
        Book.objects.values_list("title"),
        Book.objects.values_list("title", flat=True),
    ):
        for call in (
            made.optimize_for_list,
            lambda made=made: made.optimize_for("list"),
            lambda made=made: LIST.apply(made),
        ):
            with pytest.raises(
                TypeError, match=r"Cannot call .*\(\) after \.values\(\) or \.values_list\(\)"
            ):
                call()


def test_after_a_union_it_is_the_error_of_select_related() -> None:
    """NotSupportedError, with the method's name."""
    from django.db import NotSupportedError

    made = Book.objects.filter(pages=1).union(Book.objects.filter(pages=2))
    with pytest.raises(NotSupportedError, match=r"QuerySet.optimize_for_list\(\) after union"):
        made.optimize_for_list()
    with pytest.raises(NotSupportedError, match="after union"):
        LIST.apply(made)


def test_annotations_are_put_once(world: None) -> None:
    """A preset applied twice, or united with one of the same annotation, annotates once."""
    loud = Preset(only=["title"], annotate={"loud": Upper("title")})
    rows = load(lambda: loud.apply(loud.apply(Book.objects.order_by("pk"))), "book(id title) +loud")
    assert rows[0].loud == "BOOK 0"
    rows = load(
        lambda: Preset(annotate={"size": Length("title")}).apply(
            loud.apply(Book.objects.order_by("pk"))
        ),
        "book(id title) +loud +size",
    )
    assert rows[0].size == 6


def test_an_annotation_of_the_user_with_the_same_name_is_djangos_matter(world: None) -> None:
    """As two annotate() calls of one name: the last one holds."""
    rows = Preset(annotate={"n": Value(2)}).apply(Book.objects.annotate(n=Value(1)))
    assert {row.n for row in rows} == {2}


def test_annotations_of_a_preset_can_be_filtered_and_ordered_by(world: None) -> None:
    """They are the queryset's own annotations."""
    made = Preset(annotate={"double": F("pages") * 2}).apply(Book.objects.all())
    assert [row.title for row in made.filter(double__gt=100).order_by("-double")] == [
        "Book 2",
        "Book 1",
    ]
    with pytest.raises(FieldError):
        Book.objects.filter(double=1)


@pytest.mark.django_db(databases=["default", "other"])
def test_presets_on_another_database() -> None:
    """using() before and after a preset, joins and prefetches alike."""
    author = Author.objects.using("other").create(name="Other")
    book = Book.objects.using("other").create(title="There", author=author)
    Review.objects.using("other").create(book=book, text="r", reviewer="x")
    book.tags.add(Tag.objects.using("other").create(name="t"))
    Leaf.everything.using("other").create(book=book, name="l")
    preset = Preset(only=["title", "author__name", "reviews__text", "tags__name", "leaves__name"])
    with queries() as here:
        for rows in (
            preset.apply(Book.objects.using("other")),
            preset.apply(Book.objects.all()).using("other"),
        ):
            (row,) = rows
            assert (row.author.name, read(row, "reviews__text"), read(row, "tags__name")) == (
                "Other",
                ["r"],
                ["t"],
            )
            assert read(row, "leaves__name") == ["l"]
            assert (
                row._state.db == row.author._state.db == row.reviews.all()[0]._state.db == "other"
            )
        whole = Book.objects.using("other").only("pk").get()
        preset.prefetch([whole])
        assert read(whole, "reviews__text") == ["r"]
    assert not here.captured_queries
    assert not preset.apply(Book.objects.all()).exists()


def test_it_sends_no_query_by_itself(world: None) -> None:
    """Applying, uniting, printing and comparing are all without a query."""
    with queries() as building:
        made = (
            Book.objects.optimize_for_detail()
            .optimize_for(LIST)
            .select_related("editor")
            .only("pages")
        )
        str(made.loading_plan)
        _ = made.loading_plan == Book.objects.optimize_for_list().loading_plan
    assert not building.captured_queries
