"""Fetch modes of presets, and the default of the setting, on every Django."""

from __future__ import annotations

import pytest
from django.test import override_settings

from perfkit import LazyLoadError, Preset
from perfkit._compat import HAS_FETCH_MODES, FieldFetchBlocked
from tests.loads import queries
from tests.testapp.models import Author, Book

DECLARED = ["title", "author__name", "reviews__text"]


def read_lazily(rows: list[Book]) -> list[int]:
    """The queries for what is missing: of the rows, of those joined to them, of those prefetched."""
    with queries() as own:
        assert all(row.blurb is not None for row in rows)
    with queries() as joined:
        assert all(row.author.bio is not None for row in rows)
    with queries() as prefetched:
        assert all(review.private is not None for row in rows for review in row.reviews.all())
    return [len(own), len(joined), len(prefetched)]


def test_peers_are_loaded_together(world: None) -> None:
    """One query for a column of all rows, joined and prefetched rows included."""
    rows = list(Preset(only=DECLARED, fetch_mode="peers").apply(Book.objects.all()))
    assert len(rows) > 2
    assert read_lazily(rows) == [1, 1, 1]


def test_rows_of_another_queryset_are_no_peers(world: None) -> None:
    """The database of a row may be asked for other rows, of any model: these load on their own."""
    rows = list(Preset(only=["title", "author"], fetch_mode="peers").apply(Book.objects.all()))
    others = list(Author.objects.using(rows[0]._state.db).only("name"))
    assert len(others) > 1
    with queries() as sent:
        assert all(row.blurb is not None for row in rows)
        assert rows[0].author.name
    assert len(sent) == 2
    assert not any(other.bio is None for other in others)


def test_one_by_one(world: None) -> None:
    """The mode of Django without fetch modes, named."""
    rows = list(Preset(only=DECLARED, fetch_mode="one").apply(Book.objects.all()))
    reviews = sum(len(row.reviews.all()) for row in rows)
    assert read_lazily(rows) == [len(rows), len(rows), reviews]


def test_raise_stops_before_the_query(world: None) -> None:
    """LazyLoadError with the finding, for the rows, joined ones and prefetched ones."""
    rows = list(Preset(only=DECLARED, fetch_mode="raise").apply(Book.objects.all()))
    review = next(review for row in rows for review in row.reviews.all())
    with queries() as sent:
        for row, name in ((rows[0], "blurb"), (rows[0].author, "bio"), (review, "private")):
            with pytest.raises(LazyLoadError) as caught:
                getattr(row, name)
            assert caught.value.finding.field == name
            assert caught.value.finding.model is type(row)
    assert not len(sent)


def test_the_default_of_the_setting(world: None) -> None:
    """FETCH_MODE is that of querysets with presets, from the next one on, and of no others."""
    Book.objects.compact()
    with override_settings(PERFKIT={"FETCH_MODE": "peers"}):
        rows, plain = list(Book.objects.compact()), list(Book.objects.only("title"))
        for found, expected in ((rows, 1), (plain, len(plain))):
            with queries() as sent:
                assert all(row.blurb is not None for row in found)
            assert len(sent) == expected
    rows = list(Book.objects.compact())
    with queries() as sent:
        assert all(row.blurb is not None for row in rows)
    assert len(sent) == len(rows)


@pytest.mark.skipif(not HAS_FETCH_MODES, reason="QuerySet.fetch_mode() came with Django 6.1")
def test_the_users_own_mode_stays_above_the_setting(world: None) -> None:
    """The setting is a default; a mode that was chosen on the queryset is kept."""
    from django.db.models import FETCH_RAISE

    with override_settings(PERFKIT={"FETCH_MODE": "peers"}):
        book = Book.objects.fetch_mode(FETCH_RAISE).compact().first()
        with pytest.raises(FieldFetchBlocked):
            assert book.blurb
