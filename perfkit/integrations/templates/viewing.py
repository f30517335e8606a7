"""What the template of a class-based view reads of the rows that the view loads.

The view says which template and, in ``get_context_data()``, under which names its rows stand; overrides of it are
followed like any other function. No query is sent, and the view answers nothing.
"""

from __future__ import annotations

import copy
import inspect
from typing import TYPE_CHECKING, Any

from django.views.generic.base import ContextMixin
from django.views.generic.detail import SingleObjectMixin
from django.views.generic.edit import FormMixin, ModelFormMixin
from django.views.generic.list import MultipleObjectMixin

from perfkit.exceptions import PresetError
from perfkit.inference.arguments import Arguments
from perfkit.inference.frames import Frame
from perfkit.inference.scopes import Scope
from perfkit.inference.statics import assigned_plainly
from perfkit.inference.values import (
    INERT,
    NONE,
    TRUTH,
    Atom,
    Box,
    Consumer,
    Opaque,
    Row,
    Super,
    Value,
    join,
    live,
)
from perfkit.integrations.templates.deriving import kept, load, told
from perfkit.integrations.templates.pages import PageOfRows, page_of
from perfkit.integrations.templates.walking import Walker

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet

    from perfkit.derivation import Derived
    from perfkit.keeping import Kept

#: Attributes of a view that hold no rows, and are set for each request.
_PLAIN = ("request", "args", "kwargs")
#: What a view overrides to render a context that ``get_context_data()`` knows nothing of.
_RENDERING = ("get", "post", "render_to_response")
#: Names that the context processors of Django set.
_PROCESSORS = (
    *("request", "user", "perms", "messages", "DEFAULT_MESSAGE_LEVELS", "csrf_token", "csp_nonce"),
    *("debug", "sql_queries", "LANGUAGES", "LANGUAGE_CODE", "LANGUAGE_BIDI"),
    *("STATIC_URL", "MEDIA_URL", "TIME_ZONE"),
)


def derive_from_view(view: Any, rows: QuerySet[Any]) -> Derived:
    """Return what the template of a view reads of its rows, and where, with the preset.

    Takes and raises what :func:`keep_for_view` does.
    """
    return keep_for_view(view, rows).derived


def keep_for_view(view: Any, rows: QuerySet[Any]) -> Kept:
    """Return what the template of a view reads of its rows, with the plan that loads it.

    ``view`` is a list or detail view after ``setup()``, ``rows`` what its ``get_queryset()`` gives.
    Raises :class:`~perfkit.PresetError` for a view without rows or template.
    """
    cls: Any = type(view)
    if not isinstance(view, (MultipleObjectMixin, SingleObjectMixin)):
        raise PresetError(
            f"{cls.__name__} is neither a list view nor a detail view: name a preset."
        )
    compiled = load(_template_names(view, rows), getattr(view, "template_engine", None)).template
    name = _name_of_rows(view, rows)
    extra = dict(view.extra_context or {})
    key = (
        *(cls, rows.model, type(rows), name),
        *(frozenset(rows.query.annotations), tuple((name, id(extra[name])) for name in extra)),
    )

    def derive() -> Derived:
        walker = ViewWalker(compiled.engine, cls, name, extra)
        walker.begin(rows.model, type(rows), frozenset(rows.query.annotations))
        walker.analyse_view(compiled)
        return told(walker, rows.model)

    return kept(key, compiled, derive, type(rows))


def _shown(view: Any, rows: QuerySet[Any]) -> Any:
    """Return a view that shows rows, as far as its methods look at them before they are loaded."""
    shown = copy.copy(view)
    if isinstance(view, MultipleObjectMixin):
        shown.object_list = rows
    else:
        # It has a class, and nothing of a row: no code of the model runs.
        model: Any = rows.model
        shown.object = model.__new__(model)
    return shown


def _template_names(view: Any, rows: QuerySet[Any]) -> list[str]:
    if not hasattr(view, "get_template_names") or getattr(view, "template_name_field", None):
        raise PresetError(
            f'{type(view).__name__}: preset_from = "template" takes a view with a template that the view '
            "alone names; name a preset."
        )
    names: list[str] = _shown(view, rows).get_template_names()
    return names


def _name_of_rows(view: Any, rows: QuerySet[Any]) -> str | None:
    shown = _shown(view, rows)
    given = rows if isinstance(view, MultipleObjectMixin) else shown.object
    name: str | None = shown.get_context_object_name(given)
    return name


