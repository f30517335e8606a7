"""The panel in a real browser: opened with the keyboard, on a naive page of the shop."""

from __future__ import annotations

from django.contrib.staticfiles.testing import StaticLiveServerTestCase
from django.test import override_settings
from playwright.sync_api import Browser, expect

from example_project.showroom.data import FEWEST, fill
from tests.browser import chromium


@override_settings(
    ROOT_URLCONF="example_project.urls",
    DEBUG=True,
    INTERNAL_IPS=["127.0.0.1"],
    MIDDLEWARE=["debug_toolbar.middleware.DebugToolbarMiddleware"],
)
class ToolbarTest(StaticLiveServerTestCase):
    def test_a_finding_is_read_in_the_panel(self) -> None:
        """The panel of the Debug Toolbar opens with Enter, shows who read what, and the fix; in light and dark."""
        fill(FEWEST, lambda written: None)
        with chromium() as browser:
            for scheme in ("light", "dark"):
                with self.subTest(scheme):
                    self.read_a_finding(browser, scheme)

    def read_a_finding(self, browser: Browser, scheme: str) -> None:
        page = browser.new_page(color_scheme=scheme)
        failures: list[str] = []
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.goto(f"{self.live_server_url}/naive/products/?rows=5")
        page.locator("a.PerfkitPanel").focus()
        page.keyboard.press("Enter")
        panel = page.locator("#PerfkitPanel")
        finding = panel.locator("tr", has_text="Product.brand").first
        expect(finding).to_contain_text("Product.label")
        expect(finding).to_contain_text("select_related")
        expect(panel).to_contain_text("product_list.html")
        panel.locator(".djDebugClose").press("Enter")
        expect(panel).to_be_hidden()
        assert not failures
