"""What can be broken in a file: the operators are mutmut's."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.file_mutation import MutationVisitor
from mutmut.mutation.mutators import mutation_operators, operator_string
from mutmut.mutation.pragma_handling import IgnoredCode

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Texts are left alone: nearly all of them are the words of messages.
OPERATORS = [(kind, one) for kind, one in mutation_operators if one is not operator_string]


@dataclass(frozen=True)
class Mutant:
    """One change of one file, in one line."""

    file: str
    line: int
    module: cst.Module
    original: cst.CSTNode
    mutated: cst.CSTNode

    @property
    def name(self) -> str:
        """The place and the change."""
        before, after = (
            " ".join(self.module.code_for_node(one).split())[:150]
            for one in (self.original, self.mutated)
        )
        return f"{self.file}:{self.line}  {before}  ->  {after}"

    @cached_property
    def code(self) -> str:
        """The whole file with the change."""
        changed = self.module.deep_replace(self.original, self.mutated)  # type: ignore[arg-type]
        return changed.code


class _Visitor(MutationVisitor):
    """Finds what can be changed in functions, decorated ones too: mutants are written to the file itself."""

    def _skip_node_and_children(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.FunctionDef):
            return False
        # Types are read by mypy alone; defaults and decorators run when the module is imported.
        given = isinstance(node, cst.Param) and node.default is not None
        return given or isinstance(node, (cst.Annotation, cst.Decorator, cst.Assert))


def mutants_of(root: Path, file: str) -> Iterator[Mutant]:
    """Give every mutant of a file."""
    code = (root / file).read_text()
    wrapper = MetadataWrapper(cst.parse_module(code))
    visitor = _Visitor(OPERATORS, IgnoredCode(set(), set(), set()))
    module = wrapper.visit(visitor)
    positions: Any = wrapper.resolve(PositionProvider)
    for mutation in visitor.mutations:
        # What else stands in a class or module runs when it is imported.
        if not isinstance(mutation.contained_by_top_level_function, cst.FunctionDef):
            continue
        original, mutated = mutation.original_node, mutation.mutated_node
        place = positions.get(original)
        if place is None:
            continue
        yield Mutant(file, place.start.line, module, original, mutated)
