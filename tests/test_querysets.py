"""Presets on QuerySet and Manager classes, and QuerySet's own methods after them."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import connection, models, transaction
from django.db.models import F, FilteredRelation, Manager, Prefetch, Q, QuerySet
from django.db.models.functions import Upper
from django.test.utils import isolate_apps

from perfkit import (
    LazyLoadError,
    Preset,
    PresetError,
    PresetManager,
    PresetQuerySet,
    PresetQuerySetMixin,
    audit,
    preset,
)
from perfkit._compat import HAS_FETCH_MODES
from tests.inference.app.models import Brand
from tests.loads import load, queries, read
from tests.testapp.models import (
    Author,
    Bakery,
    Book,
    BookQuerySet,
    Comment,
    Invoice,
    Leaf,
    LeafQuerySet,
    Novel,
    Place,
    Profile,
    Review,
    Seat,
    Shop,
    Tag,
    current_tenant,
)

pytestmark = pytest.mark.django_db

WHOLE_BOOK = "book(id title blurb shelf_code pages title_upper author_id editor_id)"
WHOLE_AUTHOR = "author(id name bio publisher_id mentor_id)"
AUTHOR_JOINED = "book(id title author_id) author(id name)"


def only(*names: str) -> Preset:
    return Preset(only=names)


class TestPresetsOfAClass:
    """What a QuerySet class does with Preset attributes and ``@preset`` methods."""

    def test_an_attribute_is_a_method_of_the_class_and_of_managers(self, world: None) -> None:
        """It is a function with the preset on it, so as_manager() and from_queryset() copy it."""
        method = BookQuerySet.optimize_for_list
        assert method.preset == Preset(only=["title", "author__name", "tags__name"])
        assert method.__name__ == "optimize_for_list"
        for manager in (
            Book.objects,
            Manager.from_queryset(BookQuerySet)(),
            PresetManager.from_queryset(BookQuerySet)(),
        ):
            manager.model = Book
            load(manager.optimize_for_list, AUTHOR_JOINED, "tag(id name)")

    def test_presets_are_listed_by_name(self) -> None:
        """A name is the attribute's, less a leading optimize_for_; a method's value is its function."""
        presets = BookQuerySet.presets
        assert set(presets) == {"list", "detail", "compact", "with_reviews_by"}
        assert presets["compact"] == Preset(only=["title"])
        assert callable(presets["with_reviews_by"])
        assert Book.objects.all().presets == presets
        with pytest.raises(TypeError):
            presets["list"] = Preset()  # type: ignore[index]

    def test_optimize_for_takes_names_and_presets(self, world: None) -> None:
        """With and without the prefix, for both forms of preset; one made on the spot too."""
        for name in (
            "list",
            "optimize_for_list",
            Preset(only=["title", "author__name", "tags__name"]),
        ):
            load(lambda name=name: Book.objects.optimize_for(name), AUTHOR_JOINED, "tag(id name)")
        load(lambda: Book.objects.optimize_for("compact"), "book(id title)")

    @pytest.mark.parametrize("name", ["lst", "filter", "presets", "__class__", "", 3, None])
    def test_an_unknown_name_is_an_error_with_near_matches(self, name: Any) -> None:
        """A QuerySet method of that name is no preset."""
        with pytest.raises(PresetError, match="BookQuerySet has") as caught:
            Book.objects.optimize_for(name)
        assert name != "lst" or "Did you mean 'list'" in str(caught.value)

    @isolate_apps("tests")
    def test_presets_inherit_and_are_overridden_like_methods(self) -> None:
        """By attribute, by method and super(), and by None, which takes one away."""

        class Base(PresetQuerySet[Any]):
            optimize_for_list = only("title")
            optimize_for_feed = only("title")
            compact = only("pk")

            @preset
            def optimize_for_page(self, extra: str = "pages") -> Preset:
                return only("title", extra)

        class Mixin:
            optimize_for_feed = None

        class Child(Mixin, Base):
            optimize_for_list = Base.optimize_for_list.preset | only("blurb")
            compact = None

            @preset
            def optimize_for_page(self, extra: str = "code") -> Preset:
                made: Preset = super().optimize_for_page.preset(self, extra)
                return made | only("blurb")

        assert set(Base.presets) == {"list", "feed", "compact", "page"}
        assert set(Child.presets) == {"list", "page"}
        assert Child.presets["list"] == only("title") | only("blurb")
        rows = Child(Book)
        assert rows.optimize_for_page().loading_plan.columns == ("id", "title", "blurb", "code")
        assert rows.optimize_for_page("pages").loading_plan.columns == (
            "id",
            "title",
            "blurb",
            "pages",
        )
        assert Base(Book).optimize_for_page().loading_plan.columns == ("id", "title", "pages")
        with pytest.raises(PresetError, match="no 'feed'"):
            rows.optimize_for("feed")

    def test_a_method_takes_arguments(self, world: None) -> None:
        """Each call makes its own preset: nobody gets the rows of another's."""
        for reviewer in ("reviewer 0", "reviewer 1"):
            rows = Book.objects.compact().with_reviews_by(reviewer)
            assert {r for row in rows for r in read(row, "reviews__reviewer")} == {reviewer}

    def test_a_method_that_returns_something_else_is_an_error(self) -> None:
        """The message names the method."""

        class Odd(PresetQuerySet[Any]):
            @preset
            def optimize_for_list(self) -> Preset:
                return "title"  # type: ignore[return-value]

        with pytest.raises(
            PresetError,
            match=r"Odd.optimize_for_list is a @preset method and must return a Preset, not str",
        ):
            Odd(Book).optimize_for_list()

    def test_one_class_for_several_models(self, world: None) -> None:
        """Each model has its own plan of an inherited preset: a child, a proxy, another model with such columns."""
        assert str(Novel.objects.compact().loading_plan) == "testapp.Novel: title, book_ptr_id"
        assert BookQuerySet(Tag).optimize_for(only("name")).loading_plan.model is Tag
        load(Novel.objects.compact, "novel(book_ptr_id) book(title)")
        load(Book.objects.compact, "book(id title)")

    def test_a_preset_does_the_same_at_every_use(self, world: None) -> None:
        """The second use takes a short way where it can: annotations and a fetch mode are not lost on it."""

        class Asked(PresetQuerySet[Any]):
            annotated = Preset(only=["title"], annotate={"twice": F("pages") * 2})
            raising = Preset(only=["title"], fetch_mode="raise")
            plain = Preset(only=["title"])

        assert Asked.plain.__module__ == __name__
        places = set()
        for _ in range(3):
            (row,) = Asked(Book).annotated().filter(title="Book 1")
            assert row.twice == 200
            (row,) = Asked(Book).raising().filter(title="Book 1")
            with pytest.raises(LazyLoadError):
                _ = row.pages
            with audit(mode="collect") as report:
                line = sys._getframe().f_lineno + 1
                rows = Asked(Book).plain()
                (row,) = rows.filter(title="Book 1")
                _ = row.pages
            (finding,) = report.findings
            assert finding.origin is not None
            assert finding.origin.presets == ("Asked.plain",)
            places.add((finding.origin.location.line, line))
        assert places == {(line, line)}

    def test_a_mistake_is_an_error_at_first_use(self) -> None:
        """And at each further one, with the qualified name of the preset."""

        class Wrong(PresetQuerySet[Any]):
            optimize_for_list = only("titel")

        for _ in range(2):
            with pytest.raises(PresetError, match=r"Wrong\.optimize_for_list on testapp\.Book"):
                Wrong(Book).optimize_for_list()

    def test_the_mixin_fits_any_queryset_class(self, world: None) -> None:
        """Also one that has methods of its own, on either side."""

        class Plain(QuerySet[Any]):
            def long(self) -> Plain:
                return self.filter(pages__gt=50)

        class Mixed(PresetQuerySetMixin[Any], Plain):
            compact = only("title")

        load(lambda: Mixed(Book).long().compact().long(), "book(id title)")

    def test_presets_before_and_after_are_united(self, world: None) -> None:
        """Two presets applied are their union, in whatever order, by whatever way."""
        united = Book.objects.optimize_for(BookQuerySet.presets["list"] | only("blurb"))  # type: ignore[operator]
        for made in (
            Book.objects.optimize_for_list().optimize_for(only("blurb")),
            Book.objects.optimize_for(only("blurb")).optimize_for_list(),
            Book.objects.optimize_for_list()
            .compact()
            .optimize_for(only("blurb"))
            .optimize_for_list(),
        ):
            assert made.loading_plan == united.loading_plan
            assert str(made.query) == str(united.query)


