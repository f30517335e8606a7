"""The setting PERFKIT as one typed, frozen object; read here and nowhere else."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from typing import Any

from django.conf import settings as django_settings
from django.core.signals import setting_changed

from perfkit._compat import FETCH_MODE_NAMES
from perfkit.exceptions import PerfkitSettingsError

MODES = ("off", "collect", "log", "warn", "raise")
#: The kinds of findings.
KINDS = (
    "deferred-field",
    "to-one",
    "generic",
    "related-manager",
    "bypassed-prefetch",
    "repeated-query",
    "external-call-without-timeout",
    "external-call-in-transaction",
)
IGNORE_KEYS = ("model", "field", "member", "file", "kind", "reason")


@dataclass(frozen=True, kw_only=True)
class PerfkitSettings:
    """The values of ``PERFKIT``, each with its default."""

    #: What the auditor does with a finding: "off", "collect", "log", "warn" or "raise".
    AUDIT: str = "off"
    #: A mode per kind of finding, above AUDIT.
    AUDIT_KINDS: Mapping[str, str] = field(default_factory=dict)
    #: Findings that are known and accepted, each with a reason.
    AUDIT_IGNORE: tuple[Mapping[str, str], ...] = ()
    #: The path of the baseline file, or None.
    AUDIT_BASELINE: str | None = None
    #: Whether relations of a row that was fetched alone are reported too.
    AUDIT_SINGLE_ROWS: bool = False
    #: The how-manieth equal statement from one line is a finding.
    AUDIT_REPEATED: int = 3
    #: How many distinct findings one scope keeps.
    AUDIT_MAX_FINDINGS: int = 200
    #: The fetch mode of preset querysets: "one", "peers" or "raise".
    FETCH_MODE: str = "one"
    #: The file that UsageMiddleware adds evidence to, or None.
    USAGE_FILE: str | None = None
    #: How many rows of each evaluated queryset are watched for it.
    USAGE_SAMPLE: int = 3


#: How many mistakes one error tells.
_TOLD = 10


def problems(value: object) -> list[str]:
    """Say what is wrong with a value of ``PERFKIT``: a sentence each; none when all is well."""
    if not isinstance(value, Mapping):
        return [f"PERFKIT must be a dictionary, not {type(value).__name__}."]
    known = {f.name for f in fields(PerfkitSettings)}
    found: list[str] = []
    for key, item in value.items():
        if key not in known:
            near = difflib.get_close_matches(str(key).upper(), sorted(known), n=1)
            hint = f" Did you mean {near[0]!r}?" if near else f" Known: {', '.join(sorted(known))}."
            found.append(f"PERFKIT has an unknown key {key!r}.{hint}")
        else:
            found += _VALIDATORS[key](key, item)
    return found


def told(found: list[str]) -> str:
    """Return what is wrong as the text of an error, which a list of a thousand mistakes doesn't fill."""
    more = f" And {len(found) - _TOLD} more." if len(found) > _TOLD else ""
    return " ".join(found[:_TOLD]) + more


def _one_of(*choices: str) -> Any:
    def validate(key: str, value: object) -> list[str]:
        if value in choices:
            return []
        return [f"PERFKIT[{key!r}] must be one of {', '.join(map(repr, choices))}, not {value!r}."]

    return validate


def _boolean(key: str, value: object) -> list[str]:
    return [] if isinstance(value, bool) else [f"PERFKIT[{key!r}] must be a bool, not {value!r}."]


def _at_least(minimum: int) -> Any:
    def validate(key: str, value: object) -> list[str]:
        if isinstance(value, int) and not isinstance(value, bool) and value >= minimum:
            return []
        return [f"PERFKIT[{key!r}] must be an integer of at least {minimum}, not {value!r}."]

    return validate


def _path(key: str, value: object) -> list[str]:
    if value is None or (isinstance(value, str) and value):
        return []
    return [f"PERFKIT[{key!r}] must be the path of a file as a string, or None, not {value!r}."]


