"""Faults to put into the server on purpose, which the check has to find."""

from __future__ import annotations

import contextvars
from types import SimpleNamespace
from typing import Any


def shared_scope() -> None:
    """Keep the open scope in the module, for all threads and tasks, in place of a context variable."""
    real: Any = contextvars.ContextVar

    class Shared:
        value: Any = None

        def get(self) -> Any:
            return self.value

        def set(self, value: Any) -> Any:
            token = SimpleNamespace(old=self.value)
            self.value = value
            return token

        def reset(self, token: Any) -> None:
            self.value = token.old

    def variable(name: str, **options: Any) -> Any:
        return Shared() if name == "perfkit_audit" else real(name, **options)

    contextvars.ContextVar = variable  # type: ignore[assignment, misc]
    try:
        import perfkit.auditor.context  # noqa: F401  # makes its variables as it is imported
    finally:
        contextvars.ContextVar = real


def leak() -> None:
    """Keep the scope of every request for ever."""
    from perfkit.auditor.scope import Scope

    kept: list[Scope] = []
    close = Scope.close

    def keep(self: Scope) -> None:
        kept.append(self)
        close(self)

    Scope.close = keep  # type: ignore[method-assign]


FAULTS = {"shared-scope": shared_scope, "leak": leak}
