"""What is wrong with the answers and the log of a run, measured by those of lone requests."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.load.client import Answer

Findings = Counter[str]


@dataclass
class Log:
    """What was logged: the findings by the marker of their request, and all other messages."""

    findings: dict[str, Findings]
    messages: list[str]

    @classmethod
    def read(cls, path: Path) -> Log:
        """Read the file that :class:`tests.load.marking.MarkingHandler` has written."""
        log = cls(defaultdict(Counter), [])
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                entry = json.loads(line)
                if "finding" in entry:
                    log.findings[entry["marker"]][entry["finding"]] += 1
                else:
                    log.messages.append(f"{entry['marker']}: {entry['message']}")
        return log


@dataclass
class Expected:
    """What a lone request of each path is answered, and finds."""

    bodies: dict[str, str]
    findings: dict[str, Findings]

    @classmethod
    def of(cls, answers: list[Answer], log: Log) -> Expected:
        """Take what lone requests were answered."""
        return cls(
            {answer.path: answer.body for answer in answers},
            {answer.path: log.findings[answer.marker] for answer in answers},
        )


def errors(answers: list[Answer], log: Log, expected: Expected) -> Iterator[str]:
    """Say which answers aren't those of a lone request, and what was logged that is no finding."""
    for answer in answers:
        if answer.status != 200:
            yield f"{answer.path} was answered {answer.status or answer.body} ({answer.marker})"
        elif answer.echoed != answer.marker:
            yield f"{answer.path} of {answer.marker} had the answer of {answer.echoed}"
        elif answer.body != expected.bodies[answer.path]:
            yield f"{answer.path} of {answer.marker} had another body than alone"
    yield from log.messages


def misplaced(answers: list[Answer], log: Log, expected: Expected) -> Iterator[str]:
    """Say which requests have other findings than a lone one: of another request, or too few."""
    for answer in answers:
        found, wanted = log.findings[answer.marker], expected.findings[answer.path]
        for finding in found - wanted:
            yield f"{answer.path} of {answer.marker} has a finding too many: {finding}"
        for finding in wanted - found:
            yield f"{answer.path} of {answer.marker} lacks a finding: {finding}"
    strangers = log.findings.keys() - {answer.marker for answer in answers}
    for marker in strangers:
        yield f"findings of {marker or 'no request'}: {len(log.findings[marker])}"
