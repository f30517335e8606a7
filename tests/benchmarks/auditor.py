"""What the auditor costs, beside plain Django and beside other tools that are installed.

Instructions of one request under valgrind, where it is installed; else the median processor time.
"""

import importlib.util
import os
import subprocess
import sys

import django

from tests.benchmarks import _instructions
from tests.benchmarks._auditor_pages import PAGES, ROWS

LOADS = 2 * ROWS
#: The bounds of perfkit's pages as a ratio to plain Django's.
BOUNDS = {"clean": 1.005 if django.VERSION >= (6, 1) else 1.03, "tiny": 1.015, "dirty": 1.02}
PEERS = {"zeal": "zeal", "django-nplus1": "django_nplus1", "nplusone": "nplusone"}
PEERS["debug toolbar"] = "debug_toolbar"


def measure(tool):
    """Return the cost of each page with a tool; None where it doesn't run."""
    how = "count" if _instructions.available() else "time"
    command = [sys.executable, "-W", "ignore", "-m", "tests.benchmarks._auditor_pages", tool, how]
    try:
        if how == "count":
            return _instructions.count(command)
        done = subprocess.run(command, check=True, capture_output=True, env=os.environ)
    except subprocess.CalledProcessError:
        return None
    return [int(line) for line in done.stdout.split()]


def main():
    """Print the table; return whether the bounds were kept."""
    unit = "instructions" if _instructions.available() else "nanoseconds"
    plain = measure("plain")
    print(f"Django {django.get_version()}, Python {sys.version.split()[0]}, {unit} per request\n")
    print(f"| | {' | '.join(PAGES)} | per lazy load |")
    print("|---|" + "---:|" * (len(PAGES) + 1))
    print(f"| plain Django | {' | '.join(f'{cost:,}' for cost in plain)} | |")
    found = {}
    # Django's own "peers" is what ours can reach at best.
    floor = ["plain peers"] if django.VERSION >= (6, 1) else []
    for tool in [*floor, "perfkit", "perfkit peers", *PEERS]:
        if tool in PEERS and importlib.util.find_spec(PEERS[tool]) is None:
            continue
        costs = measure(tool)
        if costs is None:
            print(f"| {tool} | does not run here | | | |")
            continue
        found[tool] = costs
        ratios = [cost / base for cost, base in zip(costs, plain, strict=True)]
        each = f"{(costs[2] - plain[2]) // LOADS:,}" if not tool.endswith("peers") else ""
        print(f"| {tool} | {' | '.join(f'{ratio:.3f}' for ratio in ratios)} | {each} |")
    return bounds(plain, found)


def bounds(plain, found):
    """Print each bound and what was measured; return whether all were kept."""
    ours, peers = found["perfkit"], found["perfkit peers"]
    rows = [
        (f"{page}, to plain Django", ours[index] / plain[index], bound)
        for index, (page, bound) in enumerate(BOUNDS.items())
    ]
    rows.append(("peers: tracking on the clean page", peers[0] / ours[0], 1.05))
    rows.append(("peers: the dirty page, to one by one", peers[2] / ours[2], 1 / 5))
    if "plain peers" in found:
        least = found["plain peers"]
        rows.append(
            ("plain Django's peers: the clean page, to one by one", least[0] / plain[0], 1.05)
        )
        rows.append(
            ("plain Django's peers: the dirty page, to one by one", least[2] / plain[2], 1 / 5)
        )
    others = [costs[2] - plain[2] for tool, costs in found.items() if tool in PEERS]
    if others:
        rows.append(
            ("a lazy load, to the best other tool", (ours[2] - plain[2]) / min(others), 0.1)
        )
    print("\n| | measured | bound | kept |\n|---|---:|---:|---|")
    for label, measured, bound in rows:
        print(
            f"| {label} | {measured:.3f} | {bound:.3f} | {'yes' if measured <= bound else 'no'} |"
        )
    return all(measured <= bound for _, measured, bound in rows)
