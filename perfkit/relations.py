"""What perfkit needs to know of a relation; the one place that reads it from ``Model._meta``."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import ForeignObject, ForeignObjectRel, ManyToManyField, Model, QuerySet
from django.db.models.fields.related import OneToOneRel

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "Relation",
    "column",
    "columns",
    "find_relation",
    "inherited_child",
    "links",
    "relation_names",
]


@dataclass(frozen=True)
class Relation:
    """One relation as the rows of a model see it."""

    #: The attribute of the row, and the name in ``prefetch_related()``.
    name: str
    #: The name in ``select_related()`` and ``only()``: the related query name of a reverse relation.
    query_name: str
    #: The related model; None for a generic foreign key, which has many, and for a relation that
    #: only its own descriptor knows.
    model: type[Model] | None
    #: Whether a row has a list of them.
    many: bool
    #: Whether a join can load it.
    joinable: bool
    #: The columns of the row that link it (attnames).
    local: tuple[str, ...] = ()
    #: The columns of the related row that link it back (attnames).
    remote: tuple[str, ...] = ()
    #: Whether Django would build its prefetch from the base manager instead of the default manager.
    base_manager: bool = False
    #: "down" from a parent's row to its child's, "up" from a child's to its parent's, else "".
    inheritance: str = ""
    #: The attribute of the related row that Django fills with this row as it loads it.
    inverse: str = ""
    generic: bool = False

    def queryset(self, model: type[Model] | None = None) -> QuerySet[Any]:
        """Return the queryset that Django itself would prefetch from, made anew.

        ``model`` is the model to take where the relation has several (a generic foreign key).
        """
        related = self.model or model
        assert related is not None
        if self.base_manager:
            return related._base_manager.all()
        # As the related managers do (create_reverse_many_to_one_manager and its likes): the class of
        # the default manager, made without arguments. A QueryManager forgets its filter there.
        manager = related._default_manager.__class__()
        manager.model = related
        return manager.get_queryset()


def columns(model: type[Model]) -> tuple[str, ...]:
    """Return the attnames of all columns of a model, in its order, those of its parents included."""
    return tuple(field.attname for field in model._meta.concrete_fields)


def column(model: type[Model], name: str) -> tuple[str, ...] | None:
    """Return the attnames behind a name that is data of the row itself; None if it is no such name.

    A foreign key, by its name or with ``_id``, is its key column; a composite primary key and a
    generic foreign key are several columns.
    """
    opts = model._meta
    if name == "pk":
        return tuple(field.attname for field in opts.pk_fields)
    try:
        field: Any = opts.get_field(name)
    except FieldDoesNotExist:
        return None
    if _is_generic_foreign_key(field):
        return _attnames(model, field.ct_field, field.fk_field)
    if getattr(field, "column", None) is not None and not field.many_to_many:
        return (field.attname,)
    if field is opts.pk:
        return tuple(f.attname for f in opts.pk_fields)
    if isinstance(field, ForeignObject) and not _is_generic_relation(field):
        return tuple(f.attname for f in field.local_related_fields)
    return None


def find_relation(model: type[Model], name: str) -> Relation | None:
    """Return the relation that the rows of ``model`` have under the attribute ``name``, or None."""
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        field = None
    if isinstance(field, ForeignObjectRel) and field.get_accessor_name() != name:
        field = None
    if field is None:
        field = next(
            (rel for rel in model._meta.related_objects if rel.get_accessor_name() == name), None
        )
    if (
        field is not None
        and field.is_relation
        and field.name != name
        and not isinstance(field, ForeignObjectRel)
    ):
        return None  # "brand_id" is the column, not the relation.
    if isinstance(field, ForeignObjectRel) and not _has_accessor(model, field):
        field = None
    relation = None if field is None else _describe(model, name, field)
    return relation or _by_descriptor(model, name)


def inherited_child(model: type[Model], name: str) -> type[Model] | None:
    """Return the child model that a parent of ``model`` has under the attribute ``name``, or None.

    A QuerySet class of a parent is often its children's too, whose rows are the child already, or
    are another child.
    """
    for parent in _concrete(model)._meta.all_parents:
        relation = find_relation(parent, name)
        if relation is not None and relation.inheritance == "down":
            return relation.model
    return None


def relation_names(model: type[Model]) -> Iterator[str]:
    """Yield the attributes under which the rows of ``model`` have relations."""
    for field in model._meta.get_fields():
        if field.is_relation:
            if not isinstance(field, ForeignObjectRel):
                yield field.name
            elif _has_accessor(model, field):
                yield str(field.get_accessor_name())


@functools.cache
def links(owner: type[Model], model: type[Model]) -> frozenset[str]:
    """Return the columns by which rows of ``model`` are tied to rows of ``owner``, over any relation."""
    relations = (find_relation(owner, name) for name in relation_names(owner))
    return frozenset(
        attname
        for relation in relations
        if relation is not None and relation.model is not None and issubclass(model, relation.model)
        for attname in relation.remote
    )


def _has_accessor(model: type[Model], rel: ForeignObjectRel) -> bool:
    # A many-to-many relation to a proxy has its attribute there, and not on the model behind.
    return hasattr(model, rel.get_accessor_name() or "")


def _describe(model: type[Model], name: str, field: Any) -> Relation | None:
    if _is_generic_foreign_key(field):
        local = _attnames(model, field.ct_field, field.fk_field)
        return Relation(
            name,
            name,
            None,
            many=False,
            joinable=False,
            local=local,
            base_manager=True,
            generic=True,
        )
    if _is_generic_relation(field):
        remote = _attnames(
            field.related_model, field.object_id_field_name, field.content_type_field_name
        )
        local = tuple(f.attname for f in model._meta.pk_fields)
        return Relation(
            name, name, field.related_model, many=True, joinable=False, local=local, remote=remote
        )
    if isinstance(field, ForeignObjectRel):
        return _describe_reverse(model, name, field)
    if isinstance(field, ManyToManyField):
        through: Any = field.remote_field.through
        source = through._meta.get_field(field.m2m_field_name())
        local = tuple(f.attname for f in source.foreign_related_fields)
        return Relation(name, name, field.related_model, many=True, joinable=False, local=local)
    if isinstance(field, ForeignObject):
        return Relation(
            name,
            name,
            field.related_model,
            many=False,
            joinable=not getattr(field.remote_field, "parent_link", False),
            local=tuple(f.attname for f in field.local_related_fields),
            remote=tuple(f.attname for f in field.foreign_related_fields),
            base_manager=True,
            inheritance="up" if getattr(field.remote_field, "parent_link", False) else "",
            inverse=_accessor(field.remote_field)
            if isinstance(field.remote_field, OneToOneRel)
            else "",
        )
    return None


def _describe_reverse(model: type[Model], name: str, rel: ForeignObjectRel) -> Relation | None:
    field = rel.field
    if isinstance(field, ManyToManyField):
        source = field.remote_field.through._meta.get_field(field.m2m_reverse_field_name())
        local = tuple(f.attname for f in source.foreign_related_fields)
        return Relation(name, rel.name, rel.related_model, many=True, joinable=False, local=local)
    if not isinstance(field, ForeignObject):
        return None
    single = isinstance(rel, OneToOneRel)
    return Relation(
        name,
        rel.name,
        rel.related_model,
        many=not single,
        joinable=single and not _is_mixed_up(model, rel),
        local=tuple(f.attname for f in field.foreign_related_fields),
        remote=tuple(f.attname for f in field.local_related_fields),
        base_manager=single,
        inheritance="down" if single and _is_link_down(model, rel) else "",
        inverse=field.name,
    )


def _is_link_down(model: type[Model], rel: ForeignObjectRel) -> bool:
    """Say whether a relation leads from a parent's row to its child's; a proxy is no parent to Django."""
    child: Any = rel.related_model
    return bool(getattr(rel, "parent_link", False)) and issubclass(child, model)


def _is_mixed_up(model: type[Model], rel: ForeignObjectRel) -> bool:
    """Say whether Django would take a joined row for the child of this one, in inheritance.

    It gives a row joined backwards the values that this row has, or none, of the columns that both
    have from one table, even when the relation is not the link between parent and child.
    """
    child: Any = rel.related_model
    own = _concrete(model)
    shared = issubclass(child, own) or any(issubclass(own, up) for up in child._meta.all_parents)
    return shared and not _is_link_down(model, rel)


def _concrete(model: type[Model]) -> type[Model]:
    return model._meta.concrete_model or model


def _accessor(rel: ForeignObjectRel) -> str:
    return "" if rel.hidden else rel.get_accessor_name() or ""


def _by_descriptor(model: type[Model], name: str) -> Relation | None:
    """Describe what only a third-party descriptor knows how to prefetch (taggit's managers, say)."""
    attribute = getattr(model, name, None)
    if not hasattr(attribute, "get_prefetch_querysets") or inherited_child(model, name) is not None:
        return None
    return Relation(name, name, None, many=True, joinable=False)


def _is_generic_foreign_key(field: object) -> bool:
    # By its attributes: the class can't be imported where contenttypes is not installed.
    return hasattr(field, "ct_field") and hasattr(field, "fk_field")


def _is_generic_relation(field: object) -> bool:
    return isinstance(field, ForeignObject) and hasattr(field, "object_id_field_name")


def _attnames(model: type[Model], *names: str) -> tuple[str, ...]:
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    return tuple(field.attname for field in fields)
