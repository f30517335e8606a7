"""DERIVE: keeps what was derived with the plan that loads it, a bounded number of answers."""

from __future__ import annotations

import threading
from collections import OrderedDict
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from perfkit.apply import apply_loading, locate
from perfkit.compiler import compile_plan
from perfkit.loading import Loading
from perfkit.methods import preset_method

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator

    from django.db.models import QuerySet

    from perfkit.derivation import Derived
    from perfkit.plan import LoadPlan

__all__ = ["Keeper", "Kept", "Witness", "apply_kept"]

#: Modules whose classes nobody changes while a project runs.
_UNCHANGING = ("builtins", "typing", "django.", "perfkit.")

QS = TypeVar("QS", bound="QuerySet[Any]")


class Witness(NamedTuple):
    """Attributes of a class that an answer rests on, as they were when it was found.

    Those that the class has itself: what it inherits is told by the class that it has it from. One more
    or less of whatever name counts too.
    """

    owner: Any
    look: Callable[[Any], Any]
    seen: Any
    size: int

    @classmethod
    def of(cls, owner: type, names: Iterable[str]) -> Witness:
        """Return what a class has under these names now."""
        own = sorted(vars(owner).keys() & set(names))
        # Every request waits for this: attrgetter() takes half the time of a loop.
        look: Callable[[Any], Any] = attrgetter(*own) if own else _nothing
        return cls(owner, look, look(owner), len(vars(owner)))


def _nothing(owner: Any) -> None:
    """Stand for ``attrgetter()``, which takes one name at least."""


class Kept(NamedTuple):
    """What was derived, with the compiled plan that loads it.

    ``witnesses`` are what the answer rests on: once one has become another, the answer is old.
    """

    derived: Derived
    loading: Loading
    witnesses: tuple[Witness, ...] = ()

    @property
    def current(self) -> bool:
        """Whether all that the answer rests on is as it was."""
        # Written out, since every request waits for it.
        try:
            for owner, look, seen, size in self.witnesses:
                if len(owner.__dict__) != size or look(owner) != seen:
                    return False
        except AttributeError:  # One of them is gone.
            return False
        return True


class Keeper:
    """Keeps answers by a key, the ``most`` of them; the one longest unused is derived anew."""

    def __init__(self, most: int = 500) -> None:
        self.most = most
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: Hashable) -> Kept | None:
        """Return what is kept under a key, unless it is old."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or not kept.current:
                return None
            self._kept.move_to_end(key)
            return kept

    def keep(
        self,
        key: Hashable,
        label: str,
        derive: Callable[[], tuple[Derived, tuple[Witness, ...]]],
        queryset_class: type | None = None,
    ) -> Kept:
        """Return what is kept under a key; derive it the first time, with its witnesses.

        ``label`` names the preset in plans and findings. ``queryset_class`` is that of the rows, by default that of
        their model's default manager. Raises :class:`~perfkit.PresetError` when the derived preset doesn't
        fit its model.
        """
        kept = self.find(key)
        if kept is not None:
            return kept
        derived, witnesses = derive()
        plan = compile_plan(derived.model, derived.preset, label).plan
        declared = tuple(_declared_for(plan, queryset_class))
        kept = Kept(derived, Loading(plan, (label,)), (*witnesses, *declared))
        with self._lock:
            self._kept[key] = kept
            self._kept.move_to_end(key)
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)
        return kept

    def clear(self) -> None:
        """Forget all answers."""
        with self._lock:
            self._kept.clear()

    def __len__(self) -> int:
        return len(self._kept)


def _declared_for(plan: LoadPlan, queryset_class: type | None = None) -> Iterator[Witness]:
    """Yield the declared presets of all rows that a plan loads as witnesses of an answer.

    An answer that took over their annotations is old when one of them has become another.
    """
    classes = dict.fromkeys(
        model._default_manager._queryset_class  # type: ignore[attr-defined]
        for model in (one.model for one in plan.walk())
    )
    for queryset in {**({queryset_class: None} if queryset_class else {}), **classes}:
        methods = (preset_method(queryset, name) for name in getattr(queryset, "presets", ()))
        names = [method.__name__ for method in methods if method is not None]
        for owner in queryset.__mro__ if names else ():
            if not str(owner.__module__).startswith(_UNCHANGING):
                yield Witness.of(owner, names)


def apply_kept(queryset: QS, kept: Kept) -> QS:
    """Return the queryset loading what was derived."""
    return locate(apply_loading(queryset, kept.loading))
