"""A second connection to the test's database, which a test may end from outside."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from tests.auditor.app import models

#: The alias of the connection.
DOOMED = "doomed"


def end(doomed: BaseDatabaseWrapper) -> None:
    """End a connection as a restarted server does; on SQLite its file is closed."""
    doomed.ensure_connection()
    if doomed.vendor == "sqlite":
        doomed.connection.close()
        return
    queries = {"postgresql": "SELECT pg_backend_pid()", "mysql": "SELECT CONNECTION_ID()"}
    with doomed.cursor() as cursor:
        cursor.execute(queries[doomed.vendor])
        [number] = cursor.fetchone()
    with connection.cursor() as cursor:
        if doomed.vendor == "postgresql":
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [number])
        else:
            cursor.execute(f"KILL CONNECTION {number}")


@pytest.fixture
def doomed(db: None, tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Three books with author, chapters and tags behind the alias ``DOOMED``; call it to end the connection."""
    # Not in the settings, where Django's test cases would guard it.
    made: Any = connection.copy(DOOMED)
    if connection.vendor == "sqlite":
        made.settings_dict["NAME"] = str(tmp_path / "doomed.sqlite3")
        copy = sqlite3.connect(made.settings_dict["NAME"])
        connection.ensure_connection()
        connection.connection.backup(copy)
        copy.close()
    connections[DOOMED] = made
    try:
        for number in range(3):
            author = models.Person.objects.using(DOOMED).create(name=f"Author {number}")
            book = models.Book.objects.using(DOOMED).create(title=f"Book {number}", author=author)
            models.Chapter.objects.using(DOOMED).create(book=book, heading="One")
            book.tags.add(models.Tag.objects.using(DOOMED).create(word=f"word {number}"))
        yield lambda: end(connections[DOOMED])
    finally:
        connections[DOOMED].close()
        for model in (models.Book.tags.through, models.Chapter, models.Book, models.Person):
            model.objects.using(DOOMED).all().delete()
        models.Tag.objects.using(DOOMED).all().delete()
        connections[DOOMED].close()
        del connections[DOOMED]
