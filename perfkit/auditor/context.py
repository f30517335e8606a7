"""What is going on in this context: an open scope, or a load inside one.

One variable holds the innermost of them, since it is looked up at every query.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

#: The innermost Scope, Load or Prefetching; each has ``open``, ``outer`` and ``scope``.
current: ContextVar[Any] = ContextVar("perfkit_audit", default=None)
# Its methods, bound once: called through a name that a module imports, as functions of modules are,
# Python would bind them at each call.
get_current, set_current, reset_current = current.get, current.set, current.reset
#: Who is told the findings of each scope that opens in this context, when it closes; or None.
listener: ContextVar[Callable[[Any], None] | None] = ContextVar("perfkit_listener", default=None)
#: Where scopes that open in this context leave what they would log or warn of, for one who tells it
#: otherwise or later: by finding, its mode and the finding with the counts of the last scope; or None.
held_back: ContextVar[dict[Any, tuple[str, Any]] | None] = ContextVar(
    "perfkit_held_back", default=None
)


def innermost() -> Any:
    """Return the innermost scope or load that is still open, or None."""
    top = get_current()
    while top is not None and not top.open:
        top = top.outer
    return top


def current_scope() -> Any:
    """Return the innermost open scope, or None."""
    top = innermost()
    return None if top is None else top.scope
