"""What one call of a preset declares: the values that presets are made of."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from perfkit.exceptions import PresetError

if TYPE_CHECKING:
    from django.db.models import Prefetch
    from django.db.models.expressions import Combinable
    from django.db.models.fetch_modes import FetchMode

__all__ = ["Clause", "refuse_conflicts"]


class _Same:
    """Compares by identity what Django compares too generously or can't hash."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.value is self.value

    def __hash__(self) -> int:
        return id(self.value)


@dataclass(frozen=True, kw_only=True, eq=False)
class Clause:
    """What one call of :class:`Preset` declares; a preset is a set of clauses.

    A union keeps the clauses apart instead of mixing their names: what ``only`` and ``defer`` of
    one clause say together can't be said by the mixed lists (``only=["a"]`` united with
    ``defer=["b"]`` is all columns less ``b``).
    """

    only: tuple[str, ...] = ()
    defer: tuple[str, ...] = ()
    select_related: tuple[str, ...] = ()
    prefetch_related: tuple[str | Prefetch[Any], ...] = ()
    annotate: tuple[tuple[str, Combinable], ...] = ()
    include: tuple[tuple[str, Any], ...] = ()
    fetch_mode: str | FetchMode | None = None
    lazy_ok: tuple[str, ...] = ()

    @cached_property
    def key(self) -> tuple[Hashable, ...]:
        """What makes two clauses equal: the names without their order, a ``Prefetch`` by identity."""
        return (
            frozenset(self.only),
            frozenset(self.defer),
            frozenset(self.select_related),
            frozenset(p if isinstance(p, str) else _Same(p) for p in self.prefetch_related),
            frozenset((name, _value(expression)) for name, expression in self.annotate),
            frozenset((name, _value(included)) for name, included in self.include),
            self.fetch_mode,
            frozenset(self.lazy_ok),
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Clause) and other.key == self.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __str__(self) -> str:
        lists = ("only", "defer", "select_related", "prefetch_related", "lazy_ok")
        parts = [f"{name}={list(names)!r}" for name in lists if (names := getattr(self, name))]
        pairs = (("annotate", self.annotate), ("include", self.include))
        parts += [f"{name}={dict(items)!r}" for name, items in pairs if items]
        if self.fetch_mode is not None:
            parts.append(f"fetch_mode={self.fetch_mode!r}")
        return f"Preset({', '.join(parts)})"


def _value(value: object) -> Hashable:
    if isinstance(value, Mapping):
        return frozenset(value.items())
    try:
        hash(value)
    except TypeError:
        return _Same(value)
    return value


def refuse_conflicts(clauses: frozenset[Clause]) -> None:
    """Refuse what can't be united and can be seen without a model."""
    annotations: dict[str, Hashable] = {}
    querysets: dict[str, object] = {}
    modes: set[Any] = set()
    for clause in clauses:
        for name, expression in clause.annotate:
            if annotations.setdefault(name, _value(expression)) != _value(expression):
                raise PresetError(
                    f"Two presets annotate {name!r} with different expressions; rename one of them.",
                    check_id="perfkit.E004",
                )
        for lookup in clause.prefetch_related:
            if isinstance(lookup, str):
                continue
            if querysets.setdefault(lookup.prefetch_to, lookup) is not lookup:
                raise PresetError(
                    f"Two Prefetch objects for {lookup.prefetch_to!r} can't be united; "
                    "keep one, or give one of them a to_attr.",
                    check_id="perfkit.E004",
                )
        if clause.fetch_mode is not None:
            modes.add(clause.fetch_mode)
    if len(modes) > 1:
        raise PresetError(
            f"Two presets have different fetch modes: {', '.join(sorted(map(str, modes)))}.",
            check_id="perfkit.E004",
        )
