"""The methods that presets become on a QuerySet class: real functions, so that managers copy them."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, TypeGuard

from perfkit.apply import SETTINGS, apply_loading, apply_preset
from perfkit.compiler import compile_plan
from perfkit.exceptions import PresetError
from perfkit.loading import Loading
from perfkit.presets import Preset

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import Model, QuerySet

__all__ = ["PREFIX", "attribute_method", "function_method", "is_preset_method", "preset_method"]

#: The start of a preset's attribute that its name leaves out: "optimize_for_list" is "list".
PREFIX = "optimize_for_"


def is_preset_method(value: object) -> TypeGuard[Any]:
    """Say whether an attribute of a QuerySet class is a method that applies a preset."""
    return getattr(value, "is_preset_method", False) is True


def preset_method(owner: object, name: object) -> Any:
    """Return the method of a QuerySet class, or of a queryset, that applies the preset of a name; or None."""
    for attribute in (f"{PREFIX}{name}", name):
        method = getattr(owner, attribute, None) if isinstance(attribute, str) else None
        if is_preset_method(method):
            return method
    return None


def attribute_method(owner: type[Any], name: str, preset: Preset) -> Callable[[Any], Any]:
    """Return the method for a Preset attribute of a QuerySet class.

    Its plan is compiled at the first use for each model, and kept.
    """
    label = f"{owner.__name__}.{name}"
    loadings: dict[type[Model], Loading] = {}

    def method(self: QuerySet[Any]) -> QuerySet[Any]:
        loading = loadings.get(self.model)
        if loading is not None:
            if (
                not self._prefetch_related_lookups
                and not self._known_related_objects
                and self._fields is None
                and self.query.__dict__.keys().isdisjoint(SETTINGS)
                and loading.is_simple
            ):
                # The common case, kept short: nothing was said yet of what the queryset loads.
                clone = self._chain()
                clone.query.__dict__.update(loading.settings)
                clone._prefetch_related_lookups = loading.lookups
                return clone
            return apply_loading(self, loading, declared=True)
        plan, lasting = compile_plan(self.model, preset, label)
        loading = Loading(plan, (label,))
        if lasting:
            loadings[self.model] = loading
        return apply_loading(self, loading, declared=lasting)

    method.__name__ = name
    method.__qualname__ = label
    method.__module__ = owner.__module__
    method.__doc__ = f"Apply the preset {preset!r}."
    return _mark(method, preset)


def function_method(function: Callable[..., Preset]) -> Callable[..., Any]:
    """Return the method for a ``@preset`` function; its plan is compiled at every use."""
    label = function.__qualname__.rpartition("<locals>.")[2]

    @wraps(function)
    def method(self: QuerySet[Any], *args: Any, **kwargs: Any) -> QuerySet[Any]:
        made = function(self, *args, **kwargs)
        if not isinstance(made, Preset):
            raise PresetError(
                f"{label} is a @preset method and must return a Preset, not {type(made).__name__}."
            )
        return apply_preset(self, made, label)

    return _mark(method, function)


def _mark(method: Any, preset: object) -> Any:
    method.preset = preset
    method.is_preset_method = True
    return method
