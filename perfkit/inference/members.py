"""Members of models: what they are, what they read, what every loaded row reads; with a cache."""

from __future__ import annotations

import functools
import threading
from collections import OrderedDict
from dataclasses import replace
from types import FunctionType
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.db.models.query_utils import DeferredAttribute
from django.utils.functional import cached_property

from perfkit.inference.declarations import declaration_of, generation
from perfkit.inference.interpreter import Interpreter
from perfkit.inference.live import MISSING, concrete_subclasses, receivers_of_post_init, static
from perfkit.inference.paths import problems_of
from perfkit.inference.questions import CallableQuestion
from perfkit.inference.results import FieldReads
from perfkit.inference.statics import names_like

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, MutableMapping

    from perfkit.inference.declarations import Declaration
    from perfkit.inference.values import Value

_cache: WeakKeyDictionary[type[Model], dict[str, tuple[Any, FieldReads]]] = WeakKeyDictionary()
#: Answers about callables, newest last: any number of them may be made as a project runs.
_callables: OrderedDict[Any, tuple[Any, FieldReads]] = OrderedDict()
MAX_CALLABLES = 1_000
_lock = threading.Lock()


def has_member(model: type[Model], name: str) -> bool:
    """Tell whether a name is a property, a cached property or a method that needs no arguments."""
    raw = static(model, name)
    if raw is MISSING or isinstance(raw, (DeferredAttribute, classmethod, staticmethod, type)):
        return False
    if name != "__str__" and name.startswith("__"):
        return False
    if isinstance(raw, functools.partialmethod):
        return not name.startswith("_")
    if isinstance(raw, FunctionType):
        code = raw.__code__
        defaults = raw.__kwdefaults__ or {}
        keywords = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
        needed = code.co_argcount - len(raw.__defaults__ or ())
        return needed <= 1 and all(one in defaults for one in keywords)
    if isinstance(raw, (property, functools.cached_property, cached_property)):
        return True
    return _is_own_descriptor(model, name, raw)


def _is_own_descriptor(model: type[Model], name: str, raw: Any) -> bool:
    """Tell whether an attribute is a descriptor of the project that serves no field or relation."""
    getter = getattr(type(raw), "__get__", None)
    if not isinstance(getter, FunctionType) or type(raw).__module__.startswith("django."):
        return False
    try:
        model._meta.get_field(name)
    except FieldDoesNotExist:
        return True
    return False


def members_of(model: type[Model]) -> Iterator[str]:
    """Yield the names of the members of a model, sorted, but for those that Django gives every model."""
    for name in sorted({name for cls in model.__mro__ for name in vars(cls)}):
        raw = static(model, name)
        if name.startswith("_") and name != "__str__":
            continue
        own = static(Model, name) is not raw and not isinstance(raw, functools.partialmethod)
        if own and has_member(model, name):
            yield name


def infer(model: type[Model], name: str) -> FieldReads:
    """Return what a member reads; the answer is kept as long as nothing it rests on is replaced."""
    if not has_member(model, name):
        raise AttributeError(
            f"{model.__qualname__} has no property, cached property or method without arguments "
            f"called {name!r}."
        )
    declaration = declaration_of(static(model, name))
    answers = _cache.setdefault(model, {})
    return _answer(
        answers, name, model, name, lambda engine: engine.analyse(model, name), declaration
    )


def infer_init(model: type[Model]) -> FieldReads:
    """Return what ``__init__``, ``from_db`` and the receivers of ``post_init`` read of every row."""
    answers = _cache.setdefault(model, {})
    return _answer(
        answers, "__init__", model, "__init__", lambda engine: engine.analyse_loading(model)
    )


def infer_callable(question: CallableQuestion) -> FieldReads:
    """Return what a callable reads of the row that it is handed."""
    result = _answer(
        _callables,
        question,
        question.model,
        question.name,
        lambda engine: engine.analyse_callable(question),
        declaration_of(question.function),
    )
    with _lock:
        if question in _callables:
            _callables.move_to_end(question)
        while len(_callables) > MAX_CALLABLES:
            _callables.popitem(last=False)
    return result


def _answer(
    answers: MutableMapping[Any, tuple[Any, FieldReads]],
    key: Any,
    model: type[Model],
    name: str,
    run: Callable[[Interpreter], Value],
    declaration: Declaration | None = None,
) -> FieldReads:
    """Return the answer that is kept under ``key``, else the one that ``run`` finds."""
    held = answers.get(key)
    if held is not None and _still_holds(held[0]):
        return held[1]
    engine = Interpreter()
    whole = engine.hand_over(run(engine))
    if engine.unresolved:  # What isn't followed may evaluate them.
        engine.reads.update(engine.offered)
    result = FieldReads(
        model=model._meta.label,
        name=name,
        lines=tuple(engine.reads),
        unresolved=tuple(engine.unresolved),
        own_queries=tuple(engine.own_queries),
        behind=frozenset(engine.behind),
        whole=whole if isinstance(key, CallableQuestion) else whole - {""},
    )
    foundations = [_foundations(engine)]
    if declaration is not None:
        other = Interpreter()
        other.ignored = declaration
        run(other)
        result = _declared(result, declaration, other, model)
        foundations.append(_foundations(other))
    answers[key] = (foundations, result)
    return result


def _declared(
    result: FieldReads, declaration: Declaration, other: Interpreter, model: type[Model]
) -> FieldReads:
    """Add to a declared answer what the code provably reads besides, and what is wrong with the names."""
    listed = result.columns | result.relations
    keys = {field.name for field in model._meta.pk_fields}
    read = {line.path for line in other.reads}
    implied = {path for path in read if any(one.startswith(f"{path}__") for one in listed)}
    return replace(
        result,
        declared=True,
        undeclared=frozenset(read - listed - implied - keys),
        own_queries=tuple(other.own_queries),
        problems=tuple(problems_of(model, result.name, declaration)),
    )


def _foundations(engine: Interpreter) -> Any:
    """Return what an answer rests on: attributes looked up, subclasses and receivers there were."""
    models = {cls for cls in engine.lookups if issubclass(cls, Model) and cls is not Model}
    subclasses = {cls: concrete_subclasses(cls) for cls in models}
    receivers = receivers_of_post_init(engine.loading) if engine.loading else []
    names = tuple(engine.names.values())
    return generation(), engine.lookups, names, subclasses, engine.spelt, engine.loading, receivers


def _still_holds(foundations: list[Any]) -> bool:
    return all(_holds(*one) for one in foundations)


def _holds(
    declared: Any,
    lookups: Any,
    names: Any,
    subclasses: Any,
    spelt: Any,
    loaded: Any,
    receivers: Any,
) -> bool:
    return (
        declared == generation()
        and all(names_.get(name, MISSING) is obj for names_, name, obj in names)
        and all(static(cls, name) is raw for cls in lookups for name, raw in lookups[cls].items())
        and all(concrete_subclasses(cls) == found for cls, found in subclasses.items())
        and all(names_like(*key) == found for key, found in spelt.items())
        and (loaded is None or receivers_of_post_init(loaded) == receivers)
    )
