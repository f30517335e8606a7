"""The shop under the auditor: its naive pages are reported, its optimised ones are quiet."""

import warnings

import pytest
from django.test import Client

from example_project import settings as shop_settings
from example_project.showroom.comparison import Comparison
from example_project.showroom.pages import NAIVE, OPTIMISED, PAGES, Page
from example_project.showroom.rows import SIZES
from perfkit import LazyLoadWarning

SMALL, _ = SIZES
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def lazy_loads(url: str) -> list[LazyLoadWarning]:
    """Return the warnings of a request."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        response = Client().get(url)
        assert response.status_code == 200
        assert response.getvalue()
    return [entry.message for entry in caught if isinstance(entry.message, LazyLoadWarning)]


@every_page
def test_the_settings_of_the_shop_warn_of_naive_pages(
    shop: None, settings: pytest.FixtureRequest, page: Page
) -> None:
    """With the shop's own settings a request of a naive page warns, and that of an optimised one doesn't."""
    settings.PERFKIT = shop_settings.PERFKIT
    settings.MIDDLEWARE = shop_settings.MIDDLEWARE
    assert shop_settings.PERFKIT["AUDIT"] == "warn"
    naive = lazy_loads(page.url(NAIVE, SMALL))
    assert naive
    assert all(warning.finding.origin.location.file.endswith(".py") for warning in naive)
    assert lazy_loads(page.url(OPTIMISED, SMALL)) == []


@every_page
def test_a_measurement_has_the_findings(shop: None, page: Page) -> None:
    """The demo and the comparison show what the auditor reports of each form."""
    comparison = Comparison.of(page, SMALL)
    assert comparison.naive.lazy_loads > SMALL
    assert comparison.naive.lazy_loads <= comparison.naive.tally.queries
    assert comparison.optimised.findings == ()


def test_the_comparison_tells_the_findings(shop: None) -> None:
    """The page names the property, the line and the fix for the naive form."""
    body = Client().get("/compare/product_list/").content.decode()
    assert "Nothing is loaded lazily." in body
    assert "<dt>in property</dt><dd>Product.label (" in body
    assert ".select_related(&quot;brand&quot;) to the queryset at" in body
