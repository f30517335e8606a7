"""Runs the bodies of functions: memo, recursion, generators."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from perfkit.inference.engine import MAX_DEPTH
from perfkit.inference.scopes import scope_of
from perfkit.inference.values import (
    BOTTOM,
    Generator,
    Value,
    known,
)

if TYPE_CHECKING:
    from perfkit.inference.arguments import Parameters
    from perfkit.inference.declarations import Declaration
    from perfkit.inference.sources import FunctionNode
from perfkit.inference.comprehensions import Comprehensions
from perfkit.inference.frames import Frame, Loaded, Names

#: How often one function may be inside itself before it is taken for a recursion without end.
MAX_NESTING = 3


class Activations(Comprehensions):
    """One call of a function, and of a generator."""

    def __init__(self) -> None:
        super().__init__()
        self.memo: dict[object, tuple[int, Value]] = {}
        self.running: list[tuple[Any, ...]] = []
        self.cells: dict[object, Names] = {}
        self.aside = 0
        #: A declaration whose function is followed all the same, to see what it leaves out.
        self.ignored: Declaration | None = None
        self.aside_steps = 0

    def run(
        self, node: FunctionNode, function: object, frame: Frame, parameters: Parameters
    ) -> Value:
        """Run the body of a function in its frame; return its outcome."""
        key = (id(function), parameters)
        if not isinstance(node, ast.Lambda) and scope_of(node, frame.owner).generates:
            return self.generator(node, frame, parameters, key)
        if key in self.running:
            return self.lose(f"a recursion: {frame.function} calls itself")
        if sum(one[0] == id(function) for one in self.running) >= MAX_NESTING:
            return self.lose(f"a recursion without a known end: {frame.function}")
        if len(self.frames) > MAX_DEPTH:
            return self.lose("calls nested too deep")
        facts = self.facts()
        remembered = self.memo.get((key, facts))
        if remembered is not None and remembered[0] == self.version:
            return remembered[1]
        frame.key = key
        self.running.append(key)
        self.frames.append(frame)
        try:
            self.prepare(node, frame, parameters)
            if isinstance(node, ast.Lambda):
                frame.line = node.lineno
                outcome = self.evaluate(node.body)
            else:
                self.execute(node.body)
                outcome = frame.returned | (known(None) if frame.alive else BOTTOM)
        finally:
            self.frames.pop()
            self.running.pop()
        self.memo[key, facts] = (self.version, outcome)
        return outcome

    def facts(self) -> frozenset[Loaded]:
        """Return what is known to be loaded here and in all callers; only the loading of rows asks."""
        if self.loading is None:
            return frozenset()
        return frozenset(
            name for frame in self.frames for name in frame.names if isinstance(name, Loaded)
        )

    def prepare(self, node: FunctionNode, frame: Frame, parameters: Parameters) -> None:
        """Bind the parameters in the new frame."""
        frame.line = node.lineno
        frame.cells = self.cells.setdefault(frame.key, {})
        star, elements = parameters.star
        values = dict(parameters.names)
        if elements is not None:
            box = self.make((node, "*"), "list")
            self.put(box, elements)
            values[star] = frozenset({box})
        name, named, others = parameters.keywords
        if name:
            box = self.make((node, "**"), "dict")
            for key, value in named:
                self.put(box, value, key=key)
            self.put(box, others)
            values[name] = frozenset({box})
        arguments = [*node.args.posonlyargs, *node.args.args]
        if arguments:
            frame.first = values.get(self.private(arguments[0].arg), BOTTOM)
        for name, value in values.items():
            self.bind_name(name, value)

    def generator(
        self, node: FunctionNode, frame: Frame, parameters: Parameters, key: object
    ) -> Value:
        """Return the generator that a generator function makes; it runs when it is consumed."""
        assert not isinstance(node, ast.Lambda)
        body = node.body

        def run() -> Value:
            frame.names, frame.alive = {}, True
            frame.yielded = frame.returned = BOTTOM
            self.prepare(node, frame, parameters)
            self.execute(body)
            return frame.yielded

        frame.key = key
        found = self.made.get((key, "generator"))
        if not isinstance(found, Generator):
            found = self.made[key, "generator"] = Generator(run, frame)
        return frozenset({found})

    def consume(self, generator: Generator) -> Value:
        """Run a generator to its end; return what it yields."""
        if (generator,) in self.running or len(self.frames) > MAX_DEPTH:
            return self.lose("a generator that consumes itself")
        facts = self.facts()
        remembered = self.memo.get((generator, facts))
        if remembered is not None and remembered[0] == self.version:
            return remembered[1]
        self.running.append((generator,))
        self.frames.append(generator.frame)
        try:
            outcome: Value = generator.run()
        finally:
            self.frames.pop()
            self.running.pop()
        self.memo[generator, facts] = (self.version, outcome)
        return outcome

    def is_running(self, function: object) -> bool:
        """Tell whether a function is being run further out."""
        return any(one[0] == id(function) for one in self.running)
