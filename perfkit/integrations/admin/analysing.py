"""Tells the checks what the change lists of the admin load, and what they show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.admin.options import ModelAdmin
from django.http import HttpRequest

from perfkit.apply import plan_of
from perfkit.consumers import Consumer, RoutedView, register_analyser
from perfkit.derivation import Derivation, Derived
from perfkit.integrations.admin.changelists import Shown
from perfkit.integrations.admin.displays import declared_at, is_own
from perfkit.integrations.admin.options import PresetAdminMixin, apply_named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from perfkit.plan import LoadPlan

__all__ = ["analyse_admin"]

#: Methods by which a ModelAdmin may load more than its attributes say.
LOADING = ("get_queryset", "get_list_select_related", "get_changelist")


@register_analyser
def analyse_admin(view: RoutedView) -> Iterator[Consumer]:
    """Yield what the change list of a ModelAdmin loads and shows.

    Raises :class:`~perfkit.PresetError` for a preset that there isn't, or that doesn't fit.
    """
    admin = view.model_admin
    # The other views of a ModelAdmin show one row.
    if not isinstance(admin, ModelAdmin) or view.callback.__name__ != "changelist_view":
        return
    mixed: Any = admin if isinstance(admin, PresetAdminMixin) else None
    named = None if mixed is None else mixed.preset
    yield Consumer(
        label=view.name,
        reader="list_display",
        derive=lambda: _derive(admin),
        plan=None if named is None else _plan(admin, named),
        derives=mixed is not None and named is None,
        certain=not any(is_own(admin, name) for name in LOADING),
    )


def _plan(admin: ModelAdmin[Any], named: Any) -> LoadPlan | None:
    """Return what the named preset loads; None where nobody knows the rows without a request."""
    try:
        rows = admin.get_queryset(HttpRequest())
    except Exception:  # the project's own code, which may want a request
        return None
    joined: Any = admin.list_select_related
    if joined:
        rows = rows.select_related() if joined is True else rows.select_related(*joined)
    return plan_of(apply_named(rows, named, type(admin).__name__))


def _derive(admin: ModelAdmin[Any]) -> Derived:
    """Return what the change list shows, as far as that is known without a request."""
    request = HttpRequest()
    try:
        cls, names = admin.get_changelist(request), tuple(admin.get_list_display(request))
    except Exception as error:  # the project's own code, which may want a request; it is told
        derivation = Derivation(admin.model)
        what = f"list_display, which needs a request ({type(error).__name__}: {error})"
        derivation.lose(what, declared_at(admin, "get_list_display"))
        return derivation.result()
    if admin.actions is not None:
        names = ("action_checkbox", *names)
    return Shown(admin, cls, names, tuple(admin.list_editable)).derive()
