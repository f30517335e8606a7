"""DECLARE: a preset says what a consumer reads. It is an immutable value and knows no model."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import (
    TYPE_CHECKING,
    Any,
    Concatenate,
    Generic,
    ParamSpec,
    TypeAlias,
    TypeVar,
    cast,
    overload,
)

from django.db.models import Prefetch

from perfkit.exceptions import PresetError

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet
    from django.db.models.expressions import Combinable
    from django.db.models.fetch_modes import FetchMode
    from typing_extensions import Self

    #: What ``include`` takes for one relation: a preset, the name of one of the related model's
    #: presets, or, for a generic foreign key, either of them by model.
    Included: TypeAlias = "Preset | str | Mapping[type[Model] | str, Preset | str]"

__all__ = ["Clause", "Preset", "preset", "split_path"]

P = ParamSpec("P")
QS = TypeVar("QS", bound="QuerySet[Any]")


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
    include: tuple[tuple[str, Included], ...] = ()
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


class Preset:
    """What a consumer reads of the rows of a queryset.

    ``only`` names data: columns, paths to columns (``"brand__name"``), properties, cached
    properties and methods without arguments. ``defer`` names columns to leave out.
    ``select_related``, ``prefetch_related`` (names and ``Prefetch`` objects) and ``include`` (the
    related model's preset by relation) name relations. ``annotate`` maps names to expressions.
    ``fetch_mode`` is ``"one"``, ``"peers"``, ``"raise"`` or one of Django's constants.
    ``lazy_ok`` names what may load lazily without being reported.

    As an attribute of a QuerySet class with :class:`~perfkit.PresetQuerySetMixin` it becomes a
    method that applies it. ``a | b`` loads what either would load.

    Raises :class:`~perfkit.PresetError` for arguments of the wrong type.
    """

    __slots__ = ("clauses",)

    clauses: frozenset[Clause]

    def __init__(
        self,
        *,
        only: Iterable[str] = (),
        defer: Iterable[str] = (),
        select_related: Iterable[str] = (),
        prefetch_related: Iterable[str | Prefetch[Any]] = (),
        annotate: Mapping[str, Any] | None = None,
        include: Mapping[str, Included] | None = None,
        fetch_mode: str | FetchMode | None = None,
        lazy_ok: Iterable[str] = (),
    ) -> None:
        clause = Clause(
            only=_names("only", only),
            defer=_names("defer", defer),
            select_related=_names("select_related", select_related),
            prefetch_related=_lookups(prefetch_related),
            annotate=_expressions(annotate),
            include=_included(include),
            fetch_mode=_fetch_mode(fetch_mode),
            lazy_ok=_names("lazy_ok", lazy_ok),
        )
        if both := sorted(set(clause.only) & set(clause.defer)):
            raise PresetError(
                f"Preset names {', '.join(map(repr, both))} in both only and defer; name each column once.",
                check_id="perfkit.E004",
            )
        clauses = frozenset() if clause == Clause() else frozenset([clause])
        _refuse_conflicts(clauses)
        object.__setattr__(self, "clauses", clauses)

    @classmethod
    def _of(cls, clauses: frozenset[Clause]) -> Preset:
        made = cls.__new__(cls)
        object.__setattr__(made, "clauses", clauses)
        return made

    def __or__(self, other: Preset) -> Preset:
        """Return the union: what either would load.

        Raises :class:`~perfkit.PresetError` for two annotations of one name, two fetch modes, or
        two ``Prefetch`` objects of one path.
        """
        if not isinstance(other, Preset):
            return NotImplemented
        clauses = self.clauses | other.clauses
        _refuse_conflicts(clauses)
        return Preset._of(clauses)

    def apply(self, queryset: QS) -> QS:
        """Return the queryset with this preset applied; it may be of any QuerySet class.

        Raises :class:`~perfkit.PresetError` when the preset doesn't fit the queryset's model, and
        ``TypeError`` or ``NotSupportedError``, as ``select_related()`` does, after ``values()`` or
        ``union()``.
        """
        from perfkit.apply import apply_preset

        return apply_preset(queryset, self)

    def prefetch(self, instances: Iterable[Model]) -> None:
        """Load onto rows already fetched what this preset names and they lack.

        One query for own columns that are missing, one for each relation. Relations that a row
        already has are left as they are. Raises :class:`~perfkit.PresetError` when the rows are of
        several models or the preset doesn't fit theirs.
        """
        from perfkit.apply import prefetch_preset

        prefetch_preset(list(instances), self)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(
            f"A Preset can't be changed; make another one instead of setting {name!r}."
        )

    def __delattr__(self, name: str) -> None:
        raise AttributeError(
            f"A Preset can't be changed; make another one instead of deleting {name!r}."
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Preset) and other.clauses == self.clauses

    def __hash__(self) -> int:
        return hash(self.clauses)

    def __repr__(self) -> str:
        return " | ".join(sorted(map(str, self.clauses))) or "Preset()"

    def __reduce__(self) -> tuple[Any, ...]:
        return Preset._of, (self.clauses,)

    def __set_name__(self, owner: type, name: str) -> None:
        """Become a method of a QuerySet class that knows presets (a function, so managers copy it)."""
        declare = getattr(owner, "_declare_preset", None)
        if declare is not None:
            declare(name, self)

    if TYPE_CHECKING:
        # What a checker needs to know of the method that __set_name__ puts in the preset's place.

        @overload
        def __get__(self, instance: None, owner: type[QuerySet[Any]]) -> PresetAttribute: ...
        @overload
        def __get__(self, instance: QS, owner: type[QuerySet[Any]]) -> Callable[[], QS]: ...
        @overload
        def __get__(self, instance: object, owner: type[Any]) -> Self: ...
        def __get__(self, instance: Any, owner: Any) -> Any: ...


if TYPE_CHECKING:

    class PresetAttribute:
        """A Preset attribute, seen on its QuerySet class."""

        preset: Preset

        def __call__(self, queryset: QS, /) -> QS: ...

    class PresetMethod(Generic[QS, P]):
        """A ``@preset`` method, seen on its QuerySet class or on a queryset."""

        preset: Callable[Concatenate[QS, P], Preset]

        @overload
        def __get__(self, instance: None, owner: type[Any]) -> Self: ...
        @overload
        def __get__(self, instance: QS, owner: type[Any]) -> BoundPresetMethod[QS, P]: ...
        def __get__(self, instance: Any, owner: Any) -> Any: ...
        def __call__(self, queryset: QS, *args: P.args, **kwargs: P.kwargs) -> QS: ...

    class BoundPresetMethod(Generic[QS, P]):
        """A ``@preset`` method of one queryset."""

        preset: Callable[..., Preset]

        def __call__(self, *args: P.args, **kwargs: P.kwargs) -> QS: ...


def preset(function: Callable[Concatenate[QS, P], Preset]) -> PresetMethod[QS, P]:
    """Turn a QuerySet method that returns a :class:`Preset` into one that applies it.

    For presets that take arguments or extend ``super()``'s. The undecorated function stays
    reachable as ``.preset``.
    """
    from perfkit.methods import function_method

    return cast("PresetMethod[QS, P]", function_method(function))


def split_path(path: str) -> list[str]:
    """Return the names of a path; ``__str__`` is one of them at its end (``"brand____str__"``)."""
    rest = path.removesuffix("__str__")
    if rest == path or not (rest == "" or rest.endswith("__")):
        return path.split("__")
    return [*rest.removesuffix("__").split("__"), "__str__"] if rest else ["__str__"]


def _names(part: str, names: Iterable[str]) -> tuple[str, ...]:
    if isinstance(names, str):
        raise PresetError(f"Preset({part}={names!r}): write a list, {part}=[{names!r}].")
    if not isinstance(names, Iterable):
        raise PresetError(f"Preset({part}={names!r}): {part} takes a list of names.")
    found = tuple(dict.fromkeys(_hashable(part, names)))
    for name in found:
        if not isinstance(name, str) or not all(split_path(name)):
            raise PresetError(
                f"Preset({part}=[..., {name!r}]): {part} takes names and paths such as 'brand__name'."
            )
    return found


def _hashable(part: str, names: Iterable[Any]) -> list[Any]:
    found = list(names)
    for name in found:
        if getattr(type(name), "__hash__", None) is None:
            raise PresetError(
                f"Preset({part}=[..., {name!r}]): {part} takes names, not {type(name).__name__}."
            )
    return found


def _lookups(lookups: Iterable[str | Prefetch[Any]]) -> tuple[str | Prefetch[Any], ...]:
    if isinstance(lookups, (str, Prefetch)):
        raise PresetError(
            f"Preset(prefetch_related={lookups!r}): write a list, prefetch_related=[...]."
        )
    found = tuple(
        {
            id(p) if isinstance(p, Prefetch) else p: p
            for p in _hashable("prefetch_related", lookups)
        }.values()
    )
    _names("prefetch_related", [p for p in found if not isinstance(p, Prefetch)])
    return found


def _expressions(annotate: Mapping[str, Any] | None) -> tuple[tuple[str, Any], ...]:
    if annotate is None:
        return ()
    if not isinstance(annotate, Mapping):
        raise PresetError(
            f"Preset(annotate={annotate!r}): annotate takes a dictionary of names to expressions."
        )
    for name, expression in annotate.items():
        if not isinstance(name, str) or not name.isidentifier():
            raise PresetError(f"Preset(annotate={{{name!r}: ...}}): an annotation needs a name.")
        if not hasattr(expression, "resolve_expression") or isinstance(expression, type):
            raise PresetError(
                f"Preset(annotate={{{name!r}: {expression!r}}}): annotate takes expressions, "
                "such as F('price') or Value(1)."
            )
    return tuple(annotate.items())


def _included(include: Mapping[str, Included] | None) -> tuple[tuple[str, Any], ...]:
    if include is None:
        return ()
    if not isinstance(include, Mapping):
        raise PresetError(
            f"Preset(include={include!r}): include takes a dictionary of relations to presets."
        )
    _names("include", include)
    for relation, value in include.items():
        for item in value.values() if isinstance(value, Mapping) else [value]:
            if not isinstance(item, (str, Preset)):
                raise PresetError(
                    f"Preset(include={{{relation!r}: {item!r}}}): include takes a Preset, the name of one, "
                    "or for a generic foreign key a dictionary of models to either."
                )
    return tuple(include.items())


def _fetch_mode(mode: str | FetchMode | None) -> str | FetchMode | None:
    from perfkit._compat import fetch_mode_name

    if mode is None:
        return None
    name = fetch_mode_name(mode)
    if name is None:
        raise PresetError(
            f"Preset(fetch_mode={mode!r}): fetch_mode takes 'one', 'peers', 'raise' or one of Django's fetch modes."
        )
    return name


def _refuse_conflicts(clauses: frozenset[Clause]) -> None:
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
