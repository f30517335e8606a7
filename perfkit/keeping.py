"""DERIVE: keeps what was derived with the plan that loads it, a bounded number of answers."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from perfkit.apply import apply_loading, locate
from perfkit.compiler import compile_plan
from perfkit.drafting import presets_of
from perfkit.loading import Loading
from perfkit.methods import preset_method

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from django.db.models import Model, QuerySet

    from perfkit.derivation import Derived

__all__ = ["Keeper", "Kept", "apply_kept", "declared_by"]

QS = TypeVar("QS", bound="QuerySet[Any]")


class Kept(NamedTuple):
    """What was derived, with the compiled plan that loads it.

    ``witnesses`` are attributes of classes that the answer rests on, with their values: once one is
    replaced, the answer is old.
    """

    derived: Derived
    loading: Loading
    witnesses: tuple[tuple[Any, str, Any], ...] = ()

    @property
    def current(self) -> bool:
        """Whether all that the answer rests on is as it was."""
        # A loop, since a generator in all() takes twice the time, and every request waits for it.
        for owner, name, value in self.witnesses:  # noqa: SIM110
            if getattr(owner, name, None) is not value:
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
        derive: Callable[[], tuple[Derived, tuple[tuple[Any, str, Any], ...]]],
    ) -> Kept:
        """Return what is kept under a key; derive it the first time, with its witnesses.

        ``label`` names the preset in plans and findings. Raises :class:`~perfkit.PresetError` when the
        derived preset doesn't fit its model.
        """
        kept = self.find(key)
        if kept is not None:
            return kept
        derived, witnesses = derive()
        plan = compile_plan(derived.model, derived.preset, label).plan
        kept = Kept(derived, Loading(plan, (label,)), witnesses)
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


def declared_by(model: type[Model]) -> tuple[tuple[Any, str, Any], ...]:
    """Return the presets of a model's default manager as witnesses of an answer.

    An answer that took over their annotations is old when one of them has become another.
    """
    owner: Any = model._default_manager._queryset_class  # type: ignore[attr-defined]
    methods = (preset_method(owner, name) for name in presets_of(model))
    return tuple((owner, method.__name__, method) for method in methods if method is not None)


def apply_kept(queryset: QS, kept: Kept) -> QS:
    """Return the queryset loading what was derived."""
    return locate(apply_loading(queryset, kept.loading))
