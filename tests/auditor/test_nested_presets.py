"""Rows that a preset prefetches: which preset the advice names, by which path, and what is quiet."""

import pytest
from django.db.models import Prefetch

from perfkit import Preset, audit
from tests.testapp.models import Author, Book, BookQuerySet, Note, Publisher, Review

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shelf():
    """Two books with a review and a note each."""
    for number in range(2):
        publisher = Publisher.objects.create(name="P")
        author = Author.objects.create(name=f"A{number}", publisher=publisher)
        book = Book.objects.create(title=f"B{number}", author=author)
        Review.objects.create(book=book, text="t", reviewer="Ann", private="p")
        Note.objects.create(text="n", target=book)


def advice(call):
    """Return the advice of each finding of a call."""
    with audit(mode="collect") as report:
        call()
    return [finding.advice for finding in report.findings]


def test_a_row_that_a_preset_prefetches():
    """The advice names the preset of the queryset, with the path from its rows."""
    found = advice(
        lambda: [
            review.private
            for book in Book.objects.optimize_for_detail()
            for review in book.reviews.all()
        ]
    )
    assert found == ['add "reviews__private" to BookQuerySet.optimize_for_detail']
    fixed = BookQuerySet.optimize_for_detail.preset | Preset(only=["reviews__private"])
    assert not advice(
        lambda: [r.private for b in Book.objects.optimize_for(fixed) for r in b.reviews.all()]
    )


def test_a_prefetch_with_a_preset_of_its_own():
    """The advice names that preset, with the path from the prefetched rows."""
    reviews = Prefetch("reviews", Review.objects.optimize_for_list())
    books = Book.objects.prefetch_related(reviews)
    assert 'add "private" to ReviewQuerySet.optimize_for_list' in advice(
        lambda: [r.private for b in books for r in b.reviews.all()]
    )


def test_a_to_attr_is_a_step_of_the_path():
    """A path through a Prefetch with to_attr goes by that attribute, as Django's lookups do."""
    authors = Prefetch("author", Author.objects.all(), to_attr="writer")
    books = Book.objects.prefetch_related(authors)
    (found,) = advice(lambda: [book.writer.publisher for book in books])
    assert 'add .prefetch_related("writer__publisher") to the queryset' in found
    fixed = Book.objects.prefetch_related(authors, "writer__publisher")
    assert not advice(lambda: [book.writer.publisher for book in fixed])


def test_a_generic_key_can_not_be_joined():
    """What is read behind a generic key is prefetched: select_related() can't go through one."""
    (found,) = advice(
        lambda: [note.target.author for note in Note.objects.prefetch_related("target")]
    )
    assert 'add .prefetch_related("target__author") to the queryset' in found
    fixed = Note.objects.prefetch_related("target__author")
    assert not advice(lambda: [note.target.author for note in fixed])


@pytest.mark.parametrize(
    "preset",
    [
        Preset(include={"reviews": Preset(only=["text"], lazy_ok=["private"])}),
        Preset(only=["reviews__text"], lazy_ok=["reviews__private"]),
    ],
)
def test_lazy_ok_behind_a_prefetch(preset):
    """What an included preset, or a path of the outer one, lets be lazy is quiet."""
    books = Book.objects.optimize_for(preset)
    assert not advice(lambda: [r.private for book in books for r in book.reviews.all()])


def test_the_line_that_applied_the_preset():
    """What is chained afterwards leaves the place of the preset."""
    with audit(mode="collect") as report:
        books = Book.objects.optimize_for_list()
        books = books.select_related("editor")
        [book.blurb for book in books]
    (finding,) = report.findings
    assert finding.origin.location.source == "books = Book.objects.optimize_for_list()"


def test_two_prefetches_of_one_line():
    """What one line prefetches in turn is told apart."""
    found = advice(
        lambda: [
            review.private
            for reviews in (Review.objects.optimize_for_list(), Review.objects.only("book"))
            for book in Book.objects.prefetch_related(Prefetch("reviews", reviews))
            for review in book.reviews.all()
        ]
    )
    assert found[0] == 'add "private" to ReviewQuerySet.optimize_for_list'
    assert 'load "private" in the Prefetch for "reviews"' in found[1]


def test_only_behind_a_preset_says_nothing_of_a_manager_s_rows():
    """What the user's only() narrows are the rows of the queryset, not those of their managers."""
    books = Book.objects.optimize_for_list().only("title")
    found = advice(
        lambda: [review.text for book in books for review in book.reviews.only("book", "private")]
    )
    assert 'add "reviews__text" to BookQuerySet.optimize_for_list' in found
