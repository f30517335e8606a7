"""Finds the syntax tree of a live function.

Only the lines of the function are parsed, where they alone say what is meant. A lambda, and a function
with private names (``__name`` means another name in each class), is looked up in an index of its whole
file.
"""

from __future__ import annotations

import ast
import linecache
import re
import time
import warnings
from dataclasses import dataclass
from functools import cache, lru_cache
from types import CodeType
from typing import TypeAlias

FunctionNode: TypeAlias = "ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda"


@dataclass(frozen=True)
class Definition:
    """A function in a file; ``owner`` is the name of the class around it (for private names).

    ``above`` is how many lines stand in the file before the first line that the tree knows of.
    """

    node: FunctionNode
    owner: str
    above: int = 0


#: Seconds of this process that went into indexing whole files: it is done once, for all members.
reading_time = 0.0

#: The name under which code is parsed, and the filter that keeps warnings of it quiet.
_NAME = "<parsed by perfkit>"
_QUIET = ("ignore", None, Warning, re.compile(_NAME), 0)

#: How many ends of a function are tried before its whole file is parsed.
_MAX_ENDS = 12
#: How the line begins that follows the decorators of a function.
_HEADS = ("def ", "async ")
#: It begins with a text, which is looked for quickly; what is before that is asked afterwards.
_PRIVATE = re.compile(r"__(?<!\w__)\w*(?<!__)\b")


def parse(text: str) -> ast.Module:
    """Return the syntax tree of code; what Python warns of in it, it does when it runs the code.

    Raises ``SyntaxError`` for text that is no code, and ``ValueError`` for some that can't be.
    """
    _warn_of_nothing()
    return ast.parse(text, _NAME)


def _warn_of_nothing() -> None:
    """Keep quiet about code that is parsed or compiled under ``_NAME``.

    The filter stays, since it concerns nothing else: to set them all back, as ``catch_warnings()`` does,
    would reach into other threads.
    """
    if warnings.filters[:1] != [_QUIET]:
        warnings.filterwarnings("ignore", module=_NAME)


@cache
def _index(filename: str) -> dict[tuple[int, str], list[Definition]]:
    """Return the functions of a file by first line and name."""
    global reading_time
    started = time.thread_time()
    found = _read(filename)
    reading_time += time.thread_time() - started
    return found


def _read(filename: str) -> dict[tuple[int, str], list[Definition]]:
    lines = linecache.getlines(filename)
    found: dict[tuple[int, str], list[Definition]] = {}
    if not lines:
        return found
    try:
        tree = parse("".join(lines))
    except (SyntaxError, ValueError):
        return found
    stack: list[tuple[ast.AST, str]] = [(tree, "")]
    while stack:
        node, owner = stack.pop()
        if isinstance(node, ast.ClassDef):
            owner = node.name
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            found.setdefault((first, node.name), []).append(Definition(node, owner))
        elif isinstance(node, ast.Lambda):
            found.setdefault((node.lineno, "<lambda>"), []).append(Definition(node, owner))
        stack.extend((child, owner) for child in ast.iter_child_nodes(node))
    return found


def find_definition(code: CodeType) -> Definition | None:
    """Return the syntax tree of the function whose code this is.

    None without source: built-in, compiled, made by ``exec``, or changed on disk since it was
    imported. Only the latest are kept, so that a large project doesn't carry its syntax trees about: an
    analysis holds on to those that it has, since it tells objects apart by where they were made.
    """
    return _find(code.co_filename, code)  # Equal code may stand in two files.


@lru_cache(maxsize=128)
def _find(filename: str, code: CodeType) -> Definition | None:
    cut = None if code.co_name == "<lambda>" else _cut_out(code)
    return cut or _look_up(code)


def _look_up(code: CodeType) -> Definition | None:
    """Return the function from the index of its file."""
    found = _index(code.co_filename).get((code.co_firstlineno, code.co_name), ())
    same = [one for one in found if parameters(one.node.args) == _code_parameters(code)]
    if len(same) > 1:
        same = [one for one in same if _compiles_to(one.node, code)]
    return same[0] if len(same) == 1 else None


def _cut_out(code: CodeType) -> Definition | None:
    """Return the function from its own lines; None where they don't suffice.

    It ends before a line that stands no further to the right, and what comes before which is complete.
    """
    lines = linecache.getlines(code.co_filename)
    first = code.co_firstlineno
    if not 0 < first <= len(lines):
        return None
    margin = _margin(lines[first - 1])
    ends = 0
    decorated = True
    for end in range(first, len(lines) + 1):
        decorated = decorated and not lines[end - 1].lstrip().startswith(_HEADS)
        if decorated:
            continue
        text = lines[end] if end < len(lines) else ""
        inside = _margin(text) > margin or text.lstrip()[:1] in ("", "#")
        if inside and end < len(lines):
            continue
        source = "".join(lines[first - 1 : end])
        node = _parse(source, bool(margin))
        if node is not None:
            private = _PRIVATE.search(source)
            fits = node.name == code.co_name and parameters(node.args) == _code_parameters(code)
            above = first - 1 - bool(margin)
            return Definition(node, "", above) if fits and not private else None
        ends += 1
        if ends > _MAX_ENDS:
            return None
    return None


def _margin(line: str) -> int:
    return len(line) - len(line.lstrip())


def _parse(source: str, indented: bool) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    """Parse the lines of one function, with a line before them if they are indented; None if they are none."""
    try:
        body = parse(f"if 1:\n{source}" if indented else source).body
    except (SyntaxError, ValueError):
        return None
    if indented and len(body) == 1 and isinstance(body[0], ast.If):
        body = body[0].body
    if len(body) == 1 and isinstance(body[0], (ast.FunctionDef, ast.AsyncFunctionDef)):
        return body[0]
    return None


def parameters(arguments: ast.arguments) -> tuple[str, ...]:
    """Return the names of all parameters, in the order in which Python stores them."""
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    extra = [one for one in (arguments.vararg, arguments.kwarg) if one is not None]
    return tuple(one.arg for one in [*named, *extra])


def _code_parameters(code: CodeType) -> tuple[str, ...]:
    count = code.co_argcount + code.co_kwonlyargcount
    count += bool(code.co_flags & 0x04) + bool(code.co_flags & 0x08)
    return tuple(_plain(name) for name in code.co_varnames[:count])


def _plain(name: str) -> str:
    """Undo what Python does to private names."""
    if name.startswith("_") and not name.startswith("__") and "__" in name[1:]:
        return "__" + name[1:].split("__", 1)[1]
    return name


def _compiles_to(node: FunctionNode, code: CodeType) -> bool:
    """Tell functions apart that stand on one line: the right one has the same names and constants."""
    _warn_of_nothing()
    if isinstance(node, ast.Lambda):
        compiled = compile(ast.Expression(node), _NAME, "eval", dont_inherit=True)
    else:
        compiled = compile(ast.Module([node], []), _NAME, "exec", dont_inherit=True)
    candidates = [one for one in compiled.co_consts if isinstance(one, CodeType)]
    return any(_shape(one) == _shape(code) for one in candidates if one.co_name == code.co_name)


def _shape(code: CodeType) -> tuple[object, ...]:
    simple = tuple(one for one in code.co_consts if not isinstance(one, CodeType))
    places = tuple(code.co_positions()) if hasattr(code, "co_positions") else ()
    names = tuple(sorted({*code.co_names, *code.co_freevars}))
    return names, code.co_varnames, simple, places