class TestManagers:
    """Managers that apply a preset, and those that Django makes for relations."""

    def test_a_default_preset(self, world: None) -> None:
        """Every queryset of the manager has it: all(), filter(), get()."""
        for make in (Leaf.objects.all, lambda: Leaf.objects.filter(pk__gt=0)):
            load(make, "leaf(id name)")
        assert Leaf.objects.get(name="leaf 0").get_deferred_fields() == {"text", "book_id"}
        load(Leaf.everything.all, "leaf(id name text book_id)")

    def test_related_managers_keep_it_with_what_stitches(self, world: None) -> None:
        """Reverse foreign key, many to many and generic relation, lazily and prefetched."""
        book = Book.objects.get(title="Book 1")
        load(book.leaves.all, "leaf(id name book_id)")
        load(Tag.objects.get(name="tag 1").leaves.all, "leaf(id name)")
        (row,) = load(
            lambda: Book.objects.compact().filter(pk=book.pk).prefetch_related("leaves"),
            "book(id title)",
            "leaf(id name book_id)",
        )
        with queries() as reading:
            assert [leaf.name for leaf in row.leaves.all()] == ["leaf 1"]
            assert all(leaf.book is row for leaf in row.leaves.all())
        assert not reading.captured_queries

    def test_a_preset_by_value_and_by_name(self, world: None) -> None:
        """On the class, which Django makes related managers of without arguments."""
        for given in ("list", only("name")):
            made = PresetManager.from_queryset(LeafQuerySet, preset=given)
            assert made.default_preset == given
            manager = made()
            manager.model = Leaf
            load(manager.all, "leaf(id name)")

    def test_a_name_that_is_wrong(self) -> None:
        """Of a preset that there is not; of a class that has no presets at all."""
        manager = PresetManager.from_queryset(LeafQuerySet, preset="lst")()
        manager.model = Leaf
        with pytest.raises(PresetError, match="Did you mean 'list'"):
            manager.all()
        plain = PresetManager.from_queryset(QuerySet, preset="list")()
        plain.model = Leaf
        with pytest.raises(PresetError, match="make it a PresetQuerySet"):
            plain.all()

    def test_a_manager_class_is_named_as_in_django(self) -> None:
        """By its bases, or as its caller says."""
        assert PresetManager.from_queryset(LeafQuerySet).__name__ == "PresetManagerFromLeafQuerySet"
        named = PresetManager.from_queryset(LeafQuerySet, "LeafManager", preset="list")
        assert named.__name__ == "LeafManager"

    def test_a_default_preset_on_a_plain_queryset(self, world: None) -> None:
        """A Preset itself needs no PresetQuerySet."""
        manager = PresetManager.from_queryset(QuerySet, preset=only("name"))()
        manager.model = Leaf
        load(manager.all, "leaf(id name)")

    def test_soft_deleted_rows_stay_as_django_has_them(self, world: None) -> None:
        """A manager made without arguments forgets its filter; related rows are the same, narrowed or not."""
        book = Book.objects.get(title="Book 0")
        assert sorted(comment.text for comment in book.comments.all()) == ["hidden", "seen"]
        narrowed = Book.objects.optimize_for(only("comments__text")).get(pk=book.pk)
        assert read(narrowed, "comments__text") == ["hidden", "seen"]
        assert Comment.objects.filter(book=book).count() == 1

    def test_each_tenant_gets_its_own_rows(self, world: None) -> None:
        """A cached plan holds no queryset: the manager is asked when the rows are fetched."""

        class Rows(PresetQuerySet[Any]):
            optimize_for_list = only("invoices__amount")

        found = {}
        for tenant in ("north", "south", "nobody"):
            token = current_tenant.set(tenant)
            found[tenant] = read(
                Rows(Author).optimize_for_list().get(name="Elder"), "invoices__tenant"
            )
            current_tenant.reset(token)
        assert found == {"north": ["north"], "south": ["south"], "nobody": []}
        assert Invoice._base_manager.count() == 2

    def test_a_queryset_made_for_one_tenant_and_read_by_another(self, world: None) -> None:
        """What counts is the moment of fetching, as for Django's prefetch_related("invoices")."""
        token = current_tenant.set("north")
        made = only("invoices__amount").apply(Author.objects.filter(name="Elder"))
        current_tenant.reset(token)
        token = current_tenant.set("south")
        assert [read(row, "invoices__tenant") for row in made] == [["south"]]
        current_tenant.reset(token)


