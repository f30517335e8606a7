"""Presets made at random for a model, with what they let a consumer read and what they may load."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import ForeignObjectRel
from hypothesis import strategies as st

from perfkit import Preset

#: How many relations a path crosses at most.
DEPTH = 4


@dataclass
class Declared:
    """A preset, the paths that it declares, and the columns that it or its stitching may load."""

    preset: Preset
    reads: set[str] = field(default_factory=set)
    allowed: set[tuple[str, str]] = field(default_factory=set)

    def __or__(self, other: Declared) -> Declared:
        return Declared(
            self.preset | other.preset, self.reads | other.reads, self.allowed | other.allowed
        )

    def __repr__(self) -> str:
        return repr(self.preset)


@dataclass(frozen=True)
class Step:
    """A relation as Django's own metadata has it."""

    name: str
    model: Any
    many: bool
    keys: frozenset[tuple[str, str]]
    joinable: bool


def steps(model: Any) -> list[Step]:
    """Return the relations of the rows of a model."""
    found = []
    for relation in model._meta.get_fields():
        if not relation.is_relation or not isinstance(relation.related_model, type):
            continue
        if isinstance(relation, ForeignObjectRel) and relation.hidden:
            continue
        name = (
            relation.get_accessor_name()
            if isinstance(relation, ForeignObjectRel)
            else relation.name
        )
        if not hasattr(model, name):
            continue  # Many to many with a proxy, seen from the model behind it.
        link = getattr(relation.remote_field, "parent_link", False) and not isinstance(
            relation, ForeignObjectRel
        )
        many = bool(relation.one_to_many or relation.many_to_many)
        if link:
            continue  # The way up has columns, not rows, of its own; other tests go there.
        near = keys(relation)
        if getattr(relation.related_model._default_manager, "default_preset", None):
            near |= every(relation.related_model)
        joinable = not many and not mixed_up(model, relation)
        found.append(Step(name, relation.related_model, many, near, joinable=joinable))
    return sorted(found, key=lambda step: step.name)


def mixed_up(model: Any, relation: Any) -> bool:
    """Whether the relation leads backwards to rows that share a table with these, where Django mixes up columns."""
    if not isinstance(relation, ForeignObjectRel):
        return False
    own, child = model._meta.concrete_model, relation.related_model
    if getattr(relation, "parent_link", False) and issubclass(child, model):
        return False
    return issubclass(child, own) or bool(
        {own, *own._meta.all_parents} & set(child._meta.all_parents)
    )


def keys(relation: Any) -> frozenset[tuple[str, str]]:
    """Return the columns on both sides of a relation."""
    own = relation.field if isinstance(relation, ForeignObjectRel) else relation
    if isinstance(own, models.ManyToManyField):
        through = own.remote_field.through._meta
        links = [
            through.get_field(own.m2m_field_name()),
            through.get_field(own.m2m_reverse_field_name()),
        ]
        return frozenset(
            table_column(target) for link in links for target in link.foreign_related_fields
        )
    if hasattr(own, "object_id_field_name"):
        opts = own.related_model._meta
        names = (own.object_id_field_name, own.content_type_field_name)
        return frozenset(table_column(opts.get_field(name)) for name in names) | primary(own.model)
    return frozenset(table_column(column) for pair in own.related_fields for column in pair)


def table_column(column: Any) -> tuple[str, str]:
    return column.model._meta.db_table, column.column


def primary(model: Any) -> frozenset[tuple[str, str]]:
    """Return the key columns of a model and of its parents, and the links between them."""
    opts = model._meta
    found = {table_column(column) for column in opts.pk_fields}
    for parent, link in opts.concrete_model._meta.parents.items():
        found |= primary(parent)
        if link is not None:
            found.add(table_column(link))
    return frozenset(found)


def every(model: Any) -> set[tuple[str, str]]:
    return {table_column(column) for column in model._meta.concrete_fields}


@st.composite
def walks(
    draw: st.DrawFn, model: Any, *, whole: str = ""
) -> tuple[list[str], Any, set[tuple[str, str]], bool]:
    """Draw a path of relations: its names, the model at its end, the keys on the way, if it crosses a list."""
    names: list[str] = []
    allowed = set(primary(model))
    many = False
    for _ in range(draw(st.integers(1 if whole else 0, DEPTH))):
        choices = [step for step in steps(model) if step.joinable or whole != "join"]
        if not choices:
            break
        step = draw(st.sampled_from(choices))
        names.append(step.name)
        allowed |= step.keys | primary(step.model)
        if whole:
            allowed |= every(step.model)
        model = step.model
        many = many or step.many
    return names, model, allowed, many


def attnames(model: Any) -> list[str]:
    return [column.attname for column in model._meta.concrete_fields]


@st.composite
def only_paths(draw: st.DrawFn, model: Any) -> Declared:
    """A preset with one path of ``only``."""
    names, end, allowed, _ = draw(walks(model))
    column = draw(st.sampled_from(list(end._meta.concrete_fields)))
    path = "__".join([*names, draw(st.sampled_from([column.name, column.attname]))])
    reads = "__".join([*names, column.attname])
    return Declared(Preset(only=[path]), {reads}, allowed | {table_column(column)})


@st.composite
def whole_paths(draw: st.DrawFn, model: Any) -> Declared:
    """A preset with one path of ``select_related`` or ``prefetch_related``."""
    part = draw(st.sampled_from(["select_related", "prefetch_related"]))
    names, _, allowed, _ = draw(walks(model, whole="join" if part == "select_related" else "any"))
    if not names:
        return Declared(Preset(), {"pk"}, every(model))
    reads: set[str] = set()
    here = model
    for position, name in enumerate(names, start=1):
        here = next(step.model for step in steps(here) if step.name == name)
        reads |= {"__".join([*names[:position], column]) for column in attnames(here)}
    arguments: dict[str, Any] = {part: ["__".join(names)]}
    return Declared(Preset(**arguments), reads, allowed)


@st.composite
def includes(draw: st.DrawFn, model: Any) -> Declared:
    """A preset that includes another one."""
    choices = steps(model)
    if not choices:
        return draw(only_paths(model))
    step = draw(st.sampled_from(choices))
    inner = draw(declarations(step.model, nested=False))
    reads = {f"{step.name}__{path}" for path in inner.reads}
    allowed = inner.allowed | step.keys | primary(model) | primary(step.model)
    if not any(clause.only or clause.defer for clause in inner.preset.clauses):
        allowed |= every(step.model)
        reads |= {f"{step.name}__{column}" for column in attnames(step.model)}
    return Declared(Preset(include={step.name: inner.preset}), reads, allowed)


@st.composite
def deferred(draw: st.DrawFn, model: Any) -> Declared:
    """A preset that leaves out some columns."""
    left = draw(st.lists(st.sampled_from(attnames(model)), min_size=1, max_size=3))
    reads = set(attnames(model)) - set(left)
    dropped = {table_column(c) for c in model._meta.concrete_fields if c.attname in left}
    return Declared(Preset(defer=left), reads, (every(model) - dropped) | primary(model))


@st.composite
def declarations(draw: st.DrawFn, model: Any, *, nested: bool = True) -> Declared:
    """A random preset for a model: the union of some small ones, of which one at least narrows its rows."""
    kinds = [only_paths(model), only_paths(model), whole_paths(model)]
    if nested:
        kinds += [includes(model), deferred(model)]
    found = draw(only_paths(model))
    for other in draw(st.lists(st.one_of(kinds), max_size=3)):
        found |= other
    return found
