"""The report of a scope: what ``with audit() as report`` gives."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from perfkit.auditor import ignores

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from perfkit.auditor.findings import Finding
    from perfkit.auditor.scope import Scope


class AuditReport:
    """What one scope found; read-only, and final when the scope has closed."""

    __slots__ = ("_scope",)

    _scope: Scope

    def __init__(self, scope: Scope) -> None:
        object.__setattr__(self, "_scope", scope)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"An AuditReport is read-only: {name!r} can't be set.")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"An AuditReport is read-only: {name!r} can't be deleted.")

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings, in the order in which they were first met."""
        found: tuple[Finding, ...] = self._scope.findings
        return found

    @property
    def query_count(self) -> int:
        """How many statements were sent, of scopes inside this one too when they have closed."""
        count: int = self._scope.query_count
        return count

    @property
    def dropped(self) -> int:
        """How many more findings there were than ``AUDIT_MAX_FINDINGS`` lets a scope keep."""
        return len(self._scope.overflow)

    @property
    def stale_ignores(self) -> tuple[Mapping[str, str], ...]:
        """The ``ignore`` entries that have matched no finding since the process started."""
        return ignores.stale(self._scope.config.ignore)

    def to_json(self) -> str:
        """Return the report as a JSON object: ``query_count``, ``dropped`` and ``findings``."""
        return json.dumps(
            {
                "query_count": self.query_count,
                "dropped": self.dropped,
                "findings": [finding.to_dict() for finding in self.findings],
            }
        )

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return f"<AuditReport: {len(self.findings)} findings, {self.query_count} queries>"

    def __str__(self) -> str:
        findings = self.findings
        count = len(findings)
        queries = f"{self.query_count} {'query' if self.query_count == 1 else 'queries'}"
        if not count:
            return f"No lazy loads in {queries}."
        head = f"{count} {'finding' if count == 1 else 'findings'} in {queries}:"
        more = [f"... and {self.dropped} more."] if self.dropped else []
        return "\n\n".join([head, *map(str, findings), *more])
