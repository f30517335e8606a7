"""What the source of a project says: its tests, tasks and calls, read and never run."""

from __future__ import annotations

import ast
import os
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from perfkit.inference.sources import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Folders that hold no code of the project's own; hidden ones are left out too.
OTHERS = frozenset({"node_modules", "site-packages", "__pycache__", "build", "dist", "migrations"})
MAX_FILES = 20_000

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Code:
    """A function of the project: where it is, its name, and its syntax tree."""

    file: str
    name: str
    node: Function = field(compare=False)

    @property
    def is_test(self) -> bool:
        """Whether a test runner would run it."""
        return self.name.startswith("test")

    @property
    def place(self) -> str:
        """Its name and line, as evidence shows it."""
        return f"{self.name} ({self.file}:{self.node.lineno})"

    @property
    def names(self) -> set[str]:
        """All names that it reads: of variables, attributes, arguments and keywords."""
        found = set()
        for node in ast.walk(self.node):
            if isinstance(node, ast.Name):
                found.add(node.id)
            elif isinstance(node, ast.Attribute):
                found.add(node.attr)
            elif isinstance(node, ast.arg):
                found.add(node.arg)
        return found

    @property
    def decorators(self) -> set[str]:
        """The last names of its decorators: "task" of ``@app.task(...)``."""
        return {name_of(node).rpartition(".")[2] for node in self.node.decorator_list}

    @property
    def words(self) -> str:
        """Its name and docstring, in lower case."""
        return f"{self.name} {ast.get_docstring(self.node) or ''}".lower()


@dataclass(frozen=True)
class Call:
    """A call: the dotted name of what is called, its keywords, and where it stands."""

    name: str
    keywords: dict[str, str] = field(hash=False)
    positional: int
    place: str


class Sources:
    """The Python files below some folders; ``unreadable`` are those that can't be parsed."""

    def __init__(self, roots: Iterable[Path]) -> None:
        self.roots = list(roots)
        self.trees: dict[str, ast.Module] = {}
        self.unreadable: list[str] = []
        for path in self._paths():
            name = path.as_posix()
            try:
                self.trees[name] = parse(path.read_text(encoding="utf-8"))
            except (OSError, ValueError, SyntaxError, RecursionError):
                self.unreadable.append(name)

    def _paths(self) -> Iterator[Path]:
        count = 0
        for folder, below, files in chain.from_iterable(map(os.walk, self.roots)):
            below[:] = sorted(
                name
                for name in below
                if not name.startswith(".")
                and name not in OTHERS
                and not (Path(folder) / name / "pyvenv.cfg").exists()
            )
            for name in sorted(files):
                if name.endswith(".py") and count < MAX_FILES:
                    count += 1
                    yield Path(folder) / name

    def functions(self) -> Iterator[Code]:
        """Yield all functions and methods."""
        for file, tree in self.trees.items():
            for node in ast.walk(tree):
                if isinstance(node, Function):
                    yield Code(file, node.name, node)

    def tests(self) -> list[Code]:
        """Return the tests."""
        return [code for code in self.functions() if code.is_test]

    def tests_naming(self, *names: str) -> list[str]:
        """Return where the tests are that read one of these names."""
        wanted = set(names)
        return [code.place for code in self.tests() if code.names & wanted]

    def calls(self, *, tests: bool = False) -> Iterator[Call]:
        """Yield the calls in all files but those of tests."""
        for file, tree in self.trees.items():
            if not tests and is_test_file(file):
                continue
            found = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
            for node in sorted(found, key=lambda node: node.lineno):
                keywords = {k.arg or "**": ast.unparse(k.value) for k in node.keywords}
                place = f"{file}:{node.lineno}"
                yield Call(name_of(node.func), keywords, len(node.args), place)


def is_test_file(file: str) -> bool:
    """Say whether a file is one of tests, by its name or folder."""
    *folders, name = Path(file).parts
    return name.startswith(("test_", "tests", "conftest")) or "tests" in folders


def name_of(node: ast.expr) -> str:
    """Return the dotted name of an expression; of a call that of what is called; "" for others."""
    if isinstance(node, ast.Call):
        return name_of(node.func)
    if isinstance(node, ast.Attribute):
        before = name_of(node.value)
        return f"{before}.{node.attr}" if before else node.attr
    return node.id if isinstance(node, ast.Name) else ""


def loops_over_all_rows(functions: Iterable[Code]) -> list[str]:
    """Return where functions loop over all rows of a manager at once: ``for x in X.objects.all()``."""
    found = []
    for code in functions:
        for node in ast.walk(code.node):
            if isinstance(node, ast.For) and isinstance(node.iter, ast.Call | ast.Attribute):
                parts = name_of(node.iter).split(".")
                if "objects" in parts and not {"iterator", "batches"} & set(parts):
                    found.append(f"{code.name} ({code.file}:{node.lineno})")
    return found
