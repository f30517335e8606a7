"""What each frame of a stack is to the auditor, known by its code object.

A look at a stack happens at each lazy load, so a frame costs one dictionary look-up. All that needs
the names of files is done once per code object.
"""

from __future__ import annotations

import asyncio
import functools
import gc
import inspect
import sys
import sysconfig
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
from asgiref.sync import SyncToAsync
from django.core.handlers.base import BaseHandler
from django.db.models import QuerySet
from django.template.base import Node

from perfkit.auditor import members
from perfkit.auditor.findings import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import CodeType, FrameType

    from perfkit.auditor.findings import Member

# The categories; only the first is false, and passed over in silence.
PASSED = 0  # the standard library, Django's template engine, decorators
THIRD_PARTY = 1
DJANGO = 2
USER = 3
MEMBER = 4
NODE = 5  # a node of a template is rendered
SERIALIZER = 6  # a serializer of Django REST framework represents a row
COLUMN = 7  # the admin renders a row of a change list
SINGLE = 8  # one row is fetched alone
HOP = 9  # a thread that runs synchronous code for a coroutine
REQUEST = 10  # a handler calls a view: nobody beyond it asked
WRITE = 11  # a related manager changes the relation


class Line:
    """A line of code, told from others by identity: the same object for as long as the code lives."""

    __slots__ = ("place",)

    def __init__(self, place: Place) -> None:
        self.place = place


class Mark:
    """What a code object is, for as long as the code lives."""

    __slots__ = ("category", "life", "lines", "member", "users")

    def __init__(self, code: CodeType, category: int, member: Member | None = None) -> None:
        self.life = as_long_as(code, marks)
        self.category = category
        self.member = member
        #: Whether it is code of the user's own.
        self.users = category == USER or (category == MEMBER and is_users(code.co_filename))
        #: Its lines by the index of the instruction: to ask a frame for its line is to go through a
        #: table.
        self.lines: dict[int, Line] = {}

    def line(self, frame: FrameType) -> Line:
        """Return where a frame of this code is."""
        found = self.lines.get(frame.f_lasti)
        if found is None:
            number = frame.f_lineno
            found = next(
                (known for known in self.lines.values() if known.place.line == number), None
            )
            if found is None:
                code = frame.f_code
                found = Line(Place(code.co_filename, number, code.co_name))
            self.lines[frame.f_lasti] = found
        return found


def as_long_as(code: CodeType, table: dict[int, Any]) -> object:
    """Return what has to be kept with the entry of the code's id, which then goes with the code.

    To hash code is to go through all of it, so tables have its id; and a project may compile code
    for every request, so they must not keep it alive.
    """
    return weakref.ref(code, functools.partial(table.pop, id(code)))


#: The marks by the id of the code.
marks: dict[int, Mark] = {}
known_mark = marks.get


def mark_of(code: CodeType) -> Mark:
    """Return the mark of a code object, and remember it."""
    mark = known_mark(id(code))
    if mark is None:
        member = members.member_of(code)
        if member is not None:
            mark = Mark(code, PASSED if member is members.WRAPPER else MEMBER, member)
        else:
            mark = Mark(code, _category(code))
        marks[id(code)] = mark
    return mark


def know_model(model: type) -> None:
    """Make the members of a model known that was not there when the others were looked up."""
    if members.register(model):
        marks.clear()


def forget() -> None:
    """Forget all marks and members."""
    members.forget()
    marks.clear()


def _directories(path: str | Path | None) -> tuple[str, ...]:
    """Return what the names of files in a directory begin with: as it was asked for, and behind its links."""
    directory = Path(path or "/nowhere")
    return f"{directory}/", f"{directory.resolve()}/"


_DJANGO = _directories(Path(django.__file__).parent)
_TEMPLATES = tuple(f"{directory}template/" for directory in _DJANGO)
_PERFKIT = _directories(Path(__file__).parent.parent)
_STDLIB = tuple(
    directory
    for name in ("stdlib", "platstdlib")
    for directory in _directories(sysconfig.get_path(name))
)
_SHELLS = ("<stdin", "<console", "<ipython", "<python-input")
_LIBRARIES = ("/site-packages/", "/dist-packages/")
_RELATED = tuple(
    directory + file
    for directory in _DJANGO
    for file in ("db/models/fields/related_descriptors.py", "contrib/contenttypes/fields.py")
)
_WRITES = frozenset(
    [
        "add",
        "create",
        "remove",
        "clear",
        "_clear",
        "set",
        "set_base",
        "_add_items",
        "_remove_items",
        "get_or_create",
        "update_or_create",
    ]
)
# A descriptor of the user's own is no place where something was read.
_LOOKUPS = frozenset(["__get__", "__getattr__", "__getattribute__"])


