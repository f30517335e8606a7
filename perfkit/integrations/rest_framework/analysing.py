"""Tells the checks what the views of an API load, and what their serializers read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework.generics import GenericAPIView
from rest_framework.mixins import ListModelMixin

from perfkit.apply import plan_of
from perfkit.consumers import Consumer, RoutedView, apply_chosen, register_analyser
from perfkit.derivation import Derivation, Derived, Place
from perfkit.integrations.rest_framework.deriving import derive_from_serializer
from perfkit.integrations.rest_framework.viewsets import PresetViewSetMixin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model

__all__ = ["analyse_view"]


@register_analyser
def analyse_view(view: RoutedView) -> Iterator[Consumer]:
    """Yield what each reading action of a generic view or viewset loads and reads.

    Actions of the project's own count when ``preset_for`` names them: nobody knows which rows the others show.
    Raises :class:`~perfkit.PresetError` for a preset that there isn't, or that doesn't fit.
    """
    cls = view.cls
    if cls is None or not issubclass(cls, GenericAPIView):
        return
    mixed = issubclass(cls, PresetViewSetMixin)
    for action in _actions(view, cls):
        made: Any = cls(**view.options)
        made.action, made.request, made.args, made.kwargs, made.format_kwarg = (
            action,
            None,
            (),
            {},
            None,
        )
        named = made.preset_for.get(action) if mixed else None
        if action not in ("list", "retrieve") and named is None:
            continue
        rows = made.queryset
        model = rows.model if rows is not None else _model(made)
        if model is None:
            continue
        plan = None
        if named is not None:
            named_rows = rows if rows is not None else model._default_manager.all()
            plan = plan_of(apply_chosen(named_rows, named, cls.__name__))
        yield Consumer(
            label=f"{view.name}, {action}",
            reader="the serializer",
            derive=lambda made=made, model=model: _derive(made, model),  # type: ignore[misc]
            plan=plan,
            derives=mixed and named is None and made.preset_from is not None,
            certain=rows is not None and cls.get_queryset is GenericAPIView.get_queryset,
        )


def _actions(view: RoutedView, cls: type) -> list[str]:
    """Return the actions that a view answers reading requests with."""
    routed = getattr(view.callback, "actions", None)
    if routed is not None:
        return [routed["get"]] if "get" in routed else []
    known = [name for name in ("list", "retrieve") if hasattr(cls, name)]
    if known or not hasattr(cls, "get"):
        return known
    return ["list" if issubclass(cls, ListModelMixin) else "retrieve"]


def _model(made: Any) -> type[Model] | None:
    model: type[Model] | None = getattr(getattr(made.serializer_class, "Meta", None), "model", None)
    return model


def _derive(made: Any, model: type[Model]) -> Derived:
    """Return what the serializer of an action reads, as far as that is known without a request."""
    try:
        serializer = (
            made.get_serializer(many=True) if made.action == "list" else made.get_serializer()
        )
    except Exception as error:  # the project's own code, which may want a request; it is told
        derivation = Derivation(model)
        method = type(made).get_serializer_class
        place = Place(
            method.__code__.co_filename, method.__code__.co_firstlineno, method.__qualname__
        )
        derivation.lose(
            f"the serializer, which needs a request ({type(error).__name__}: {error})", place
        )
        return derivation.result()
    return derive_from_serializer(serializer, model)
