"""Usage evidence: what was loaded and never read, by queryset line and preset."""

from perfkit.usage.evidence import ColumnUsage, Evidence, Line, QuerysetUsage, RowsUsage
from perfkit.usage.recorder import UsageReport, record_usage

__all__ = [
    "ColumnUsage",
    "Evidence",
    "Line",
    "QuerysetUsage",
    "RowsUsage",
    "UsageReport",
    "record_usage",
]
