"""Comparing the forms of a page."""

from __future__ import annotations

from dataclasses import dataclass

from example_project.showroom.measure import Measurement, measure
from example_project.showroom.pages import DERIVED, NAIVE, OPTIMISED, Page


@dataclass(frozen=True)
class Comparison:
    """Forms of a page at one size of data."""

    page: Page
    size: int
    by_form: dict[str, Measurement]

    @classmethod
    def of(cls, page: Page, size: int, rounds: int = 1, forms: tuple[str, ...] = ()) -> Comparison:
        """Measure forms of a page, all of them unless named, each as often as rounds say."""
        forms = forms or page.forms
        measured = measure(*(page.url(form, size) for form in forms), rounds=rounds)
        return cls(page, size, dict(zip(forms, measured, strict=True)))

    @property
    def naive(self) -> Measurement:
        """The form without a preset."""
        return self.by_form[NAIVE]

    @property
    def optimised(self) -> Measurement:
        """The form with the preset that is written."""
        return self.by_form[OPTIMISED]

    @property
    def derived(self) -> Measurement | None:
        """The form that derives its preset; None where the page has no template."""
        return self.by_form.get(DERIVED)

    @property
    def is_equal(self) -> bool:
        """Whether all answers are equal byte for byte."""
        return all(form.body == self.naive.body for form in self.by_form.values())

    @property
    def ratio(self) -> float:
        """How many times longer the naive form takes than the optimised one."""
        return self.naive.seconds / self.optimised.seconds
