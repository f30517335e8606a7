"""The walkthrough as a reader meets it: on a desktop and a phone, by keyboard, light and dark, without JavaScript."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from example_project.showroom.chapters import CHAPTERS, Chapter
from tests.browser import PATIENCE

pytestmark = pytest.mark.xdist_group("browser")

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
#: WCAG and good practice; what is in a frame is looked at as a page of its own.
OPTIONS = {"iframes": False, "resultTypes": ["violations"]}
OTHER_PAGES = (
    *("/", "/compare/", "/compare/category_list/", "/search/?q=lamp", "/order/7/"),
    *("/optimised/products/?rows=20", "/optimised/products/1/", "/optimised/orders/1/"),
    *("/optimised/categories/?rows=20", "/optimised/customers/1/reviews/"),
    *("/evidence/usage/naive/", "/evidence/routes/"),
)


#: How a page is looked at.
LOOKS = {"desktop, light": (DESKTOP, "light"), "phone, dark": (PHONE, "dark")}


def assert_is_for_everybody(page: Page) -> None:
    """Assert that nobody is shut out: contrast, names, structure; and that nothing scrolls sideways or moves."""
    for look, (size, scheme) in LOOKS.items():
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        result = Axe().run(page, options=OPTIONS)
        assert result.violations_count == 0, f"{look}: {result.generate_report()}"
        assert width_beyond(page) == 0, look
        assert page.evaluate("document.getAnimations().length") == 0


def width_beyond(page: Page) -> int:
    root = "document.documentElement"
    return int(page.evaluate(f"{root}.scrollWidth - {root}.clientWidth"))


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_a_chapter_is_for_everybody(shop: str, page: Page, chapter: Chapter) -> None:
    """Both of its pages are there and alike, the naive one costs more; accessible in all looks."""
    page.goto(f"{shop}/chapters/{chapter.name}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text(chapter.title)
    if chapter.page:
        forms = "naive", chapter.better
        shown = [
            page.frame_locator(f"iframe[title='The {form} page']").locator("main") for form in forms
        ]
        for form, main in zip(forms, shown, strict=True):
            page.locator(f"iframe[title='The {form} page']").scroll_into_view_if_needed()
            expect(main.locator("h1")).to_be_visible()
        assert shown[0].inner_text() == shown[1].inner_text()
        counts = [page.locator(f"section.{form} .count strong").inner_text() for form in forms]
        assert int(counts[0]) > 10 > int(counts[1])
    assert_is_for_everybody(page)


@pytest.mark.parametrize("path", OTHER_PAGES)
def test_every_other_page_is_for_everybody(shop: str, page: Page, path: str) -> None:
    """The start, the comparison, the shop and the pages of perfkit's commands: accessible in all looks."""
    page.goto(shop + path)
    # The toolbar is not ours.
    page.evaluate("document.getElementById('djDebugRoot')?.remove()")
    assert_is_for_everybody(page)


def test_the_walk_needs_no_javascript(shop: str, browser: Browser) -> None:
    """On a phone without JavaScript: from the start through every chapter to the end, by its links."""
    page = browser.new_page(viewport=PHONE, java_script_enabled=False)
    page.set_default_timeout(PATIENCE)
    page.goto(shop)
    page.get_by_role("link", name="Begin with chapter 1").click()
    for chapter in CHAPTERS:
        expect(page.get_by_role("heading", level=1)).to_contain_text(chapter.title)
        for source in page.locator("details.source").all()[1:]:
            source.locator("summary").click()
            expect(source.locator("pre")).to_be_visible()
        page.locator("a[rel=next]").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("All pages")
    page.close()


def test_the_keyboard_reaches_everything_in_order(shop: str, page: Page) -> None:
    """A skip link first; then each link, box and box that scrolls, in the order of the page, and seen to be focused."""
    page.goto(f"{shop}/chapters/proof/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()
    page.evaluate("document.querySelectorAll('iframe').forEach(frame => frame.remove())")
    wanted = page.evaluate(
        """() => [...document.querySelectorAll('a[href], summary, [tabindex="0"]')]
            .filter(one => one.checkVisibility()).length"""
    )
    stops: list[dict[str, Any]] = []
    for _ in range(wanted):
        stops.append(
            page.evaluate(
                """() => {
                    const one = document.activeElement, style = getComputedStyle(one);
                    window.all ??= [...document.querySelectorAll('*')];
                    return {at: all.indexOf(one), outline: style.outlineStyle, width: style.outlineWidth};
                }"""
            )
        )
        page.keyboard.press("Tab")
    assert all(before["at"] < after["at"] for before, after in pairwise(stops))
    assert {(stop["outline"], stop["width"]) for stop in stops} == {("solid", "3px")}


def test_the_keyboard_opens_and_scrolls(shop: str, page: Page) -> None:
    """Enter opens a finding and follows the skip link; arrows scroll a box that is wider than it shows."""
    page.set_viewport_size(PHONE)
    page.goto(f"{shop}/chapters/proof/")
    finding = page.locator(".naive details").first
    finding.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(finding.locator("dl")).to_contain_text("read at")
    failure = page.locator("pre.tall")
    failure.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.wait_for_function(
        "box => box.scrollLeft > 0 && box.scrollTop > 0", arg=failure.element_handle()
    )
    page.locator(".skip").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{shop}/chapters/proof/#main")


def test_the_chapter_on_monitoring_leads_to_the_panel(shop: str, page: Page) -> None:
    """The naive page that it names has the toolbar, whose panel says who asked and what to do; its frame has none."""
    page.goto(f"{shop}/chapters/monitoring/")
    frame = page.frame_locator("iframe[title='The naive page']")
    page.locator("iframe[title='The naive page']").scroll_into_view_if_needed()
    expect(frame.locator("h1")).to_be_visible()
    expect(frame.locator("#djDebugRoot")).to_have_count(0)
    page.get_by_role("link", name="the naive page", exact=True).click()
    # Until it is loaded the toolbar listens to nobody.
    page.wait_for_load_state()
    page.locator("a.PerfkitPanel").press("Enter")
    panel = page.locator("#PerfkitPanel")
    expect(panel.locator("tr", has_text="Order.lines").first).to_contain_text("prefetch_related")


def test_a_hanging_service_is_one_click_away(shop: str, page: Page) -> None:
    """The reader lets the service hang: the naive page waits for it, the other one answers from the database."""
    page.goto(f"{shop}/chapters/waiting/")
    expect(page.locator("section.optimised .count").last).to_contain_text("from the service")
    page.get_by_role("link", name="The service hangs").click()
    expect(page.locator("section.optimised .count").last).to_contain_text("from the database")
    expect(page.locator("section.naive .count").last).to_contain_text("from the service")
    expect(page.locator("section.naive .finding")).to_contain_text("without a timeout")