#: After ``optimize_for_list()``: what is chained, and the columns that are loaded then.
AFTERWARDS: dict[str, tuple[Callable[[Any], Any], tuple[str, ...]]] = {
    "only": (
        lambda rows: rows.only("pages"),
        ("book(id pages author_id) author(id name)", "tag(id name)"),
    ),
    "only of the joined row": (
        lambda rows: rows.only("title", "author__bio"),
        ("book(id title author_id) author(id bio)", "tag(id name)"),
    ),
    "defer": (
        lambda rows: rows.defer("title"),
        ("book(id author_id) author(id name)", "tag(id name)"),
    ),
    "defer of the key column": (lambda rows: rows.defer("author"), (AUTHOR_JOINED, "tag(id name)")),
    "defer of the joined row": (
        lambda rows: rows.defer("author__name"),
        ("book(id title author_id) author(id)", "tag(id name)"),
    ),
    "defer(None)": (
        lambda rows: rows.defer(None),
        (
            "book(id title blurb shelf_code pages title_upper author_id editor_id) author(id name)",
            "tag(id name)",
        ),
    ),
    "only, then defer": (
        lambda rows: rows.only("pages", "title").defer("title"),
        ("book(id pages author_id) author(id name)", "tag(id name)"),
    ),
    "select_related": (
        lambda rows: rows.select_related("editor"),
        (f"book(id title author_id editor_id) author(id name) {WHOLE_AUTHOR}", "tag(id name)"),
    ),
    "select_related of what is joined": (
        lambda rows: rows.select_related("author"),
        (AUTHOR_JOINED, "tag(id name)"),
    ),
    "select_related(None)": (
        lambda rows: rows.select_related(None),
        ("book(id title author_id)", "tag(id name)"),
    ),
    "prefetch_related": (
        lambda rows: rows.prefetch_related("contributors"),
        (AUTHOR_JOINED, WHOLE_AUTHOR, "tag(id name)"),
    ),
    "prefetch_related(None)": (lambda rows: rows.prefetch_related(None), (AUTHOR_JOINED,)),
    "both None": (
        lambda rows: rows.prefetch_related(None).select_related(None),
        ("book(id title author_id)",),
    ),
    "annotate": (
        lambda rows: rows.annotate(loud=Upper("title")),
        (f"{AUTHOR_JOINED} +loud", "tag(id name)"),
    ),
    "FilteredRelation": (
        lambda rows: rows.annotate(
            e=FilteredRelation("editor", condition=Q(editor__name="Elder"))
        ).select_related("e"),
        (f"book(id title author_id) author(id name) {WHOLE_AUTHOR}", "tag(id name)"),
    ),
    "filter across the join": (
        lambda rows: rows.filter(author__name__contains="e", author__bio__gt=""),
        (AUTHOR_JOINED, "tag(id name)"),
    ),
    "a slice": (lambda rows: rows[1:3], (AUTHOR_JOINED, "tag(id name)")),
    "iterator": (lambda rows: rows.iterator(), (AUTHOR_JOINED, "tag(id name)")),
    "iterator(1000)": (lambda rows: rows.iterator(1000), (AUTHOR_JOINED, "tag(id name)")),
    "distinct": (lambda rows: rows.distinct(), (AUTHOR_JOINED, "tag(id name)")),
    "reverse": (lambda rows: rows.order_by("pk").reverse(), (AUTHOR_JOINED, "tag(id name)")),
    "none before": (lambda rows: rows | Book.objects.none(), (AUTHOR_JOINED, "tag(id name)")),
    "another preset": (
        lambda rows: rows.optimize_for(only("author__bio", "editor__name")),
        ("book(id title author_id editor_id) author(id name bio) author(id name)", "tag(id name)"),
    ),
    "exclude": (lambda rows: rows.exclude(pages=5), (AUTHOR_JOINED, "tag(id name)")),
}


