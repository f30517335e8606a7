"""The start page and the comparison."""

import pytest
from django.test import Client
from django.utils.html import escape

from example_project.showroom import views
from example_project.showroom.pages import PAGES, Page
from example_project.showroom.rows import SIZES


def read(path: str) -> str:
    """Return the page's HTML."""
    response = Client(SERVER_NAME="localhost").get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_the_start_page_leads_to_everything(shop: None) -> None:
    """All forms of each page, and their comparison, are one click away."""
    html = read("/")
    for page in PAGES:
        assert f'href="/compare/{page.name}/"' in html
        for form in page.forms:
            assert f'href="{page.url(form, SIZES[0])}"' in html


@pytest.mark.parametrize("page", PAGES[1:3], ids=lambda page: page.name)
def test_the_comparison_shows_all_forms(shop: None, page: Page) -> None:
    """Side by side: queries at both sizes, that the bytes are equal, the statements, the plan."""
    html = read(f"/compare/{page.name}/")
    for form in page.forms:
        assert f'id="{form}"' in html
        assert f'src="{page.url(form, SIZES[0])}"' in html
    assert "All forms answer the same" in html
    assert "The forms answer differently" not in html
    assert escape(page.loading_plan) in html
    assert escape(page.derived_plan) in html
    assert escape(page.source) in html


def test_all_pages_are_compared_in_one_table(shop: None) -> None:
    """A row per page, at the smaller size."""
    html = read("/compare/")
    assert html.count("<td>equal</td>") == len(PAGES)
    assert f'<a href="?size={SIZES[0]}" aria-current="true">' in html


def test_the_size_can_be_chosen(shop: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The larger size is one click away, and marked when it is shown."""
    monkeypatch.setattr(views, "PAGES", PAGES[1:2])
    assert f'<a href="?size={SIZES[1]}">' in read("/compare/")
    assert f'<a href="?size={SIZES[1]}" aria-current="true">' in read(f"/compare/?size={SIZES[1]}")


@pytest.mark.parametrize("path", ["/compare/nothing/", "/compare/?size=21", "/compare/?size=x"])
def test_there_is_nothing_else_to_compare(shop: None, path: str) -> None:
    """A page or a size that does not exist answers 404."""
    assert Client(SERVER_NAME="localhost").get(path).status_code == 404


@pytest.mark.parametrize("name", ["shop.css", "pictures.svg", "icon.svg"])
def test_assets_are_served_without_a_server_for_files(shop: None, name: str) -> None:
    """The stylesheet and the pictures come from the shop itself, whatever DEBUG is."""
    response = Client(SERVER_NAME="localhost").get(f"/assets/{name}")
    assert response.status_code == 200
    assert response.getvalue()


def test_every_motif_is_on_the_picture_sheet(shop: None) -> None:
    """No picture of the data is missing on the sheet that pages draw from."""
    from example_project.catalogue.models import ProductImage

    sheet = Client(SERVER_NAME="localhost").get("/assets/pictures.svg").getvalue().decode()
    for motif in ProductImage.objects.order_by().values_list("motif", flat=True).distinct():
        assert f'id="{motif}"' in sheet
