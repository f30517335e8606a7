"""What the admin's pages read of the rows that they show, told as Django looks it up.

``django.contrib.admin.utils.lookup_field()`` says what a name in ``list_display`` or ``readonly_fields``
means; this follows it, step by step, without a row.
"""

from __future__ import annotations

import ast
import inspect
from typing import TYPE_CHECKING, Any

from django.contrib.admin.options import BaseModelAdmin, ModelAdmin
from django.core.exceptions import FieldDoesNotExist
from django.db.models.constants import LOOKUP_SEP

from perfkit.derivation import Derivation, Place
from perfkit.inference import callable_reads
from perfkit.inference.sources import parse
from perfkit.members import member_reads
from perfkit.relations import find_relation

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import Model

__all__ = ["declared_at", "is_own", "read_called", "read_displayed", "read_text"]

TEXT = "__str__"


def read_displayed(
    derivation: Derivation, admin: BaseModelAdmin[Any], name: Any, place: Place
) -> None:
    """Tell what one name of ``list_display`` or ``readonly_fields`` reads of a row."""
    model = derivation.model
    if callable(name):
        read_called(derivation, name, place)
        return
    field = _field(model, name)
    if field is not None:
        if field.is_relation:
            read_text(derivation, name, place)
        else:
            derivation.read(name, place)
    elif _is_checkbox(admin, name):
        # What it calls besides str() is in C or lazy; this is what it reads of the row.
        derivation.read("pk", place)
        read_text(derivation, "", place)
    elif name != TEXT and hasattr(admin, name):
        read_called(derivation, getattr(admin, name), place)
    else:
        _read_path(derivation, name, place)


def read_called(
    derivation: Derivation, function: Callable[..., Any], place: Place, parameter: int = 0
) -> None:
    """Tell what a function that is handed the row reads, and the text of the rows that it gives."""
    derivation.function("", function, place, parameter)
    reads = callable_reads(function, derivation.model, parameter)
    for path in sorted(reads.whole):
        read_text(derivation, path, place)


def read_text(derivation: Derivation, path: str, place: Place) -> None:
    """Tell what ``str()`` of the rows at a path reads."""
    if derivation.model_at(path) is None:
        derivation.lose(f"str() of {path!r}, whose rows are of no one model", place, path)
        return
    derivation.read(f"{path}{LOOKUP_SEP}{TEXT}" if path else TEXT, place)


def is_own(admin: Any, method: str) -> bool:
    """Whether a method of an admin is the project's own."""
    return not getattr(type(admin), method).__module__.startswith(("django.", "perfkit."))


def declared_at(owner: object, attribute: str, item: object = None) -> Place:
    """Return the line on which a class, or that of an object, says an attribute, or one item of it."""
    owner = owner if isinstance(owner, type) else type(owner)
    for klass in owner.__mro__:
        if attribute not in vars(klass):
            continue
        try:
            lines, first = inspect.getsourcelines(klass)
            file = inspect.getsourcefile(klass) or "<unknown>"
        except (OSError, TypeError):
            return Place("<unknown>", 0, f"{klass.__qualname__}.{attribute}")
        line = first + _line_within("".join(lines), attribute, item)
        return Place(file, line, f"{klass.__qualname__}.{attribute}")
    return Place("<unknown>", 0, f"{owner.__qualname__}.{attribute}")


def _line_within(source: str, attribute: str, item: object) -> int:
    """Return how many lines below its first line a class says an attribute, or one item of it."""
    try:
        body: list[Any] = parse(inspect.cleandoc("\n" + source)).body[0].body  # type: ignore[attr-defined]
    except (SyntaxError, IndexError, AttributeError):
        return 0
    for node in body:
        targets = getattr(node, "targets", [getattr(node, "target", None)])
        if attribute not in [getattr(target, "id", None) for target in targets]:
            if getattr(node, "name", None) == attribute:
                return int(node.lineno) - 1
            continue
        for part in ast.walk(node):
            if item is not None and isinstance(part, ast.Constant) and part.value == item:
                return part.lineno - 1
        return int(node.lineno) - 1
    return 0


def _field(model: type[Model], name: str) -> Any:
    """Return the field that Django shows under a name; None where it takes an attribute of the row.

    That are the key columns of foreign keys by their own names, generic foreign keys, and lists of
    rows behind foreign keys.
    """
    try:
        field: Any = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    if field.is_relation:
        if field.one_to_many or (field.many_to_one and not field.related_model):
            return None
        if not field.many_to_many and getattr(field, "attname", None) == name:
            return None
    return field


def _is_checkbox(admin: BaseModelAdmin[Any], name: str) -> bool:
    return (
        name == "action_checkbox"
        and getattr(type(admin), name, None) is ModelAdmin.action_checkbox
        and name not in vars(admin)
    )


def _read_path(derivation: Derivation, name: str, place: Place) -> None:
    """Tell what an attribute of the row reads, or a path of attributes."""
    model: type[Model] = derivation.model
    *above, last = [name] if hasattr(model, name) or name == TEXT else name.split(LOOKUP_SEP)
    at = LOOKUP_SEP.join(above)
    behind = derivation.model_at(at)
    if behind is None:
        derivation.read(name, place)
        return
    field = _field(behind, last)
    reads = member_reads(behind, last)
    relation = find_relation(behind, last)
    if (field is not None and field.is_relation) or (
        field is None and relation is not None and not relation.many
    ):
        read_text(derivation, name, place)
        return
    derivation.read(name, place)
    for path in sorted(reads.whole) if reads is not None and last != TEXT else ():
        read_text(derivation, f"{at}{LOOKUP_SEP}{path}" if at else path, place)
