"""Django views that load exactly the data they read.

The public names are imported when they are asked for: pytest imports this package for its plugin, in
every project where perfkit is installed, and Django only where a test needs it.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from perfkit.auditor import AuditReport, Finding
    from perfkit.auditor.audit import audit
    from perfkit.exceptions import LazyLoadError, LazyLoadWarning, PresetError
    from perfkit.inference import field_reads, reads, register_reads
    from perfkit.managers import PresetManager, PresetManagerMixin
    from perfkit.presets import Preset, preset
    from perfkit.querysets import PresetQuerySet, PresetQuerySetMixin
    from perfkit.usage import record_usage

__all__ = [
    "AuditReport",
    "Finding",
    "LazyLoadError",
    "LazyLoadWarning",
    "Preset",
    "PresetError",
    "PresetManager",
    "PresetManagerMixin",
    "PresetQuerySet",
    "PresetQuerySetMixin",
    "audit",
    "field_reads",
    "preset",
    "reads",
    "record_usage",
    "register_reads",
]

__version__ = "0.1.0"

_HOMES = {
    "auditor": ("AuditReport", "Finding", "audit"),
    "exceptions": ("LazyLoadError", "LazyLoadWarning", "PresetError"),
    "inference": ("field_reads", "reads", "register_reads"),
    "managers": ("PresetManager", "PresetManagerMixin"),
    "presets": ("Preset", "preset"),
    "querysets": ("PresetQuerySet", "PresetQuerySetMixin"),
    "usage": ("record_usage",),
}


if not TYPE_CHECKING:  # To a type checker every other name is a mistake.

    def __getattr__(name):
        """Import a public name; from then on it is here."""
        for module, names in _HOMES.items():
            if name in names:
                value = globals()[name] = getattr(import_module(f"perfkit.{module}"), name)
                return value
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__():
        return sorted({*globals(), *__all__})
