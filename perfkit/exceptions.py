"""The exceptions and warnings of perfkit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ImproperlyConfigured

from perfkit._compat import FieldFetchBlocked

if TYPE_CHECKING:
    from perfkit.auditor.findings import Finding

__all__ = ["LazyLoadError", "LazyLoadWarning", "PerfkitSettingsError", "PresetError"]


class PresetError(Exception):
    """A preset that can't be compiled or applied; the message says where, and what to write.

    ``check_id`` is the number of the system check that reports the same at start-up
    (``"perfkit.E002"``); None for what only shows when a preset is made or applied.
    """

    def __init__(self, message: str, *, check_id: str | None = None) -> None:
        super().__init__(message)
        self.check_id = check_id


class PerfkitSettingsError(ImproperlyConfigured):
    """An unknown key or a bad value in the setting ``PERFKIT``."""


class LazyLoadWarning(UserWarning):
    """The warning of the mode ``warn``: one lazy load, placed on the line that read.

    ``finding`` is the :class:`~perfkit.Finding` that the warning reports.
    """

    def __init__(self, message: str, finding: Finding | None = None) -> None:
        super().__init__(message)
        self.finding = finding


class LazyLoadError(FieldFetchBlocked):
    """A lazy load that the mode ``raise`` or ``fetch_mode="raise"`` stopped before its query.

    On Django 6.1 and later it is also Django's ``FieldFetchBlocked``. ``finding`` is the
    :class:`~perfkit.Finding`.
    """

    def __init__(self, message: str, finding: Finding | None = None) -> None:
        super().__init__(message)
        self.finding = finding
