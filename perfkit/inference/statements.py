"""Runs statements: both branches of every choice, loops until nothing changes."""

from __future__ import annotations

import ast
from functools import partial
from typing import TYPE_CHECKING

from perfkit.inference.engine import Engine
from perfkit.inference.frames import Loop, Names, join_names
from perfkit.inference.values import (
    Inert,
    Tup,
    Value,
    constants,
    join,
    known,
)

if TYPE_CHECKING:
    from collections.abc import Callable

#: How often a loop is run before it is said to have no end.
MAX_ROUNDS = 6


#: Exceptions in which Python itself keeps an object that had to do with them.
_CARRYING = (
    AttributeError,
    KeyError,
    LookupError,
    StopIteration,
    StopAsyncIteration,
    Exception,
    BaseException,
)


class Statements(Engine):
    """One method per kind of statement, ``stmt_<kind>``."""

    def execute(self, body: list[ast.stmt]) -> None:
        """Run statements as long as control gets there."""
        for statement in body:
            if not self.frame.alive:
                return
            self.step()
            self.frame.line = statement.lineno
            handler = getattr(self, f"stmt_{type(statement).__name__}", None)
            if handler is None:
                self.lose(f"a statement that is not known: {type(statement).__name__}")
            else:
                handler(statement)

    # Control flow

    def run_branch(self, run: Callable[[], None], names: Names) -> tuple[Names, bool]:
        """Run something from given names; return the names after it and whether it ends there."""
        frame = self.frame
        overlay = frame.overlay
        frame.names, frame.overlay, frame.alive = dict(names), dict(overlay), True
        run()
        frame.overlay = overlay
        return frame.names, frame.alive

    def merge(self, *branches: tuple[Names, bool]) -> None:
        """Go on after several branches, of which those that end elsewhere don't count."""
        alive = [names for names, lives in branches if lives]
        self.frame.alive = bool(alive)
        if alive:
            self.frame.names = join_names(*alive)

    def stmt_If(self, node: ast.If) -> None:
        value = self.evaluate(node.test)
        self.truth(value)
        before = self.frame.names
        outcome = constants(value) if isinstance(node.test, ast.Call) else None
        branches = []
        for truth, body in ((True, node.body), (False, node.orelse)):
            # Of a call with constants (``name.startswith("_")``) it is known how it comes out.
            if outcome != [not truth]:
                branch = partial(self.run_if, node.test, truth, body)
                branches.append(self.run_branch(branch, before))
        self.merge(*branches)

    def run_if(self, test: ast.expr, truth: bool, body: list[ast.stmt]) -> None:
        """Run a branch, if its condition can come out that way."""
        if self.assume(test, truth):
            self.execute(body)

    def assume(self, test: ast.expr, truth: bool) -> bool:
        """Go on as if a condition came out ``truth``; return whether that can be."""
        raise NotImplementedError

    def loop(self, run: Callable[[], None]) -> None:
        """Run the body of a loop until no name and no object changes any more."""
        frame = self.frame
        names = frame.names
        loop = Loop()
        for _ in range(MAX_ROUNDS):
            version = self.version
            loop = Loop()
            frame.loops.append(loop)
            after, alive = self.run_branch(run, names)
            frame.loops.pop()
            ends = [after] if alive else []
            joined = join_names(names, *ends, *loop.continues)
            settled = joined == names and version == self.version
            names = joined
            if settled:
                break
        else:
            self.lose("a loop that goes on from row to row without a known end")
        frame.names, frame.alive = names, True
        self._loop_exits = [*loop.breaks]

    _loop_exits: list[Names] = []  # noqa: RUF012 - replaced, never changed

    def after_loop(self, orelse: list[ast.stmt]) -> None:
        """Run the ``else`` of a loop, and join what its ``break``s come with."""
        breaks = self._loop_exits
        names = self.frame.names
        end = self.run_branch(lambda: self.execute(orelse), names)
        self.merge(end, *((one, True) for one in breaks))

    def stmt_For(self, node: ast.For) -> None:
        value = self.evaluate(node.iter)

        def run() -> None:
            self.frame.line = node.lineno
            self.bind(node.target, self.iterate(value))
            self.execute(node.body)

        self.loop(run)
        self.after_loop(node.orelse)

    def stmt_While(self, node: ast.While) -> None:
        def run() -> None:
            self.frame.line = node.lineno
            self.truth(self.evaluate(node.test))
            self.run_if(node.test, True, node.body)

        self.loop(run)
        self.after_loop(node.orelse)

    def stmt_Break(self, node: ast.Break) -> None:
        self.frame.loops[-1].breaks.append(dict(self.frame.names))
        self.frame.alive = False

    def stmt_Continue(self, node: ast.Continue) -> None:
        self.frame.loops[-1].continues.append(dict(self.frame.names))
        self.frame.alive = False

    def stmt_Return(self, node: ast.Return) -> None:
        value = self.evaluate(node.value) if node.value is not None else known(None)
        self.frame.returned |= value
        self.frame.alive = False

    def stmt_Raise(self, node: ast.Raise) -> None:
        for one in (node.exc, node.cause):
            if one is not None and self.carries(self.evaluate(one)):
                self.lose("an exception that carries the row")
        self.frame.alive = False

    def stmt_Try(self, node: ast.Try) -> None:
        frame = self.frame
        before = frame.names
        reached: Names = {}
        frame.tries.append(reached)
        body = self.run_branch(lambda: self.execute(node.body), before)
        frame.tries.pop()
        # An exception may come from anywhere in the body.
        somewhere = join_names(before, reached)
        after = [self.run_branch(lambda: self.execute(node.orelse), body[0])] if body[1] else []
        frame.tries.append(reached)
        for handler in node.handlers:
            branch = partial(self.handle, handler)
            after.append(self.run_branch(branch, somewhere))
        frame.tries.pop()
        self.merge(*after)
        if node.finalbody:
            alive = frame.alive
            everywhere = join_names(somewhere, reached, *(names for names, _ in after))
            names, ends = self.run_branch(lambda: self.execute(node.finalbody), everywhere)
            frame.names, frame.alive = names, alive and ends

    stmt_TryStar = stmt_Try

    def handle(self, handler: ast.ExceptHandler) -> None:
        """Run the body of an ``except``."""
        caught: list[object] | None = None
        if handler.type is not None:
            types = self.evaluate(handler.type)
            spread = join(
                join(one.items) if isinstance(one, Tup) else frozenset({one}) for one in types
            )
            caught = constants(spread)
        if handler.name:
            carries = caught is None or any(one in _CARRYING for one in caught)
            value = frozenset({Inert(BaseException if carries else ValueError)})
            self.bind_name(handler.name, value)
        self.execute(handler.body)

    def stmt_With(self, node: ast.With) -> None:
        for item in node.items:
            entered = self.enter(self.evaluate(item.context_expr), node)
            if item.optional_vars is not None:
                self.bind(item.optional_vars, entered)
        # A context manager may swallow an exception from anywhere in the body.
        before, reached = dict(self.frame.names), Names()
        self.frame.tries.append(reached)
        self.execute(node.body)
        self.frame.tries.pop()
        end = (self.frame.names, self.frame.alive)
        self.merge(end, (join_names(before, reached), True))

    def enter(self, manager: Value, node: ast.stmt) -> Value:
        """Enter and leave a context manager; return what ``as`` gets."""
        raise NotImplementedError

    def stmt_Assert(self, node: ast.Assert) -> None:
        self.truth(self.evaluate(node.test))
        if node.msg is not None and self.carries(self.evaluate(node.msg)):
            self.lose("an exception that carries the row")

    def stmt_Pass(self, node: ast.Pass) -> None:
        pass

    def stmt_Expr(self, node: ast.Expr) -> None:
        self.evaluate(node.value)

    def stmt_Global(self, node: ast.Global) -> None:
        pass

    stmt_Nonlocal = stmt_Global
