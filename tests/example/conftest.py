"""The shop, filled once per module."""

from collections.abc import Iterator

import pytest

from example_project.showroom.data import FEWEST, empty, fill
from example_project.showroom.rows import tables


@pytest.fixture(scope="module")
def filled_shop(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """Fill the shop outside of any test's transaction, and leave it empty."""
    with django_db_blocker.unblock():
        fill(FEWEST, lambda written: None)
        yield
        empty(tables(FEWEST))


@pytest.fixture
def shop(filled_shop: None, db: None, settings: pytest.FixtureRequest) -> None:
    """Let the test use the filled shop, at its own URLs."""
    settings.ROOT_URLCONF = "example_project.urls"
