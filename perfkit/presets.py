"""DECLARE: a preset says what a consumer reads. It is an immutable value and knows no model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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

from django.db.models import Model, QuerySet

from perfkit import arguments
from perfkit.clauses import Clause, refuse_conflicts
from perfkit.exceptions import PresetError

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import Prefetch
    from django.db.models.fetch_modes import FetchMode
    from typing_extensions import Self

    #: What ``include`` takes for one relation: a preset, the name of one of the related model's
    #: presets, or, for a generic foreign key, either of them by model.
    Included: TypeAlias = "Preset | str | Mapping[type[Model] | str, Preset | str]"

__all__ = ["Preset", "preset"]

P = ParamSpec("P")
QS = TypeVar("QS", bound="QuerySet[Any]")


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

    __slots__ = ("clauses", "depth")

    clauses: frozenset[Clause]
    #: How deep presets are included in it, itself counted.
    depth: int

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
            only=arguments.names("only", only),
            defer=arguments.names("defer", defer),
            select_related=arguments.names("select_related", select_related),
            prefetch_related=arguments.lookups(prefetch_related),
            annotate=arguments.expressions(annotate),
            include=arguments.included(include, Preset),
            fetch_mode=arguments.fetch_mode(fetch_mode),
            lazy_ok=arguments.names("lazy_ok", lazy_ok),
        )
        depth = 1 + max((_depth(included) for _, included in clause.include), default=0)
        if depth > arguments.DEEPEST:
            raise PresetError(
                f"Presets are included more than {arguments.DEEPEST} deep; name the preset of a model instead.",
                check_id="perfkit.E005",
            )
        if both := sorted(set(clause.only) & set(clause.defer)):
            raise PresetError(
                f"Preset names {', '.join(map(repr, both))} in both only and defer; name each column once.",
                check_id="perfkit.E004",
            )
        clauses = frozenset() if clause == Clause() else frozenset([clause])
        refuse_conflicts(clauses)
        object.__setattr__(self, "clauses", clauses)
        object.__setattr__(self, "depth", depth)

    @classmethod
    def _of(cls, clauses: frozenset[Clause]) -> Preset:
        made = cls.__new__(cls)
        depths = (_depth(included) for clause in clauses for _, included in clause.include)
        object.__setattr__(made, "clauses", clauses)
        object.__setattr__(made, "depth", 1 + max(depths, default=0))
        return made

    def __or__(self, other: Preset) -> Preset:
        """Return the union: what either would load.

        Raises :class:`~perfkit.PresetError` for two annotations of one name, two fetch modes, or
        two ``Prefetch`` objects of one path.
        """
        if not isinstance(other, Preset):
            return NotImplemented
        clauses = self.clauses | other.clauses
        refuse_conflicts(clauses)
        return Preset._of(clauses)

    def apply(self, queryset: QS) -> QS:
        """Return the queryset with this preset applied; it may be of any QuerySet class.

        Raises :class:`~perfkit.PresetError` when the preset doesn't fit the queryset's model, and
        ``TypeError`` or ``NotSupportedError``, as ``select_related()`` does, after ``values()`` or
        ``union()``.
        """
        from perfkit.apply import apply_preset

        if not isinstance(queryset, QuerySet):
            raise PresetError(
                f"{arguments.shown(self)}: apply() takes a queryset, such as Product.objects.all(), "
                f"not {arguments.shown(queryset)}."
            )
        return apply_preset(queryset, self)

    def prefetch(self, instances: Iterable[Model]) -> None:
        """Load onto rows already fetched what this preset names and they lack.

        One query for own columns that are missing, one for each relation. Relations that a row
        already has are left as they are. Raises :class:`~perfkit.PresetError` when the rows are of
        several models or the preset doesn't fit theirs.
        """
        from perfkit.prefetching import prefetch_preset

        rows = list(instances) if isinstance(instances, Iterable) else [instances]
        if not isinstance(instances, Iterable) or not all(isinstance(row, Model) for row in rows):
            raise PresetError(
                f"{arguments.shown(self)}: prefetch() takes a list of rows, not {arguments.shown(instances)}."
            )
        prefetch_preset(rows, self)

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


def _depth(included: Included) -> int:
    if isinstance(included, Mapping):
        return max(map(_depth, included.values()), default=0)
    return included.depth if isinstance(included, Preset) else 0


def preset(function: Callable[Concatenate[QS, P], Preset]) -> PresetMethod[QS, P]:
    """Turn a QuerySet method that returns a :class:`Preset` into one that applies it.

    For presets that take arguments or extend ``super()``'s. The undecorated function stays
    reachable as ``.preset``.
    """
    from perfkit.methods import function_method

    return cast("PresetMethod[QS, P]", function_method(function))
