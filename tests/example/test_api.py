"""The API of the shop: three forms, equal answers; the derived form is as good as the written one."""

from __future__ import annotations

import inspect
import json

import pytest
from django.db import connection

from example_project.api import serializers, views
from example_project.api.urls import FORMS
from example_project.showroom.measure import Tally, call
from perfkit.checks import check_views

LISTS = ["products/?rows={}", "orders/?rows={}"]
ENDPOINTS = [
    "products/?rows=40",
    "products/3/",
    "orders/?rows=40",
    "orders/3/",
    "customers/3/reviews/",
]


def count(path: str) -> tuple[bytes, Tally]:
    """Return the answer of a path, and what it cost."""
    tally = Tally()
    with connection.execute_wrapper(tally.watch):
        return call(path), tally


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_the_derived_form_is_as_good_as_the_written_one(shop: None, endpoint: str) -> None:
    """The same bytes in all forms; as many queries as the written preset, and no more values."""
    (naive, _), (written, preset), (derived, own) = (
        count(f"/api/{form}/{endpoint}") for form in FORMS
    )
    assert naive == written == derived
    assert len(json.loads(naive)) > 1
    assert own.queries == preset.queries
    assert own.columns <= preset.columns


@pytest.mark.parametrize("endpoint", LISTS)
@pytest.mark.parametrize("form", ["preset", "derived"])
def test_more_rows_cost_no_more_queries(shop: None, endpoint: str, form: str) -> None:
    """While the naive form pays for each row."""
    small, large = (count(f"/api/{form}/{endpoint.format(n)}")[1].queries for n in (4, 40))
    assert small == large <= 6
    small, large = (count(f"/api/naive/{endpoint.format(n)}")[1].queries for n in (4, 40))
    assert large - small >= 36


def test_no_loading_code_is_written_by_hand() -> None:
    """The derived form says one thing, and the serializers nothing."""
    source = inspect.getsource(views) + inspect.getsource(serializers)
    for word in ("select_related", "prefetch_related", "Prefetch(", ".only(", ".defer("):
        assert word not in source
    for view in FORMS["derived"]:
        assert (
            inspect.getsource(view).rstrip().endswith('reads."""\n\n    preset_from = "serializer"')
        )


def test_the_checks_find_nothing_to_say(shop: None) -> None:
    """Each written preset is what its serializer reads, and every derived one is complete."""
    said = [
        m for m in check_views(app_configs=None) if str(m.obj).startswith("example_project.api")
    ]
    assert [str(message) for message in said] == []
