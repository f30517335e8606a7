"""The app of models that compose presets with other libraries."""

from django.apps import AppConfig


class ComposedConfig(AppConfig):
    name = "tests.integrations.app"
    label = "composed"