def _code(function: Any) -> CodeType:
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    code: CodeType = function.__code__
    return code


#: The methods that fetch one row alone, by their code.
FETCH_ALONE = tuple(_code(getattr(QuerySet, name)) for name in ("get", "first", "last"))


def _special() -> dict[CodeType, int]:
    """Return the functions of Django and asgiref that tell something by being on the stack."""
    handler: Any = BaseHandler  # django-stubs leaves out the private names
    handlers = (handler._get_response, handler._get_response_async)
    return {
        _code(Node.render_annotated): NODE,
        _code(SyncToAsync.thread_handler): HOP,
        **dict.fromkeys(FETCH_ALONE, SINGLE),
        **{_code(handler): REQUEST for handler in handlers},
    }


_SPECIAL = _special()


def _category(code: CodeType) -> int:
    special = _SPECIAL.get(code)
    if special is not None:
        return special
    file = code.co_filename
    if file.startswith(_PERFKIT):
        return PASSED
    if file.startswith(_DJANGO):
        return _category_in_django(code)
    if any(part in file for part in _LIBRARIES):
        if file.endswith("rest_framework/serializers.py") and code.co_name == "to_representation":
            return SERIALIZER
        return THIRD_PARTY
    return USER if is_users(file) and code.co_name not in _LOOKUPS else PASSED


def is_users(file: str) -> bool:
    """Say whether a file is the user's own: no library's, not Django's, not perfkit's."""
    if file.startswith("<"):
        return file.startswith(_SHELLS)
    return not file.startswith(_PERFKIT + _DJANGO + _STDLIB) and not any(
        part in file for part in _LIBRARIES
    )


def _category_in_django(code: CodeType) -> int:
    file = code.co_filename
    if file.startswith(_TEMPLATES):
        return PASSED
    if file in _RELATED:
        return WRITE if code.co_name in _WRITES else PASSED
    if code.co_name == "items_for_result" and file.endswith("templatetags/admin_list.py"):
        return COLUMN
    return DJANGO


def awaiting_line(handler: FrameType) -> Line | None:
    """Return the user's line of the coroutine that waits for a thread, or None."""
    for frame in awaiting_frames(handler):
        mark = mark_of(frame.f_code)
        if mark.category == REQUEST:
            break
        if mark.users:
            return mark.line(frame)
    return None


def awaiting_frames(handler: FrameType) -> Sequence[FrameType]:
    """Return the frames of the coroutine that waits for a thread, innermost first.

    ``handler`` is the thread's frame of category HOP. Its own callers belong to the executor, or
    to whoever blocks on the event loop; the one who asked is suspended in a task, or, where the
    thread was quick, still on its way there.
    """
    names = handler.f_locals
    hop, loop = names["self"], names["loop"]
    for look in (_frames_suspended, _frames_running, _frames_suspended):
        found = look(hop, loop)
        if found is not None:
            return found
    return ()


_HOP_CALL = _code(SyncToAsync.__call__)


def _frames_suspended(hop: Any, loop: Any) -> Sequence[FrameType] | None:
    for task in asyncio.all_tasks(loop):
        chain = list(_suspended(task.get_coro()))
        for index, frame in enumerate(chain):
            if frame.f_code is _HOP_CALL and frame.f_locals.get("self") is hop:
                return chain[:index][::-1]
    return None


def _frames_running(hop: Any, loop: Any) -> Sequence[FrameType] | None:
    for top in sys._current_frames().values():
        frame: FrameType | None = top
        while frame is not None:
            if frame.f_code is _HOP_CALL and frame.f_locals.get("self") is hop:
                return list(_callers(frame.f_back))
            frame = frame.f_back
    return None


def _callers(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _suspended(awaitable: Any) -> Iterator[FrameType]:
    """Yield the frames of a suspended coroutine, outermost first."""
    while awaitable is not None:
        for frame, inner in (
            ("cr_frame", "cr_await"),
            ("ag_frame", "ag_await"),
            ("gi_frame", "gi_yieldfrom"),
        ):
            if hasattr(awaitable, frame):
                found = getattr(awaitable, frame)
                if found is not None:
                    yield found
                awaitable = getattr(awaitable, inner)
                break
        else:
            # The step of an async generator, which names it to the garbage collector alone.
            awaitable = next(filter(inspect.isasyncgen, gc.get_referents(awaitable)), None)
