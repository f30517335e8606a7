"""The ways to report a finding: plain callables, one per mode."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Mapping
from typing import NoReturn

from perfkit.auditor.findings import Finding, Place
from perfkit.exceptions import LazyLoadError, LazyLoadWarning
from perfkit.telling import tell

logger = logging.getLogger("perfkit.audit")

Reporter = Callable[[Finding], None]


def log(finding: Finding) -> None:
    """Write one record to the logger ``perfkit.audit``, with the finding in ``extra``."""
    tell(logger, logging.WARNING, "%s", finding, finding=finding)


def warn(finding: Finding) -> None:
    """Issue one :class:`~perfkit.LazyLoadWarning`, placed on the line that read.

    The line is the user's own, or the template's where a template read without one.
    """
    place = finding.location or finding.template or Place("<unknown>", 1)
    # A registry of its own, new each time: the default filter would show only the first finding of
    # a line and process.
    warnings.warn_explicit(
        LazyLoadWarning(str(finding), finding),
        category=None,
        filename=place.file,
        lineno=place.line,
        registry={},
    )


def stop(finding: Finding, because: str = "") -> NoReturn:
    """Raise :class:`~perfkit.LazyLoadError`; ``because`` goes before the finding."""
    raise LazyLoadError(f"{because}\n{finding}".strip(), finding) from None


#: The reporters that speak when a scope closes; ``raise`` acts at the read.
AT_CLOSE: Mapping[str, Reporter] = {"log": log, "warn": warn}
