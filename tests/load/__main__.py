"""Put the shop under load: ``python -m tests.load``, or ``make load``.

gunicorn (threads) and uvicorn (asyncio) serve it, with the auditor off and in the mode "log", with
the fetch modes "one" and "peers". Each time as many requests as are asked for come from several
connections at once, for naive and optimised pages of the shop in turn, and for some whose rows are
read lazily in tasks, threads and streams. Each request carries a marker. What a request is answered
and what it finds has to be what a lone request is answered and finds, and memory must not grow.

``--fault`` puts a fault into the server first; then the command fails where the fault isn't found.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, product
from pathlib import Path
from random import Random

from tests.load.client import Answer, Client
from tests.load.faults import FAULTS
from tests.load.judging import Expected, Log, errors, misplaced
from tests.load.server import COMMANDS, State, fill, serving

ROWS = 5
PARTS = 10
#: What the second half of a run may leave behind, whatever its length: blocks of Python's memory, and
#: objects of perfkit. The resident memory is for information: it never shrinks, and ends in fragments.
MOST_BLOCKS = 5_000
MOST_OBJECTS = 200

SHOP_PAGES = [
    *(f"/{form}/products/?rows={ROWS}" for form in ("naive", "optimised", "derived")),
    *(f"/{form}/products/{pk}/" for form in ("naive", "optimised", "derived") for pk in (3, 4, 5)),
    *(f"/{form}/categories/?rows={ROWS}" for form in ("naive", "optimised", "derived")),
    *(f"/{form}/orders/?rows={ROWS}" for form in ("naive", "optimised", "derived")),
    *(f"/{form}/orders/{pk}/" for form in ("naive", "optimised", "derived") for pk in (3, 4, 5)),
    *(f"/{form}/customers/{pk}/reviews/" for form in ("naive", "optimised") for pk in (3, 4)),
    *(f"/{form}/feed.json?rows={ROWS}" for form in ("naive", "optimised")),
    *(f"/{form}/search.jsonl?rows={ROWS}" for form in ("naive", "optimised")),
    *(f"/api/{form}/products/" for form in ("naive", "preset", "derived")),
    *(f"/api/{form}/orders/3/" for form in ("naive", "preset", "derived")),
]
HARD_PAGES = [
    f"/{name}/"
    for name in ["marked_code", "marked_template", "in_threads", "in_tasks", "in_stream"]
]
PATHS = SHOP_PAGES + HARD_PAGES


@dataclass(frozen=True)
class Run:
    """One server with one setting under load: what was wrong, and what it took."""

    server: str
    fetch_mode: str
    audit: str
    answers: int
    findings: int
    errors: list[str]
    misplaced: list[str]
    seconds: float
    states: list[State]
    #: The same with the auditor off, where that was asked for.
    off: Run | None

    @property
    def rate(self) -> float:
        """Requests in a second."""
        return self.answers / self.seconds

    @property
    def work(self) -> float:
        """Seconds of the processor for a request."""
        return (self.states[-1].seconds - self.states[0].seconds) / self.answers

    @property
    def growth(self) -> int:
        """Blocks of memory that the second half of the run left behind."""
        return self.states[-1].blocks - self.states[PARTS // 2].blocks

    @property
    def grown(self) -> dict[str, int]:
        """The objects of perfkit that the second half of the run left behind, by class."""
        before, after = self.states[PARTS // 2].objects, self.states[-1].objects
        return {
            name: n - before.get(name, 0) for name, n in after.items() if n > before.get(name, 0)
        }

    @property
    def leaks(self) -> list[str]:
        """What says that memory grows."""
        found = []
        if self.growth > MOST_BLOCKS:
            found.append(f"the second half of the run left {self.growth:,} blocks behind")
        if sum(self.grown.values()) > MOST_OBJECTS:
            found.append(f"the second half of the run left objects behind: {self.grown}")
        return found

    @property
    def problems(self) -> list[str]:
        """All that is wrong."""
        return [*self.errors, *self.misplaced, *self.leaks]

    def row(self) -> str:
        """Return the run as a row of the table."""
        ratios = ["", ""]
        if self.off is not None:
            ratios = [f"{self.rate / self.off.rate:.2f}", f"{self.work / self.off.work:.2f}"]
        megabytes = [self.states[part].kilobytes / 1024 for part in (1, PARTS // 2, PARTS)]
        cells = [
            *(self.server, self.fetch_mode, self.audit, f"{self.answers:,}", f"{self.findings:,}"),
            *(str(len(self.errors)), str(len(self.misplaced))),
            *(f"{size:.1f}" for size in megabytes),
            *(f"{self.growth:,}", str(sum(self.grown.values()))),
            *(f"{self.rate:.0f}", *ratios),
        ]
        return f"| {' | '.join(cells)} |"


HEAD = (
    "| server | fetch mode | auditor | requests | findings | errors | misplaced "
    "| MB at 10 % | at 50 % | at the end | blocks left | objects left | requests/s | ratio | processor, ratio |\n"
    f"|---|---|---|{'---:|' * 12}"
)


def requests(count: int) -> Iterator[tuple[str, str]]:
    """Yield markers with paths, the same mixture each time."""
    random = Random(1)
    for number in range(count):
        yield f"m{number:06}", random.choice(PATHS)


def run(
    options: argparse.Namespace,
    directory: Path,
    setting: tuple[str, str, str],
    off: Run | None,
) -> Run:
    """Put a server with a fetch mode and a mode of the auditor under load."""
    server, fetch_mode, audit = setting
    with serving(
        server, directory, audit=audit, fetch_mode=fetch_mode, fault=options.fault
    ) as running:
        alone = Client(running.port, 1)
        alone.send((f"warm{number:06}", path) for number, path in enumerate(PATHS * 2))
        lone = alone.send((f"lone{number:06}", path) for number, path in enumerate(PATHS))
        expected = Expected.of(lone, Log.read(running.log))
        running.log.write_text("")
        client = Client(running.port, options.connections)
        queue = requests(options.requests)
        answers: list[Answer] = []
        seconds, states = 0.0, [running.state()]
        for _ in range(PARTS):
            start = time.perf_counter()
            answers += client.send(islice(queue, options.requests // PARTS))
            seconds += time.perf_counter() - start
            states.append(running.state())
        log = Log.read(running.log)
    return Run(
        *setting,
        answers=len(answers),
        findings=sum(found.total() for found in log.findings.values()),
        errors=[*errors(lone, log, expected), *errors(answers, Log({}, []), expected)],
        misplaced=list(misplaced(answers, log, expected)),
        seconds=seconds,
        states=states,
        off=off,
    )


def arguments() -> argparse.Namespace:
    """Return what the command line says."""
    assert __doc__ is not None
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--server", nargs="+", default=[*COMMANDS], choices=COMMANDS)
    parser.add_argument("--fetch-mode", nargs="+", default=["one", "peers"])
    parser.add_argument("--audit", nargs="+", default=["off", "log"])
    parser.add_argument("--fault", default="", choices=FAULTS, help="a fault to be found")
    return parser.parse_args()


def main() -> int:
    """Put each server under load, print the table, and return how many runs were not as they should be."""
    options = arguments()
    runs: list[Run] = []
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        fill(directory)
        print(HEAD, flush=True)
        for server, fetch_mode in product(options.server, options.fetch_mode):
            off = None
            for audit in options.audit:
                done = run(options, directory, (server, fetch_mode, audit), off)
                print(done.row(), flush=True)
                off = done if audit == "off" else off
                runs.append(done)
    for done in runs:
        for problem in islice(done.problems, 20):
            print(f"{done.server}, {done.fetch_mode}, {done.audit}: {problem}")
    if options.fault:
        found = all(done.problems for done in runs if done.audit != "off")
        print(f"The fault {options.fault} was {'found' if found else 'NOT found'}.")
        return int(not found)
    return sum(bool(done.problems) for done in runs)


if __name__ == "__main__":
    sys.exit(main() > 0)
