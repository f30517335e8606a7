"""Every construct: what inference says, what the member really reads, and whether a plan made of it is enough."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from perfkit.inference import field_reads
from tests.inference.app.models import Product
from tests.inference.constructs.every import CONSTRUCTS, Construct
from tests.inference.rows import make_rows
from tests.inference.tracing import load_as_planned, run_traced, use

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def row(django_db_setup: None, django_db_blocker: Any) -> Iterator[int]:
    """Give the key of a product that has something in every relation."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_rows().pk
        transaction.set_rollback(True)


@pytest.mark.parametrize("construct", CONSTRUCTS, ids=lambda construct: construct.name)
def test_no_silent_miss(construct: Construct, row: int) -> None:
    """A member that is said to be complete reads nothing that isn't listed."""
    with construct.installed():
        reads = field_reads(Product, "member")
        trace = run_traced(Product.objects.get(pk=row), "member")
        if construct.followed is not None:
            assert reads.complete is construct.followed, list(map(str, reads.unresolved))
        if construct.alone:
            assert reads.own_queries
            assert not reads.relations
        if not reads.complete:
            return
        assert not trace.missed_by(reads)
        if reads.own_queries or trace.error is not None:
            return
        planned = load_as_planned(Product.objects.filter(pk=row), reads)[0]
        with CaptureQueriesContext(connection) as queries:
            use(planned, "member")
        sent = [query["sql"] for query in queries]
        assert [sql for sql in sent if "SAVEPOINT" not in sql] == []


def test_there_are_many() -> None:
    """The constructs cover the families that are known to fool."""
    assert len(CONSTRUCTS) >= 300
