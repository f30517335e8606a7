"""The rows that the auditor's tests read."""

import pytest

from tests.auditor.app import models


@pytest.fixture
def books(db):
    """Make three books, each with an author and an editor of its own, two chapters and a cover."""
    made = []
    for number in range(3):
        house = models.Publisher.objects.create(name=f"House {number}")
        author = models.Person.objects.create(name=f"Author {number}", publisher=house)
        editor = models.Person.objects.create(name=f"Editor {number}", publisher=house)
        book = models.Book.objects.create(title=f"Book {number}", author=author, editor=editor)
        book.tags.add(models.Tag.objects.create(word=f"word {number}"))
        models.Cover.objects.create(book=book)
        for heading in ("One", "Two"):
            models.Chapter.objects.create(book=book, heading=heading, reviewer=editor)
        models.Note.objects.create(text="well", target=book)
        made.append(book)
    return made
