"""Comparing both forms of a page."""

from __future__ import annotations

from dataclasses import dataclass

from example_project.showroom.measure import Measurement, measure
from example_project.showroom.pages import NAIVE, OPTIMISED, Page


@dataclass(frozen=True)
class Comparison:
    """Both forms of a page at one size of data."""

    page: Page
    size: int
    naive: Measurement
    optimised: Measurement

    @classmethod
    def of(cls, page: Page, size: int, rounds: int = 1) -> Comparison:
        """Measure both forms of a page, each as often as rounds say."""
        urls = page.url(NAIVE, size), page.url(OPTIMISED, size)
        return cls(page, size, *measure(*urls, rounds=rounds))

    @property
    def is_equal(self) -> bool:
        """Whether both answers are equal byte for byte."""
        return self.naive.body == self.optimised.body

    @property
    def ratio(self) -> float:
        """How many times longer the naive form takes."""
        return self.naive.seconds / self.optimised.seconds
