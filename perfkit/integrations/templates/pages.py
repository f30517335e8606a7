"""Stand-ins for Django's ``Page`` and ``Paginator``, which the analysis follows like any class of a project.

Their own code counts rows and cuts lists in ways that are no matter of a preset.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.views.generic.list import MultipleObjectMixin

from perfkit.inference.values import INERT, Box, Opaque, Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from perfkit.integrations.templates.walking import Walker

#: What Django's own classes have besides rows: numbers and texts.
_OF_PAGES = (
    *(
        "number",
        "has_next",
        "has_previous",
        "has_other_pages",
        "next_page_number",
        "previous_page_number",
    ),
    *("start_index", "end_index", "count", "num_pages", "page_range", "per_page", "orphans"),
    *("allow_empty_first_page", "ELLIPSIS", "get_elided_page_range"),
)


class PageOfRows:
    """A page, or a paginator, whose ``object_list`` are the rows of the view."""

    object_list: Any
    unknown: Any

    def __len__(self) -> int:
        return len(self.object_list)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.object_list)

    def __getitem__(self, index: Any) -> Any:
        return self.object_list[index]

    def __getattr__(self, name: str) -> Any:
        return self.unknown


def page_of(walker: Walker, rows: Value, view: type) -> Value:
    """Return a page of rows; its paginator is one too."""
    page: Box = walker.make(("page of", view), "object", PageOfRows)
    value: Value = frozenset({page})
    walker.put(page, rows, key="object_list")
    walker.put(page, frozenset({Opaque("an attribute of a page")}), key="unknown")
    walker.put(page, value, key="paginator")
    for name in _OF_PAGES if _is_plain(view) else ():
        walker.put(page, INERT, key=name)
    return value


def _is_plain(view: Any) -> bool:
    """Tell whether the pages of a view are Django's own."""
    return view.paginator_class is Paginator and all(
        getattr(view, name) is getattr(MultipleObjectMixin, name)
        for name in ("get_paginator", "paginate_queryset")
    )
