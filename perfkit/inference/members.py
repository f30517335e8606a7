"""Members of models: what they are, what they read, what every loaded row reads; with a cache."""

from __future__ import annotations

import functools
from types import FunctionType
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.db.models.query_utils import DeferredAttribute
from django.utils.functional import cached_property

from perfkit.inference.declarations import generation
from perfkit.inference.interpreter import Interpreter
from perfkit.inference.live import MISSING, concrete_subclasses, receivers_of_post_init, static
from perfkit.inference.results import FieldReads

if TYPE_CHECKING:
    from collections.abc import Callable

    from perfkit.inference.values import Value

_cache: WeakKeyDictionary[type[Model], dict[str, tuple[Any, FieldReads]]] = WeakKeyDictionary()


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


def infer(model: type[Model], name: str) -> FieldReads:
    """Return what a member reads; the answer is kept as long as nothing it rests on is replaced."""
    if not has_member(model, name):
        raise AttributeError(
            f"{model.__qualname__} has no property, cached property or method without arguments "
            f"called {name!r}."
        )
    return _answer(model, name, lambda engine: engine.analyse(model, name))


def infer_init(model: type[Model]) -> FieldReads:
    """Return what ``__init__``, ``from_db`` and the receivers of ``post_init`` read of every row."""
    return _answer(model, "__init__", lambda engine: engine.analyse_loading(model))


def _answer(model: type[Model], name: str, run: Callable[[Interpreter], Value]) -> FieldReads:
    answers = _cache.setdefault(model, {})
    held = answers.get(name)
    if held is not None and _still_holds(held[0]):
        return held[1]
    engine = Interpreter()
    whole = engine.hand_over(run(engine))
    result = FieldReads(
        model=model._meta.label,
        name=name,
        lines=tuple(engine.reads),
        unresolved=tuple(engine.unresolved),
        own_queries=tuple(engine.own_queries),
        whole=whole,
    )
    answers[name] = (_foundations(engine), result)
    return result


def _foundations(engine: Interpreter) -> Any:
    """Return what an answer rests on: attributes looked up, subclasses and receivers there were."""
    models = {cls for cls, _ in engine.lookups if issubclass(cls, Model) and cls is not Model}
    subclasses = {cls: concrete_subclasses(cls) for cls in models}
    receivers = receivers_of_post_init(engine.loading) if engine.loading else []
    return generation(), dict(engine.lookups), subclasses, engine.loading, receivers


def _still_holds(foundations: Any) -> bool:
    declared, lookups, subclasses, loaded, receivers = foundations
    return (
        declared == generation()
        and all(static(cls, name) is raw for (cls, name), raw in lookups.items())
        and all(concrete_subclasses(cls) == found for cls, found in subclasses.items())
        and (loaded is None or receivers_of_post_init(loaded) == receivers)
    )
