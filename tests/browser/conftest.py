"""One browser and one served shop for the tests of a module.

Not of a session: while Playwright runs, its event loop does, and other tests can start none.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import PATIENCE, chromium, served_shop

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the shop."""
    with served_shop(tmp_path_factory.mktemp("shop"), products=200) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a desktop in light mode, without motion; what fails in it fails the test."""
    page = browser.new_page(
        viewport={"width": 1280, "height": 900}, color_scheme="light", reduced_motion="reduce"
    )
    page.set_default_timeout(PATIENCE)
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.on("response", lambda got: got.ok or got.status < 400 or failures.append(got.url))
    yield page
    page.close()
    assert failures == []
