"""Django views that load exactly the data they read."""

from perfkit.exceptions import LazyLoadError, LazyLoadWarning, PresetError
from perfkit.presets import Preset, preset
from perfkit.querysets import PresetManager, PresetManagerMixin, PresetQuerySet, PresetQuerySetMixin

__all__ = [
    "LazyLoadError",
    "LazyLoadWarning",
    "Preset",
    "PresetError",
    "PresetManager",
    "PresetManagerMixin",
    "PresetQuerySet",
    "PresetQuerySetMixin",
    "preset",
]

__version__ = "0.1.0"
