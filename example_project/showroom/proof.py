"""The growth assertion on the page of an order: it passes on one form, and fails on the other."""

from __future__ import annotations

from contextvars import Context

from django.db import transaction
from django.test import Client

from example_project.orders.models import OrderLine
from example_project.showroom.measure import watched_by
from example_project.showroom.pages import get_page
from example_project.showroom.rows import SIZES
from perfkit.testing import assert_constant_queries

SMALL, LARGE = SIZES


def add_lines() -> None:
    """Give the order ten times its lines."""
    OrderLine.objects.bulk_create(
        OrderLine(order_id=1, product_id=number, unit_price=number)
        for number in range(1, LARGE - SMALL + 1)
    )


def check_order(form: str) -> None:
    """Assert that the page of an order sends as many queries for ten times the lines."""
    client, url = Client(SERVER_NAME="localhost"), get_page("order_detail").url(form, SMALL)
    assert_constant_queries(lambda: client.get(url), grow=add_lines)


def failure_of(form: str) -> str:
    """Run the check, and undo what it adds; return what it fails with, "" where it passes."""
    return Context().run(_failure_of, form)


def _failure_of(form: str) -> str:
    with watched_by(), transaction.atomic():
        try:
            check_order(form)
        except AssertionError as failure:
            return str(failure)
        finally:
            transaction.set_rollback(True)
    return ""
