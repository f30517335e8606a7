"""An app with a model of a name that the other app has too."""

from django.apps import AppConfig


class OtherConfig(AppConfig):
    """Another Person."""

    name = "tests.auditor.other"
    label = "audited_other"
