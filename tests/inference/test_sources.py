"""The lines of a function are cut out of its file, and parsed alone."""

from __future__ import annotations

import ast
import functools
import warnings
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest

from perfkit.inference import sources
from perfkit.inference.sources import find_definition
from perfkit.inference.statics import assigned_plainly


def passing(function: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate with nothing."""
    return function


def with_text(argument: str) -> Callable[..., Any]:
    """Decorate with nothing, but take a text."""
    return passing


# fmt: off

class Written:
    """Functions that are written in ways that make their end hard to find."""

    def long_text(self) -> str:
        return """
no further to the right
    def another(self): pass
"""

    def text_that_is_long_in_the_middle(self) -> str:
        found = '''
def f(): pass
'''
        return found + "end"

    @passing
    @with_text(
        "several lines"
    )
    @with_text("""
and text that stands on the left
""")
    def decorated(self) -> int:
        return 1

    def commented(self) -> int:
        found = 1
# A comment on the left
    # and another
        return found + 1

    def open_brackets(self) -> list[int]:
        return [
    1,
  2,
]

    def continued(self) -> int:
        return 1 + \
    2

    def on_one_line(self) -> int: return 4

    def with_parameters_on_the_left(
        self,
    one: int = 1,
    ) -> int:
        return one

    async def later(self) -> int:
        return 5

    if True:
        def below(self) -> int:
            if self:
                return 6
            return 7
    else:
        pass

    def before_nothing(self) -> int:
        return 8


    def last(self) -> int:
        return 9
# fmt: on


def names() -> list[str]:
    """Return the names of the functions above."""
    return [name for name, raw in vars(Written).items() if isinstance(raw, FunctionType)]


@pytest.mark.parametrize("name", names())
def test_a_function_that_is_cut_out_is_that_of_its_file(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tree, and the lines in it, are the same as those of the whole file; which is not looked at."""
    code = vars(Written)[name].__code__
    whole = sources._look_up(code)
    assert whole is not None
    monkeypatch.setattr(sources, "_look_up", lambda code: pytest.fail("the file was parsed"))
    cut = sources._find.__wrapped__(code.co_filename, code)
    assert cut is not None
    ast.increment_lineno(cut.node, cut.above)
    assert ast.dump(cut.node, include_attributes=True) == ast.dump(
        whole.node, include_attributes=True
    )


def test_every_function_above_is_tried() -> None:
    """Also the decorated one, and the one below a condition."""
    assert len(names()) == 12


class Private:
    """Private names mean another name in each class."""

    __kept = 1

    def read(self) -> int:
        return self.__kept

    def read_from(self, __given: int, _one: int, __two__: int = 1) -> int:
        return self.__kept + __given


def test_a_function_with_private_names_knows_its_class() -> None:
    """So its file is parsed."""
    for function in (Private.read, Private.read_from):
        found = find_definition(function.__code__)
        assert found is not None
        assert found.node.name == function.__name__  # type: ignore[union-attr]
        assert found.owner == "Private"


def test_a_function_that_is_not_where_it_says_is_not_found() -> None:
    """A file that changed since it was imported has other lines: another name, other parameters, no code."""
    code = Written.on_one_line.__code__
    for changed in (
        code.replace(co_name="other"),
        code.replace(co_firstlineno=code.co_firstlineno + 1),
        code.replace(co_firstlineno=100_000),
        code.replace(co_argcount=0),
        code.replace(co_filename="/nowhere.py"),
    ):
        assert find_definition(changed) is None


def test_lambdas_on_one_line_are_told_apart() -> None:
    """By their constants and names."""
    first, second = (lambda row: row.title), (lambda row: row.price)
    found = [find_definition(one.__code__) for one in (first, second)]
    assert [ast.unparse(one.node.body) for one in found if one] == ["row.title", "row.price"]  # type: ignore[arg-type]


def test_a_wrapped_function_is_its_own() -> None:
    """What functools.wraps writes on a wrapper does not count: its code does."""

    def inner() -> int:
        return 1

    @functools.wraps(inner)
    def wrapper() -> int:
        return inner() + 1

    code: CodeType = wrapper.__code__
    found = find_definition(code)
    assert found is not None
    assert isinstance(found.node, ast.FunctionDef)
    assert found.node.name == "wrapper"


WARNED_OF = """
def escaped(self):
    return "\\d" + self.title

def always(self):
    try:
        return self.title
    finally:
        return self.price

pair = (lambda self: self.title is "a"), (lambda self: self.price is "b")
"""


@pytest.mark.parametrize("action", ["error", "always"])
def test_code_of_which_python_warns(action: str, tmp_path: Path) -> None:
    """Python warned when it compiled it: to look at it again warns of nothing, and errors for warnings don't hide it."""
    file = tmp_path / "warned.py"
    file.write_text(WARNED_OF)
    module: dict[str, Any] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(WARNED_OF, file, "exec"), module)
    functions = (module["escaped"], module["always"], *module["pair"])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter(action)  # type: ignore[arg-type]
        assert all(find_definition(one.__code__) for one in functions)
        before = list(warnings.filters)
        assert sources.parse(WARNED_OF)
        assert warnings.filters == before
    assert caught == []


class Setting:
    """Sets attributes in several ways."""

    def plain(self) -> None:
        self.number = 1
        self.text = f"{self.number}"
        self.length = len("abc")

    def rows(self) -> None:
        self.first = Private()
        self.second = 2
        setattr(self, "second", Private())  # noqa: B010 - it is read as it is written
        self.third: object = Private()


def test_attributes_that_are_set_to_numbers_and_texts_alone() -> None:
    """Every line that sets one has to be plain, also by setattr()."""
    assert assigned_plainly(Setting) == {"number", "text", "length"}