@pytest.mark.parametrize("name", AFTERWARDS)
def test_what_is_chained_afterwards(name: str, world: None) -> None:
    """Django's own methods act as in Django, and keep what joins and prefetches stand on."""
    chain, columns = AFTERWARDS[name]
    load(lambda: chain(Book.objects.optimize_for_list()), *columns)


def test_only_afterwards_reads_what_it_says(world: None) -> None:
    """And what the preset prefetches, and nothing of the preset's own columns."""
    row = Book.objects.optimize_for_list().only("pages").get(title="Book 1")
    with queries() as reading:
        assert (row.pages, row.author.name, read(row, "tags__name")) == (100, "Pupil", ["tag 0"])
    assert not reading.captured_queries
    assert "title" in row.get_deferred_fields()


def test_a_join_backwards_stays_when_something_is_chained(world: None) -> None:
    """A one to one relation from the other side has a name of its own in queries."""
    load(
        lambda: (
            Author.objects.optimize_for(only("name", "passport__number", "profile__website"))
            .defer("name")
            .select_related("mentor")
        ),
        f"author(id mentor_id) {WHOLE_AUTHOR} profile(id author_id website) passport(id author_id number)",
    )


def test_deferring_what_stitches_a_prefetch(world: None) -> None:
    """The to_field's target, the key under a list, the composite key: all stay."""
    load(
        lambda: only("lease", "shelves__label").apply(PresetQuerySet(Shop)).defer("place_ptr"),
        "shop(place_ptr_id lease)",
        "shelf(id label shop_id)",
    )
    load(
        lambda: only("tickets__price").apply(PresetQuerySet(Seat)).only("colour"),
        "seat(row number colour)",
        "ticket(id price row number)",
    )


