"""What a plan becomes on a queryset is shared: it can't be changed, and makes its querysets when rows are fetched."""

from __future__ import annotations

import contextlib
import copy
from typing import Any

import pytest
from django.db.models import Prefetch, QuerySet
from django.db.models.functions import Upper

from perfkit import Preset, PresetQuerySet
from perfkit.loading import SharedJoins, loading_of
from tests.loads import queries
from tests.testapp.models import Book, Review

pytestmark = pytest.mark.django_db


class SamePages:
    """A relation that only its own descriptor knows, as those of third parties: books with as many pages."""

    def __init__(self, instance: Any = None) -> None:
        self.instance = instance

    def __get__(self, instance: Any, owner: type[Any]) -> SamePages:
        return SamePages(instance)

    def is_cached(self, instance: Any) -> bool:
        return "same_pages" in instance._prefetched_objects_cache

    def get_queryset(self) -> QuerySet[Any]:
        return Book.objects.filter(pages=self.instance.pages)

    def _apply_rel_filters(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(pages=self.instance.pages)

    def all(self) -> QuerySet[Any]:
        found: QuerySet[Any] = self.instance._prefetched_objects_cache["same_pages"]
        return found

    def get_prefetch_querysets(
        self, instances: list[Any], querysets: Any = None
    ) -> tuple[Any, ...]:
        rows = querysets[0] if querysets else Book.objects.all()
        found = rows.filter(pages__in=[book.pages for book in instances])
        return found, lambda book: book.pages, lambda book: book.pages, False, "same_pages", False


@pytest.mark.parametrize("own", [None, Book.objects.only("pages")])
def test_a_relation_of_a_third_party(
    own: Any, world: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is prefetched as Django does, from its own queryset or the one of a Prefetch."""
    monkeypatch.setattr(Book, "same_pages", SamePages(), raising=False)
    lookup = Prefetch("same_pages", own) if own is not None else "same_pages"
    with queries() as evaluating:
        rows = list(
            Preset(only=["pages"], prefetch_related=[lookup]).apply(Book.objects.order_by("pk"))
        )
    assert len(evaluating) == 2
    with queries() as reading:
        assert [[book.pk for book in row.same_pages.all()] for row in rows] == [
            [row.pk] for row in rows
        ]
    assert not reading.captured_queries


def test_shared_joins_refuse_to_be_changed() -> None:
    """Whoever would add a join in place gets an error instead of changing every query of the preset."""
    joins = SharedJoins({"author": {}})
    with pytest.raises(TypeError, match="shared with others and can't take 'editor'"):
        joins.setdefault("editor", {})


class Rows(PresetQuerySet[Any]):
    joined = Preset(select_related=["author"])
    loud = joined | Preset(annotate={"loud": Upper("title")})


@pytest.mark.parametrize("name", ["joined", "loud"])
def test_a_plain_queryset_made_of_a_query_with_a_preset(name: str, world: None) -> None:
    """Django's own select_related() on it is an error, or right: never a change of the shared plan."""
    for _ in range(2):
        queryset = Rows(Book).optimize_for(name)
        plain: QuerySet[Any] = QuerySet(Book, query=queryset.query.clone())
        with contextlib.suppress(TypeError):
            list(plain.select_related("editor"))
        assert queryset.query.select_related == {"author": {}}
        assert loading_of(queryset).select_related == {"author": {}}  # type: ignore[union-attr]


def test_copies_of_a_planned_lookup_are_planned_lookups() -> None:
    """Django copies lookups of nested prefetches, and adds a prefix to the copy."""
    (lookup, *_) = Book.objects.optimize_for_list()._prefetch_related_lookups
    for made in (copy.copy(lookup), copy.deepcopy(lookup)):
        made.add_prefix("books")
        assert made.prefetch_to == "books__tags"
        assert made.plan is lookup.plan
    assert lookup.prefetch_to == "tags"


def test_each_fetch_makes_its_querysets_anew() -> None:
    """Two fetches share neither a queryset nor its hints, of a preset's own and of a user's."""
    own = Preset(prefetch_related=[Prefetch("reviews", Review.objects.all())])
    for queryset in (Book.objects.optimize_for_list(), own.apply(Book.objects.all())):
        (lookup,) = queryset._prefetch_related_lookups
        first, second = lookup.make_querysets()[0], lookup.make_querysets()[0]
        first._add_hints(instance="row")
        assert first is not second
        assert second._hints == {}
        assert lookup.queryset is None or lookup.queryset._hints == {}
