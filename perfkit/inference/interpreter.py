"""The interpreter, put together from its parts, and the analysis of one member."""

from __future__ import annotations

import sys
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from perfkit.inference import container_models, django_models, modelling
from perfkit.inference.arguments import Arguments
from perfkit.inference.consumers import Consumers
from perfkit.inference.declarations import function_of
from perfkit.inference.engine import MAX_STEPS, BudgetExceeded
from perfkit.inference.frames import Frame
from perfkit.inference.live import MISSING, receivers_of_post_init, static
from perfkit.inference.patterns import Patterns
from perfkit.inference.results import Place, Unresolved
from perfkit.inference.scopes import Scope
from perfkit.inference.statements import MAX_ROUNDS
from perfkit.inference.statics import attributes_assigned
from perfkit.inference.values import (
    BOTTOM,
    INERT,
    Atom,
    Bound,
    Box,
    Consumer,
    Generator,
    Partial,
    Row,
    RowPart,
    Rows,
    Tup,
    Value,
    known,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import Model
    from django.db.models.options import Options

    from perfkit.inference.questions import CallableQuestion

_MODELS = modelling.MODELS
# They register themselves.
assert container_models
assert django_models


class Interpreter(Patterns, Consumers):
    """Runs one member of a model on an abstract row."""

    def __init__(self) -> None:
        super().__init__()
        if "model_utils.tracker" in sys.modules:  # No row meets what the project hasn't imported.
            from perfkit.inference import model_utils_models

            assert model_utils_models

    def model_of_call(self, target: Any) -> Callable[..., Value] | None:
        """Return what models a built-in or library function, if anything does."""
        found = _MODELS.get(id(target))
        return None if found is None else found[1]

    def option(self, options: Options[Any], name: str) -> Value | None:
        """Return an attribute of the options of a model, or None if it is no plain fact."""
        return django_models.option(options, name)

    def is_absent(self, row: Row, name: str) -> bool:
        """Tell whether nothing in the class of a row gives it an attribute."""
        return (
            all(raw is MISSING for _, raw in self.variants(row, name))
            and not isinstance(self.static(row.model, "__getattr__"), FunctionType)
            and name not in attributes_assigned(row.model)
        )

    def analyse(self, model: type[Model], name: str) -> Value:
        """Read a member of a model, call it if it is a method, and use what it gives as a caller may."""
        member = _beginning(static(model, name), f"{model.__qualname__}.{name}", model)
        return self.within_limits(member, name, lambda: self.use(model, name))

    def analyse_callable(self, question: CallableQuestion) -> Value:
        """Call a function with a row, and use what it gives as a caller may."""
        place = _beginning(question.function, question.name)
        return self.within_limits(place, question.name, lambda: self.hand_row(question))

    def hand_row(self, question: CallableQuestion) -> Value:
        """Call a function with a row; nothing is known of its other arguments but that they hold none."""
        model, parameter = question.model, question.parameter
        row: Value = frozenset({Row(model, model)})
        before: tuple[Value, ...] = ()
        if question.owner is not None:
            consumer = Consumer(None, question.owner, question.holds, question.plain)
            before = (frozenset({consumer}),)
        named: tuple[tuple[str, Value], ...] = ()
        if isinstance(parameter, int):
            before = (*before, *[INERT] * parameter, row)
        else:
            named = ((parameter, row),)
        arguments = Arguments(before, named, rest=INERT, named_rest=INERT)
        if not isinstance(question.function, (FunctionType, MethodType)):
            # What is written in C takes what it is given, and no more.
            arguments = Arguments(before, named)
        found = self.drain(self.call_known(question.function, arguments, question.name), set())
        for atom in found:
            given = isinstance(atom, (Row, Rows, Box, Tup, RowPart))
            if not given and self.carries(frozenset({atom})):
                self.lose(f"{self.describe(atom)} is given to the caller of {question.name}")
        return found

    def use(self, model: type[Model], name: str) -> Value:
        """Do with a member what a template does: read it, call it if it can be called."""
        row = frozenset({Row(model, model)})
        if name == "__str__":
            return self.text(row)
        found = BOTTOM
        for atom in self.get(row, name):
            if isinstance(atom, (Bound, Partial)):
                found |= self.call_atom(atom, Arguments(), name)
            else:
                found |= {atom}
        return self.drain(found, set())

    def drain(self, value: Value, seen: set[Atom]) -> Value:
        """Consume generators in what a member gives, as its caller will; return all that is in it."""
        found = value
        for atom in value - seen:
            seen.add(atom)
            if isinstance(atom, Generator):
                found |= self.drain(self.consume(atom), seen)
            elif isinstance(atom, (Box, Tup)):
                found |= self.drain(self.held(atom), seen)
        return found

    def analyse_loading(self, model: type[Model]) -> Value:
        """Make a row as a queryset does: ``from_db``, ``__init__``, the receivers of ``post_init``."""
        place = _beginning(model.__init__, f"{model.__qualname__}.__init__", model)
        return self.within_limits(place, "__init__", lambda: self.load(model))

    def load(self, model: type[Model]) -> Value:
        """Run what runs on every row that is loaded."""
        self.loading = model
        row = frozenset({Row(model, model)})
        unknown = Arguments(rest=INERT, named_rest=INERT)
        maker = self.get_class_attribute(model, "from_db")
        self.call(maker, unknown, "from_db")
        found = self.call_known(model.__init__, unknown.after(row), "__init__")
        for receiver in receivers_of_post_init(model):
            named = (("signal", INERT), ("sender", known(model)), ("instance", row))
            found |= self.call_known(receiver, Arguments((), named), "post_init")
        for name in {field.attname for field in model._meta.concrete_fields}:
            setter = getattr(type(self.static(model, name)), "__set__", None)
            if isinstance(setter, FunctionType):
                self.set(row, name, INERT)
        return found

    def call_class(self, cls: type, arguments: Arguments, node: object) -> Value:
        """Make an instance; while a row is being loaded, one of its model is that row."""
        if cls is self.loading and isinstance(self.loading, type):
            return frozenset({Row(self.loading, self.loading)})
        return super().call_class(cls, arguments, node)

    def within_limits(self, place: Place, name: str, run: Callable[[], Value]) -> Value:
        """Run an analysis; beyond its budget, say so. ``place`` is where what is analysed begins."""
        outermost = Frame(Scope(), place.file, place.function, {})
        outermost.line = place.line
        self.frames.append(outermost)
        try:
            found = run()
            for _ in range(MAX_ROUNDS):
                if all(
                    seen is None or self.stored.get(key, BOTTOM) == seen
                    for key, seen in self.awaited.items()
                ):
                    for key, name in self.hoped.items():
                        if not self.stored.get(key):
                            self.lose(f"{name}, which no code of the class sets")
                    return found
                self.awaited = dict.fromkeys(self.awaited)
                found |= run()
            self.lose("attributes that go on changing")
            return found
        except BudgetExceeded as limit:
            if self.limit < MAX_STEPS:
                return BOTTOM  # The answer was incomplete before, and says why.
            place = self.place()
            message = f"{name} takes {limit} to follow"
            self.unresolved[Unresolved(message, place.file, place.line, place.function)] = None
            return BOTTOM
        except RecursionError:
            self.lose("calls nested too deep")
            return BOTTOM

    def hand_over(self, value: Value) -> frozenset[str]:
        """Return the paths of the relations whose rows a member gives to its caller."""
        whole: set[tuple[str, ...]] = set()
        for atom in value:
            if isinstance(atom, Row) and not atom.own:
                whole.add(atom.path)
            elif isinstance(atom, Rows) and atom.served:
                self.fetchable(atom)
                self.record(atom.row.path, "relation")
                whole.add(atom.row.path)
        return frozenset("__".join(path) for path in whole)


def _beginning(raw: object, name: str, model: type[Model] | None = None) -> Place:
    """Return where a function begins, or the function behind a member; else the file of its model."""
    code = getattr(function_of(raw), "__code__", None)
    module = sys.modules.get(model.__module__) if model is not None else None
    file = getattr(module, "__file__", None) or "<unknown>"
    return Place(getattr(code, "co_filename", file), int(getattr(code, "co_firstlineno", 0)), name)