class TestCombining:
    """``|``, ``&``, ``^``, union() and their likes."""

    def test_or_keeps_the_left_plan(self, world: None) -> None:
        """Whatever the right one loads; the rows are those of both."""
        left, right = Book.objects.filter(title="Book 0"), Book.objects.filter(title="Book 1")
        for combined in (
            left.optimize_for_list() | right,
            left.optimize_for_list() | right.compact(),
            left.optimize_for_list() | right.optimize_for_detail(),
        ):
            rows = load(lambda combined=combined: combined, AUTHOR_JOINED, "tag(id name)")
            assert {row.title for row in rows} == {"Book 0", "Book 1"}
            assert combined.loading_plan == Book.objects.optimize_for_list().loading_plan
        load(lambda: left | right.optimize_for_list(), WHOLE_BOOK)

    def test_and_and_xor_keep_the_left_plan(self, world: None) -> None:
        """As | does."""
        left, right = Book.objects.filter(pages__gt=50), Book.objects.filter(pages__lt=150)
        load(lambda: left.optimize_for_list() & right.compact(), AUTHOR_JOINED, "tag(id name)")
        if connection.vendor != "mysql" or connection.mysql_is_mariadb:
            rows = load(lambda: left.compact() ^ right, "book(id title)")
            assert {row.title for row in rows} == {"Book 0", "Book 2", "Novel"}

    def test_or_with_a_sliced_left(self, world: None) -> None:
        """Django turns it into a filter by key, and the plan stays."""
        if connection.vendor == "mysql":
            pytest.skip("MariaDB has no LIMIT in a subquery of IN")
        left = Book.objects.order_by("pk").optimize_for_list()[:1]
        rows = load(
            lambda: left | Book.objects.filter(title="Book 2"), AUTHOR_JOINED, "tag(id name)"
        )
        assert {row.title for row in rows} == {"Book 0", "Book 2"}

    def test_or_with_an_empty_left(self, world: None) -> None:
        """none() has nothing to keep, so Django returns the right one."""
        load(
            lambda: Book.objects.none().optimize_for_list() | Book.objects.compact(),
            "book(id title)",
        )

    @pytest.mark.parametrize("method", ["union", "intersection", "difference"])
    def test_combining_different_plans_is_refused(self, method: str) -> None:
        """Django would put the columns of one into the attributes of the other."""
        if (
            connection.vendor == "mysql"
            and method != "union"
            and not connection.features.supports_select_intersection
        ):
            pytest.skip("not on this database")
        plain, compact = Book.objects.all(), Book.objects.compact()
        for left, right in (
            (plain, compact),
            (compact, plain),
            (compact, Book.objects.optimize_for_list()),
        ):
            with pytest.raises(
                PresetError, match=rf"{method}\(\) needs querysets that load the same"
            ):
                getattr(left, method)(right)

    def test_combining_equal_plans(self, world: None) -> None:
        """The same preset on all sides is a union as ever."""
        rows = (
            Book.objects.compact()
            .filter(title="Book 0")
            .union(Book.objects.compact().filter(title="Book 1"))
        )
        loaded = list(rows)
        assert sorted(row.title for row in loaded) == ["Book 0", "Book 1"]
        assert all(row.get_deferred_fields() for row in loaded)

    def test_combining_values(self, world: None) -> None:
        """After values() the columns are named, so plans don't matter."""
        rows = Book.objects.compact().values("title").union(Book.objects.values("title"))
        assert len(rows) == 4

    def test_combining_with_nothing(self, world: None) -> None:
        """An empty queryset loads nothing that could differ."""
        assert len(Book.objects.compact().union(Book.objects.none())) == 4


