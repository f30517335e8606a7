"""Quantiles in bounded memory, with the library ``ddsketch`` (``pip install django-perfkit[routes]``)."""

from __future__ import annotations

from ddsketch import LogCollapsingLowestDenseDDSketch

#: How far a quantile may be off, relative to its value.
RELATIVE_ACCURACY = 0.01


class Quantiles:
    """Numbers that are counted and not kept."""

    def __init__(self) -> None:
        self._sketch = LogCollapsingLowestDenseDDSketch(RELATIVE_ACCURACY)

    def add(self, value: float) -> None:
        """Count a number."""
        self._sketch.add(value)

    def at(self, quantile: float) -> float:
        """Return the number at a quantile from 0 to 1, within ``RELATIVE_ACCURACY``."""
        return float(self._sketch.get_quantile_value(quantile) or 0.0)
