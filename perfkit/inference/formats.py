"""The two languages of formatting: ``%`` and ``str.format``."""

from __future__ import annotations

import string
from dataclasses import dataclass

from perfkit.inference.folding import folded_format, folded_percent
from perfkit.inference.operators import Operators
from perfkit.inference.values import (
    BOTTOM,
    TEXT,
    Box,
    Row,
    Tup,
    Value,
    known,
    strings,
)

#: Methods that ``%`` may call for other conversions than ``%s`` and ``%r``.
_CONVERSIONS = ("__getitem__", "__int__", "__float__", "__index__", "__trunc__")


@dataclass(frozen=True)
class Fields:
    """What ``str.format`` is given; ``rest`` where it isn't known which field gets it."""

    positional: list[Value]
    named: dict[str, Value]
    rest: Value


def _field_parts(name: str) -> tuple[str, list[tuple[bool, str | int]]]:
    """Split the name of a replacement field as ``str.format`` does."""
    import _string  # type: ignore[import-not-found]

    first, rest = _string.formatter_field_name_split(name)
    return str(first), [(is_attribute, key) for is_attribute, key in rest]


class Formats(Operators):
    """What templates read of the values that they are filled with."""

    def percent(self, left: Value, right: Value) -> Value:
        """Return ``text % value``."""
        for atom in right:
            for one in atom.items if isinstance(atom, Tup) else (frozenset({atom}),):
                self.percent_operand(one)
        templates = strings(left)
        if templates is None:
            return TEXT
        tuples = [atom for atom in right if isinstance(atom, Tup)]
        if len(tuples) == len(right) == 1:
            return folded_percent(templates, tuples[0].items)
        return folded_percent(templates, [right])

    def percent_operand(self, value: Value) -> None:
        """Turn a value into text in any way that ``%`` may."""
        if not self.carries(value):
            return
        for atom in value:
            if isinstance(atom, Box) and atom.kind == "dict":
                held = self.contents(atom)
                self.percent_operand(held.everything())
            elif isinstance(atom, (Row, Box)):
                for name in _CONVERSIONS:
                    if self.ask(atom, name, *([TEXT] if name == "__getitem__" else [])) is not None:
                        self.lose(f"% with {name}")
                self.text_atom(atom, False)
                self.text_atom(atom, True)
            else:
                self.text_atom(atom, True)

    def format_text(
        self,
        texts: Value,
        positional: list[Value],
        named: dict[str, Value],
        rest: Value = BOTTOM,
    ) -> Value:
        """Return ``text.format(...)``: its fields read attributes and items."""
        fields = Fields(positional, named, rest)
        templates = strings(texts)
        everything = rest.union(*positional, *named.values())
        if templates is None:
            if self.carries(everything):
                return self.lose("format() of a text that is not known")
            return TEXT
        for template in templates:
            self.format_template(template, fields, 0)
        return TEXT if rest else folded_format(templates, positional, named)

    def format_template(self, template: str, given: Fields, count: int) -> int:
        """Follow the fields of one template; ``count`` is that of unnumbered fields so far."""
        try:
            fields = list(string.Formatter().parse(template))
        except ValueError:
            return count
        for _, name, specification, conversion in fields:
            if name is None:
                continue
            first, rest = _field_parts(name)
            if first == "":
                first, count = str(count), count + 1
            index = int(first) if first.isdigit() else -1
            value = given.named.get(first, given.rest)
            if 0 <= index < len(given.positional):
                value = given.positional[index]
            for is_attribute, key in rest:
                if is_attribute:
                    value = self.get(value, str(key))
                else:
                    value = self.subscript(value, known(key), (template, name))
            if specification and "{" in specification:
                count = self.format_template(specification, given, count)
            if conversion in ("r", "a"):
                self.text(value, representation=True)
            elif conversion == "s":
                self.text(value)
            else:
                self.formatted(value, TEXT if specification else known(""))
        return count
