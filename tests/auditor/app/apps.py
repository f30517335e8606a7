"""The app that the auditor's tests read."""

from django.apps import AppConfig


class AuditedConfig(AppConfig):
    """A small library of books."""

    name = "tests.auditor.app"
    label = "audited"
