"""The arguments of a preset, taken apart; what is no such argument is refused at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch

from perfkit._compat import fetch_mode_name
from perfkit.exceptions import PresetError

if TYPE_CHECKING:
    from django.db.models.fetch_modes import FetchMode

__all__ = ["expressions", "fetch_mode", "included", "lookups", "names", "shown", "split_path"]


def split_path(path: str) -> list[str]:
    """Return the names of a path; ``__str__`` is one of them at its end (``"brand____str__"``)."""
    rest = path.removesuffix("__str__")
    if rest == path or not (rest == "" or rest.endswith("__")):
        return path.split("__")
    return [*rest.removesuffix("__").split("__"), "__str__"] if rest else ["__str__"]


#: More steps than any relation between models takes; a path or a nesting beyond is a mistake.
DEEPEST = 50


def shown(value: object) -> str:
    """Return the repr of a value for a message, cut where it is long."""
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:190]}...{text[-7:]}"


def names(part: str, given: Iterable[str]) -> tuple[str, ...]:
    """Return the names of a part of a preset, each once; refuse what are none."""
    if isinstance(given, str):
        raise PresetError(f"Preset({part}={given!r}): write a list, {part}=[{given!r}].")
    if not isinstance(given, Iterable):
        raise PresetError(f"Preset({part}={given!r}): {part} takes a list of names.")
    found = tuple(dict.fromkeys(_hashable(part, given)))
    for name in found:
        if not isinstance(name, str) or not all(split_path(name)):
            raise PresetError(
                f"Preset({part}=[..., {shown(name)}]): {part} takes names and paths such as 'brand__name'."
            )
        if len(split_path(name)) > DEEPEST:
            raise PresetError(
                f"Preset({part}=[..., {shown(name)}]): the path has more than {DEEPEST} steps."
            )
    return found


def _hashable(part: str, given: Iterable[Any]) -> list[Any]:
    found = list(given)
    for name in found:
        if getattr(type(name), "__hash__", None) is None:
            raise PresetError(
                f"Preset({part}=[..., {name!r}]): {part} takes names, not {type(name).__name__}."
            )
    return found


def lookups(given: Iterable[str | Prefetch[Any]]) -> tuple[str | Prefetch[Any], ...]:
    """Return the lookups of ``prefetch_related``, each once."""
    if isinstance(given, (str, Prefetch)) or not isinstance(given, Iterable):
        raise PresetError(
            f"Preset(prefetch_related={given!r}): write a list, prefetch_related=[...]."
        )
    found = tuple(
        {
            id(p) if isinstance(p, Prefetch) else p: p for p in _hashable("prefetch_related", given)
        }.values()
    )
    names("prefetch_related", [p for p in found if not isinstance(p, Prefetch)])
    return found


def expressions(annotate: Mapping[str, Any] | None) -> tuple[tuple[str, Any], ...]:
    """Return the pairs of ``annotate``."""
    if annotate is None:
        return ()
    if not isinstance(annotate, Mapping):
        raise PresetError(
            f"Preset(annotate={annotate!r}): annotate takes a dictionary of names to expressions."
        )
    for name, expression in annotate.items():
        if not isinstance(name, str) or not name.isidentifier():
            raise PresetError(f"Preset(annotate={{{name!r}: ...}}): an annotation needs a name.")
        if not hasattr(expression, "resolve_expression") or isinstance(expression, type):
            raise PresetError(
                f"Preset(annotate={{{name!r}: {expression!r}}}): annotate takes expressions, "
                "such as F('price') or Value(1)."
            )
    return tuple(annotate.items())


def included(include: Mapping[str, Any] | None, preset_class: type) -> tuple[tuple[str, Any], ...]:
    """Return the pairs of ``include``; ``preset_class`` is the class of presets."""
    if include is None:
        return ()
    if not isinstance(include, Mapping):
        raise PresetError(
            f"Preset(include={include!r}): include takes a dictionary of relations to presets."
        )
    names("include", include)
    for relation, value in include.items():
        for item in value.values() if isinstance(value, Mapping) else [value]:
            if not isinstance(item, (str, preset_class)):
                raise PresetError(
                    f"Preset(include={{{relation!r}: {item!r}}}): include takes a Preset, the name of one, "
                    "or for a generic foreign key a dictionary of models to either."
                )
    return tuple(include.items())


def fetch_mode(mode: str | FetchMode | None) -> str | FetchMode | None:
    """Return the name of a fetch mode, or one of the user's own."""
    if mode is None:
        return None
    name = fetch_mode_name(mode)
    if name is None:
        raise PresetError(
            f"Preset(fetch_mode={mode!r}): fetch_mode takes 'one', 'peers', 'raise' or one of Django's fetch modes."
        )
    return name