def _kinds(key: str, value: object) -> list[str]:
    if not isinstance(value, Mapping):
        return [f"PERFKIT[{key!r}] must be a dictionary of kinds to modes, not {value!r}."]
    found = []
    for kind, mode in value.items():
        if kind not in KINDS:
            near = difflib.get_close_matches(str(kind), KINDS, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else f" Known: {', '.join(KINDS)}."
            found.append(f"PERFKIT[{key!r}] has an unknown kind {kind!r}.{hint}")
        elif mode not in MODES:
            found += _one_of(*MODES)(f"{key}.{kind}", mode)
    return found


def _ignores(key: str, value: object) -> list[str]:
    if not isinstance(value, (list, tuple)):
        return [f"PERFKIT[{key!r}] must be a list of dictionaries, not {value!r}."]
    found = []
    for index, entry in enumerate(value):
        where = f"PERFKIT[{key!r}][{index}]"
        if not isinstance(entry, Mapping):
            found.append(f"{where} must be a dictionary, not {entry!r}.")
            continue
        unknown = [name for name in entry if name not in IGNORE_KEYS]
        if unknown:
            found.append(f"{where} has unknown keys {unknown!r}; known: {', '.join(IGNORE_KEYS)}.")
        if not all(isinstance(item, str) and item for item in entry.values()):
            found.append(f"{where} must hold non-empty strings only.")
        if "reason" not in entry:
            found.append(f'{where} needs a "reason": why is this lazy load all right?')
        if not any(name in entry for name in IGNORE_KEYS if name != "reason"):
            found.append(f"{where} needs at least one pattern: model, field, member, file or kind.")
    return found


_VALIDATORS: dict[str, Any] = {
    "AUDIT": _one_of(*MODES),
    "AUDIT_KINDS": _kinds,
    "AUDIT_IGNORE": _ignores,
    "AUDIT_BASELINE": _path,
    "AUDIT_SINGLE_ROWS": _boolean,
    "AUDIT_REPEATED": _at_least(2),
    "AUDIT_MAX_FINDINGS": _at_least(1),
    "FETCH_MODE": _one_of(*FETCH_MODE_NAMES),
    "USAGE_FILE": _path,
    "USAGE_SAMPLE": _at_least(1),
}

_current: PerfkitSettings | None = None
#: What stands in for the project's values while tests are audited.
_standing_in: Mapping[str, Any] = {}


def is_configured() -> bool:
    """Say whether Django has settings in this process."""
    return bool(django_settings.configured)


def declared() -> object:
    """Return the value of ``PERFKIT`` as the project wrote it; empty when it has none."""
    return getattr(django_settings, "PERFKIT", {})


def installed() -> dict[str, list[str]]:
    """Return what the project's settings install: the applications and the middleware, by setting."""
    names = ("INSTALLED_APPS", "MIDDLEWARE")
    return {name: list(getattr(django_settings, name, [])) for name in names}


def get_settings() -> PerfkitSettings:
    """Return the settings in force.

    Raises :class:`~perfkit.exceptions.PerfkitSettingsError` when ``PERFKIT`` has an unknown key
    or a bad value.
    """
    global _current
    if _current is None:
        value: Any = declared()
        found = problems(value)
        if found:
            raise PerfkitSettingsError(told(found))
        values = {**value, **_standing_in}
        if "AUDIT_IGNORE" in values:
            values["AUDIT_IGNORE"] = tuple(values["AUDIT_IGNORE"])
        _current = PerfkitSettings(**values)
    return _current


def has_urlconf() -> bool:
    """Tell whether the project has URLs at all."""
    return bool(getattr(django_settings, "ROOT_URLCONF", None))


@contextmanager
def standing_in(**values: Any) -> Iterator[None]:
    """Let values stand in for those of the project inside the block, in all threads.

    Overriding Django's setting would have to be undone in the order of a test's own overrides, and
    a fixture's outlive the test.
    """
    global _current, _standing_in
    outer, _standing_in, _current = _standing_in, {**_standing_in, **values}, None
    try:
        yield
    finally:
        _standing_in, _current = outer, None


def _forget(*, setting: str, **kwargs: object) -> None:
    global _current
    if setting == "PERFKIT":
        _current = None


setting_changed.connect(_forget)
