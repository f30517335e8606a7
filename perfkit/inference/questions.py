"""What inference is asked about a callable: which row it is handed, and on whose method."""

from __future__ import annotations

from dataclasses import dataclass
from types import MethodType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from django.db.models import Model


@dataclass(frozen=True)
class CallableQuestion:
    """A callable, the model of the row that it is handed, and the parameter that takes the row.

    ``owner`` is the class of the object whose method it is, which is handed before: its attributes
    named in ``holds`` may hold rows, those named in ``plain`` hold none, whatever its code sets.
    """

    model: type[Model]
    function: Callable[..., Any]
    parameter: int | str = 0
    owner: type | None = None
    holds: frozenset[str] = frozenset()
    plain: frozenset[str] = frozenset()

    @classmethod
    def about(
        cls,
        function: Callable[..., Any],
        model: type[Model],
        parameter: int | str,
        owner: type | None,
        holds: frozenset[str],
        plain: frozenset[str],
    ) -> CallableQuestion:
        """Return the question about a callable; a method of an object is asked about as its class's.

        Thus the answer holds for every object of the class. Raises TypeError for what can't be called.
        """
        if not callable(function):
            raise TypeError(f"callable_reads() takes a function or method, not {function!r}.")
        receiver = function.__self__ if isinstance(function, MethodType) else None
        if receiver is not None and not isinstance(receiver, type):
            assert isinstance(function, MethodType)
            function, owner = function.__func__, type(receiver)
        return cls(model, function, parameter, owner, holds, plain)

    @property
    def name(self) -> str:
        """The qualified name of the callable."""
        named = getattr(self.function, "__qualname__", None)
        return named if isinstance(named, str) else type(self.function).__qualname__
