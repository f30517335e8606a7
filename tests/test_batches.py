"""Batches by key: every row once, whatever happens meanwhile, and never more than one batch in memory."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import Permission
from django.db import connection
from django.db.models import Count, Exists, OuterRef

from perfkit import PresetQuerySet
from tests.loads import queries, read
from tests.testapp.models import Book, Novel, Review, Seat, Shop, Tag

pytestmark = pytest.mark.django_db


@pytest.fixture
def tags() -> list[int]:
    """The keys of seven rows."""
    return [Tag.objects.create(name=f"tag {number}").pk for number in range(7)]


def rows() -> Any:
    return PresetQuerySet(Tag)


def names(found: Any) -> list[list[str]]:
    return [[row.name for row in batch] for batch in found]


async def collected(found: Any) -> list[list[Any]]:
    return [batch async for batch in found]


def test_every_row_once_in_lists_of_the_size(tags: list[int]) -> None:
    """The last batch is what is left; a full last batch is followed by a look for more."""
    batches = list(rows().batches(3))
    assert [len(batch) for batch in batches] == [3, 3, 1]
    assert all(type(batch) is list for batch in batches)
    assert [row.pk for batch in batches for row in batch] == tags
    for size, sent in ((3, 3), (7, 2), (8, 1), (1, 8)):
        with queries() as sending:
            assert sum(map(len, rows().batches(size))) == 7
        assert len(sending) == sent
    assert list(rows().none().batches()) == []


def test_async_batches_are_the_same(tags: list[int]) -> None:
    """abatches() yields the lists that batches() does."""
    found = async_to_sync(collected)(rows().abatches(3))
    assert [[row.pk for row in batch] for batch in found] == [tags[:3], tags[3:6], tags[6:]]


def test_nothing_is_sent_before_the_first_batch_is_asked_for(tags: list[int]) -> None:
    """Making the iterator is free; each batch is one query when it is taken."""
    with queries() as sending:
        iterator = rows().batches(3)
        assert len(sending) == 0
        next(iterator)
        assert len(sending) == 1


def test_backwards(tags: list[int]) -> None:
    """By order_by("-pk") and the key's own name, and by reverse()."""
    for ordered in (rows().order_by("-pk"), rows().order_by("-id")):
        assert [row.pk for batch in ordered.batches(2) for row in batch] == tags[::-1]
    for ordered in (rows().order_by("pk"), rows().order_by("id"), rows().order_by()):
        assert [row.pk for batch in ordered.batches(2) for row in batch] == tags


def test_filters_are_kept(tags: list[int]) -> None:
    """Also one by key, and an exclude()."""
    made = rows().filter(pk__gt=tags[1]).exclude(name="tag 4")
    assert names(made.batches(2)) == [["tag 2", "tag 3"], ["tag 5", "tag 6"]]


def test_presets_and_prefetches_are_in_every_batch(world: None) -> None:
    """Queries: for each batch one, and one for each list; none to read."""
    with queries() as sending:
        batches = list(Book.objects.optimize_for_list().batches(2))
    assert len(sending) == 5  # two batches with their tags, and the look for a third
    with queries() as reading:
        found = [
            (row.title, row.author.name, read(row, "tags__name"))
            for batch in batches
            for row in batch
        ]
    assert not reading.captured_queries
    assert found[1] == ("Book 1", "Pupil", ["tag 0"])
    assert len(found) == 4


def test_rows_added_and_deleted_meanwhile(tags: list[int]) -> None:
    """Rows behind the place are seen when they come, and not when they go; the others are not shifted."""
    seen = []
    for number, batch in enumerate(rows().batches(2)):
        seen += [row.name for row in batch]
        if number == 0:
            Tag.objects.filter(pk__in=tags[:3]).delete()
            Tag.objects.create(name="new")
    assert seen == ["tag 0", "tag 1", "tag 3", "tag 4", "tag 5", "tag 6", "new"]


def test_deleting_the_rows_of_each_batch(tags: list[int]) -> None:
    """As a purge does: nothing is skipped, and emptying the list does no harm."""
    for batch in rows().batches(3):
        Tag.objects.filter(pk__in=[row.pk for row in batch]).delete()
        batch.clear()
    assert not Tag.objects.exists()


def test_changing_keys_of_rows_does_no_harm(tags: list[int]) -> None:
    """The place is kept before the rows are handed out; saving rows with a deleted key is the user's affair."""
    seen = []
    for batch in rows().batches(3):
        seen += [row.name for row in batch]
        for row in batch:
            row.delete()  # sets pk to None
    assert len(seen) == 7


def test_memory_holds_one_batch(tags: list[int]) -> None:
    """When the third batch is there, no row of the first is."""
    iterator = rows().batches(2)
    first = [weakref.ref(row) for row in next(iterator)]
    next(iterator)
    gc.collect()
    assert [ref() for ref in first] == [None, None]


