"""CONSUMERS: what reads rows in a project: the views of its URLconf, and what integrations know of them.

An integration registers an **analyser** when it is imported, which the project's own views do. This
module knows no kind of view; the checks and ``manage.py perfkit presets --suggest`` ask it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from django.urls import URLPattern, URLResolver, get_resolver

from perfkit.exceptions import PresetError
from perfkit.keeping import Kept, apply_kept
from perfkit.presets import Preset
from perfkit.querysets import PresetQuerySetMixin

if TYPE_CHECKING:
    from perfkit.derivation import Derived
    from perfkit.plan import LoadPlan

__all__ = [
    "Analyser",
    "Consumer",
    "RoutedView",
    "analysed",
    "register_analyser",
    "routed_views",
    "views_of",
]


@dataclass(frozen=True)
class RoutedView:
    """A view as the URLconf has it: its callback, and the route for messages.

    A class alone, which no route leads to, is a callback too.
    """

    callback: Any
    route: str = ""

    @property
    def cls(self) -> type | None:
        """The class of a class-based view, a viewset or a ``ModelAdmin``; None for a function."""
        if isinstance(self.callback, type):
            return self.callback
        if self.model_admin is not None:
            return type(self.model_admin)
        found = getattr(self.callback, "view_class", None) or getattr(self.callback, "cls", None)
        return found if isinstance(found, type) else None

    @property
    def model_admin(self) -> Any:
        """The ``ModelAdmin`` whose view it is; None for any other view."""
        return getattr(self.callback, "model_admin", None)

    @property
    def options(self) -> Mapping[str, Any]:
        """What ``as_view()`` was given."""
        given = getattr(self.callback, "view_initkwargs", None)
        return given or getattr(self.callback, "initkwargs", None) or {}

    @property
    def name(self) -> str:
        """The dotted path of the class or function."""
        target = self.cls or self.callback
        return f"{target.__module__}.{getattr(target, '__qualname__', type(target).__qualname__)}"


@dataclass(frozen=True)
class Consumer:
    """One page or action of a view, that reads the rows of a queryset.

    ``label`` names it in messages (``"shop.views.ProductList"``), ``reader`` what reads the rows there
    (``"the template shop/list.html"``). ``derive`` gives what is read; it is called when that is asked for.
    ``plan`` is what a preset that the view names loads; None where it names none. ``derives`` tells whether
    the view takes what is derived. ``certain`` is false where the view may load more than ``plan``
    in code that can't be looked into, such as an overridden ``get_queryset()``.
    """

    label: str
    reader: str
    derive: Callable[[], Derived] = field(compare=False)
    plan: LoadPlan | None = None
    derives: bool = False
    certain: bool = True


Analyser: TypeAlias = Callable[[RoutedView], Iterable[Consumer]]

_analysers: dict[str, Analyser] = {}


def register_analyser(analyser: Analyser) -> Analyser:
    """Have an analyser asked about every view of the project; may be used as a decorator.

    ``analyser`` takes a :class:`RoutedView` and gives its :class:`Consumer` objects: none for a view of a kind
    that it doesn't know. It runs no SQL and has no request. It raises :class:`~perfkit.PresetError` when
    the view names a preset that there isn't, or one that doesn't fit; the checks report that as an error.
    Registering a function of the same dotted path again replaces it.
    """
    _analysers[f"{analyser.__module__}.{analyser.__qualname__}"] = analyser
    return analyser


def analysed(view: RoutedView) -> Iterator[Consumer]:
    """Yield what the analysers know of a view. Raises what they raise."""
    for analyser in tuple(_analysers.values()):
        yield from analyser(view)


def routed_views() -> Iterator[RoutedView]:
    """Yield the views of the URLconf; imports it, and raises what that raises."""
    seen = set()
    for route, callback in _callbacks(get_resolver(), ""):
        if id(callback) not in seen:
            seen.add(id(callback))
            yield RoutedView(callback, route)


def views_of(target: Any) -> list[RoutedView]:
    """Return the views of the URLconf that are made of a class or function; itself if there are none."""
    found = [view for view in routed_views() if target in (view.cls, view.callback)]
    return found or [RoutedView(target)]


def _callbacks(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, Any]]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _callbacks(entry, route)
        elif isinstance(entry, URLPattern):
            yield route, entry.callback


def apply_chosen(rows: Any, preset: str | Preset | Kept, view: str) -> Any:
    """Return a queryset loading with the preset that a view chose: by its name, made on the spot, or derived.

    Raises :class:`~perfkit.PresetError`, which names the view, for a name where the queryset has no presets.
    """
    if isinstance(preset, Kept):
        return apply_kept(rows, preset)
    if isinstance(preset, Preset):
        return preset.apply(rows)
    if isinstance(rows, PresetQuerySetMixin):
        return rows.optimize_for(preset)
    raise PresetError(
        f"{view} names the preset {preset!r}, but {type(rows).__name__} has no presets; "
        "make it a PresetQuerySet, or give the view a Preset."
    )
