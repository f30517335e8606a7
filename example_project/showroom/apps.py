"""The showroom, which starts OpenTelemetry where the settings ask for it."""

from django.apps import AppConfig
from django.conf import settings


class ShowroomConfig(AppConfig):
    """The showroom as an application."""

    name = "example_project.showroom"

    def ready(self) -> None:
        """Start OpenTelemetry, which only an installation with its SDK can."""
        if getattr(settings, "OTEL", "") == "console":
            from example_project import telemetry

            telemetry.start()
