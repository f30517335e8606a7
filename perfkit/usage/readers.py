"""Who reads a column: the page, or what Django does by itself as it loads, saves and compares rows."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
from django.db.models import Model, QuerySet, deletion, query, query_utils
from django.db.models.fields import related, related_descriptors

from perfkit.auditor import frames

if TYPE_CHECKING:
    from types import CodeType, FrameType

#: What the machinery does with a row as it reads it.
LOADS, SAVES, LEAVES = "loads", "saves", "leaves"


def _codes() -> dict[CodeType, str]:
    # Django's own ways through a row; the private ones among them are reached through these.
    loading: tuple[Any, ...] = (
        Model.__eq__,
        Model.__hash__,
        Model.get_deferred_fields,
        Model.refresh_from_db,
        Model.delete,
        Model.full_clean,
        Model.clean_fields,
        Model.validate_unique,
        Model.validate_constraints,
        deletion.Collector.collect,
        deletion.Collector.delete,
        query.prefetch_related_objects,
        query.ModelIterable.__iter__,
        query_utils.DeferredAttribute.__get__,
        related.ForeignObject.get_instance_value_for_fields,
        query.prefetch_one_level,
    )
    saving: tuple[Any, ...] = (
        Model.save,
        Model.save_base,
        QuerySet.bulk_create,
        QuerySet.bulk_update,
    )
    return {
        **{inspect.unwrap(function).__code__: LOADS for function in loading},
        **{inspect.unwrap(function).__code__: SAVES for function in saving},
        Model.__getstate__.__code__: LEAVES,
    }


_MACHINERY = _codes()
_DJANGO = str(Path(django.__file__).parent).replace("\\", "/") + "/"
_DESCRIPTORS = (related_descriptors.__file__, "django/contrib/contenttypes/fields.py")
#: FieldTracker keeps what it saw when a row was saved; what it is asked for is the page's read.
_TRACKER = ("set_saved_fields", "__set__", "__get__")
_PAGE = (frames.NODE, frames.SERIALIZER, frames.COLUMN, frames.HOP, frames.REQUEST)


#: The answers by the id of the code, each with what takes it away with the code.
_known: dict[int, tuple[str, object]] = {}


def machinery(code: CodeType) -> str:
    """Return what a code object of Django's does with a row by itself; "" for any other."""
    known = _known.get(id(code))
    if known is None:
        known = _known[id(code)] = _machinery(code), frames.as_long_as(code, _known)
    return known[0]


def _machinery(code: CodeType) -> str:
    found = _MACHINERY.get(code)
    if found is not None:
        return found
    file = code.co_filename
    if file.endswith(_DESCRIPTORS):
        return LOADS
    if file.endswith("model_utils/tracker.py") and code.co_name in _TRACKER:
        return LOADS
    return ""


def looks_for_one(code: CodeType) -> bool:
    """Say whether code that takes the ``__dict__`` of a row looks for one value, as all of Django's does."""
    file = code.co_filename.replace("\\", "/")
    return file.startswith(_DJANGO) or file.endswith(("/functools.py", "model_utils/tracker.py"))


class Reader:
    """Who reads: ``does`` is "" for the page; ``members`` are the frames of members, outermost last."""

    __slots__ = ("does", "members")

    def __init__(self, frame: FrameType | None) -> None:
        self.does = ""
        self.members: list[tuple[Any, str]] = []
        while frame is not None:
            code = frame.f_code
            mark = frames.known_mark(id(code)) or frames.mark_of(code)
            if mark.category == frames.MEMBER and mark.member is not None:
                names = code.co_varnames
                owner = frame.f_locals.get(names[0]) if names else None
                self.members.append((owner, mark.member.name))
            elif mark.users or mark.category in _PAGE:
                return
            elif not self.members and (does := machinery(code)):
                self.does = does
                return
            frame = frame.f_back
