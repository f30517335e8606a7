"""Breaks one rule of the interpreter at a time, and asks which a construct would not miss.

The rules are the methods of the interpreter, the models of built-in and library functions, and every place
that gives up. A broken method or model does nothing and gives a plain value; a broken place says nothing.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from perfkit.inference import field_reads, members
from perfkit.inference.engine import Engine
from perfkit.inference.interpreter import Interpreter
from perfkit.inference.modelling import MODELS
from perfkit.inference.values import INERT, LOST
from tests.inference import test_callables, test_guards, test_members, test_syntax
from tests.inference.app.models import Product
from tests.inference.constructs.every import CONSTRUCTS, Construct
from tests.inference.tracing import Trace, run_traced

#: What is no rule: it keeps the books, or only words a message, or only saves time.
BOOKS = {
    "carries": "asked of everything; broken, nothing at all is analysed",
    "describe": "words a message",
    "name_of": "words a message",
    "clock": "measures time",
    "analyse": "the question itself",
    "within_limits": "the question itself",
    "place": "tells lines",
}


#: Rules that need models of their own, or other questions: the tests that hold them.
ELSEWHERE: dict[str, Callable[[], None]] = {
    "Interpreter.analyse_loading": test_members.test_what_runs_on_every_row_is_listed,
    "Interpreter.load": test_members.test_what_runs_on_every_row_is_listed,
    "Interpreter.analyse_callable": test_callables.test_a_function_reads_of_its_parameter,
    "Interpreter.hand_row": test_callables.test_a_function_reads_of_its_parameter,
    "Engine.offer": test_members.test_what_is_given_to_code_that_is_not_followed_is_prefetched,
    "Conditions.assume_loaded": test_guards.test_a_read_that_is_guarded_loads_nothing,
    "Activations.facts": test_guards.test_a_read_that_is_guarded_loads_nothing,
    "model of django.db.models.base.Model.get_deferred_fields": (
        test_guards.test_a_read_that_is_guarded_loads_nothing
    ),
    "model of perfkit.inference.consumers.get_item": (
        test_callables.test_items_that_may_be_rows_are_told_from_others
    ),
    "Consumers.get_of_consumer": test_callables.test_what_the_object_holds_can_be_told,
    "Statements.stmt_TryStar": test_syntax.test_exception_groups,
    "Definitions.stmt_TypeAlias": test_syntax.test_a_type_alias,
    "Expressions.expr_Interpolation": test_syntax.test_template_strings,
    "Expressions.expr_TemplateStr": test_syntax.test_template_strings,
    "Supers.get_super_row": test_members.test_super_is_followed_through_the_classes,
    "model of django.db.models.base.Model.__init__": test_members.test_what_runs_on_every_row_is_listed,
    "model of django.db.models.base.Model.from_db": test_members.test_what_runs_on_every_row_is_listed,
    "model of django.db.models.fields.files.ImageField.update_dimension_fields": test_members.test_an_image_asks_for_its_dimensions,
    "model of model_utils.tracker.DescriptorWrapper.__get__": test_members.test_reads_that_ask_first_what_is_deferred,
    "model of model_utils.tracker.DescriptorWrapper.__set__": test_members.test_reads_that_ask_first_what_is_deferred,
    "model of model_utils.tracker.FieldTracker.initialize_tracker": (
        test_members.test_reads_that_ask_first_what_is_deferred
    ),
}


def passes(test: Callable[[], None]) -> bool:
    """Run a test; return whether it passes."""
    members._cache.clear()
    members._callables.clear()
    try:
        test()
    except Exception:
        return False
    return True


@dataclass
class Rule:
    """Something that can be broken in several ways; ``used_by`` are the constructs that come by it."""

    name: str
    ways: tuple[Callable[[], Any], ...]
    used_by: list[Construct] = field(default_factory=list)


def rules() -> list[Rule]:
    """Return every rule that there is."""
    return [*method_rules(), *model_rules()]


def method_rules() -> Iterator[Rule]:
    """Give the methods of the interpreter that decide something."""
    for cls in Interpreter.__mro__[:-1]:
        for name, raw in vars(cls).items():
            function = getattr(raw, "__func__", raw)
            if not inspect.isfunction(function) or name.startswith("__") or name in BOOKS:
                continue
            if "raise NotImplementedError" in inspect.getsource(function):
                continue
            ways = tuple(
                lambda c=cls, n=name, r=raw, up=up: replaced(c, n, r, gives_up=up)
                for up in (False, True)
            )
            yield Rule(f"{cls.__name__}.{name}", ways)


def model_rules() -> Iterator[Rule]:
    """Give the models of functions."""
    for key, (function, model) in list(MODELS.items()):
        name = name_of(function)
        ways = tuple(
            lambda k=key, f=function, m=model, up=up: unmodelled(k, f, m, gives_up=up)
            for up in (False, True)
        )
        yield Rule(name, ways)


def name_of(function: object) -> str:
    """Name the model of a function."""
    module = getattr(function, "__module__", None) or "builtins"
    return f"model of {module}.{getattr(function, '__qualname__', None) or repr(function)}"


@contextmanager
def replaced(cls: type, name: str, raw: Any, *, gives_up: bool) -> Iterator[None]:
    """Let a method do nothing, or give up: it gives a plain value, or None where it gives nothing."""
    function = getattr(raw, "__func__", raw)
    answer = plain_answer(str(inspect.signature(function).return_annotation))

    def broken(*args: Any, **kwargs: Any) -> Any:
        if gives_up and args and isinstance(args[0], Engine) and args[0].frames:
            args[0].lose("a broken rule")
        return answer(*args) if callable(answer) else answer

    setattr(cls, name, staticmethod(broken) if isinstance(raw, staticmethod) else broken)
    try:
        yield
    finally:
        setattr(cls, name, raw)


def plain_answer(annotation: str) -> Any:
    """Return what a method gives that does nothing."""
    answers: dict[str, Any] = {
        "Value": INERT,
        "Value | None": None,
        "None": None,
        "bool": False,
        "str": "x",
        "int": 0,
        "Row | None": None,
    }
    return answers.get(annotation, lambda *args: [])


@contextmanager
def unmodelled(key: int, function: object, model: Any, *, gives_up: bool) -> Iterator[None]:
    """Let the model of a function find it harmless, or give up."""

    def broken(engine: Interpreter, arguments: Any, node: object) -> Any:
        return engine.lose("a broken rule") if gives_up else INERT

    MODELS[key] = (function, broken)
    try:
        yield
    finally:
        MODELS[key] = (function, model)


@contextmanager
def silent(site: tuple[str, int]) -> Iterator[None]:
    """Let one place that gives up say nothing."""
    original = Engine.lose

    def lose(engine: Engine, construct: str) -> Any:
        caller = sys._getframe(1)
        if (caller.f_code.co_filename, caller.f_lineno) == site:
            return LOST
        return original(engine, construct)

    Engine.lose = lose  # type: ignore[method-assign]
    try:
        yield
    finally:
        Engine.lose = original  # type: ignore[method-assign]


class Campaign:
    """All constructs, what each really reads, and the rules that each comes by."""

    def __init__(self, key: int) -> None:
        self.traces: dict[str, Trace] = {}
        self.queries: dict[str, bool] = {}
        self.rules: dict[str, Rule] = {rule.name: rule for rule in rules()}
        for construct in CONSTRUCTS:
            with construct.installed(), transaction.atomic():
                self.traces[construct.name] = run_traced(Product.objects.get(pk=key), "member")
                transaction.set_rollback(True)
            for name in self.rules_of(construct):
                self.rules[name].used_by.append(construct)

    def rules_of(self, construct: Construct) -> set[str]:
        """Infer a construct; return the rules that it comes by, the places that give up included."""
        found: set[str] = set()
        functions: dict[Any, set[str]] = {}
        for cls in Interpreter.__mro__[:-1]:
            for name, raw in vars(cls).items():
                code = getattr(getattr(raw, "__func__", raw), "__code__", None)
                if code is not None:
                    functions.setdefault(code, set()).add(f"{cls.__name__}.{name}")
        models = {id(model): function for function, model in MODELS.values()}
        original = Engine.lose
        original_model = Interpreter.model_of_call

        def watch(frame: Any, event: str, argument: Any) -> None:
            if event == "call" and frame.f_code in functions:
                found.update(functions[frame.f_code])

        def lose(engine: Engine, message: str) -> Any:
            caller = sys._getframe(1)
            site = (caller.f_code.co_filename, caller.f_lineno)
            name = f"gives up at {site[0].rpartition('/')[2]}:{site[1]}"
            self.rules.setdefault(name, Rule(name, (lambda: silent(site),)))
            found.add(name)
            return original(engine, message)

        def model_of_call(engine: Interpreter, target: Any) -> Any:
            model = original_model(engine, target)
            if model is not None:
                function = models[id(model)]
                for one in (target, function):
                    if name_of(one) in self.rules:
                        found.add(name_of(one))
            return model

        Engine.lose = lose  # type: ignore[method-assign]
        Interpreter.model_of_call = model_of_call  # type: ignore[method-assign]
        members._cache.clear()
        try:
            with construct.installed():
                sys.setprofile(watch)
                reads = field_reads(Product, "member")
                self.queries[construct.name] = bool(reads.own_queries)
        finally:
            sys.setprofile(None)
            Engine.lose = original  # type: ignore[method-assign]
            Interpreter.model_of_call = original_model  # type: ignore[method-assign]
        return {name for name in found if name in self.rules}

    def broken_already(self) -> list[str]:
        """Return the constructs that don't hold although no rule is broken."""
        return [construct.name for construct in CONSTRUCTS if not self.holds(construct)]

    def survives(self, rule: Rule) -> bool:
        """Break a rule in each way; return whether no construct, and no other test, notices."""
        return all(self.survives_way(rule, way) for way in rule.ways)

    def survives_way(self, rule: Rule, way: Callable[[], Any]) -> bool:
        """Break a rule in one way."""
        with way():
            if not all(self.holds(construct) for construct in rule.used_by):
                return False
            return rule.name not in ELSEWHERE or passes(ELSEWHERE[rule.name])

    def holds(self, construct: Construct) -> bool:
        """Tell whether a construct is answered as it should be."""
        members._cache.clear()
        try:
            with construct.installed():
                reads = field_reads(Product, "member")
        except Exception:
            return False
        if construct.followed is not None and reads.complete is not construct.followed:
            return False
        if construct.alone and reads.relations:
            return False
        if reads.complete and bool(reads.own_queries) is not self.queries[construct.name]:
            return False
        return not (reads.complete and self.traces[construct.name].missed_by(reads))
