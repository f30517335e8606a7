"""The application: registers the checks and installs the auditor when the settings ask for it."""

from __future__ import annotations

from django.apps import AppConfig


class PerfkitConfig(AppConfig):
    """perfkit as an entry of ``INSTALLED_APPS``."""

    name = "perfkit"
    verbose_name = "perfkit"