def test_composite_keys(world: None) -> None:
    """The key is compared as a whole, as the rows are ordered."""
    found = [row.pk for batch in PresetQuerySet(Seat).batches(3) for row in batch]
    assert found == [(0, 0), (0, 1), (1, 0), (1, 1)]
    found = [row.pk for batch in PresetQuerySet(Seat).order_by("-pk").batches(1) for row in batch]
    assert found == [(1, 1), (1, 0), (0, 1), (0, 0)]


def test_children(world: None) -> None:
    """The key of a child is that of its parent."""
    assert [row.name for batch in PresetQuerySet(Shop).batches(1) for row in batch] == [
        "Shop",
        "Bakery",
    ]
    assert [row.title for batch in Novel.objects.compact().batches(1) for row in batch] == ["Novel"]


def test_a_narrowed_queryset_has_its_key(world: None) -> None:
    """only() and presets always load the key, which the place is kept by."""
    with queries() as sending:
        titles = [row.title for batch in Book.objects.only("title").batches(2) for row in batch]
    assert titles == ["Book 0", "Book 1", "Book 2", "Novel"]
    assert len(sending) == 3


def test_rows_that_a_join_repeats_are_refused(world: None) -> None:
    """By key a row that comes twice can't be told apart; distinct() and Exists() are the way."""
    repeated = Book.objects.filter(reviews__text__gte="")
    with pytest.raises(ValueError, match=r"distinct\(\), or filter with Exists"):
        repeated.batches()
    seen = [row.title for batch in repeated.distinct().batches(1) for row in batch]
    assert seen == ["Book 1", "Book 2"]
    by_exists = Book.objects.filter(Exists(Review.objects.filter(book=OuterRef("pk"))))
    assert [row.title for batch in by_exists.batches(1) for row in batch] == ["Book 1", "Book 2"]
    with pytest.raises(ValueError, match="repeats"):
        Book.objects.filter(tags__name="tag 0").batches()
    assert sum(map(len, Review.objects.filter(book__author__name="Pupil").batches(1))) == 1


def test_annotated_counts(world: None) -> None:
    """A grouped queryset has each row once."""
    made = Book.objects.annotate(n=Count("reviews"))
    assert [row.n for batch in made.batches(3) for row in batch] == [0, 1, 2, 0]
    assert [row.n for batch in made.filter(n__gt=0).batches(1) for row in batch] == [1, 2]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: rows().order_by("name"), r"can't keep the order of order_by\(name\)"),
        (lambda: rows().order_by("pk", "name"), r"order_by\(pk, name\)"),
        (lambda: rows().order_by("?"), r"order_by\(\?\)"),
        (lambda: rows().values("name"), r"can't follow values\(\)"),
        (lambda: rows().values_list("name"), r"can't follow values\(\)"),
        (lambda: rows()[:3], "can't follow a slice"),
        (lambda: rows().union(rows().filter(pk=1)), r"can't follow union\(\)"),
    ],
)
def test_what_cannot_be_batched_is_an_error(make: Any, message: str) -> None:
    """At the call, not at the first row, and with what to do instead; abatches() too."""
    for call in (make().batches, make().abatches):
        with pytest.raises(ValueError, match=message):
            call()


def test_distinct_on_fields_is_an_error() -> None:
    """DISTINCT ON needs an order of its own."""
    with pytest.raises(ValueError, match=r"distinct\(\) with fields"):
        rows().order_by("pk").distinct("name").batches()


@pytest.mark.parametrize("size", [0, -1, 2.5, "3", None])
def test_a_size_that_is_none(size: Any) -> None:
    """chunk_size is an integer of at least 1."""
    with pytest.raises(ValueError, match="integer of at least 1"):
        rows().batches(size)


def test_a_default_ordering_of_the_model_gives_way() -> None:
    """Meta.ordering is a default, not an order that was asked for."""
    assert Permission._meta.ordering
    found = [row.pk for batch in PresetQuerySet(Permission).batches(9) for row in batch]
    assert found == sorted(Permission.objects.values_list("pk", flat=True))


def test_extra_ordering_is_an_error() -> None:
    """extra(order_by=...) is an order, too."""
    with pytest.raises(ValueError, match="can't keep the order"):
        rows().extra(order_by=["name"]).batches()


def test_select_for_update_in_batches(world: None) -> None:
    """Each batch is locked as it comes."""
    from django.db import transaction

    with transaction.atomic(), queries() as locking:
        assert sum(map(len, Book.objects.optimize_for_list().select_for_update().batches(3))) == 4
    if connection.features.has_select_for_update:
        assert sum("FOR UPDATE" in query["sql"] for query in locking.captured_queries) == 2
