"""Keeps the hooks in Django as long as the settings ask for the auditor."""

from __future__ import annotations

from perfkit.auditor import config, hooks, ignores
from perfkit.exceptions import PerfkitSettingsError


def follow_settings() -> None:
    """Install the hooks where the settings ask for them, else take them out.

    Settings that are wrong ask for nothing: a system check says what is wrong with them.
    """
    try:
        wanted = config.wanted()
    except PerfkitSettingsError:
        wanted = False
    if wanted:
        hooks.install()
    else:
        hooks.uninstall_unless_held()


def settings_changed(*, setting: str, **kwargs: object) -> None:
    """Follow the settings when a test overrides them."""
    if setting == "PERFKIT":
        ignores.forget()
        follow_settings()
