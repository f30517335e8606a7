"""Wagtail's API, and the change lists of its models in Django's admin."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from taggit.models import Tag
from wagtail.admin.api.views import PagesAdminAPIViewSet
from wagtail.api.v2.router import WagtailAPIRouter
from wagtail.api.v2.views import PagesAPIViewSet
from wagtail.documents import get_document_model
from wagtail.documents.api.v2.views import DocumentsAPIViewSet
from wagtail.images import get_image_model
from wagtail.images.api.v2.views import ImagesAPIViewSet
from wagtail.models import Collection, Locale, Page, Site
from wagtail.test.demosite.models import (
    BlogEntryPage,
    BlogEntryPageCarouselItem,
    BlogEntryPageRelatedLink,
)

from tests.real_projects import pages as serving

ENDPOINTS = {
    "pages": PagesAPIViewSet,
    "images": ImagesAPIViewSet,
    "documents": DocumentsAPIViewSet,
}
router = WagtailAPIRouter("wagtailapi_v2")
for _name, _view in ENDPOINTS.items():
    router.register_endpoint(_name, _view)
admin_router = WagtailAPIRouter("wagtailadmin_api")
admin_router.register_endpoint("pages", PagesAdminAPIViewSet)


def fill(size: int) -> None:
    """Make rows until there are so many of each kind."""
    if not Page.objects.exists():
        Locale.objects.create(language_code="en")
        root = Page.add_root(instance=Page(title="Root", slug="root"))
        home = root.add_child(instance=Page(title="Home", slug="home"))
        Site.objects.create(hostname="testserver", root_page=home, is_default_site=True)
        Collection.add_root(name="Root")
        get_user_model()._default_manager.create_superuser("ann", "ann@example.com", "x")
    home = Page.objects.get(slug="home")
    ann = get_user_model()._default_manager.get()
    images, documents = get_image_model().objects, get_document_model().objects
    for number in range(BlogEntryPage.objects.count(), size):
        title = f"Number {number}"
        image = images.create(
            title=title, file=f"{number}.png", width=9, height=9, uploaded_by_user=ann
        )
        image.tags.add(f"tag {number}", "all")
        document = documents.create(title=title, file=f"{number}.pdf", uploaded_by_user=ann)
        document.tags.add("all")
        page = BlogEntryPage(
            title=title,
            slug=f"number-{number}",
            owner=ann,
            date=datetime.date(2026, 1, 1),
            body="<p>text</p>" * 50,
            feed_image=image,
        )
        page.related_links = [BlogEntryPageRelatedLink(title=title, link_external="http://x.org")]
        page.carousel_items = [BlogEntryPageCarouselItem(caption=title, image=image)]
        page.tags.add(f"entry {number}")
        home.add_child(instance=page)


def pages() -> Iterator[Any]:
    """Yield the pages to serve."""
    everything = {"limit": "200", "fields": "*"}
    for name, view in ENDPOINTS.items():
        row: Any = view.model.objects.order_by("-pk").first()
        yield serving.endpoint_page(f"API, {name}", view, router, {"limit": "200"})
        yield serving.endpoint_page(f"API, {name}, all fields", view, router, everything)
        yield serving.endpoint_page(f"API, one of {name}", view, router, {}, row.pk)
    entries = {"type": "demosite.BlogEntryPage", **everything}
    yield serving.endpoint_page("API, entries, all fields", PagesAPIViewSet, router, entries)
    yield serving.endpoint_page(
        "API of the editor, pages", PagesAdminAPIViewSet, admin_router, {"limit": "200"}
    )
    for model in (get_image_model(), get_document_model(), Tag):
        yield serving.changelist_page(admin.site._registry[model])
