"""What functions of Django do with a row that they are given."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.apps.registry import Apps
from django.contrib.auth import get_user_model
from django.core.cache.backends.base import BaseCache
from django.db.models import ImageField, Model
from django.db.models.base import Model as BaseModel
from django.db.models.fields import Field
from django.db.models.options import Options
from django.db.models.query_utils import DeferredAttribute
from django.utils import translation
from django.utils.functional import cached_property
from django.utils.html import conditional_escape
from django.utils.safestring import mark_safe
from django.utils.text import slugify

from perfkit.inference.arguments import Arguments
from perfkit.inference.live import generic_key
from perfkit.inference.modelling import models
from perfkit.inference.rows import FORWARD_GET, REVERSE_GET
from perfkit.inference.values import (
    BOTTOM,
    INERT,
    NONE,
    TEXT,
    TRUTH,
    Deferred,
    Inert,
    Known,
    Lost,
    Row,
    Value,
    constants,
    join,
    known,
    strings,
)

if TYPE_CHECKING:
    from perfkit.inference.interpreter import Interpreter


def rows_in(value: Value) -> list[Row]:
    """Return the rows that a value may be."""
    return [atom for atom in value if isinstance(atom, Row)]


def read_key(engine: Interpreter, value: Value) -> Value:
    """Read the primary key."""
    for row in rows_in(value):
        engine.read_columns(row, row.model._meta.pk_fields)
    return INERT


# What every model has


@models(BaseModel.__init__)
def init(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    others = [*arguments.positional[1:], *(value for _, value in arguments.named)]
    if engine.carries(join(others) | arguments.rest | arguments.named_rest):
        return engine.lose("a row made with the row")
    return NONE


@models(BaseModel.__str__)
def str_(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    read_key(engine, arguments.get(0))
    return TEXT


@models(BaseModel.__repr__)
def repr_(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    return engine.text(arguments.get(0))


@models(BaseModel.__hash__, BaseModel._get_pk_val)
def key(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    return read_key(engine, arguments.get(0))


@models(BaseModel.__eq__)
def equal(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    read_key(engine, arguments.get(0) | arguments.get(1))
    return TRUTH


@models(BaseModel.get_deferred_fields)
def deferred(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    return frozenset(Deferred(path=row.path) for row in rows_in(arguments.get(0)))


@models(BaseModel.clean)
def clean(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    return NONE


@models(BaseModel.serializable_value)
def serializable(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    names = strings(arguments.get(1))
    if names is None:
        return engine.lose("serializable_value() of a name that is not known")
    found = BOTTOM
    for row in rows_in(arguments.get(0)):
        for name in names:
            field = row.model._meta.get_field(name) if name in _field_names(row.model) else None
            found |= engine.get_row(row, getattr(field, "attname", name))
    return found


def _field_names(model: type[Model]) -> set[str]:
    return {field.name for field in model._meta.get_fields()}


@models(BaseModel._get_FIELD_display)  # type: ignore[attr-defined]
def display(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    for field in constants(arguments.get(1, "field")) or ():
        for row in rows_in(arguments.get(0)):
            engine.read_column(row, field)
    return TEXT


@models(BaseModel._get_next_or_previous_by_FIELD)  # type: ignore[attr-defined]
def neighbour(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    for row in rows_in(arguments.get(0)):
        for field in constants(arguments.get(1, "field")) or ():
            engine.read_column(row, field)
        engine.query("the next or previous row")
    return frozenset(Row(row.model, row.base, own=True) for row in rows_in(arguments.get(0)))


@models(BaseModel.refresh_from_db)
def refresh(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    fields = arguments.get(2, "fields")
    names = strings(engine.iterate(fields)) if fields and fields != NONE else None
    if not engine.frame.function.endswith(".__get__"):  # There it loads what is deferred.
        engine.query("refresh_from_db()")
    for row in rows_in(arguments.get(0)):
        if names is None:
            engine.lose("refresh_from_db() of all fields")
        for name in names or ():
            engine.read_column(row, row.model._meta.get_field(name))
    return NONE


# Descriptors, as a descriptor of the project calls them


@models(DeferredAttribute.__get__, FORWARD_GET, REVERSE_GET)
def descriptor(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    found = BOTTOM
    for raw in constants(arguments.get(0)) or ():
        for row in rows_in(arguments.get(1)):
            field: Any = getattr(raw, "field", None)
            if isinstance(raw, DeferredAttribute):
                found |= engine.read_column(row, field)
            elif generic_key(raw):
                found |= engine.read_generic(row, generic_key(raw))
            elif hasattr(raw, "related"):
                found |= engine.read_reverse(row, raw.related)
            else:
                found |= engine.read_forward(row, field)
    if arguments.get(1) == NONE:
        return arguments.get(0)
    return found or engine.lose("a descriptor that is not known")


@models(functools.cached_property.__get__, cached_property.__get__, property.__get__)
def member(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    found = BOTTOM
    for raw in constants(arguments.get(0)) or ():
        for atom in arguments.get(1):
            found |= engine.get_member(atom, raw)
    return found


@models(Field.value_from_object)
def value_from_object(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    fields = constants(arguments.get(0))
    if fields is None:
        return engine.lose("the value of a field that is not known")
    return join(
        engine.get_row(row, field.attname) for field in fields for row in rows_in(arguments.get(1))
    )


# What runs when a row is loaded


@models(BaseModel.from_db.__func__)  # type: ignore[attr-defined]  # a classmethod's function
def from_db(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    """The row that is being loaded, when it is asked which reads that takes."""
    return engine.call(arguments.get(0), Arguments(), node)


@models(ImageField.update_dimension_fields)
def dimensions(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    """An image that is loaded asks for its dimensions; one that is deferred doesn't."""
    for field in constants(arguments.get(0)) or ():
        for row in rows_in(arguments.get(1, "instance")):
            for name in filter(None, (field.width_field, field.height_field)):
                engine.read_column(row, row.model._meta.get_field(name))
    return NONE


