"""Runs statements that make or bind something: functions, classes, imports, assignments."""

from __future__ import annotations

import ast

from perfkit.inference.statements import Statements
from perfkit.inference.values import (
    BOTTOM,
    INERT,
    Atom,
    Closure,
    Opaque,
    Tup,
    Value,
)


class Definitions(Statements):
    """One method per kind of statement, as in :class:`Statements`."""

    def stmt_FunctionDef(self, node: ast.FunctionDef) -> None:
        value = self.closure(node, node.name)
        for decorator in reversed(node.decorator_list):
            value = self.call_decorator(self.evaluate(decorator), value, node)
        self.bind_name(node.name, value)

    def closure(self, node: ast.FunctionDef | ast.Lambda, name: str) -> Value:
        """Return the function that is made here; its defaults are computed now."""
        key = (node, "closure", self.frame.key)
        made = self.made.get(key)
        if not isinstance(made, Closure):
            made = self.made[key] = Closure(node, self.frame, name)
        made.frame = self.frame
        defaults = tuple(self.evaluate(one) for one in node.args.defaults)
        if made.defaults:
            defaults = tuple(old | new for old, new in zip(made.defaults, defaults, strict=True))
        made.defaults = defaults
        for parameter, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
            if default is not None:
                name = self.private(parameter.arg)
                before = made.kw_defaults.get(name, BOTTOM)
                made.kw_defaults[name] = before | self.evaluate(default)
        return frozenset({made})

    def call_decorator(self, decorator: Value, function: Value, node: ast.stmt) -> Value:
        """Apply a decorator to a function that was made here."""
        raise NotImplementedError

    def stmt_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self.bind_name(node.name, frozenset({Opaque("an asynchronous function")}))

    def stmt_TypeAlias(self, node: ast.AST) -> None:
        """Bind the name; its value may be a row, and is computed when somebody asks for it."""
        self.bind(node.name, frozenset({Opaque("a type alias")}))  # type: ignore[attr-defined]

    def stmt_ClassDef(self, node: ast.ClassDef) -> None:
        value: Value = frozenset({Opaque("a class that is made in the member")})
        parts = [*node.bases, *node.decorator_list, *node.keywords, *node.body]
        if not all(map(_defines_only, parts)):
            value = self.lose("a class that is made in the member, and runs code as it is made")
        self.bind_name(node.name, value)

    # Assignments

    def stmt_Assign(self, node: ast.Assign) -> None:
        value = self.evaluate(node.value)
        for target in node.targets:
            self.bind(target, value)

    def stmt_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.bind(node.target, self.evaluate(node.value))

    def stmt_Import(self, node: ast.Import) -> None:
        for one in node.names:
            name = one.asname or one.name.split(".")[0]
            self.bind_name(name, self.imported(one.name if one.asname else name))

    def stmt_ImportFrom(self, node: ast.ImportFrom) -> None:
        package = str(self.frame.globals.get("__package__") or "")
        if node.level:
            parents = package.split(".")
            package = ".".join(parents[: len(parents) - node.level + 1])
            module = f"{package}.{node.module}" if node.module else package
        else:
            module = node.module or ""
        for one in node.names:
            value = self.get(self.imported(module), one.name)
            if not value or value == INERT:
                value = self.imported(f"{module}.{one.name}")
            self.bind_name(one.asname or one.name, value)

    def imported(self, name: str) -> Value:
        """Return a module that the program has imported; one that it hasn't is not imported now."""
        raise NotImplementedError

    def stmt_Delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, (ast.Attribute, ast.Subscript)):
                value = self.evaluate(target.value)
                key = self.evaluate(target.slice) if isinstance(target, ast.Subscript) else None
                for atom in value:
                    self.delete(atom, target, key)

    def delete(self, atom: Atom, target: ast.Attribute | ast.Subscript, key: Value | None) -> None:
        """Delete an attribute or item of one thing."""
        raise NotImplementedError

    def unpack(self, value: Value, count: int, *, starred: bool) -> list[Value]:
        """Return what each of ``count`` targets gets; with ``*rest`` among them, any of the elements."""
        tuples = [a for a in value if isinstance(a, Tup) and len(a.items) == count and not starred]
        elements = self.iterate(value.difference(tuples))
        return [elements.union(*(one.items[i] for one in tuples)) for i in range(count)]


def _defines_only(node: ast.AST) -> bool:
    """Tell whether a part of the statement of a class runs no code but that of its functions, later."""
    if isinstance(node, ast.FunctionDef):
        ways = {getattr(one, "id", "") for one in node.decorator_list}
        plain = ways <= {"property", "classmethod", "staticmethod"}
        return plain and not node.args.defaults and not any(node.args.kw_defaults)
    if isinstance(node, (ast.Expr, ast.Assign)):
        return isinstance(node.value, ast.Constant)
    return isinstance(node, (ast.Name, ast.Pass))