class TestEvaluating:
    """Methods that load rows in ways of their own."""

    def test_iterator_without_chunk_size(self, world: None) -> None:
        """Prefetches of presets come in chunks of Django's 2,000; for the user's own Django's error stays."""
        rows = Book.objects.optimize_for_list()
        with queries() as evaluating:
            assert [read(row, "tags__name") for row in rows.order_by("pk").iterator()][1] == [
                "tag 0"
            ]
        assert len(evaluating) == 2
        with queries() as evaluating:
            list(rows.iterator(2))
        assert len(evaluating) == 3
        for own in (
            rows.prefetch_related("reviews"),
            Book.objects.prefetch_related("reviews"),
            rows.prefetch_related("tags"),
        ):
            with pytest.raises(ValueError, match="chunk_size must be provided"):
                list(own.iterator())

    def test_in_bulk(self, world: None) -> None:
        """By key, and by another field, whose column is loaded too."""
        rows = Book.objects.filter(pages__gte=100).optimize_for_list()
        assert {row.title for row in rows.in_bulk().values()} == {"Book 1", "Book 2"}
        with queries() as loading:
            countries = (
                only("name")
                .apply(PresetQuerySet(Author._meta.get_field("publisher").related_model))
                .in_bulk()
            )
            assert len(countries) == 2
        assert len(loading) == 1

    def test_in_bulk_by_field_name(self, world: None) -> None:
        """The field need not be among the preset's columns."""
        from tests.testapp.models import Country

        with queries() as loading:
            found = (
                only("name").apply(PresetQuerySet(Country)).in_bulk(["c0", "c2"], field_name="code")
            )
            assert {code: row.name for code, row in found.items()} == {
                "c0": "Country 0",
                "c2": "Country 2",
            }
        assert len(loading) == 1
        assert '"anthem"' not in loading.captured_queries[0]["sql"].replace("`", '"')

    def test_in_bulk_by_composite_key(self, world: None) -> None:
        """A composite key is loaded anyway."""
        found = only("colour").apply(PresetQuerySet(Seat)).in_bulk([(0, 1)])
        assert found[0, 1].colour == "red"

    def test_as_values(self, world: None) -> None:
        """Dictionaries of exactly the declared columns and to-one paths."""
        made = Preset(
            only=["title", "author__name", "editor__publisher__name"],
            annotate={"loud": Upper("title")},
        )
        with queries() as evaluating:
            rows = list(Book.objects.order_by("pk").optimize_for(made).as_values())
        assert len(evaluating) == 1
        assert rows[1] == {
            "title": "Book 1",
            "author__name": "Pupil",
            "editor__publisher__name": None,
            "loud": "BOOK 1",
        }
        assert rows[0]["editor__publisher__name"] == "Without"

    def test_as_values_of_everything_and_of_foreign_keys(self, world: None) -> None:
        """A foreign key is under its attribute's name, as in values() without names."""
        assert set(Book.objects.as_values()[0]) == set(Book.objects.values()[0])
        assert set(Book.objects.optimize_for(only("author")).as_values()[0]) == {"author_id"}
        assert set(Author.objects.optimize_for(only("profile__website")).as_values()[0]) == {
            "profile__website"
        }
        assert set(Author.objects.optimize_for(only("passport__number")).as_values()[0]) == {
            "passport_of__number"
        }

    def test_as_values_of_a_list_is_an_error(self) -> None:
        """A dictionary has no place for rows."""
        with pytest.raises(
            PresetError, match=r"as_values\(\): the preset loads 'tags', a list"
        ) as caught:
            Book.objects.optimize_for_list().as_values()
        assert caught.value.check_id == "perfkit.E003"

    def test_as_values_of_a_member_is_an_error(self) -> None:
        """Only rows have properties; what is chained behind the preset doesn't change that."""
        rows = PresetQuerySet(Brand).optimize_for(only("label"))
        for queryset in (rows, rows.filter(pk=1), rows.defer("name")):
            with pytest.raises(PresetError, match="the preset names 'label'") as caught:
                queryset.as_values()
            assert caught.value.check_id == "perfkit.E003"

    def test_values_and_their_likes_drop_the_preset(self, world: None) -> None:
        """As they drop only() and select_related()."""
        rows = Book.objects.optimize_for_list().order_by("pk")
        assert rows.values("title", "author__bio")[0] == {"title": "Book 0", "author__bio": "long"}
        assert list(rows.values_list("title", flat=True))[:1] == ["Book 0"]

    def test_get_first_last_earliest_latest(self, world: None) -> None:
        """One row, with its prefetches."""
        rows = Book.objects.optimize_for_list()
        for make in (
            lambda: rows.get(title="Book 2"),
            lambda: rows.filter(title="Book 2").first(),
            lambda: rows.filter(title="Book 2").last(),
            lambda: rows.filter(title="Book 2").earliest("pages"),
            lambda: rows.filter(title="Book 2").latest("pages"),
            lambda: rows.order_by("pk")[2],
            lambda: rows.get_or_create(title="Book 2")[0],
        ):
            with queries() as evaluating:
                row = make()
            assert len(evaluating) == 2
            with queries() as reading:
                assert (row.title, row.author.name, read(row, "tags__name")) == (
                    "Book 2",
                    "Loner",
                    ["tag 0", "tag 1"],
                )
            assert not reading.captured_queries
            assert "blurb" in row.get_deferred_fields()

    def test_counting_joins_nothing(self, world: None) -> None:
        """count(), exists(), aggregate(), contains() and update() send what they send without a preset."""
        for call in (
            lambda rows: rows.count(),
            lambda rows: rows.exists(),
            lambda rows: rows.aggregate(n=models.Sum("pages")),
            lambda rows: rows.contains(Book(pk=1)),
            lambda rows: rows.filter(pages=3).update(pages=F("pages")),
        ):
            with queries() as plain:
                call(Book.objects.all())
            with queries() as narrowed:
                call(Book.objects.optimize_for_list())
            assert [q["sql"] for q in narrowed.captured_queries] == [
                q["sql"] for q in plain.captured_queries
            ]

    def test_subqueries(self, world: None) -> None:
        """A queryset with a preset is as good inside another: by key, as a value, in Exists()."""
        inner = Author.objects.optimize_for_list().filter(name="Elder")
        assert Book.objects.filter(author__in=inner).count() == 2
        assert (
            Book.objects.filter(models.Exists(inner.filter(pk=models.OuterRef("author")))).count()
            == 2
        )
        assert Review.objects.filter(book__in=Book.objects.optimize_for_detail()).count() == 3

    def test_update_or_create(self, world: None) -> None:
        """A narrowed row is saved with what was loaded and what is set."""
        row, created = Book.objects.optimize_for_list().update_or_create(
            title="Book 1", defaults={"blurb": "new"}
        )
        assert not created
        assert Book.objects.get(pk=row.pk).blurb == "new"
        assert Book.objects.get(pk=row.pk).pages == 100

    def test_bulk_update(self, world: None) -> None:
        """Narrowed rows update the columns that are named."""
        rows = list(Book.objects.compact())
        for row in rows:
            row.title = row.title.lower()
        Book.objects.compact().bulk_update(rows, ["title"])
        assert set(Book.objects.values_list("title", flat=True)) == {
            "book 0",
            "book 1",
            "book 2",
            "novel",
        }

    def test_raw(self, world: None) -> None:
        """Raw rows are what their SQL says."""
        (row, *_) = Book.objects.raw("SELECT id, pages FROM testapp_book ORDER BY id")
        assert row.get_deferred_fields() >= {"title"}

    def test_explain(self, world: None) -> None:
        """It explains the narrowed query."""
        assert Book.objects.optimize_for_list().explain()


