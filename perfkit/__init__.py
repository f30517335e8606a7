"""Django views that load exactly the data they read."""

from perfkit.auditor import AuditReport, Finding, audit
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
