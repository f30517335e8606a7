"""The auditor: reports what is loaded lazily, who asked, and the edit that fixes it.

It uses nothing of perfkit's presets: it audits every model of a project.
"""

from perfkit.auditor.audit import audit
from perfkit.auditor.findings import Finding, Member, Origin, Place
from perfkit.auditor.hooks import install, is_installed, uninstall
from perfkit.auditor.report import AuditReport

__all__ = [
    "AuditReport",
    "Finding",
    "Member",
    "Origin",
    "Place",
    "audit",
    "install",
    "is_installed",
    "uninstall",
]
