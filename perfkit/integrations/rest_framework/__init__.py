"""Presets from serializers of Django REST framework, and viewsets that load with them."""

from perfkit.integrations.rest_framework.analysing import analyse_view
from perfkit.integrations.rest_framework.deriving import (
    derive_from_serializer,
    preset_from_serializer,
)
from perfkit.integrations.rest_framework.viewsets import PresetViewSetMixin

__all__ = [
    "PresetViewSetMixin",
    "analyse_view",
    "derive_from_serializer",
    "preset_from_serializer",
]
