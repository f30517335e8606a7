"""Syntax and functions that only newer versions of Python have; each is a text, compiled where it can be.

A text is a method called ``member``, or several functions of which it is the last.
"""

from __future__ import annotations

import linecache
import sys
from typing import Any

from tests.inference.constructs import followed, given_up

#: The version, whether inference must follow it, and the text.
NEWER: dict[str, tuple[tuple[int, int], bool, str]] = {
    "exception_group": (
        (3, 11),
        True,
        """
def member(self):
    try:
        int(self.title)
    except* ValueError:
        return_ = self.price
    except* (TypeError, KeyError) as group:
        return_ = self.tax, group
    return return_
""",
    ),
    "alias_in_an_annotation": (
        (3, 12),
        True,
        """
def member(self):
    type Name = str
    name: Name = self.title
    return name
""",
    ),
    "alias_that_is_asked_for_its_value": (
        (3, 12),
        False,
        """
def member(self):
    type Late = self.title
    return Late.__value__
""",
    ),
    "alias_of_a_row": (
        (3, 12),
        False,
        """
def member(self):
    type Late = self
    return str(Late.__value__.brand)
""",
    ),
    "type_parameters": (
        (3, 12),
        True,
        """
def member(self):
    def inner[T: int](value: T) -> T:
        return value
    return inner(self).title
""",
    ),
    "a_bound_that_reads": (
        (3, 12),
        False,
        """
def member(self):
    def inner[T: self.title](value: T) -> T:
        return value
    return inner.__type_params__[0].__bound__
""",
    ),
    "a_default_that_reads": (
        (3, 13),
        False,
        """
def member(self):
    def inner[T = self.title](value: T) -> T:
        return value
    return inner.__type_params__[0].__default__
""",
    ),
    "quotes_in_an_f_string": (
        (3, 12),
        True,
        """
def member(self):
    return f"{", ".join(f"{line.remark}" for line in self.lines.all())}"
""",
    ),
    "handlers_without_parentheses": (
        (3, 14),
        True,
        """
def member(self):
    try:
        return int(self.title)
    except ValueError, TypeError:
        return self.price
""",
    ),
    "groups_without_parentheses": (
        (3, 14),
        True,
        """
def member(self):
    try:
        int(self.title)
    except* ValueError, TypeError:
        found = self.price
    return found
""",
    ),
    "template_of_values": (
        (3, 14),
        True,
        """
def shown(template):
    return "".join(part if isinstance(part, str) else str(part.value) for part in template)

def member(self):
    return shown(t"{self.title} {self.price:>{self.tax}} {self.brand.name!r}")
""",
    ),
    "template_of_a_row": (
        (3, 14),
        False,
        """
def member(self):
    return t"by {self.brand}".values[0].name
""",
    ),
    "template_in_an_f_string": (
        (3, 14),
        False,
        """
def member(self):
    return f"{t'{self}'.interpolations[0].value.title}"
""",
    ),
    "template_object": (
        (3, 14),
        False,
        """
def member(self):
    from string.templatelib import Interpolation, Template
    return Template("a", Interpolation(self, "x")).values[0].title
""",
    ),
    "annotation_that_is_asked_for": (
        (3, 14),
        False,
        """
def member(self):
    def inner(value: self.title): ...
    return inner.__annotations__
""",
    ),
    "annotation_that_is_computed": (
        (3, 14),
        False,
        """
def member(self):
    def inner(value: self.title): ...
    return inner.__annotate__(1)
""",
    ),
    "annotations_of_a_class": (
        (3, 14),
        False,
        """
def member(self):
    class Inner:
        value: self.title
    return Inner.__annotations__
""",
    ),
    "placeholder": (
        (3, 14),
        True,
        """
from functools import Placeholder, partial

def member(self):
    return partial(lambda row, text: row.title + text, Placeholder, "!")(self)
""",
    ),
    "placeholder_before_a_row": (
        (3, 14),
        True,
        """
from functools import Placeholder, partial

def member(self):
    call = partial(lambda row, brand, text: (row.title, brand.name, text), Placeholder, self.brand)
    return call(self, "x")
""",
    ),
    "placeholder_in_a_partial_of_the_module": (
        (3, 14),
        True,
        """
from functools import Placeholder, partial

def both(first, second):
    return first.title, second

call = partial(both, Placeholder, 1)

def member(self):
    return call(self)
""",
    ),
    "placeholders_filled_in_two_steps": (
        (3, 14),
        True,
        """
from functools import Placeholder, partial

def member(self):
    call = partial(lambda one, two, three: (one.title, two.name, three), Placeholder, Placeholder, 1)
    return partial(call, self)(self.brand)
""",
    ),
    "placeholder_for_arguments_of_any_number": (
        (3, 14),
        True,
        """
from functools import Placeholder, partial

def member(self):
    rows = [line for line in self.lines.all()]
    return partial(lambda one, two, *rest: one.remark, Placeholder, 1)(*rows)
""",
    ),
    "what_may_be_a_placeholder": (
        (3, 14),
        True,
        """
from functools import Placeholder, partial

def member(self):
    first = self if self.price else Placeholder
    return partial(lambda one, two=None, three=None: one.title, first, self)(self)
""",
    ),
    "first_of_a_reduction_by_name": (
        (3, 14),
        True,
        """
from functools import reduce

def member(self):
    return reduce(lambda brand, line: brand.name and brand, self.lines.all(), initial=self.brand)
""",
    ),
    "row_that_a_reduction_starts_with_by_name": (
        (3, 14),
        True,
        """
from functools import reduce

def member(self):
    return reduce(lambda row, _: row, [1], initial=self).title
""",
    ),
    "strict_map": (
        (3, 14),
        True,
        """
def member(self):
    return list(map(lambda line: line.remark, self.lines.all(), strict=True))
""",
    ),
}


def compiled(name: str, text: str, module_name: str = __name__) -> Any:
    """Run the text as a module of its own, whose source can be found; return the member."""
    file = f"<newer {name}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    module: dict[str, Any] = {"__name__": module_name}
    exec(compile(text, file, "exec"), module)
    member = module["member"]
    member.__name__ = name
    return member


for name, (version, follows, text) in NEWER.items():
    if sys.version_info >= version:
        (followed if follows else given_up)(compiled(name, text))
