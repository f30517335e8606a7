"""What the entries of a log add up to, by route and method; memory is bounded by the number of routes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from perfkit.routes.entry import MAX_PRESETS

if TYPE_CHECKING:
    from collections.abc import Callable

    from perfkit.routes.entry import RouteEntry

#: How many routes are told apart; what comes beyond them is counted as OTHER_ROUTES.
MAX_ROUTES = 2_000
OTHER_ROUTES = "(other routes)"
NO_ROUTE = "(no route)"


class Quantiles(Protocol):
    """Counts numbers, and says what is at a quantile of them."""

    def add(self, value: float) -> None:
        """Count a number."""

    def at(self, quantile: float) -> float:
        """Return the number at a quantile from 0 to 1."""


class Route:
    """The sums of one route and method."""

    def __init__(self, route: str, method: str, quantiles: Quantiles) -> None:
        self.route = route
        self.method = method
        self.quantiles = quantiles
        self.requests = self.queries = 0
        #: Seconds: requests x their average.
        self.spent = 0.0
        self.database = 0.0
        #: Of the requests that were audited, and how many these were.
        self.lazy_loads = self.audited = 0
        self.presets: dict[str, None] = {}

    def add(self, entry: RouteEntry) -> None:
        """Count a request."""
        self.requests += 1
        self.spent += entry.duration
        self.quantiles.add(entry.duration)
        self.database += entry.database
        self.queries += entry.queries
        if entry.lazy_loads is not None:
            self.audited += 1
            self.lazy_loads += entry.lazy_loads
        if len(self.presets) < MAX_PRESETS:
            self.presets.update(dict.fromkeys(entry.presets))

    def to_dict(self, total: float) -> dict[str, Any]:
        """Return the figures; ``total`` is the time spent on all routes, for the share of this one."""
        return {
            "route": self.route,
            "method": self.method,
            "requests": self.requests,
            "time_spent": self.spent,
            "share": self.spent / total if total else 0.0,
            "average": self.spent / self.requests,
            "median": self.quantiles.at(0.5),
            "p95": self.quantiles.at(0.95),
            "p99": self.quantiles.at(0.99),
            "database": self.database,
            "queries": self.queries / self.requests,
            "lazy_loads": self.lazy_loads / self.audited if self.audited else None,
            "presets": sorted(self.presets),
        }


class Ranking:
    """All routes of a log."""

    def __init__(self, quantiles: Callable[[], Quantiles]) -> None:
        self._quantiles = quantiles
        self._routes: dict[tuple[str, str], Route] = {}

    def add(self, entry: RouteEntry) -> None:
        """Count a request."""
        key = (entry.route or NO_ROUTE, entry.method)
        if key not in self._routes and len(self._routes) >= MAX_ROUTES:
            key = (OTHER_ROUTES, "")
        if key not in self._routes:
            self._routes[key] = Route(*key, self._quantiles())
        self._routes[key].add(entry)

    @property
    def requests(self) -> int:
        """How many requests were counted."""
        return sum(route.requests for route in self._routes.values())

    def by(self, key: str) -> list[dict[str, Any]]:
        """Return the figures of all routes, those with most of ``key`` first."""
        total = sum(route.spent for route in self._routes.values())
        rows = [route.to_dict(total) for route in self._routes.values()]
        return sorted(rows, key=lambda row: (-row[key], row["route"], row["method"]))
