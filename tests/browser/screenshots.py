"""Make the screenshots of the documentation: ``make screenshots``.

They are of the shop as it is: served, filled as ``make demo`` fills it, and seen in light mode.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Page

from tests.browser import PATIENCE, ROOT, chromium, served_shop

FOLDER = ROOT / "docs" / "images"
SIZE = {"width": 1100, "height": 760}
#: The panel is a wide table, and the toolbar's own list stands beside it.
PANEL, LIST = {"width": 1460, "height": 760}, 240
#: The pages are flat: so many colours are enough, and make the files small.
COLOURS = 64


def start(page: Page) -> bytes:
    """The start page, with the contents."""
    page.goto("/")
    return page.screenshot(
        clip={"x": 0, "y": 0, "width": SIZE["width"], "height": 1060}, full_page=True
    )


def chapter(page: Page) -> bytes:
    """The naive page of a chapter, with its queries and findings."""
    page.goto("/chapters/properties/")
    section = page.locator("section.naive")
    section.locator("iframe").scroll_into_view_if_needed()
    section.frame_locator("iframe").locator("h1").wait_for()
    section.locator("summary", has_text="Product.brand").click()
    box = section.bounding_box()
    top = box["y"] + page.evaluate("scrollY")
    seen = {"x": 0, "y": top + 2, "width": SIZE["width"], "height": box["height"] + 16}
    return page.screenshot(clip=seen, full_page=True)


def toolbar(page: Page) -> bytes:
    """The panel of the Debug Toolbar on a naive page."""
    page.set_viewport_size(PANEL)
    page.goto("/naive/products/?rows=20")
    page.locator("a.PerfkitPanel").click()
    page.locator("#PerfkitPanel tr").nth(1).wait_for()
    seen = {"x": 0, "y": 0, "width": PANEL["width"] - LIST, "height": PANEL["height"]}
    picture = page.screenshot(clip=seen)
    page.set_viewport_size(SIZE)
    return picture


def usage(page: Page) -> bytes:
    """The page of usage evidence."""
    page.goto("/evidence/usage/naive/")
    return page.screenshot(full_page=True)


def routes(page: Page) -> bytes:
    """The page of routes."""
    page.goto("/evidence/routes/")
    return page.screenshot()


def main() -> None:
    """Make all of them, and say how large they are."""
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder, served_shop(Path(folder), products=2_000) as address:
        with chromium() as browser:
            context = browser.new_context(
                base_url=address,
                viewport=SIZE,
                device_scale_factor=1.5,
                color_scheme="light",
                reduced_motion="reduce",
            )
            page = context.new_page()
            page.set_default_timeout(PATIENCE)
            for shot in (start, chapter, toolbar, usage, routes):
                size = save(f"{shot.__name__}.png", shot(page))
                print(f"docs/images/{shot.__name__}.png  {size / 1000:.0f} kB")


def save(name: str, png: bytes) -> int:
    """Write a picture with few colours; return its size."""
    picture = Image.open(BytesIO(png)).convert("RGB")
    few = picture.quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(FOLDER / name, optimize=True)
    return (FOLDER / name).stat().st_size


if __name__ == "__main__":
    main()
