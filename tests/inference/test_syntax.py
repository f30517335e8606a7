"""Syntax that only newer versions of Python have; each piece is written to a file and imported."""

from __future__ import annotations

import importlib.util
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from perfkit.inference import FieldReads, field_reads
from perfkit.inference.interpreter import Interpreter
from tests.inference.app.models import Product


def reads_of(body: str) -> FieldReads:
    """Infer a method with this body."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "newer.py"
        path.write_text(
            "def member(self):\n" + "".join(f"    {line}\n" for line in body.splitlines())
        )
        specification = importlib.util.spec_from_file_location(f"newer_{abs(hash(body))}", path)
        assert specification is not None
        assert specification.loader is not None
        module: Any = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(module)
        Product.member = module.member  # type: ignore[attr-defined]
        try:
            return field_reads(Product, "member")
        finally:
            del Product.member  # type: ignore[attr-defined]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="type statements")
def test_a_type_alias() -> None:
    """It binds a name, and reads nothing."""
    found = reads_of("type Name = str\nname: Name = self.title\nreturn name")
    assert found.complete
    assert found.columns == {"title"}


@pytest.mark.skipif(sys.version_info < (3, 12), reason="type parameters")
def test_type_parameters() -> None:
    """They change nothing."""
    found = reads_of("def inner[T](value: T) -> T:\n    return value\nreturn inner(self).title")
    assert found.complete
    assert found.columns == {"title"}


@pytest.mark.skipif(sys.version_info < (3, 11), reason="exception groups")
def test_exception_groups() -> None:
    """Every handler may run."""
    found = reads_of("try:\n    return self.title\nexcept* ValueError:\n    self.price")
    assert found.complete
    assert found.columns == {"title", "price"}


@pytest.mark.skipif(sys.version_info < (3, 12), reason="quotes in f-strings")
def test_nested_quotes() -> None:
    """An f-string may hold any expression."""
    found = reads_of("return f'{', '.join(f'{line.remark}' for line in self.lines.all())}'")
    assert found.complete
    assert found.columns == {"lines__remark"}


@pytest.mark.skipif(sys.version_info < (3, 14), reason="template strings")
def test_template_strings() -> None:
    """They hold what is in them as it is: a value is read, and a row is given up."""
    found = reads_of("return list(t'{self.title:{self.price}}')")
    assert found.complete
    assert found.columns == {"title", "price"}
    assert not reads_of("return t'{self}'").complete


@pytest.mark.parametrize(
    ("rule", "body", "construct"),
    [
        ("expr_Subscript", "return [self][0]", "an expression that is not known: Subscript"),
        ("stmt_Assert", "assert self.title", "a statement that is not known: Assert"),
        (
            "pattern_MatchValue",
            "match self.title:\n    case 'a':\n        pass",
            "a pattern that is not known: MatchValue",
        ),
    ],
)
def test_syntax_that_nobody_knows_yet(
    rule: str, body: str, construct: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A later Python may have more: it is told, with its line, and what stands below is followed."""
    for cls in Interpreter.__mro__:
        if rule in vars(cls):
            monkeypatch.delattr(cls, rule)
    found = reads_of(f"{body}\nreturn self.price")
    (unresolved,) = found.unresolved
    assert unresolved.construct == construct
    assert unresolved.function == "member"
    assert "return" in body or found.columns >= {"price"}
