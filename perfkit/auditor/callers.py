"""Who asked: a look up the stack, once short for comparing, and once in full for telling."""

from __future__ import annotations

import functools
import inspect
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.template.base import Node, Variable

from perfkit.auditor.findings import Member, Place
from perfkit.auditor.frames import (
    COLUMN,
    DJANGO,
    FETCH_ALONE,
    HOP,
    MEMBER,
    NODE,
    PASSED,
    REQUEST,
    SERIALIZER,
    SINGLE,
    THIRD_PARTY,
    USER,
    WRITE,
    awaiting_frames,
    awaiting_line,
    is_users,
    known_mark,
    mark_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from perfkit.auditor.frames import Mark


# Names the module of a frame by its number, without making an object of the frame; since Python 3.12.
_module: Callable[[int], str | None] | None = getattr(sys, "_getframemodulename", None)
_ENGINE = "django.template.base"
_QUERYSETS = "django.db.models.query"
_RENDERS = Node.render_annotated.__code__
_LOOKS_UP = vars(Variable)["_resolve_lookup"].__code__


def fingerprint(frame: FrameType | None, depth: int = 0) -> Any:
    """Return what tells one asking place from another: hashable, cheap, valid in one scope.

    It goes up to the user's line and, where a template, a serializer or the admin called it, to
    their field. ``depth`` says how many frames above this function's the given one is, where the
    caller knows.
    """
    if (
        depth
        and frame is not None
        and frame.f_code is _LOOKS_UP
        and _module is not None
        # Between the look-up and the node of {{ variable }} stand three functions of the engine's
        # own. The first is all that calls the look-up; a frame of the user's for one of the others
        # would be of another module, and no other node fits in.
        and _module(depth + 2) == _ENGINE
        and _module(depth + 3) == _ENGINE
        and (above := sys._getframe(depth + 4)).f_code is _RENDERS
    ):
        return above.f_locals["self"]
    found: list[Any] = []
    asked = False
    while frame is not None:
        code = frame.f_code
        mark = known_mark(id(code)) or mark_of(code)
        category = mark.category
        if category > THIRD_PARTY:
            if category == DJANGO:
                if asked:
                    break
            elif category == USER:
                found.append(mark.lines.get(frame.f_lasti) or mark.line(frame))
                asked = True
            elif category == MEMBER:
                found.append(mark)
            elif category == NODE:
                found.append(frame.f_locals["self"])
                break
            elif category == SERIALIZER:
                names = frame.f_locals
                # A list serializer has no field of its own.
                if (field := names.get("field")) is not None:
                    found += (type(names["self"]), field.field_name)
            elif category == COLUMN:
                found.append(frame.f_locals["field_name"])
                break
            elif category == HOP:
                found.append(awaiting_line(frame))
                break
            elif category == REQUEST:
                break
        frame = frame.f_back
    return tuple(found)


@dataclass(slots=True)
class Asker:
    """Who asked, as a finding tells it."""

    members: tuple[Member, ...] = ()
    location: Place | None = None
    template: Place | None = None
    serializer_field: str | None = None
    admin_column: str | None = None
    #: One row was fetched alone (``get()``, ``first()``).
    single: bool = False
    #: A related manager was changing its relation.
    writes: bool = False


class Look:
    """A look up the whole stack, which keeps no frame."""

    def __init__(self, frame: FrameType | None) -> None:
        self.members: list[Member] = []
        self.user: Place | None = None
        self.library: Place | None = None
        self.view: Place | None = None
        self.node: Any = None
        self.block = ""
        self.fields: list[str] = []
        self.serializer = ""
        self.column: str | None = None
        self.single = False
        self.writes = False
        self._walk(frame)

    def asker(self) -> Asker:
        """Return what was seen."""
        return Asker(
            members=tuple(reversed(self.members)),
            location=self.user or self.view or self.library,
            template=template_place(self.node, self.block),
            serializer_field=".".join([self.serializer, *reversed(self.fields)])
            if self.serializer
            else None,
            admin_column=self.column,
            single=self.single,
            writes=self.writes,
        )

    def _walk(self, frame: FrameType | None) -> None:
        while frame is not None:
            code = frame.f_code
            mark = known_mark(id(code)) or mark_of(code)
            category = mark.category
            # Most frames are Django's and of no interest.
            if category != PASSED and category != DJANGO:
                self._see(frame, mark)
                if category == HOP:
                    for waiting in awaiting_frames(frame):
                        mark = mark_of(waiting.f_code)
                        self._see(waiting, mark)
                        if mark.category == REQUEST:
                            break
                    return
                if category == REQUEST:
                    return
            frame = frame.f_back

    def _see(self, frame: FrameType, mark: Mark) -> None:
        category = mark.category
        if category == USER:
            self.user = self.user or _place(frame)
        elif category == MEMBER:
            if self.user is None and self.node is None and mark.member not in self.members[-1:]:
                assert mark.member is not None
                self.members.append(mark.member)
        elif category == NODE:
            self._see_node(frame.f_locals["self"])
        elif category == SERIALIZER:
            self._see_serializer(frame.f_locals)
        elif category == COLUMN:
            self._see_column(frame.f_locals)
        elif category == SINGLE:
            self.single = self.single or self.user is None
        elif category == WRITE:
            self.writes = self.writes or self.user is None
        elif category == THIRD_PARTY:
            self.library = self.library or _place(frame, third_party=True)
        elif category == REQUEST and self.user is None:
            callback = frame.f_locals.get("callback")
            self.view = view_place(callback) if callback is not None else None

    def _see_node(self, node: Any) -> None:
        if self.node is None and node.token is not None:
            self.node = node
        elif not self.block and type(node).__name__ == "BlockNode":
            self.block = node.name

    def _see_serializer(self, names: Any) -> None:
        serializer = names.get("self")
        field = names.get("field")
        if field is not None:
            self.fields.append(field.field_name)
            self.serializer = type(serializer).__name__

    def _see_column(self, names: Any) -> None:
        admin = type(names["cl"].model_admin).__name__
        name = names["field_name"]
        self.column = f"{admin}.{getattr(name, '__name__', name)}"


def look(frame: FrameType | None) -> Asker:
    """Return who asked, seen from the frame up."""
    return Look(frame).asker()


def template_place(node: Any, block: str) -> Place | None:
    """Return the place of a node of a template; None for none."""
    if node is None:
        return None
    origin = getattr(node, "origin", None)
    return Place(str(getattr(origin, "name", "<template>")), node.token.lineno or 0, block)


@functools.lru_cache(maxsize=256)
def view_place(view: Any) -> Place | None:
    """Return where the user's own view is defined, for a request in which none of its lines ran.

    A generic view, a view set or a change list evaluates and renders in its library's code.
    """
    admin = getattr(view, "model_admin", None)
    owner = getattr(view, "view_class", None) or getattr(view, "cls", None)
    owner = type(admin) if admin is not None else owner or inspect.unwrap(view)
    if not inspect.isroutine(owner) and not inspect.isclass(owner):
        owner = type(owner)
    file = getattr(sys.modules.get(getattr(owner, "__module__", "")), "__file__", None)
    if file is None or not is_users(file):
        return None
    try:
        line = inspect.getsourcelines(owner)[1]
    except OSError:
        # Of a class that a call has made, or whose module was set, Python 3.13 knows no line.
        return None
    return Place(file, line, owner.__qualname__)


def evaluated_at(frame: FrameType | None) -> tuple[Place | None, Place | None, bool]:
    """Return the user's line that calls, the template's, and whether one row is fetched alone."""
    return evaluation(frame)[1:]


def evaluation(frame: FrameType | None) -> tuple[Any, Place | None, Place | None, bool]:
    """Return where a queryset is evaluated: its line, the place, the template's, "one row alone".

    The line is a hashable that tells it from other lines; None where there is none. It runs for
    every queryset, so it stops at the user's line and makes a place once.
    """
    node: Any = None
    block = ""
    library: Place | None = None
    single = False
    while frame is not None:
        code = frame.f_code
        mark = known_mark(id(code)) or mark_of(code)
        if mark.users:
            line = mark.lines.get(frame.f_lasti) or mark.line(frame)
            if node is None:
                return line, line.place, None, single
            return node, line.place, template_place(node, block), single
        category = mark.category
        if category == SINGLE:
            single = True
        elif category == NODE:
            found = frame.f_locals["self"]
            if node is None:
                node = found if found.token is not None else None
            elif not block and type(found).__name__ == "BlockNode":
                block = found.name
        elif category == THIRD_PARTY and library is None:
            library = _place(frame, third_party=True)
        elif category == HOP:
            waiting = awaiting_line(frame)
            if waiting is not None:
                return waiting, waiting.place, template_place(node, block), single
            library = _awaiting_view(frame) or library
            break
        elif category == REQUEST:
            view = frame.f_locals.get("callback")
            library = (view and view_place(view)) or library
            break
        frame = frame.f_back
    return node or library, library, template_place(node, block), single


def evaluation_nearby() -> tuple[Any, Place | None, Place | None, bool] | None:
    """Return what ``evaluation()`` would, where the user's line calls the queryset itself; else None.

    To be called by a function that the hook of the iterables calls. Of the queryset's own frames it
    asks the names of their modules only, and makes an object of the outermost.
    """
    # Three frames are ours; the next is what made the iterable.
    if _module is None or _module(3) != _QUERYSETS:
        return None
    for outer in (4, 5, 6):
        module = _module(outer)
        if module != _QUERYSETS:
            break
    else:
        return None
    if module is None:
        return None
    frame = sys._getframe(outer)
    mark = known_mark(id(frame.f_code))
    if mark is None or not mark.users:
        return None
    called = sys._getframe(outer - 1).f_code
    single = called in FETCH_ALONE
    if not single and (outer == 6 or mark_of(called).users):
        # One of those between may be get(); a wrapper of the user's goes by the name of what it wraps.
        return None
    line = mark.lines.get(frame.f_lasti) or mark.line(frame)
    return line, line.place, None, single


def _awaiting_view(handler: FrameType) -> Place | None:
    """Return where the view is defined whose request waits for a thread, or None."""
    for frame in awaiting_frames(handler):
        if mark_of(frame.f_code).category == REQUEST:
            callback = frame.f_locals.get("callback")
            return view_place(callback) if callback is not None else None
    return None


def _place(frame: FrameType, third_party: bool = False) -> Place:
    code = frame.f_code
    return Place(code.co_filename, frame.f_lineno, code.co_name, third_party)


def forget() -> None:
    """Forget where views are defined."""
    view_place.cache_clear()
