"""The application: registers the checks and installs the auditor when the settings ask for it."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.signals import setting_changed


class PerfkitConfig(AppConfig):
    """perfkit as an entry of ``INSTALLED_APPS``."""

    name = "perfkit"
    verbose_name = "perfkit"

    def ready(self) -> None:
        """Register the checks; install the auditor when the settings ask for it."""
        # Their modules use models, which are there from now on.
        from perfkit.auditor import following
        from perfkit.checks import register_checks

        register_checks()
        setting_changed.connect(following.settings_changed, dispatch_uid="perfkit.auditor")
        following.follow_settings()
