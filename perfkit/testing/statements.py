"""SQL for people: statements of one shape fold to one line.

The tokens are those of ``sqlparse``, which Django brings along.
"""

from __future__ import annotations

import functools
import re
from typing import Any

from sqlparse import tokens
from sqlparse.lexer import tokenize as _untyped_tokenize

#: sqlparse has no types.
tokenize: Any = _untyped_tokenize

#: What a statement begins with that moves no data: transactions, and the settings of a connection.
CONTROL = frozenset(
    ["BEGIN", "COMMIT", "PRAGMA", "RELEASE", "ROLLBACK", "SAVEPOINT", "SET", "SHOW", "START"]
)
#: A line longer than this is cut where it is shown.
WIDTH = 160

_LIST = r"\(\?(?:, \?)*\)"
_ROWS = rf"{_LIST}(?:, {_LIST})*"
#: What grows with the number of rows in one statement: the pattern, and what stands for it.
_REPEATED = (
    (re.compile(rf"\b(IN|VALUES) (?:{_ROWS}|\({_ROWS}\))", re.I), r"\1 (…)"),
    # A key of several columns, where the database compares no tuples.
    (re.compile(r"(\([^()]*\))(?: OR \1)+"), r"\1"),
    # bulk_update()
    (re.compile(r"(WHEN (?:(?!WHEN ).)+?)(?: \1)+(?= )"), r"\1"),
)


def is_control(sql: str) -> bool:
    """Say whether a statement controls a transaction or sets up a connection, and reads nothing."""
    return first_word(sql) in CONTROL


def first_word(sql: str) -> str:
    """Return the first word of a statement in capitals, past comments and parentheses."""
    for kind, value in tokenize(sql):
        if kind in tokens.Keyword or kind in tokens.Name:
            return str(value).split()[0].upper()
    return ""


@functools.lru_cache(maxsize=1024)
def fold(sql: str) -> str:
    """Return the shape of a statement in one line.

    Literals and parameters become ``?``, lists of them ``(…)``; comments, line breaks and quotes
    around names go. Two statements fold to the same line if they differ in nothing else.
    """
    line = _joined([word for kind, value in tokenize(sql) if (word := _word(kind, value))])
    for pattern, replacement in _REPEATED:
        line = pattern.sub(replacement, line)
    return line


def _word(kind: Any, value: str) -> str:
    if kind in tokens.Comment and kind is not tokens.Comment.Multiline.Hint:
        return " "
    if kind in tokens.Whitespace or kind in tokens.Newline:
        return " "
    if kind in tokens.Literal.String.Symbol:
        return value[1:-1]
    if kind in tokens.Literal or kind is tokens.Name.Placeholder:
        return "?"
    return value.strip("`")


def _joined(words: list[str]) -> str:
    line = re.sub(r"\s+", " ", "".join(words)).strip(" ;")
    # As Django and the drivers write them: "( ?,? )" and "?1" are the same as "(?, ?)" and "?".
    line = re.sub(r"\?{2,}", "?", line)
    line = re.sub(r"\( ", "(", re.sub(r" \)", ")", line))
    return re.sub(r" ?, ?", ", ", line)


def shown(folded: str) -> str:
    """Return a folded statement as a message shows it: its columns left out, and not too long."""
    head, tail = _at_from(folded)
    line = f"SELECT … {tail}" if head.startswith("SELECT ") and len(head) > 40 and tail else folded
    return line if len(line) <= WIDTH else line[: WIDTH - 1] + "…"


def table_of(folded: str) -> str:
    """Return the table that a folded statement reads or writes first; "" where none is named."""
    # "INSERT INTO one SELECT ... FROM other" writes to the one.
    written = re.match(r"(?:(?:INSERT|REPLACE|MERGE) .*?\bINTO|UPDATE) ([\w.$-]+)", folded, re.I)
    found = written or re.match(r"FROM ([\w.$-]+)", _at_from(folded)[1], re.I)
    return found[1] if found else ""


def _at_from(folded: str) -> tuple[str, str]:
    """Return what stands before and after the first FROM that is inside no parentheses."""
    depth = 0
    for match in re.finditer(r"[()]|\bFROM\b", folded, re.I):
        if match[0] == "(":
            depth += 1
        elif match[0] == ")":
            depth -= 1
        elif not depth:
            return folded[: match.start()], folded[match.start() :]
    return folded, ""
