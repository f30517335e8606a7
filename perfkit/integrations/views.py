"""Views that load their rows with a preset: ``PresetViewMixin`` for classes, ``preset_view`` for functions."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Manager, Model, QuerySet
from django.views.generic.detail import SingleObjectMixin
from django.views.generic.edit import DeletionMixin, ModelFormMixin
from django.views.generic.list import MultipleObjectMixin

from perfkit.arguments import shown
from perfkit.consumers import Consumer, RoutedView, apply_chosen, register_analyser
from perfkit.exceptions import PresetError
from perfkit.presets import Preset
from perfkit.relations import columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from django.http import HttpRequest

    from perfkit.derivation import Derived
    from perfkit.keeping import Kept

__all__ = ["PresetViewMixin", "preset_view"]


@register_analyser
def analyse_view(view: RoutedView) -> Iterator[Consumer]:
    """Yield what a view loads, and what its template reads, for the checks."""
    # It stands on inference, which a process that runs no checks never needs.
    from perfkit.integrations.templates.analysing import consumers_of

    yield from consumers_of(view)


class PresetViewMixin:
    """Loads the rows of a list or detail view with a preset; stands before the view's class.

    ``preset`` is a name, a :class:`~perfkit.Preset`, or None: then ``"list"`` for lists and ``"detail"`` for
    one row, where the QuerySet has a preset of that name. ``preset_from = "template"`` derives the preset from
    what the view's template reads; what can't be followed of it leaves rows whole. Views that save or delete load
    whole rows, and the joins and prefetches of the preset. Which rows there are, the view alone says.

    Raises :class:`~perfkit.PresetError` when a preset that is named doesn't exist, or doesn't fit.
    """

    preset: ClassVar[str | Preset | None] = None
    preset_from: ClassVar[str | None] = None

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """As in Django; from here on, whatever ``get_queryset()`` gives has the preset applied.

        An override that doesn't call ``super()`` would be passed over by a method of this class.
        """
        super().setup(request, *args, **kwargs)  # type: ignore[misc]  # the view's
        rows = self.get_queryset  # type: ignore[has-type]
        self.get_queryset = lambda: self.with_preset(rows())

    def get_preset(self, queryset: QuerySet[Any]) -> str | Preset | Kept | None:
        """Return the preset for this request: by name, itself, or derived; None for none."""
        if self.preset is not None:
            return self.preset
        if self.preset_from is not None:
            return self._keep(queryset)
        default = ""
        if isinstance(self, MultipleObjectMixin):
            default = "list"
        elif isinstance(self, SingleObjectMixin):
            default = "detail"
        return default if default in getattr(queryset, "presets", {}) else None

    def get_derived(self, queryset: QuerySet[Any]) -> Derived:
        """Return what ``preset_from`` leads to: the preset, and what can't be followed."""
        return self._keep(queryset).derived

    def _keep(self, queryset: QuerySet[Any]) -> Kept:
        if self.preset_from != "template":
            raise PresetError(
                f'{type(self).__name__}.preset_from is "template" or None, not {self.preset_from!r}.'
            )
        # It stands on inference too.
        from perfkit.integrations.templates.viewing import keep_for_view

        return keep_for_view(self, queryset)

    def with_preset(self, rows: Any) -> Any:
        """Return a queryset with the preset applied; anything but a queryset of rows as it is."""
        if not isinstance(rows, QuerySet) or rows.query.values_select or rows.query.combinator:
            return rows
        preset = self.get_preset(rows)
        if preset is None:
            return rows
        rows = apply_chosen(rows, preset, type(self).__name__)
        if isinstance(self, (ModelFormMixin, DeletionMixin)):
            rows = Preset(only=columns(rows.model)).apply(rows)
        return rows


def preset_view(
    template: str | Sequence[str] | None = None,
    /,
    *,
    preset: str | Preset | None = None,
    **rows: type[Model] | Manager[Any] | QuerySet[Any],
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorate a view function, sync or async, which is handed rows that load what its template reads.

    ``rows`` names them by the variable of the template, and says whose they are: ``products=Product``, a manager or
    a queryset. Each call of the view gets a fresh queryset as the argument of that name, of which it chooses
    rows as it likes. ``template`` is a name, or several as for ``render()``: the preset is derived from it, or, where
    ``preset`` names another, the checks compare the two. The decorator may be used several times.

    Raises :class:`~perfkit.PresetError` for rows that are none, for a view that doesn't take them, and, when the
    view is called, for a preset that doesn't exist or doesn't fit.
    """
    if template is None and preset is None:
        raise PresetError(
            'preset_view() takes a template, a preset, or both: @preset_view("shop/list.html", products=Product).'
        )
    if not rows:
        raise PresetError(
            "preset_view() takes rows by their name in the template: products=Product."
        )
    loads = tuple(ViewRows(name, given, template, preset) for name, given in rows.items())

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        if not callable(view):
            raise PresetError(f"preset_view() decorates a function, not {shown(view)}.")
        label = f"{view.__module__}.{getattr(view, '__qualname__', type(view).__qualname__)}"
        for one in loads:
            _require_argument(view, one.name, label)

        def given() -> dict[str, QuerySet[Any]]:
            return {one.name: one.load(label) for one in loads}

        if inspect.iscoroutinefunction(view):

            @wraps(view)
            async def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                return await view(request, *args, **given(), **kwargs)
        else:

            @wraps(view)
            def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                return view(request, *args, **given(), **kwargs)

        wrapper.preset_rows = (*loads, *getattr(view, "preset_rows", ()))  # type: ignore[attr-defined]  # ours
        return wrapper

    return decorate


@dataclass(frozen=True)
class ViewRows:
    """Rows that :func:`preset_view` hands to a function, and what they load."""

    name: str
    source: type[Model] | Manager[Any] | QuerySet[Any]
    template: str | Sequence[str] | None
    preset: str | Preset | None

    def __post_init__(self) -> None:
        model = isinstance(self.source, type) and issubclass(self.source, Model)
        if not model and not isinstance(self.source, (Manager, QuerySet)):
            raise PresetError(
                f"preset_view(): {self.name} takes a model, a manager or a queryset, not {shown(self.source)}."
            )

    def queryset(self) -> QuerySet[Any]:
        """Return the rows as they are without a preset."""
        source: Any = self.source
        if isinstance(source, type):
            source = source._default_manager  # type: ignore[attr-defined]  # a model's
        rows: QuerySet[Any] = source.all()
        return rows

    def load(self, view: str) -> QuerySet[Any]:
        """Return the rows with their preset; ``view`` names the view in errors."""
        rows = self.queryset()
        given = self.keep(rows) if self.preset is None else self.preset
        loading: QuerySet[Any] = apply_chosen(rows, given, view)
        return loading

    def keep(self, rows: QuerySet[Any]) -> Kept:
        """Return what the template reads of the rows, with the plan that loads it."""
        from perfkit.integrations.templates.deriving import keep_for_variable

        assert self.template is not None
        variable: dict[str, Any] = {self.name: rows}
        return keep_for_variable(self.template, **variable)


def _require_argument(view: Callable[..., Any], name: str, label: str) -> None:
    parameters = inspect.signature(view).parameters
    kinds = {parameter.kind for parameter in parameters.values()}
    if name not in parameters and inspect.Parameter.VAR_KEYWORD not in kinds:
        raise PresetError(
            f"preset_view() hands {name!r} to {label}(), which takes no such argument."
        )