class ViewWalker(Walker):
    """The analysis of the template of a view."""

    def __init__(self, engine: Any, view: type, name: str | None, extra: dict[str, Any]) -> None:
        super().__init__(engine)
        self.viewed = Consumer(None, view, frozenset(), assigned_plainly(view).union(_PLAIN))
        self.name = name
        self.extra = extra
        self.models: dict[Any, Callable[[Arguments, object], Value]] = {
            ContextMixin.get_context_data: self.put_view,
            MultipleObjectMixin.get_context_data: self.put_rows,
            SingleObjectMixin.get_context_data: self.put_row,
            FormMixin.get_context_data: self.put_form,
            MultipleObjectMixin.get_queryset: lambda arguments, node: self.get_rows_of_view(),
            SingleObjectMixin.get_object: lambda arguments, node: self.get_row_of_view(),
        }

    def analyse_view(self, template: Any) -> None:
        """Follow the names that the view gives to its rows through the template."""
        cls = self.viewed.cls
        self.frames.append(Frame(Scope(), inspect.getfile(cls), cls.__qualname__, {}))
        given: tuple[tuple[str, Value], ...] = ()
        if not issubclass(cls, MultipleObjectMixin):
            given = (("object", self.get_row_of_view()),)
        method = self.get(frozenset({self.viewed}), "get_context_data")
        context = self.call(method, Arguments((), given), cls)
        names, others, rest = self.entries_of(context)
        if rest:
            self.lose("a context that is no dictionary")
        for name in _RENDERING:
            rendering = getattr(cls, name, None)
            if not _is_known(rendering):
                what = f"what {cls.__qualname__}.{name}() may have put into the context"
                others |= {Opaque(what)}
                names = {**dict.fromkeys(_PROCESSORS, INERT), **names}
        self.frames.pop()
        self.analyse_template(template, names, others)

    def get_rows_of_view(self) -> Value:
        """Return what ``get_queryset()`` gives."""
        assert self.root is not None
        return frozenset({self.root_rows(self.root, self.queryset_class)})

    def get_row_of_view(self) -> Value:
        """Return what ``get_object()`` gives."""
        assert self.root is not None
        if issubclass(self.viewed.cls, MultipleObjectMixin):
            return frozenset({Opaque("the object of a list view")})
        return frozenset({Row(self.root, self.root)})

    def get_of_consumer(self, receiver: Consumer, name: str, raw: Any) -> Value:
        """Read an attribute of the view: its rows, whatever its methods do to get them."""
        if receiver == self.viewed:
            if name == "object_list":
                return self.get_rows_of_view()
            if name == "object":
                return self.get_row_of_view()
            if name == "get_queryset":
                raw = MultipleObjectMixin.get_queryset
            elif name == "get_object" and not issubclass(receiver.cls, MultipleObjectMixin):
                raw = SingleObjectMixin.get_object
        return super().get_of_consumer(receiver, name, raw)

    def model_of_call(self, target: Any) -> Callable[..., Value] | None:
        """Return what models a function: besides others', the methods of Django's views."""
        try:
            found = self.models.get(target)
        except TypeError:
            found = None
        if found is not None:
            return lambda engine, arguments, node: found(arguments, node)
        return super().model_of_call(target)

    def look_up_atom(self, atom: Atom, bit: str, node: object) -> Value:
        """Return what a lookup gives of one thing; of a page, rows by number only."""
        if isinstance(atom, Box) and atom.cls is PageOfRows:
            rows = self.contents(atom).fields["object_list"]
            return self.look_up(rows, bit, node) if bit.isdecimal() else self.get_atom(atom, bit)
        return super().look_up_atom(atom, bit, node)

    # What Django's views put into the context

    def put_rows(self, arguments: Arguments, node: object) -> Value:
        """``MultipleObjectMixin.get_context_data()``."""
        given = arguments.get(1, "object_list") - NONE
        rows = given or self.get_rows_of_view()
        page = page_of(self, rows, self.viewed.cls)
        shown = rows | self.look_up(page, "object_list", node)
        entries = {"paginator": page, "page_obj": page | NONE, "is_paginated": TRUTH}
        return self.put_more(
            MultipleObjectMixin, arguments, {**entries, **self.named(shown, "object_list")}
        )

    def put_row(self, arguments: Arguments, node: object) -> Value:
        """``SingleObjectMixin.get_context_data()``."""
        row = self.get_row_of_view()
        return self.put_more(SingleObjectMixin, arguments, self.named(row, "object"))

    def put_form(self, arguments: Arguments, node: object) -> Value:
        """``FormMixin.get_context_data()``: the form of a row has the row."""
        form = INERT
        if issubclass(self.viewed.cls, ModelFormMixin):
            form = frozenset({Opaque("the form, which is bound to the row")})
        return self.put_more(FormMixin, arguments, {"form": form})

    def named(self, value: Value, name: str) -> dict[str, Value]:
        """Return the rows under the names that Django gives them."""
        return {name: value, **({self.name: value} if self.name else {})}

    def put_more(self, cls: Any, arguments: Arguments, entries: dict[str, Value]) -> Value:
        """Go on with the class behind one of Django's; arguments win over its own entries."""
        given = tuple({**entries, **dict(arguments.named)}.items())
        behind = Arguments((), given, arguments.rest, arguments.named_rest)
        receivers = arguments.get(0)
        method = join(self.get_super(Super(cls, atom), "get_context_data") for atom in receivers)
        return self.call(method, behind, cls)

    def put_view(self, arguments: Arguments, node: object) -> Value:
        """``ContextMixin.get_context_data()``."""
        box = self.make((node, "context of the view"), "dict")
        self.put(box, arguments.get(0), key="view")
        for name, value in arguments.named:
            self.put(box, value, key=name)
        self.put(box, arguments.named_rest)
        for name, value in self.extra.items():
            self.put(box, live(value), key=name)
        return frozenset({box})


def _is_known(method: Any) -> bool:
    """Tell whether a method of a view is Django's, or missing."""
    return method is None or str(method.__module__).startswith(("django.", "perfkit."))