class TestLocking:
    """select_for_update() with what presets join."""

    def test_presets_joins_are_not_locked(self, world: None) -> None:
        """A nullable join can't be locked on PostgreSQL: the rows' own table is, where only presets asked for joins."""
        made = [
            lambda: Book.objects.optimize_for(only("title", "editor__name")).select_for_update(),
            lambda: Book.objects.select_for_update().optimize_for(only("title", "editor__name")),
            lambda: (
                Book.objects.select_for_update()
                .optimize_for_list()
                .optimize_for(only("editor__name"))
            ),
        ]
        for make in made:
            with transaction.atomic():
                rows = list(make())
            assert len(rows) == 4
            if connection.features.has_select_for_update_of:
                assert str(make().query.select_for_update_of) == "('self',)"

    def test_a_child_locks_its_parents_too(self, world: None) -> None:
        """The row's own tables are those of its parents as well."""
        for model in (Shop, Bakery):
            with transaction.atomic(), queries() as locking:
                rows = list(
                    only("name", "owner__name").apply(PresetQuerySet(model)).select_for_update()
                )
            assert rows
            if connection.features.has_select_for_update_of:
                sql = locking.captured_queries[0]["sql"]
                tables = sql.rpartition(" OF ")[2]
                assert '"testapp_place"' in tables
                assert "author" not in tables

    def test_the_users_own_joins_are_locked_as_django_does(self, world: None) -> None:
        """Then ``of`` is the user's affair."""
        joined = Book.objects.select_related("author").compact().select_for_update()
        assert joined.query.select_for_update_of == ()
        united = Book.objects.select_related("author").compact().optimize_for_list()
        assert united.select_for_update().query.select_for_update_of == ()
        asked = Book.objects.optimize_for_list().select_for_update().select_related("author")
        assert asked.query.select_for_update_of == ()
        of = Book.objects.optimize_for_list().select_for_update(of=("self", "author"))
        assert of.query.select_for_update_of == ("self", "author")

    def test_options_are_kept(self) -> None:
        """nowait, skip_locked and no_key."""
        query = Book.objects.optimize_for_list().select_for_update(skip_locked=True).query
        assert query.select_for_update_skip_locked
        assert (
            Book.objects.optimize_for_list()
            .select_for_update(nowait=True, no_key=True)
            .query.select_for_no_key_update
        )

    def test_down_the_inheritance(self, world: None) -> None:
        """A parent's rows with their children joined lock the parent's table."""
        with transaction.atomic():
            rows = list(
                only("name", "shop__opening_hours").apply(PresetQuerySet(Place)).select_for_update()
            )
        assert len(rows) == 3


class TestAggregatesInPresets:
    """What annotate refuses; the rest is in test_expressions."""

    def test_an_aggregate_is_refused_at_use(self) -> None:
        """The message shows the subquery to write."""
        with pytest.raises(PresetError, match="Subquery"):
            Book.objects.optimize_for(Preset(annotate={"n": models.Count("reviews")}))

    def test_aggregates_of_the_user_are_fine(self, world: None) -> None:
        """annotate() and alias() before or after a preset group as ever."""
        for rows in (
            Book.objects.annotate(n=models.Count("reviews")).compact(),
            Book.objects.compact().annotate(n=models.Count("reviews")),
            Book.objects.optimize_for_list().annotate(n=models.Count("reviews")),
        ):
            assert {row.title: row.n for row in rows} == {
                "Book 0": 0,
                "Book 1": 1,
                "Book 2": 2,
                "Novel": 0,
            }


