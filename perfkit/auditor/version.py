"""The half of the auditor that differs between the versions of Django."""

from perfkit._compat import HAS_FETCH_MODES

if HAS_FETCH_MODES:
    from perfkit.auditor.native import (
        NAMED,
        carry,
        carry_child,
        carry_mode,
        joined,
        name_of,
        plan,
        put,
        rows_of,
        scope_of,
    )
else:
    from perfkit.auditor.backport import (  # type: ignore[assignment]
        NAMED,
        carry,
        carry_child,
        carry_mode,
        joined,
        name_of,
        plan,
        put,
        scope_of,
    )
    from perfkit.auditor.row_alias import rows_of

__all__ = [
    "NAMED",
    "carry",
    "carry_child",
    "carry_mode",
    "joined",
    "name_of",
    "plan",
    "put",
    "rows_of",
    "scope_of",
]
