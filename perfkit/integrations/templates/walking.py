"""Walks through the nodes of a compiled template with rows in its context. No template is rendered."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.template import base, defaulttags

from perfkit.inference.arguments import Arguments
from perfkit.inference.declarations import declaration_of
from perfkit.inference.engine import BudgetExceeded
from perfkit.inference.frames import Frame
from perfkit.inference.scopes import Scope
from perfkit.inference.values import (
    BOTTOM,
    INERT,
    LOST,
    TEXT,
    Atom,
    Box,
    Generator,
    Inert,
    Method,
    Row,
    Rows,
    Tup,
    Value,
    join,
    known,
)
from perfkit.integrations.templates import filters, nodes, tags
from perfkit.integrations.templates.context import Variables
from perfkit.integrations.templates.loading import Templates, name_of_template

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from perfkit.inference.results import Place

#: A template may take so many steps and seconds.
MAX_STEPS = 200_000
MAX_SECONDS = 5
#: What a tag may read of its context besides names, and no row can be got out of.
_CONTEXT_PARTS = ("request", "autoescape", "use_l10n", "use_tz", "template_name", "current_app")

_STRINGFILTER = filters.stringfilter_code()
_QUERYSTRING = getattr(defaulttags, "querystring", None)


class Walker(Templates):
    """One analysis of one template."""

    def __init__(self, engine: Any) -> None:
        super().__init__(engine)
        self.limit = MAX_STEPS
        #: What could not be followed, and the rows that it may read.
        self.lost: dict[tuple[str, Place], set[tuple[str, ...]]] = {}
        self.subject: Value = BOTTOM
        self.contexts: set[Box] = set()

    def analyse_template(
        self, template: Any, names: Mapping[str, Value], others: Value = INERT
    ) -> None:
        """Follow the names through a template; any other name may stand for one of ``others``."""
        self.frames.append(Frame(Scope(), name_of_template(template), "", {}))
        self.variables = Variables(names, others)
        try:
            self.walk_template(template)
        except (BudgetExceeded, RecursionError) as limit:
            del self.frames[1:]
            self.lose(f"a template that takes {limit} to follow")
        self.frames.pop()

    def entries_of(self, context: Value) -> tuple[dict[str, Value], Value, Value]:
        """Return what a context holds by name, what under names that are not known, and what is no dictionary."""
        names: dict[str, Value] = {}
        others, rest = INERT, BOTTOM
        for atom in context:
            if isinstance(atom, Box) and atom.kind == "dict":
                held = self.contents(atom)
                others |= held.items
                for name, value in held.fields.items():
                    names[str(name)] = names.get(str(name), BOTTOM) | value
            else:
                rest |= {atom}
        return names, others, rest

    # What is lost

    @contextmanager
    def about(self, value: Value) -> Iterator[None]:
        """Say what a piece of the analysis is about: what it can't follow may read these rows."""
        before, self.subject = self.subject, value
        try:
            yield
        finally:
            self.subject = before

    def lose(self, construct: str) -> Value:
        """Note that the current line does what is not modelled, and to which rows."""
        limit = self.limit
        super().lose(construct)
        self.limit = limit
        paths = set(self.paths_in(self.subject, set())) or {()}
        self.lost.setdefault((construct, self.place()), set()).update(paths)
        return LOST

    def paths_in(self, value: Value, seen: set[Atom]) -> Iterator[tuple[str, ...]]:
        """Give the paths of the rows in a value, and of those that they lead back to."""
        for atom in value - seen:
            seen.add(atom)
            if isinstance(atom, Row):
                if not atom.own:
                    yield atom.path
                if atom.parent is not None:
                    yield from self.paths_in(frozenset({atom.parent}), seen)
            elif isinstance(atom, Rows):
                around = {atom.row} | ({atom.anchor} if atom.anchor is not None else set())
                yield from self.paths_in(frozenset(around), seen)
            elif isinstance(atom, (Box, Tup)):
                yield from self.paths_in(self.held(atom), seen)
            elif self.carries(frozenset({atom})):
                yield ()

    def step(self) -> None:
        """Count one step; raise BudgetExceeded when it is one too many."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise BudgetExceeded(f"more than {MAX_STEPS:,} steps")
        if self.steps % 128 == 0:
            now = self.clock()
            self.started = now if self.started is None else self.started
            if now - self.started > MAX_SECONDS:
                raise BudgetExceeded(f"more than {MAX_SECONDS} seconds")

    # Nodes

    def walk(self, nodelist: Iterable[Any] | None) -> None:
        """Follow nodes one after another."""
        frame = self.frame
        for node in nodelist or ():
            self.step()
            token = getattr(node, "token", None)
            line = frame.line
            if token is not None:
                frame.line = token.lineno
            model = nodes.model_of(node)
            if model is not None:
                model(self, node)
            else:
                self.walk_unknown(node)
            frame.line = line

    def walk_unknown(self, node: base.Node) -> None:
        """Give up on a tag: it sees the whole context, and what is in it may be rendered too."""
        token = getattr(node, "token", None)
        tag = token.contents.split()[0] if token is not None else type(node).__name__
        with self.about(self.variables.everything()):
            self.lose(f"the tag {tag} ({type(node).__module__}.{type(node).__qualname__})")
        for name in node.child_nodelists:
            self.walk(getattr(node, name, None))

    def is_true(self, value: Value) -> None:
        """Ask whether a value is true."""
        with self.about(value):
            self.truth(value)

    def compares_harmlessly(self, atom: Atom) -> bool:
        """Tell whether ``==`` of an object looks into nothing: what else is in the context does not."""
        return (len(self.frames) == 1 and isinstance(atom, Inert)) or super().compares_harmlessly(
            atom
        )

    def search(self, container: Value, item: Value) -> None:
        """Ask whether a container has an item; what else is in the context compares it and no more."""
        if len(self.frames) == 1:
            others = frozenset(atom for atom in container if isinstance(atom, Inert))
            if others:
                self.digest(item)
                self.equal(item, INERT)
            container -= others
        super().search(container, item)

    # Expressions

    def resolve(self, expression: Any) -> Value:
        """Return what a filter expression or variable may be."""
        if isinstance(expression, base.Variable):
            return self.resolve_variable(expression)
        if not isinstance(expression, base.FilterExpression):
            return constant(expression)
        if isinstance(expression.var, base.Variable):
            value = self.resolve_variable(expression.var)
        else:
            value = constant(expression.var) if expression.var is not None else TEXT
        for function, arguments in expression.filters:
            given = tuple(
                self.resolve_variable(one) if looked_up else constant(one)
                for looked_up, one in arguments
            )
            with self.about(value.union(*given)):
                value = self.filtered(function, value, given, expression)
        return value

    def resolve_variable(self, variable: base.Variable) -> Value:
        """Return what a variable may be."""
        if variable.translate:
            return TEXT
        if variable.lookups is None:
            literal = variable.literal
            return constant(literal)
        name, *bits = variable.lookups
        if name == "block" and self.within:
            if bits == ["super"]:
                self.walk_super()
            return TEXT
        found = self.variables.get(name)
        with self.about(found):
            value = join(self.called(atom, name, variable) for atom in found)
        for bit in bits:
            value = self.look_up(value, bit, variable)
        return value or TEXT

    def filtered(
        self, function: Any, value: Value, given: tuple[Value, ...], node: object
    ) -> Value:
        """Apply a filter."""
        model = filters.FILTERS.get(function)
        if model is not None and declaration_of(function) is None:
            return model(self, value, given[0] if given else BOTTOM, (node, function))
        named = (("autoescape", INERT),) if getattr(function, "needs_autoescape", False) else ()
        return self.call_known(function, Arguments((value, *given), named), (node, function))

    def model_of_call(self, target: Any) -> Callable[..., Value] | None:
        """Return what models a function: besides Python's and Django's, those of templates."""
        if target is _STRINGFILTER:
            return filters.apply_stringfilter
        if target is _QUERYSTRING and target is not None:
            return tags.querystring
        return super().model_of_call(target)

    # The context, as functions that take it see it

    def context_box(self, node: object) -> Box:
        """Return the context as a dictionary."""
        box = self.make((node, "context"), "dict")
        self.contexts.add(box)
        for name, value in self.variables.flat().items():
            self.put(box, value, key=name)
        self.put(box, self.variables.others)
        return box

    def take_back(self, box: Box) -> None:
        """Set the names that a function may have set in the context."""
        held = self.contents(box)
        for name, value in held.fields.items():
            if isinstance(name, str) and not value <= self.variables.get(name):
                self.variables.assign(name, value)
        self.variables.others |= held.items

    def get_made(self, atom: Box | Tup | Generator, name: str) -> Value:
        """Read an attribute of what analysed code made; of the context there are some more."""
        if isinstance(atom, Box) and atom in self.contexts:
            if name in _CONTEXT_PARTS:
                return INERT
            if name in ("push", "new", "dicts", "render_context", "template", "set_upward"):
                return self.lose(f"{name} of the context")
            if name == "flatten":
                return frozenset({Method(atom, "copy")})
        return super().get_made(atom, name)


def constant(literal: Any) -> Value:
    """Return the value of a literal of a template; texts are marked safe there, which is no matter here."""
    return known(str.__str__(literal) if isinstance(literal, str) else literal)
