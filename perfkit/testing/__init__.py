"""Proof in tests: queries that don't grow with the rows."""

from perfkit.testing.assertions import (
    PerfkitAssertionsMixin,
    aassert_constant_queries,
    assert_constant_queries,
)
from perfkit.testing.growth import Call, QueryGrowth

__all__ = [
    "Call",
    "PerfkitAssertionsMixin",
    "QueryGrowth",
    "aassert_constant_queries",
    "assert_constant_queries",
]