# The options of a model

#: Attributes of options that tell about the model; Django computes them without the project's code.
_ABOUT_MODEL = frozenset(
    "fields concrete_fields local_fields local_concrete_fields many_to_many local_many_to_many "
    "private_fields pk pk_fields model_name app_label label label_lower object_name "
    "related_objects concrete_model proxy".split()
)


def option(obj: Options[Any], name: str) -> Value | None:
    """Return an attribute of the options of a model, or None if it isn't one of those."""
    if name not in _ABOUT_MODEL:
        return None
    found = getattr(obj, name)
    return known(tuple(found) if isinstance(found, (list, tuple)) else found)


@models(Options.get_field)
def get_field(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    options, names = constants(arguments.get(0)), strings(arguments.get(1, "field_name"))
    if options is None or names is None:
        return INERT
    return frozenset(
        Known(one.get_field(name))
        for one in options
        for name in names
        if name in _field_names(one.model)
    )


@models(Options.get_fields)
def get_fields(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    options = constants(arguments.get(0))
    if options is None or arguments != Arguments(arguments.positional[:1]):
        return INERT
    return frozenset(Known(tuple(one.get_fields())) for one in options)


# Functions


@models(Apps.get_model)
def get_model(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    names = [strings(value) for value in arguments.positional[1:]]
    if arguments.named or not names or any(not one or len(one) != 1 for one in names):
        return (
            engine.lose("a model that is not known")
            if engine.carries(arguments.everything())
            else INERT
        )
    try:
        labels: Any = [one[0] for one in names if one]
        return known(apps.get_model(*labels))
    except (LookupError, ValueError):
        return BOTTOM


@models(get_user_model)
def user_model(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    return known(get_user_model())


@models(BaseCache.get_or_set)
def get_or_set(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    """The cache keeps what the default is, or gives when it is called; the function itself is not kept."""
    default, found = arguments.get(2, "default"), INERT
    for atom in default:
        is_plain = isinstance(atom, (Inert, Lost)) or (
            isinstance(atom, Known) and not callable(atom.obj)
        )
        found |= {atom} if is_plain else engine.call_atom(atom, Arguments(), node)
    others = [*arguments.positional[:2], *arguments.positional[3:]]
    if engine.carries(join(others) | found):
        return engine.lose("the row is given to a cache")
    return found


@models(conditional_escape)
def escaped(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    for atom in arguments.get(0):
        if engine.ask(atom, "__html__") is None:
            engine.text_atom(atom, False)
    return TEXT


@models(slugify.__code__)  # Any function that ``keep_lazy`` made: rows are no lazy objects.
def keep_lazy(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    closure = constants(arguments.get(0)) or [{}]
    rest = Arguments(
        arguments.positional[1:], arguments.named, arguments.rest, arguments.named_rest
    )
    return engine.call_known(closure[0]["func"].cell_contents, rest, node)


@models(
    translation.gettext,
    translation.ngettext,
    translation.pgettext,
    translation.npgettext,
    translation.gettext_lazy,
    translation.ngettext_lazy,
    translation.pgettext_lazy,
)
def translated(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    if engine.carries(arguments.everything()):
        return engine.lose("a translation of the row")
    return TEXT


@models(mark_safe)
def safe(engine: Interpreter, arguments: Arguments, node: object) -> Value:
    return engine.text(arguments.get(0))
