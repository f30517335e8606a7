"""Rows to grow: books of the auditor's test app, each with relations of its own."""

from collections.abc import Callable

import pytest

from tests.auditor.app import models


@pytest.fixture
def grow(db: None) -> Callable[..., None]:
    """Return a function that adds so many books; one is there from the start."""

    def grow(count: int = 4) -> None:
        for _ in range(count):
            house = models.Publisher.objects.create(name="House")
            author = models.Person.objects.create(name="Author", publisher=house)
            book = models.Book.objects.create(title="Book", author=author)
            models.Chapter.objects.bulk_create(
                [models.Chapter(book=book, heading=heading) for heading in ("One", "Two")]
            )

    grow(1)
    return grow
