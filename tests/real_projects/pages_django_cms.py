"""The change lists of django CMS, and of Django's own applications."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cms.api import create_page
from cms.models import GlobalPagePermission, Page, PageUser, PageUserGroup
from cms.models.settingmodels import UserSettings
from cms.toolbar.toolbar import CMSToolbar
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.contrib.contenttypes.models import ContentType
from django.contrib.sites.models import Site

from tests.real_projects import pages as serving


class PermissionAdmin(admin.ModelAdmin):
    """Permissions, which Django registers nowhere, as many projects show them."""

    list_display = ("__str__", "name", "content_type", "codename")


class ContentTypeAdmin(admin.ModelAdmin):
    """Content types."""

    list_display = ("__str__", "app_label", "model", "name")


ADMINS: dict[type[Any], Any] = {Permission: PermissionAdmin, ContentType: ContentTypeAdmin}


def fill(size: int) -> None:
    """Make rows until there are so many of each kind."""
    if not Site.objects.exists():
        Site.objects.create(domain="testserver", name="test")
    if not User.objects.exists():
        User.objects.create_superuser("ann", "ann@example.com", "x")
    ann = User.objects.get(username="ann")
    for model, made in ADMINS.items():
        if not admin.site.is_registered(model):
            admin.site.register(model, made)
    kinds = ContentType.objects
    for number in range(kinds.filter(app_label__startswith="made").count(), size):
        kind = kinds.create(app_label=f"made{number}", model=f"model{number}")
        Permission.objects.create(name=f"Can {number}", codename=f"can_{number}", content_type=kind)
        user = PageUser.objects.create(username=f"user {number}", created_by=ann, is_staff=True)
        group = PageUserGroup.objects.create(name=f"group {number}", created_by=ann)
        user.groups.add(group)
        UserSettings.objects.create(user=user, language="en")
        GlobalPagePermission.objects.create(user=user, group=group).sites.add(Site.objects.get())
        create_page(f"Page {number}", "page.html", "en", created_by=ann)


def pages() -> Iterator[Any]:
    """Yield the pages to serve: the change lists that are registered; that of pages leads to that of their contents."""
    for model in sorted(admin.site._registry, key=lambda model: model._meta.label):
        if model is not Page:
            yield serving.changelist_page(admin.site._registry[model], prepare)


def prepare(request: Any) -> None:
    """Give a request what the middleware of django CMS gives it."""
    request.session["cms_admin_site"] = Site.objects.get().pk
    request.toolbar = CMSToolbar(request)
