"""Presets from serializers of Django REST framework, and viewsets that load with them."""

from perfkit.integrations.rest_framework import analysing  # noqa: F401 - it registers its analyser of views
from perfkit.integrations.rest_framework.deriving import (
    derive_from_serializer,
    preset_from_serializer,
)
from perfkit.integrations.rest_framework.viewsets import PresetViewSetMixin

__all__ = [
    "PresetViewSetMixin",
    "derive_from_serializer",
    "preset_from_serializer",
]
