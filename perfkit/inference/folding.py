"""Texts that are put together from constants: the names that ``getattr`` is given are often made so."""

from __future__ import annotations

import itertools
import re
import string
from typing import TYPE_CHECKING

from perfkit.inference.values import TEXT, Known, Value, texts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

#: What a constant may grow to, and how many there may be, before it is just some text.
MAX_TEXT = 100
MAX_TEXTS = 16
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


def folded_percent(templates: list[str], operands: Sequence[Value]) -> Value:
    """Return ``template % operands``, if nothing but ``%s`` is in the templates."""
    if not all(_ONLY_TEXT.fullmatch(one) for one in templates):
        return TEXT
    parts = [templates, *(texts(one) for one in operands)]
    return folded(parts, lambda choice: choice[0] % tuple(choice[1:]))


def folded_format(
    templates: list[str], positional: Sequence[Value], named: Mapping[str, Value]
) -> Value:
    """Return ``template.format(...)``, if its fields are whole arguments, without any specification."""
    for template in templates:
        for _, name, specification, conversion in string.Formatter().parse(template):
            if specification or conversion or {".", "["} & set(name or ""):
                return TEXT
    parts = [templates, *map(texts, positional), *map(texts, named.values())]
    count = len(positional) + 1
    return folded(
        parts,
        lambda choice: choice[0].format(
            *choice[1:count], **dict(zip(named, choice[count:], strict=True))
        ),
    )
