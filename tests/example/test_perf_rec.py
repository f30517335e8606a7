"""django-perf-rec beside the growth assertion: one page's statements, word by word."""

import django_perf_rec
import pytest
from django.db import connection
from django.test import Client

from example_project.showroom.pages import OPTIMISED, get_page
from example_project.showroom.rows import SIZES
from tests.example import factories


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the record is that of SQLite")
def test_the_order_list_sends_what_is_recorded(db: None, settings: pytest.FixtureRequest) -> None:
    """The statements of the order list are those of the record, which a review shows when they change."""
    settings.ROOT_URLCONF = "example_project.urls"
    settings.PERF_REC = {"MODE": "none"}
    factories.begin()
    with django_perf_rec.record():
        Client(SERVER_NAME="localhost").get(get_page("order_list").url(OPTIMISED, SIZES[0]))
