"""The answer to one point of the checklist."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

YES, NO, CANNOT_TELL = "yes", "no", "cannot tell"
#: How many pieces of evidence of one kind are shown; the others are counted.
SHOWN = 3


@dataclass(frozen=True)
class Answer:
    """A verdict (YES, NO or CANNOT_TELL), what it rests on, and what to do next unless it is YES."""

    number: int
    point: str
    verdict: str
    evidence: tuple[str, ...]
    next_step: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as a dictionary of plain values."""
        return {
            "number": self.number,
            "point": self.point,
            "verdict": self.verdict,
            "evidence": list(self.evidence),
            "next_step": self.next_step,
        }

    def __str__(self) -> str:
        lines = [f"{self.number:>2}  {self.verdict:<11}  {self.point}"]
        lines += [f"{'':17}{line}" for line in self.evidence]
        if self.next_step:
            lines.append(f"{'':17}next: {self.next_step}")
        return "\n".join(lines)


def shown(what: str, found: list[str]) -> list[str]:
    """Return what was found as evidence: the first few, and how many more there are."""
    more = len(found) - SHOWN
    lines = [f"{what} {one}" for one in found[:SHOWN]]
    return [*lines, f"and {more} more"] if more > 0 else lines
