"""The methods that presets become on a QuerySet class: real functions, so that managers copy them."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, TypeGuard

from django.core.signals import setting_changed

from perfkit.apply import SETTINGS, apply_loading, apply_preset, locate
from perfkit.auditor.context import get_current
from perfkit.compiler import compile_plan
from perfkit.conf import get_settings
from perfkit.exceptions import PresetError
from perfkit.loading import Loading
from perfkit.presets import Preset

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import Model, QuerySet

__all__ = ["PREFIX", "attribute_method", "function_method", "is_preset_method", "preset_method"]

#: The start of a preset's attribute that its name leaves out: "optimize_for_list" is "list".
PREFIX = "optimize_for_"


#: The loadings that a copy of their settings applies, as long as no setting says otherwise.
_simple_loadings: list[dict[type[Model], Loading]] = []


def _forget_simple_loadings(*, setting: str, **kwargs: object) -> None:
    if setting == "PERFKIT":
        for loadings in _simple_loadings:
            loadings.clear()


setting_changed.connect(_forget_simple_loadings)


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
    simple: dict[type[Model], Loading] = {}
    _simple_loadings.append(simple)

    def method(self: QuerySet[Any]) -> QuerySet[Any]:
        loading = simple.get(self.model)
        if (
            loading is not None
            and not self._prefetch_related_lookups
            and not self._known_related_objects
            and self._query.__dict__.keys().isdisjoint(SETTINGS)
        ):
            # The common case, kept short: nothing was said yet of what the queryset loads, and the
            # preset asks for no more than a few settings. (_query is query without its property.)
            clone = self._chain()
            clone._query.__dict__.update(loading.settings)
            clone._prefetch_related_lookups = loading.lookups
            return clone if get_current() is None else locate(clone)
        loading = loadings.get(self.model)
        if loading is None:
            compiled = compile_plan(self.model, preset, label)
            loading = Loading(compiled.plan, (label,))
            if not compiled.lasting:
                return locate(apply_loading(self, loading))
            loadings[self.model] = loading
        if loading.is_simple and get_settings().FETCH_MODE == "one":
            simple[self.model] = loading
        return locate(apply_loading(self, loading, declared=True))

    method.__name__ = name
    method.__qualname__ = label
    method.__module__ = owner.__module__
    method.__doc__ = f"Apply the preset {preset!r}."
    return _mark(method, preset)


def function_method(function: Callable[..., Preset]) -> Callable[..., Any]:
    """Return the method for a ``@preset`` function; its plan is compiled at every use."""
    if not callable(function):
        raise PresetError(f"@preset takes a method that returns a Preset, not {function!r}.")
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


def _mark(method: Callable[..., Any], preset: object) -> Callable[..., Any]:
    method.preset = preset
    method.is_preset_method = True
    return method
