"""Texts that are put together from constants: the names that ``getattr`` is given are often made so."""

from __future__ import annotations

import itertools
import re
import string
from typing import TYPE_CHECKING

from perfkit.inference.values import TEXT, Atom, Known, Spelt, Value, texts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

#: What a constant may grow to, and how many there may be, before it is just some text.
MAX_TEXT = 100
MAX_TEXTS = 16
#: Stands where a text isn't known: no name of an attribute has it.
_UNKNOWN = "\0"
_ONLY_TEXT = re.compile(r"(?:[^%]|%%|%s)*")


def folded(parts: Sequence[list[str] | None], make: Callable[[list[str]], str]) -> Value:
    """Return what ``make`` gives for all choices of a text for each part; some text if that is too much.

    A part is None when it isn't known. ``make`` may raise what a wrong template raises.
    """
    known_parts = [part for part in parts if part is not None]
    count = 1
    for part in known_parts:
        count *= len(part)
    if len(known_parts) < len(parts) or count > MAX_TEXTS:
        return TEXT
    try:
        made = {make(list(choice)) for choice in itertools.product(*known_parts)}
    except (ValueError, TypeError, LookupError):
        return TEXT
    if any(len(one) > MAX_TEXT for one in made):
        return TEXT
    return frozenset(Known(one) for one in made)


def spelt(parts: Sequence[Value], make: Callable[[list[str]], str]) -> Value:
    """Return what ``make`` puts together from texts, the ends of it at least; what it does with one is no matter."""
    made = folded([_pieces(one) for one in parts], make)
    return frozenset(_ends(atom) for atom in made)


def _pieces(value: Value) -> list[str]:
    """Return what may stand where a value is formatted; of what isn't known, as much as is."""
    found: set[str] = set()
    for atom in value:
        if isinstance(atom, Spelt):
            found.add(f"{atom.prefix}{_UNKNOWN}{atom.suffix}")
        else:
            found.update(texts(frozenset({atom})) or [_UNKNOWN])
    return sorted(found) or [_UNKNOWN]


def _ends(atom: Atom) -> Atom:
    if not isinstance(atom, Known) or _UNKNOWN not in atom.obj:
        return atom
    prefix, suffix = atom.obj.partition(_UNKNOWN)[0], atom.obj.rpartition(_UNKNOWN)[2]
    return Spelt(str, prefix, suffix) if prefix or suffix else next(iter(TEXT))


def folded_percent(templates: list[str], operands: Sequence[Value]) -> Value:
    """Return ``template % operands``, if nothing but ``%s`` is in the templates."""
    if not all(_ONLY_TEXT.fullmatch(one) for one in templates):
        return TEXT
    parts = [_constants(templates), *operands]
    return spelt(parts, lambda choice: choice[0] % tuple(choice[1:]))


def folded_format(
    templates: list[str], positional: Sequence[Value], named: Mapping[str, Value]
) -> Value:
    """Return ``template.format(...)``, if its fields are whole arguments, without any specification."""
    for template in templates:
        for _, name, specification, conversion in string.Formatter().parse(template):
            if specification or conversion or {".", "["} & set(name or ""):
                return TEXT
    parts = [_constants(templates), *positional, *named.values()]
    count = len(positional) + 1
    return spelt(
        parts,
        lambda choice: choice[0].format(
            *choice[1:count], **dict(zip(named, choice[count:], strict=True))
        ),
    )


def _constants(found: list[str]) -> Value:
    return frozenset(map(Known, found))
