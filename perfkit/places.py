"""Where the compiler is, and what it says of a name that is wrong there."""

from __future__ import annotations

import difflib
import functools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

from django.db.models.constants import LOOKUP_SEP
from django.utils.functional import cached_property

from perfkit.exceptions import PresetError
from perfkit.relations import Relation, column, find_relation, relation_names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import Model

    from perfkit.draft import Draft
    from perfkit.members import Doubt
    from perfkit.presets import Preset

__all__ = ["Place", "choices", "column_names"]


@dataclass(frozen=True)
class Place:
    """Where the compiler is: for messages, and to see circles."""

    label: str
    root: type[Model]
    path: tuple[str, ...] = ()
    #: The presets being compiled around this one, with the model each is compiled for.
    around: tuple[tuple[type[Model], Preset], ...] = ()
    #: The ``@preset`` methods that were called: one list for the whole compilation.
    called: list[str] = field(default_factory=list)
    #: What is not certain of the plan: likewise.
    doubts: list[Doubt] = field(default_factory=list)

    def fail(self, message: str, check_id: str) -> NoReturn:
        """Raise a PresetError that says whose preset it is, and where it was included."""
        below = f" (included as {LOOKUP_SEP.join(self.path)!r})" if self.path else ""
        raise PresetError(
            f"{self.label} on {self.root._meta.label}{below}: {message}", check_id=check_id
        )

    def relation(self, model: type[Model], name: str, path: str, part: str) -> Relation:
        """Return the relation that a part of a preset names; fail where there is none."""
        relation = find_relation(model, name)
        if relation is None and column(model, name) is not None:
            self.fail(
                f"{part} names {path!r}, but {name!r} is a column of {model._meta.label} and no relation.",
                "perfkit.E003",
            )
        if relation is None:
            self.unknown(model, name, path, part, relation_names(model))
        return relation

    def unknown(
        self, model: type[Model], name: str, path: str, part: str, known: Iterable[str]
    ) -> NoReturn:
        """Say that a model has no such name, and what was probably meant."""
        of_path = f" in {path!r}" if path != name else ""
        self.fail(
            f"{part} names {name!r}{of_path}, but {model._meta.label} has {choices(name, known, 'no such names')}",
            "perfkit.E002",
        )

    def refuse(self, draft: Draft, name: str, path: str) -> NoReturn:
        """Say what is wrong with a name that is neither a column nor a member."""
        relation = find_relation(draft.model, name)
        if relation is not None:
            part = "select_related" if relation.joinable else "prefetch_related"
            self.fail(
                f"only names {path!r}, which is a relation and no data: write {part}=[{path!r}] to load it whole, "
                f"or name what is read of it, such as {path + '__' + _example(relation)!r}.",
                "perfkit.E003",
            )
        if name in draft.prefetches:
            self.fail(
                f"only names {path!r}, a list that a Prefetch makes; name what is read of its rows.",
                "perfkit.E003",
            )
        self.unknown(draft.model, name, path, "only", _readable(draft))


def choices(name: str, known: Iterable[str], none: str) -> str:
    """End a sentence about a wrong name with the near matches, else with all names there are."""
    names = sorted(set(known))
    near = difflib.get_close_matches(name, names, n=3)
    if near:
        return f"no {name!r}. Did you mean {' or '.join(map(repr, near))}?"
    return f"no {name!r}; it has {', '.join(names)}." if names else f"{none}."


def column_names(model: type[Model]) -> list[str]:
    """Return the names of a model's columns, foreign keys with and without ``_id``."""
    return [name for field in model._meta.concrete_fields for name in (field.name, field.attname)]


def _readable(draft: Draft) -> list[str]:
    return [*column_names(draft.model), *relation_names(draft.model), *_member_names(draft.model)]


def _member_names(model: type[Model]) -> list[str]:
    """Return the properties that the project's own classes give to a model."""
    own = [klass for klass in model.__mro__ if not klass.__module__.startswith("django.")]
    kinds = (property, functools.cached_property, cached_property)
    return [
        name for klass in own for name, value in vars(klass).items() if isinstance(value, kinds)
    ]


def _example(relation: Relation) -> str:
    if relation.model is None:
        return "..."
    plain = [field.name for field in relation.model._meta.concrete_fields if not field.is_relation]
    return next((name for name in plain if name != "id"), "pk")
