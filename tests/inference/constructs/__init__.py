"""Small pieces of Python and Django, each a member of a model that reads columns in some way.

A construct is a function (a method of ``Product``) or a class whose attributes are put on ``Product``, one
of them called ``member``; a class inside it named like another model has attributes for that model. The
decorator says whether inference must follow it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import FunctionType
from typing import Any, TypeVar

from tests.inference.app import models

T = TypeVar("T")

_MODELS = (
    "Product",
    "Brand",
    "Owner",
    "Line",
    "Tag",
    "Image",
    "Detail",
    "Note",
    "Country",
    "Offer",
)
_OWN = {
    "__module__",
    "__qualname__",
    "__dict__",
    "__weakref__",
    "__doc__",
    "__firstlineno__",
    "__static_attributes__",
}


@dataclass(frozen=True)
class Construct:
    """``followed`` is whether inference must follow it, or None when it may give up.

    One that is ``alone`` sends queries of its own, which no prefetch serves: none may be asked for.
    """

    name: str
    attributes: dict[str, dict[str, Any]]
    followed: bool | None
    alone: bool = False

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Put the attributes on the models."""
        with ExitStack() as stack:
            for model_name, attributes in self.attributes.items():
                model = getattr(models, model_name)
                for name, value in attributes.items():
                    before = model.__dict__.get(name, None)
                    restore = (
                        (setattr, model, name, before)
                        if name in model.__dict__
                        else (delattr, model, name)
                    )
                    stack.callback(*restore)
                    setattr(model, name, value)
            yield


CONSTRUCTS: list[Construct] = []


def _register(followed: bool | None, *, alone: bool = False) -> Callable[[T], T]:
    def register(target: T) -> T:
        attributes: dict[str, dict[str, Any]] = {}
        module = target.__module__.rpartition(".")[2]
        if isinstance(target, FunctionType):
            attributes["Product"] = {"member": target}
        else:
            held = {name: value for name, value in vars(target).items() if name not in _OWN}
            for name in [name for name in held if name in _MODELS]:
                body = vars(held.pop(name)).items()
                attributes[name] = {key: value for key, value in body if key not in _OWN}
            attributes.setdefault("Product", {}).update(held)
        name = f"{module}.{target.__name__}"  # type: ignore[attr-defined]
        assert name not in {one.name for one in CONSTRUCTS}, f"two constructs are called {name}"
        CONSTRUCTS.append(Construct(name, attributes, followed, alone))
        return target

    return register


followed = _register(True)
given_up = _register(False)
either = _register(None)
alone = _register(True, alone=True)
