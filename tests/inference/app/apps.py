"""The application of the tests of inference."""

from __future__ import annotations

from django.apps import AppConfig


class InferredConfig(AppConfig):
    """Its label is short: it is in the name of every table."""

    name = "tests.inference.app"
    label = "inferred"
