"""What a condition says about names where it holds, and where it doesn't."""

from __future__ import annotations

import ast
import builtins
from dataclasses import replace
from typing import TYPE_CHECKING

from django.db.models.base import Model, ModelBase

from perfkit.inference.calls import Calls
from perfkit.inference.frames import Asked, Loaded
from perfkit.inference.live import concrete_subclasses
from perfkit.inference.results import LOOKUP_SEP
from perfkit.inference.values import (
    BOTTOM,
    NONE,
    Atom,
    Behind,
    Deferred,
    Inert,
    Known,
    Lost,
    Opaque,
    Row,
    RowPart,
    Rows,
    Tup,
    Value,
    constants,
    join,
    strings,
)

if TYPE_CHECKING:
    from collections.abc import Callable

#: Classes that ask nobody else whether an object is an instance of them.
PLAIN_METACLASSES = (type, ModelBase)


#: Types whose constants are equal to each other only, and run nobody's code to tell.
_PLAIN = (str, int, bool, float, bytes)


class Conditions(Calls):
    """Narrows names by the conditions that guard a branch: ``x is None``, ``isinstance(x, C)``, ``x``."""

    def assume(self, test: ast.expr, truth: bool) -> bool:
        """Go on as if a condition came out ``truth``; return whether that can be."""
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            return self.assume(test.operand, not truth)
        if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) is truth:
            # Each part narrows, also when an earlier one already says that it can't be.
            return False not in [self.assume(one, truth) for one in test.values]
        if isinstance(test, ast.NamedExpr):
            return self.narrow(test.target, lambda atom: self.truth_of(atom, truth))
        if isinstance(test, ast.Name):
            return self.narrow(test, lambda atom: self.truth_of(atom, truth))
        if isinstance(test, ast.Compare) and len(test.ops) == 1:
            return self.assume_compared(test, truth)
        if isinstance(test, ast.Call) and self.is_isinstance(test):
            return self.assume_instance(test, truth)
        return True

    def narrow(self, node: ast.expr, keep: Callable[[Atom], Value]) -> bool:
        """Keep of a name what ``keep`` leaves of each atom; return whether anything is left."""
        if not isinstance(node, ast.Name):
            return True
        frame = self.frame
        name = self.private(node.id)
        if frame.look_up(name) is None:
            # A name of a module or of a closure: it stays what it is.
            frame.alive = any(keep(atom) for atom in self.expr_Name(node))
            return frame.alive
        names = frame.overlay if name in frame.overlay else frame.names
        value = names.get(name)
        if not value:
            return True
        left = join(keep(atom) for atom in value)
        if not left:
            frame.alive = False
            return False
        names[name] = left
        return True

    def truth_of(self, atom: Atom, truth: bool) -> Value:
        """Return an atom if it may be as true as that."""
        if truth and atom in NONE:
            return frozenset()
        if not truth and self.always_true(atom):
            return frozenset()
        return frozenset({atom})

    def always_true(self, atom: Atom) -> bool:
        """Tell whether an object can't be false."""
        raise NotImplementedError

    def assume_compared(self, test: ast.Compare, truth: bool) -> bool:
        """Narrow by a comparison."""
        operator = test.ops[0]
        if isinstance(operator, (ast.Eq, ast.NotEq)):
            return self.assume_equality(test, isinstance(operator, ast.Eq) is truth)
        if isinstance(operator, (ast.In, ast.NotIn)):
            self.assume_loaded(test, isinstance(operator, ast.In) is truth)
            return True
        return self.assume_identity(test, truth)

    def assume_equality(self, test: ast.Compare, equal: bool) -> bool:
        """Narrow a name by ``name == "constant"``: of texts and numbers it is known what they equal."""
        other = test.comparators[0]
        if not (isinstance(other, ast.Constant) and type(other.value) in _PLAIN):
            return True

        def keep(atom: Atom) -> Value:
            plain = isinstance(atom, Known) and type(atom.obj) in _PLAIN
            differs = plain and (atom.obj == other.value) is not equal  # type: ignore[attr-defined]
            return frozenset() if differs else frozenset({atom})

        return self.narrow(test.left, keep)

    def assume_loaded(self, test: ast.Compare, inside: bool) -> None:
        """While a row is loaded, remember that a column is: ``name in row.get_deferred_fields()``."""
        if self.loading is None:
            return
        names = strings(self.evaluate(test.left))
        guards = self.evaluate(test.comparators[0])
        if not names or len(names) > 1 or len(guards) > 1:
            return
        for atom in guards:
            if isinstance(atom, Deferred) and not inside:
                self.frame.names[Loaded(atom.path, names[0])] = BOTTOM
            elif isinstance(atom, RowPart) and atom.part == "dict" and inside:
                self.frame.names[Loaded(atom.row.path, names[0])] = BOTTOM

    def assume_identity(self, test: ast.Compare, truth: bool) -> bool:
        """Narrow by ``x is None``."""
        operator, other = test.ops[0], test.comparators[0]
        if not isinstance(operator, (ast.Is, ast.IsNot)):
            return True
        if not (isinstance(other, ast.Constant) and other.value is None):
            return True
        is_none = isinstance(operator, ast.Is) is truth
        left = test.left.target if isinstance(test.left, ast.NamedExpr) else test.left

        def keep(atom: Atom) -> Value:
            unknown = isinstance(atom, (Inert, Lost))
            unknown |= isinstance(atom, Opaque) and not isinstance(atom, Behind)
            none = atom in NONE
            return frozenset({atom}) if unknown or none is is_none else frozenset()

        return self.narrow(left, keep)

    def is_isinstance(self, test: ast.Call) -> bool:
        """Tell whether a call is ``isinstance(name, classes)``."""
        function = test.func
        if not (isinstance(function, ast.Name) and len(test.args) == 2 and not test.keywords):
            return False
        return self.expr_Name(function) == frozenset({Known(builtins.isinstance)})

    def assume_instance(self, test: ast.Call, truth: bool) -> bool:
        """Narrow by ``isinstance(x, C)``."""
        given = self.evaluate(test.args[1])
        flat = join(join(a.items) if isinstance(a, Tup) else frozenset({a}) for a in given)
        classes = constants(flat)
        if not classes or any(type(one) not in PLAIN_METACLASSES for one in classes):
            return True
        subject = test.args[0]

        def keep(atom: Atom) -> Value:
            return self.instances(atom, tuple(classes), truth)

        if isinstance(subject, ast.Attribute):
            return self.narrow_attribute(subject, keep)
        return self.narrow(subject, keep)

    def narrow_attribute(self, node: ast.Attribute, keep: Callable[[Atom], Value]) -> bool:
        """Keep of the row behind a generic key, an attribute of a name, what ``keep`` leaves of it."""
        frame = self.frame
        name = self.private(node.value.id) if isinstance(node.value, ast.Name) else ""
        names = frame.holding(name)
        value = self.expr_Attribute(node) if names is not None else BOTTOM
        if names is None or not any(isinstance(atom, Behind) for atom in value):
            return True
        left = join(keep(atom) for atom in value)
        frame.settled = (frame.settled or set()) | {name}
        names[Asked(name, self.private(node.attr))] = left
        frame.alive = bool(left)
        return frame.alive

    def settled(self, node: ast.Attribute, found: Value) -> Value:
        """Return what of an attribute is left after what was asked of it before.

        It holds as long as no code that is followed sets the key to something else.
        """
        frame = self.frame
        if not (isinstance(node.value, ast.Name) and any(isinstance(one, Behind) for one in found)):
            return found
        name = self.private(node.value.id)
        names = frame.holding(name) or {}
        left = names.get(Asked(name, self.private(node.attr)))
        keys = [one.key for one in found if isinstance(one, Behind)]
        is_set = any((path, part) in self.stored for path, *parts in keys for part in parts)
        return found if left is None or is_set else left

    def instances(self, atom: Atom, classes: tuple[type, ...], truth: bool) -> Value:
        """Return what an atom may be if it is, or isn't, an instance of one of several classes."""
        if isinstance(atom, Behind) and truth:
            return self.rows_behind(atom, classes)
        cls = class_of(atom)
        if cls is None:
            return frozenset({atom})
        if any(one in cls.__mro__ for one in classes):
            return frozenset({atom}) if truth else frozenset()
        if not isinstance(atom, Row):
            return frozenset() if truth else frozenset({atom})
        below = [
            one
            for one in concrete_subclasses(atom.model)
            if any(cls in one.__mro__ for cls in classes)
        ]
        if not truth:
            return frozenset({atom})
        highest = [one for one in below if not any(b in one.__mro__[1:] for b in below)]
        return frozenset(replace(atom, model=one) for one in highest)

    def rows_behind(self, behind: Behind, classes: tuple[type, ...]) -> Value:
        """Return the rows of these classes that may be behind a generic key, if they are all models."""
        found: set[Atom] = set()
        for cls in classes:
            if not issubclass(cls, Model) or cls is Model or cls._meta.abstract:
                return frozenset({behind})
            path, name = behind.key[:2]
            found.add(Row(cls, cls, (*path, name), own=True, generic=True))
            for one in (cls, *concrete_subclasses(cls)) if behind.path else ():
                label = one._meta.concrete_model._meta.label  # type: ignore[union-attr]
                self.behind[LOOKUP_SEP.join(behind.path), label] = None
        return frozenset(found)


def class_of(atom: Atom) -> type | None:
    """Return the class of an atom (of a row: the highest that it may have), or None if unknown."""
    if isinstance(atom, Row):
        return atom.model
    if isinstance(atom, Rows):
        return atom.cls
    if isinstance(atom, Known):
        return type(atom.obj)
    return None
