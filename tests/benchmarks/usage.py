"""What recording usage costs, beside plain Django: instructions of one request under valgrind."""

import subprocess
import sys

import django

from tests.benchmarks import _instructions

#: The bound of the clean page, as a ratio to plain Django's.
BOUND = 1.01


def measure(tool):
    """Return the instructions of the clean page with a tool."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.benchmarks._auditor_pages", tool]
    return _instructions.count([*command, "count"])[0]


def main():
    """Print the table; return whether the bound was kept."""
    if not _instructions.available():
        print("\nUsage recording: no valgrind here, nothing was measured.")
        return True
    plain, recorded = measure("plain"), measure("usage")
    ratio = recorded / plain
    print(f"\nUsage recording, Django {django.get_version()}, instructions per request\n")
    print("| clean page | instructions | ratio | bound | kept |\n|---|---:|---:|---:|---|")
    print(f"| plain Django | {plain:,} | | | |")
    kept = ratio <= BOUND
    print(f"| recorded | {recorded:,} | {ratio:.4f} | {BOUND} | {'yes' if kept else 'no'} |")
    return kept


if __name__ == "__main__":
    try:
        sys.exit(0 if main() else 1)
    except subprocess.CalledProcessError as error:
        sys.exit(str(error))
