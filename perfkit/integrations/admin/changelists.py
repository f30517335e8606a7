"""What a change list and the search of ``autocomplete_fields`` read of their rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.sites import AdminSite
from django.contrib.admin.views.main import ChangeList

from perfkit.derivation import Derivation
from perfkit.integrations.admin.displays import (
    declared_at,
    is_own,
    read_called,
    read_displayed,
    read_text,
)
from perfkit.integrations.admin.loads import looked_up

if TYPE_CHECKING:
    from collections.abc import Hashable

    from django.contrib.admin.options import ModelAdmin
    from django.db.models import Model, QuerySet
    from django.http import HttpRequest

    from perfkit.derivation import Derived

__all__ = ["Shown", "derive_results", "searched_key", "without_guess"]


@dataclass(frozen=True)
class Shown:
    """What a change list shows of its rows: ``names`` of ``list_display``, of which ``edited`` are edited.

    ``cls`` is the class of the change list, ``to_field`` the field by which a popup hands over a row.
    """

    admin: ModelAdmin[Any]
    cls: type[ChangeList]
    names: tuple[Any, ...]
    edited: tuple[str, ...] = ()
    to_field: str | None = None

    @classmethod
    def of(cls, changelist: ChangeList) -> Shown:
        """Return what the change list of a request shows."""
        return cls(
            changelist.model_admin,
            type(changelist),
            tuple(changelist.list_display),
            tuple(changelist.list_editable),
            changelist.to_field,
        )

    @property
    def key(self) -> Hashable:
        """What the answer depends on, and nothing else of the request."""
        names = looked_up(self.admin, self.names)
        return type(self.admin), self.cls, self.admin.model, names, self.edited, self.to_field

    def derive(self) -> Derived:
        """Return what is read of each row."""
        admin = self.admin
        derivation = Derivation(admin.model)
        derivation.read("pk", declared_at(admin, "list_display"))
        for name in self.names:
            read_displayed(derivation, admin, name, declared_at(admin, "list_display", name))
        if self.to_field:
            derivation.read(self.to_field, declared_at(admin, "list_display"))
        url: Any = self.cls.url_for_result
        if url is not ChangeList.url_for_result:
            place = declared_at(self.cls, "url_for_result")
            derivation.function("", url, place, owner=self.cls)
        if self.edited:
            _read_forms(derivation, admin)
        return derivation.result()


def derive_results(model: type[Model], key: str, admin: ModelAdmin[Any]) -> Derived:
    """Return what the search of ``autocomplete_fields`` reads of each result: its key and its text."""
    derivation = Derivation(model)
    place = declared_at(admin, "search_fields")
    derivation.read(key, place)
    read_text(derivation, "", place)
    return derivation.result()


def searched_key(request: HttpRequest, admin: ModelAdmin[Any]) -> str | None:
    """Return the key column of the results, if this is a request of an autocomplete widget; else None.

    A site whose view is its own may read more of a result, which nobody can tell.
    """
    match = request.resolver_match
    site = admin.admin_site
    plain = getattr(type(site), "autocomplete_view", None) is AdminSite.autocomplete_view
    if match is None or match.url_name != "autocomplete" or not plain:
        return None
    asked = request.GET
    field: Any = apps.get_model(asked["app_label"], asked["model_name"])._meta.get_field(
        asked["field_name"]
    )
    name = getattr(field.remote_field, "field_name", admin.opts.pk.attname)
    return str(admin.opts.get_field(name).attname)  # type: ignore[union-attr]  # a concrete field


def without_guess(changelist: ChangeList, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Take the joins off that Django guessed from ``list_display``, which load whole rows.

    Joins that the project asked for stay.
    """
    root: QuerySet[Any] = changelist.root_queryset
    if changelist.list_select_related is not False or root.query.select_related:
        return rows
    guess = changelist.apply_select_related(root).query.select_related
    return rows.select_related(None) if guess and rows.query.select_related == guess else rows


def _read_forms(derivation: Derivation, admin: ModelAdmin[Any]) -> None:
    """Tell what the forms of ``list_editable`` read besides the columns, which are in ``list_display``."""
    for name in ("get_changelist_form", "get_changelist_formset"):
        if is_own(admin, name):
            derivation.lose(f"the forms that {name}() makes", declared_at(admin, name))
    if type(admin).has_change_permission is not BaseModelAdmin.has_change_permission:
        place = declared_at(admin, "has_change_permission")
        read_called(derivation, admin.has_change_permission, place, 1)
