"""One run of pytest that asks the tests about every mutant of a sample.

First all tests run once, to learn which lines each of them reaches. Then, for each mutant, a fork of the
process takes over the changed code and runs the tests that reach its line, the quickest first, until one
fails. What survives is asked again in a new process that imports the changed file, since a fork remembers
what was computed before: only who survives both has survived.

A failure counts only if the same tests pass in the same way with nothing changed.
"""

from __future__ import annotations

import functools
import gc
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

import coverage

from tests.mutation.areas import ROOT, Area
from tests.mutation.mutants import Mutant, mutants_of

if TYPE_CHECKING:
    import pytest

#: So many seconds of tests are run for one mutant at most, where nothing else is said.
MAX_SECONDS = 20.0
#: What the line of a survivor begins with in the report.
SURVIVED = "survived: "


class Campaign:
    """A plugin of pytest that takes over the running of the tests."""

    def __init__(
        self,
        area: Area,
        count: int,
        seed: int,
        copy: Path,
        learned: Path | None,
        without: list[str],
        *,
        seconds: float = MAX_SECONDS,
        again: str = "",
        unchanged: bool = False,
    ) -> None:
        self.area = area
        self.count = count
        self.seed = seed
        self.copy = copy
        #: Where it is kept what ``learn`` has found, for the next run.
        self.learned = learned
        self.without = without
        #: So many seconds of tests are run for one mutant at most.
        self.most = seconds
        #: What an earlier run has printed: only its survivors are tried.
        self.again = {
            line.removeprefix(SURVIVED) for line in again.splitlines() if line.startswith(SURVIVED)
        }
        #: Whether mutants are as the code that they are made of: then none may die.
        self.unchanged = unchanged
        self.seconds: dict[str, float] = {}
        self.reached: dict[tuple[str, int], set[str]] = defaultdict(set)
        self.killed: list[Mutant] = []
        self.survived: list[Mutant] = []
        self.failing: list[str] = []
        #: The tests that fail in a fork without a mutant.
        self.left_out: set[str] = set()

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run all tests once, then those that each mutant of the sample is for."""
        if self.learned is not None and self.learned.exists():
            self.remember(session)
        else:
            self.learn(session)
        for tests in self.reached.values():
            tests -= {one for one in tests if one.startswith(tuple(self.without))}
        items = {item.nodeid: item for item in session.items}
        every = [one for file in self.area.sources() for one in mutants_of(ROOT, file)]
        sample = random.Random(self.seed).sample(every, min(self.count, len(every)))
        if self.again:
            sample = [one for one in sample if one.name in self.again]
        if self.unchanged:
            sample = [replace(one, mutated=one.original) for one in sample]
        say(f"{len(items)} tests, {len(every)} mutants, of which {len(sample)} are tried")
        for number, mutant in enumerate(sample, 1):
            names = self.tests_of(mutant)
            dead = self.dies_in_fork(mutant, [items[one] for one in names])
            dead = dead or self.dies_afresh(mutant, names)
            (self.killed if dead else self.survived).append(mutant)
            if not dead:
                say(f"{number}: SURVIVES, asked {len(names)} tests: {mutant.name}")
            elif number % 10 == 0:
                say(f"{number}: {len(self.survived)} have survived")
        return True

    def learn(self, session: pytest.Session) -> None:
        """Run every test once; note how long it takes and which lines it reaches."""
        measured = coverage.Coverage(
            data_file=None,
            config_file=False,
            include=[str(ROOT / file) for file in self.area.sources()],
            concurrency="thread",
        )
        measured.start()
        first = session.items[0]
        kept = list(session.items)
        for item, following in zip(session.items, [*session.items[1:], first], strict=True):
            measured.switch_context(item.nodeid)
            started = time.process_time()
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            self.seconds[item.nodeid] = time.process_time() - started
            if session.testsfailed:
                session.testsfailed = 0
                self.failing.append(item.nodeid)
                kept.remove(item)
        measured.stop()
        session.items = kept
        data = measured.get_data()
        for file in data.measured_files():
            name = str(Path(file).relative_to(ROOT))
            for line, contexts in data.contexts_by_lineno(file).items():
                self.reached[name, line] = set(contexts) - {"", *self.failing}
        if self.failing:
            say(f"{len(self.failing)} tests fail without a mutant, and are left out")
        if self.learned is not None:
            lines = [(*place, sorted(tests)) for place, tests in self.reached.items()]
            self.learned.write_text(json.dumps([self.seconds, lines]))

    def remember(self, session: pytest.Session) -> None:
        """Take over what an earlier run has learned; run one test, which makes the database."""
        assert self.learned is not None
        self.seconds, lines = json.loads(self.learned.read_text())
        for file, line, tests in lines:
            self.reached[file, line] = set(tests)
        first, second = session.items[:2]
        first.config.hook.pytest_runtest_protocol(item=first, nextitem=second)
        session.testsfailed = 0

    def tests_of(self, mutant: Mutant) -> list[str]:
        """Return the tests that reach a mutant, the quickest first."""
        names = sorted(self.reached[mutant.file, mutant.line], key=self.seconds.__getitem__)
        chosen, seconds = [], 0.0
        for name in names:
            seconds += self.seconds[name]
            if chosen and seconds > self.most:
                break
            chosen.append(name)
        return chosen

    def limit(self, names: list[str]) -> float:
        """Return the seconds after which a mutant runs for ever."""
        return 120 + 20 * sum(self.seconds[one] for one in names)

    def dies_in_fork(self, mutant: Mutant, items: list[pytest.Item]) -> bool:
        """Return whether a test fails with the changed code that passes without, in forks of this process."""
        while items := [one for one in items if one.nodeid not in self.left_out]:
            failed = self.first_failure(mutant, items)
            if failed is None:
                return False
            unchanged = self.first_failure(None, items[: failed + 1])
            if unchanged is None:
                return True
            self.left_out.add(items[unchanged].nodeid)
            say(f"fails without a mutant too, and is left out: {items[unchanged].nodeid}")
        return False

    def first_failure(self, mutant: Mutant | None, items: list[pytest.Item]) -> int | None:
        """Run tests in a fork; return the place of the first that fails, or that has no end."""
        place, told = os.pipe()
        child = os.fork()
        if not child:
            be_mutant(mutant, items, told)
        os.close(told)
        until = time.monotonic() + self.limit([item.nodeid for item in items])
        ended, status = 0, 0
        while not ended and time.monotonic() < until:
            time.sleep(0.02)
            ended, status = os.waitpid(child, os.WNOHANG)
        if not ended:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        with os.fdopen(place, "rb") as pipe:
            begun = len(pipe.read())
        if ended and not status:
            return None
        if not begun:
            raise RuntimeError(f"The code could not be exchanged: {mutant and mutant.name}")
        return begun - 1

    def dies_afresh(self, mutant: Mutant, names: list[str]) -> bool:
        """Return whether a test fails in a new process, on a copy of the project with the changed file."""
        if not names:
            # Code that runs when modules are imported: whether any test can run at all.
            names = sorted(self.seconds, key=self.seconds.__getitem__)[:30]
        file = self.copy / mutant.file
        before = file.read_text()
        file.write_text(mutant.code)
        try:
            passes = self.pass_afresh(names)
        finally:
            file.write_text(before)
        if not passes and not self.pass_afresh(names):
            say(f"tests fail afresh without a mutant too: {mutant.name}")
            return False
        return not passes

    def pass_afresh(self, names: list[str]) -> bool:
        """Run tests in a new process on the copy of the project; return whether all pass."""
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-n0", "-p", "no:cacheprovider"]
        try:
            done = subprocess.run(
                [*command, *names],
                cwd=self.copy,
                env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(self.copy)},
                capture_output=True,
                timeout=300 + self.limit(names),
                check=False,
            )
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0


def be_mutant(mutant: Mutant | None, items: list[pytest.Item], told: int) -> None:
    """Change the code of the live functions, run the tests, and end the process; tell of each test that begins."""
    status = 1
    try:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
        if mutant is not None:
            exchange(mutant)
        session = items[0].session
        session._setupstate.teardown_exact(items[0])
        for item, following in zip(items, [*items[1:], items[0]], strict=True):
            os.write(told, b".")
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.testsfailed:
                break
        else:
            status = 0
    finally:
        os._exit(status)


def exchange(mutant: Mutant) -> None:
    """Give the live functions of a file the code that they have in the mutant."""
    path = str(ROOT / mutant.file)
    olds = functions_in(compile((ROOT / mutant.file).read_text(), path, "exec", dont_inherit=True))
    news = functions_in(compile(mutant.code, path, "exec", dont_inherit=True))
    changed = dict(zip(olds, news, strict=True)) if len(olds) == len(news) else {}
    for one in gc.get_objects():
        # Not isinstance(), which asks lazy objects for their class.
        if type(one) is FunctionType and one.__code__.co_filename == path:
            new = changed.get(one.__code__)
            if new is not None and new.co_freevars == one.__code__.co_freevars:
                one.__code__ = new
        elif type(one) is functools._lru_cache_wrapper:
            one.cache_clear()


def functions_in(code: CodeType) -> list[CodeType]:
    """Return all code in code, in the order of the source."""
    found: list[Any] = []
    for one in code.co_consts:
        if isinstance(one, CodeType):
            found += [one, *functions_in(one)]
    return found


def say(line: str) -> None:
    """Print a line past pytest, which captures."""
    sys.__stderr__.write(line + "\n")  # type: ignore[union-attr]
    sys.__stderr__.flush()  # type: ignore[union-attr]