class TestAsync:
    """The asynchronous half of QuerySet."""

    def run(self, make: Callable[[], Any]) -> Any:
        async def call() -> Any:
            return await make()

        return async_to_sync(call)()

    @pytest.mark.parametrize(
        "call",
        [
            lambda rows: rows.aget(title="Book 2"),
            lambda rows: rows.filter(title="Book 2").afirst(),
            lambda rows: rows.filter(title="Book 2").alast(),
            lambda rows: rows.filter(title="Book 2").aearliest("pages"),
            lambda rows: rows.filter(title="Book 2").alatest("pages"),
        ],
    )
    def test_one_row(self, call: Callable[[Any], Any], world: None) -> None:
        """The row has its join and its prefetch."""
        with queries() as evaluating:
            row = self.run(lambda: call(Book.objects.optimize_for_list()))
        assert len(evaluating) == 2
        with queries() as reading:
            assert (row.title, row.author.name, read(row, "tags__name")) == (
                "Book 2",
                "Loner",
                ["tag 0", "tag 1"],
            )
        assert not reading.captured_queries

    def test_loops(self, world: None) -> None:
        """Async for over the queryset, its aiterator() without chunk_size, and abatches()."""

        async def loop() -> list[list[Any]]:
            rows = Book.objects.optimize_for_list().order_by("pk")
            found = [[row async for row in rows], [row async for row in rows.aiterator(2000)]]
            found.append([row async for batch in rows.abatches(2) for row in batch])
            return found

        for rows in async_to_sync(loop)():
            with queries() as reading:
                assert [read(row, "tags__name") for row in rows][:2] == [[], ["tag 0"]]
            assert not reading.captured_queries

    def test_aiterator_without_chunk_size(self, world: None) -> None:
        """As iterator(): Django's own default works with prefetches of presets."""

        async def loop() -> list[Any]:
            return [
                row async for row in Book.objects.optimize_for_list().order_by("pk").aiterator()
            ]

        assert len(async_to_sync(loop)()) == 4

    def test_counts_and_lookups(self, world: None) -> None:
        """acount, aexists, acontains, ain_bulk, aaggregate, aupdate."""
        rows = Book.objects.optimize_for_list()
        assert self.run(lambda: rows.acount()) == 4
        assert self.run(lambda: rows.aexists())
        book = Book.objects.all()[0]
        assert self.run(lambda: rows.acontains(book))
        assert len(self.run(lambda: rows.ain_bulk())) == 4
        assert self.run(lambda: rows.filter(pages=5).aaggregate(n=models.Count("pk"))) == {"n": 1}
        assert self.run(lambda: rows.filter(pages=5).aupdate(pages=6)) == 1

    def test_preset_prefetch_in_a_thread(self, world: None) -> None:
        """Preset.prefetch() is synchronous, as prefetch_related_objects is; a plan's own lookups work with Django's aprefetch."""

        async def call() -> None:
            from django.db.models import aprefetch_related_objects

            books = [row async for row in Book.objects.compact().order_by("pk")]
            lookup = Prefetch("reviews", Review.objects.all().optimize_for_list())
            await aprefetch_related_objects(books, lookup)
            assert [review.text for review in books[1].reviews.all()] == ["review 0"]

        async_to_sync(call)()
        assert not inspect.iscoroutinefunction(Preset.prefetch)


@pytest.mark.skipif(not HAS_FETCH_MODES, reason="Django has fetch modes from 6.1 on")
class TestFetchModes:
    """fetch_mode of presets, with Django's own fetch modes."""

    def test_peers(self, world: None) -> None:
        """A lazy load of one row loads it for all of them."""
        rows = list(Book.objects.optimize_for(Preset(only=["title"], fetch_mode="peers")))
        with queries() as reading:
            assert {row.blurb for row in rows} == {"b" * 10, "b"}
            assert {row.author.name for row in rows}
        assert len(reading) <= 3

    def test_raise(self, world: None) -> None:
        """A lazy load is an error before its query; also for joined and prefetched rows."""
        from perfkit._compat import FieldFetchBlocked

        made = Preset(only=["title", "author__name", "reviews__text"], fetch_mode="raise")
        row = Book.objects.optimize_for(made).get(title="Book 1")
        with queries() as reading:
            for read_lazily in (
                lambda: row.blurb,
                lambda: row.author.bio,
                lambda: row.reviews.all()[0].private,
                lambda: row.editor,
            ):
                with pytest.raises(FieldFetchBlocked):
                    read_lazily()
        assert not reading.captured_queries

    def test_it_is_kept_by_clones_and_united(self, world: None) -> None:
        """filter() and another preset keep it; fetch_mode() of the user's afterwards replaces it."""
        from django.db.models import fetch_modes

        made = Book.objects.optimize_for(Preset(fetch_mode="peers"))
        assert made.filter(pk=1)._fetch_mode is fetch_modes.FETCH_PEERS
        assert made.optimize_for_list()._fetch_mode is fetch_modes.FETCH_PEERS
        assert made.fetch_mode(fetch_modes.FETCH_RAISE)._fetch_mode is fetch_modes.FETCH_RAISE
        assert Book.objects.all()._fetch_mode is fetch_modes.FETCH_ONE

    def test_the_setting(self, settings: Any, world: None) -> None:
        """PERFKIT["FETCH_MODE"] is the mode of every queryset that a preset is applied to, unless it has its own."""
        from django.db.models import fetch_modes

        settings.PERFKIT = {"FETCH_MODE": "peers"}
        assert Book.objects.compact()._fetch_mode is fetch_modes.FETCH_PEERS
        assert (
            Book.objects.optimize_for(Preset(fetch_mode="one"))._fetch_mode is fetch_modes.FETCH_ONE
        )
        settings.PERFKIT = {}
        assert Book.objects.compact()._fetch_mode is fetch_modes.FETCH_ONE


def test_a_missing_one_to_one_is_known_to_be(world: None) -> None:
    """A one to one that is missing is Django's own exception, without a query."""
    row = Author.objects.optimize_for(only("name", "profile__website")).get(name="Loner")
    with queries() as reading, pytest.raises(Profile.DoesNotExist):
        _ = row.profile
    assert not reading.captured_queries
