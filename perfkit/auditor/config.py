"""What one audit scope does with what it finds: the settings, and what ``audit()`` overrides."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from perfkit.conf import MODES, get_settings, problems, told
from perfkit.exceptions import PerfkitSettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The modes of a scope; a kind may be "off" too.
SCOPE_MODES = MODES[1:]


@dataclass(frozen=True, kw_only=True)
class AuditConfig:
    """The configuration of a scope; immutable."""

    mode: str = "collect"
    kinds: Mapping[str, str] = field(default_factory=dict)
    ignore: tuple[Mapping[str, str], ...] = ()
    baseline: str | None = None
    single_rows: bool = False
    repeated: int = 3
    max_findings: int = 200

    def mode_of(self, kind: str) -> str:
        """Return the mode of a kind of finding."""
        return self.kinds.get(kind, self.mode)


_OVERRIDES = frozenset(f.name for f in fields(AuditConfig)) - {"mode"}


def wanted() -> bool:
    """Say whether the settings ask for the auditor."""
    settings = get_settings()
    return settings.AUDIT != "off" or any(mode != "off" for mode in settings.AUDIT_KINDS.values())


def from_settings() -> AuditConfig:
    """Return the configuration that the settings ask for; "off" as a mode of every other kind."""
    settings = get_settings()
    return AuditConfig(
        mode=settings.AUDIT,
        kinds=settings.AUDIT_KINDS,
        ignore=settings.AUDIT_IGNORE,
        baseline=settings.AUDIT_BASELINE,
        single_rows=settings.AUDIT_SINGLE_ROWS,
        repeated=settings.AUDIT_REPEATED,
        max_findings=settings.AUDIT_MAX_FINDINGS,
    )


def for_scope(mode: str | None, **overrides: Any) -> AuditConfig:
    """Return the configuration of an explicit scope; None stands for what the settings say.

    Without a mode, and with the auditor off in the settings, findings are collected. Raises
    :class:`~perfkit.exceptions.PerfkitSettingsError` for a bad value, TypeError for an unknown name.
    """
    for name in overrides:
        if name not in _OVERRIDES:
            raise TypeError(f"audit() got an unexpected keyword argument {name!r}")
    config = from_settings()
    if mode is None:
        mode = "collect" if config.mode == "off" else config.mode
    elif mode not in SCOPE_MODES:
        choices = ", ".join(map(repr, SCOPE_MODES))
        raise PerfkitSettingsError(f"audit(mode=...) must be one of {choices}, not {mode!r}.")
    given = {name: value for name, value in overrides.items() if value is not None}
    found = problems({f"AUDIT_{name.upper()}": value for name, value in given.items()})
    if found:
        raise PerfkitSettingsError(told(found))
    if "ignore" in given:
        given["ignore"] = tuple(given["ignore"])
    return replace(config, mode=mode, **given)
