"""The code that pages run, read from where it is: what is shown can't differ from what runs."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Source:
    """Some lines of a file."""

    name: str
    file: str
    line: int
    language: str
    text: str

    @property
    def place(self) -> str:
        """The file and the first line."""
        return f"{self.file}:{self.line}"

    @property
    def html(self) -> SafeString:
        """The lines with their words marked, for a stylesheet to colour."""
        lexer = get_lexer_by_name(self.language)
        return mark_safe(highlight(self.text, lexer, HtmlFormatter(nowrap=True)))


def source_of(thing: Any) -> Source:
    """Return the source of a class, a function, a property or a task, or of the template of a name."""
    if isinstance(thing, str):
        origin = Path(get_template(thing).origin.name)  # type: ignore[attr-defined]
        text = origin.read_text(encoding="utf-8")
        return Source(thing, _short(origin), 1, "html+django", text)
    # A cached property and a task hold their function.
    function = thing.fget if isinstance(thing, property) else getattr(thing, "func", thing)
    function = inspect.unwrap(function)
    lines, first = inspect.getsourcelines(function)
    file = _short(Path(inspect.getfile(function)))
    return Source(function.__qualname__, file, first, "python", dedent("".join(lines)))


def _short(path: Path) -> str:
    return path.resolve().relative_to(ROOT).as_posix()
