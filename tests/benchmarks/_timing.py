"""Interleaved timing: what is compared takes turns, so that a change of the machine's speed hits all.

The time is the process's own, so that other processes on the machine don't count.
"""

import statistics
import time
import timeit
from collections.abc import Callable, Mapping


def medians(
    calls: Mapping[str, Callable[[], object]], *, repeat: int = 60, number: int = 500
) -> dict[str, float]:
    """Return the median processor time of one call of each, in microseconds."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for call in calls.values():
        timeit.timeit(call, number=number)
    for _ in range(repeat):
        for name, call in calls.items():
            times[name].append(
                timeit.timeit(call, timer=time.process_time, number=number) / number * 1e6
            )
    return {name: statistics.median(values) for name, values in times.items()}


def bound(label: str, ratio: float, limit: float) -> bool:
    """Print a ratio beside its bound; return whether it is kept."""
    kept = ratio <= limit
    print(f"| {label} | {ratio:.2f} | {limit:.2f} | {'yes' if kept else 'NO'} |")
    return kept
