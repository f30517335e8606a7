"""One read of each kind: the queryset, the name that a template reads, and what is found."""

from dataclasses import dataclass
from typing import Any

from tests.auditor.app.models import Book, Note


@dataclass
class Read:
    """A read that each surface makes."""

    kind: str
    name: str
    queryset: Any
    model: type
    field: str
    via: tuple[str, ...] = ()


READS = [
    Read("deferred-field", "blurb", lambda: Book.objects.only("title"), Book, "blurb"),
    Read("to-one", "author", Book.objects.all, Book, "author"),
    Read("generic", "target", Note.objects.all, Note, "target"),
    Read("related-manager", "chapters", Book.objects.all, Book, "chapters"),
    Read(
        "bypassed-prefetch",
        "filtered",
        lambda: Book.objects.prefetch_related("chapters"),
        Book,
        "chapters",
        ("Book.filtered",),
    ),
    Read("repeated-query", "same", Book.objects.all, Book, "", ("Book.same",)),
]


def read(row, name):
    """Read a name of a row, all of its rows where it is a manager."""
    value = getattr(row, name)
    return list(value.all()) if hasattr(value, "all") else value
