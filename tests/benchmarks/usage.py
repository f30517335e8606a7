"""What recording usage costs, beside plain Django: instructions of one request under valgrind."""

import sys
from statistics import median

import django

from tests.benchmarks import _instructions

#: The bound of the clean page, as a ratio to plain Django's.
BOUND = 1.01


def main():
    """Print the table; return whether the bound was kept."""
    if not _instructions.available():
        print("\nUsage recording: no valgrind here, nothing was measured.")
        return True
    command = [sys.executable, "-W", "ignore", "-m", "tests.benchmarks._usage_page"]
    counts = _instructions.count(command)
    plain, recorded = int(median(counts[::2])), int(median(counts[1::2]))
    ratio = recorded / plain
    print(f"\nUsage recording, Django {django.get_version()}, instructions per request\n")
    print("| clean page | instructions | ratio | bound | kept |\n|---|---:|---:|---:|---|")
    print(f"| plain Django | {plain:,} | | | |")
    kept = ratio <= BOUND
    print(f"| recorded | {recorded:,} | {ratio:.4f} | {BOUND} | {'yes' if kept else 'no'} |")
    return kept
