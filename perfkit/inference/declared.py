"""Calls what was declared by ``@reads`` or ``register_reads``."""

from __future__ import annotations

from types import FunctionType
from typing import Any

from perfkit.inference.arguments import Arguments
from perfkit.inference.containers import Containers
from perfkit.inference.declarations import Declaration, underlying
from perfkit.inference.live import static
from perfkit.inference.values import (
    BOTTOM,
    INERT,
    Bound,
    Known,
    Opaque,
    Row,
    Rows,
    Value,
    join,
)

#: Classes whose values are plain, as annotations name them.
_PLAIN = {
    "str",
    "int",
    "float",
    "bool",
    "bytes",
    "None",
    "Decimal",
    "date",
    "datetime",
    "timedelta",
}


class Declared(Containers):
    """Reads the declared paths in place of the code."""

    def call_declared(
        self, target: Any, declaration: Declaration, arguments: Arguments, node: object
    ) -> Value:
        """Call something whose reads were declared."""
        function = underlying(target)
        code = getattr(function, "__code__", None)
        names = code.co_varnames[: code.co_argcount] if code is not None else ()
        name = declaration.argument or (names[0] if names else "")
        index = names.index(name) if name in names else (-1 if declaration.argument else 0)
        subject = arguments.get(index if index >= 0 else len(arguments.positional), name)
        for atom in subject:
            if isinstance(atom, Row):
                self.read_declared(atom, declaration, function)
            elif self.carries(frozenset({atom})):
                self.lose(f"{self.describe(atom)} is given to {self.describe(Known(function))}")
        others = [v for i, v in enumerate(arguments.positional) if i != index]
        others += [value for key, value in arguments.named if key != name]
        if self.carries(join([*others])):
            self.lose(
                f"another argument of {self.describe(Known(function))}, which is not declared"
            )
        return self.declared_outcome(function, arguments, node)

    def read_declared(self, row: Row, declaration: Declaration, function: Any) -> None:
        """Read the declared paths; the line that reads them is that of the function."""
        frame = self.frame
        line, file, name = frame.line, frame.file, frame.function
        code = getattr(function, "__code__", None)
        if code is not None:
            frame.line, frame.file = code.co_firstlineno - frame.above, code.co_filename
            frame.function = function.__qualname__
        for path in declaration.paths:
            self.read_path(row, path)
        frame.line, frame.file, frame.function = line, file, name

    def declared_outcome(self, function: Any, arguments: Arguments, node: object) -> Value:
        """Return what a declared callable gives: a plain value, unless that can't be told."""
        annotation = getattr(function, "__annotations__", {}).get("return", function)
        if getattr(annotation, "__name__", str(annotation)) in _PLAIN or annotation is None:
            return INERT
        if isinstance(function, FunctionType):
            kept = (dict(self.reads), dict(self.unresolved), dict(self.own_queries))
            outcome = self.call_function(function, arguments, node)
            followed = len(self.unresolved) == len(kept[1])
            self.reads, self.unresolved, self.own_queries = kept
            self.memo.clear()
            if followed and not self.carries(outcome):
                return outcome
        name = getattr(function, "__qualname__", repr(function))
        return frozenset({Opaque(f"the outcome of {name}, whose return type is not annotated")})

    def read_path(self, row: Row, path: str) -> None:
        """Read a declared path."""
        value: Value = frozenset({row})
        names = path.split("__")
        index = 0
        while index < len(names):
            name = names[index]
            if name == "" and path.startswith("__"):
                name, index = path, len(names)  # ``__str__`` is a name by itself.
            index += 1
            value = self.read_name(value, name, last=index >= len(names))

    def read_name(self, value: Value, name: str, *, last: bool) -> Value:
        """Read one name of a declared path; a bare foreign key is its key column."""
        found = BOTTOM
        for atom in value:
            if not isinstance(atom, Row):
                continue
            raw = static(atom.model, name)
            field = getattr(raw, "field", None)
            if last and field is not None and getattr(field, "column", None):
                if getattr(field, "name", None) == name and field.model in atom.model.__mro__:
                    found |= self.read_column(atom, field)
                    continue
            found |= self.get_row(atom, name)
        rows = BOTTOM
        for atom in found:
            if isinstance(atom, Rows):
                for queryset in self.fetchable(atom) if atom.manager else {atom}:
                    rows |= self.iterate_atom(queryset)
            elif isinstance(atom, Bound) and last:
                self.call_atom(atom, Arguments(), name)
            else:
                rows |= {atom}
        return rows
