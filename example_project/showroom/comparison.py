"""Comparing the forms of a page."""

from __future__ import annotations

from dataclasses import dataclass

from example_project.showroom.measure import Measurement, measure
from example_project.showroom.pages import Page


@dataclass(frozen=True)
class Comparison:
    """The forms of a page at one size of data; a page without a template has no derived form."""

    page: Page
    size: int
    naive: Measurement
    optimised: Measurement
    derived: Measurement | None = None

    @classmethod
    def of(cls, page: Page, size: int, rounds: int = 1) -> Comparison:
        """Measure the forms of a page, each as often as rounds say."""
        urls = [page.url(form, size) for form in page.forms]
        return cls(page, size, *measure(*urls, rounds=rounds))

    @property
    def is_equal(self) -> bool:
        """Whether all answers are equal byte for byte."""
        others = [self.optimised, *filter(None, [self.derived])]
        return all(other.body == self.naive.body for other in others)

    @property
    def ratio(self) -> float:
        """How many times longer the naive form takes."""
        return self.naive.seconds / self.optimised.seconds
