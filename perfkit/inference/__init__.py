"""What a property or method of a model reads, found without running it.

Nothing heavy is imported until somebody asks: a project whose presets name no member pays nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Model

from perfkit.arguments import shown
from perfkit.inference.declarations import reads, register_reads
from perfkit.inference.results import FieldReads, OwnQuery, Place, Unresolved

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from typing import Any

__all__ = [
    "FieldReads",
    "OwnQuery",
    "Place",
    "Unresolved",
    "callable_reads",
    "field_reads",
    "init_reads",
    "is_member",
    "reads",
    "register_reads",
]


def field_reads(model: type[Model], name: str) -> FieldReads:
    """Return what the member ``name`` of a model reads of a row: columns, relations, its own queries.

    ``name`` is a property, a cached property, a method that needs no arguments, or ``__str__``.
    Raises AttributeError when the model has no such member, and TypeError for what is no model and
    no name. The member is not run.
    """
    from perfkit.inference.members import infer

    if not (isinstance(model, type) and issubclass(model, Model)) or not isinstance(name, str):
        raise TypeError(
            f"field_reads() takes a model and a name, such as Product and 'label', "
            f"not {shown(model)} and {shown(name)}."
        )
    return infer(model, name)


def callable_reads(
    function: Callable[..., Any],
    model: type[Model],
    parameter: int | str = 0,
    *,
    owner: type | None = None,
    holds: Collection[str] = (),
    plain: Collection[str] = (),
) -> FieldReads:
    """Return what a function or method reads of the row of ``model`` that it is handed. It is not run.

    ``parameter`` is the one that takes the row, by name or position. In a method of an object
    (``serializer.get_price``), or with ``owner``, the class of that object, positions count after ``self``.
    Of ``self`` the methods and properties are followed; what it holds is taken for harmless, but for
    attributes that its own code sets, and those named in ``holds``, which may hold rows: to read them makes
    the answer incomplete. ``plain`` names attributes that surely hold none; ``"context[request]"`` says that
    of one item of a dictionary, whose other items may hold rows. Other arguments hold no row.
    ``whole`` of the answer has "" when the row itself is handed to the caller.
    ``@reads`` on a method of a consumer is of the row, not of ``self``. Raises TypeError for what can't be called.
    """
    from perfkit.inference.members import infer_callable
    from perfkit.inference.questions import CallableQuestion

    return infer_callable(
        CallableQuestion.about(
            function, model, parameter, owner, frozenset(holds), frozenset(plain)
        )
    )


def init_reads(model: type[Model]) -> FieldReads:
    """Return what runs on every row that is loaded: ``__init__``, ``from_db``, ``post_init`` receivers.

    What they read must always be loaded. Reads guarded by a check for deferred fields don't count.
    """
    from perfkit.inference.members import infer_init

    return infer_init(model)


def is_member(model: type[Model], name: str) -> bool:
    """Tell whether ``name`` is a member that ``field_reads`` can be asked about."""
    from perfkit.inference.members import has_member

    return has_member(model, name)
