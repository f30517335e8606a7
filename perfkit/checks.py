"""Numbered system checks: each mistake that an exception would tell at use is told at start-up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error, Tags, register

from perfkit.compiler import choices, compile_plan
from perfkit.conf import declared, problems
from perfkit.exceptions import PresetError
from perfkit.methods import preset_method
from perfkit.presets import Preset
from perfkit.querysets import PresetQuerySetMixin

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from django.db.models import Model

__all__ = ["check_presets", "check_settings", "declared_presets", "register_checks"]


def register_checks() -> None:
    """Register the checks; Django registers each once, however often it is asked."""
    register(check_settings, Tags.compatibility)
    register(check_presets, Tags.models)


def check_settings(*, app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Check the setting ``PERFKIT``."""
    return [Error(problem, id="perfkit.E001") for problem in problems(declared())]


def check_presets(*, app_configs: Iterable[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Compile every preset of every model's managers."""
    found: list[CheckMessage] = []
    for model in _models(app_configs):
        for label, preset in declared_presets(model):
            found += _check_preset(model, label, preset)
        found += _check_default_presets(model)
    return found


def declared_presets(model: type[Model]) -> Iterator[tuple[str, Preset]]:
    """Yield the presets of the QuerySet classes of a model's managers, with their qualified names.

    ``@preset`` methods are left out: what they return depends on their arguments.
    """
    seen = set()
    for manager in model._meta.managers:
        queryset_class: type[Any] = manager._queryset_class
        if queryset_class in seen or not issubclass(queryset_class, PresetQuerySetMixin):
            continue
        seen.add(queryset_class)
        for name, preset in queryset_class.presets.items():
            if isinstance(preset, Preset):
                yield preset_method(queryset_class, name).__qualname__, preset


def _check_preset(model: type[Model], label: str, preset: Preset) -> list[CheckMessage]:
    try:
        compile_plan(model, preset, label)
    except PresetError as error:
        return [Error(str(error), obj=model, id=error.check_id)]
    return []


def _check_default_presets(model: type[Model]) -> Iterator[CheckMessage]:
    for manager in model._meta.managers:
        name = getattr(manager, "default_preset", None)
        known = getattr(manager._queryset_class, "presets", {})
        if isinstance(name, str) and name not in known:
            message = f"The manager {manager} applies the preset {name!r} by default, but "
            message += (
                f"{manager._queryset_class.__name__} has {choices(name, known, 'no presets')}"
            )
            yield Error(message, obj=model, id="perfkit.E005")


def _models(app_configs: Iterable[AppConfig] | None) -> Iterator[type[Model]]:
    for app_config in app_configs if app_configs is not None else apps.get_app_configs():
        yield from app_config.get_models()
