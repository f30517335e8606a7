"""``python -m tests.mutation plan --count 200 --seed 1``: how many of a sample of mutants the tests notice.

``--without TEST`` leaves tests out, to see that their absence is noticed. ``--unchanged`` breaks nothing,
to see that none dies for another reason. ``--again FILE`` tries the survivors that a run has printed once more.
"""

from __future__ import annotations

import argparse
import contextlib
import math
import os
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from tests.mutation.areas import AREAS, ROOT
from tests.mutation.campaign import MAX_SECONDS, SURVIVED, Campaign

#: What a new process needs to run the tests.
COPIED = ("perfkit", "tests", "example_project", "docs", "pyproject.toml", "manage.py")


def main() -> None:
    """Run the campaign and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("area", choices=AREAS)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--files", nargs="*", help="only these files of the area")
    parser.add_argument("--tests", nargs="*", help="ask only these of its tests")
    parser.add_argument("--without", nargs="*", default=[], help="tests to leave out")
    parser.add_argument("--seconds", type=float, default=MAX_SECONDS, help="of tests for a mutant")
    parser.add_argument("--learned", type=Path, help="keep here which tests reach which lines")
    parser.add_argument("--again", type=Path, help="only the survivors in what a run has printed")
    parser.add_argument("--unchanged", action="store_true", help="break nothing: none may die")
    options = parser.parse_args()
    area = AREAS[options.area]
    if options.files:
        area = replace(area, files=tuple(options.files))
    if options.tests:
        area = replace(area, tests=tuple(options.tests))
    with tempfile.TemporaryDirectory() as directory:
        copy = Path(directory)
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(source, copy / name)
        campaign = Campaign(
            area,
            options.count,
            options.seed,
            copy,
            options.learned,
            options.without,
            seconds=options.seconds,
            again=options.again.read_text() if options.again else "",
            unchanged=options.unchanged,
        )
        arguments = ["-q", "-n0", "-p", "no:cacheprovider"]
        with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
            pytest.main([*arguments, *area.tests], plugins=[campaign])
    killed, survived = len(campaign.killed), len(campaign.survived)
    low, high = interval(killed, killed + survived)
    for mutant in sorted(campaign.survived, key=lambda one: (one.file, one.line)):
        sys.stdout.write(f"{SURVIVED}{mutant.name}\n")
    sys.stdout.write(
        f"{options.area}: {killed} of {killed + survived} killed, {share(killed, killed + survived)}"
        f" (95 %: {low:.1f} to {high:.1f} %)\n"
    )


def share(part: int, whole: int) -> str:
    """Return a share in words."""
    return f"{100 * part / whole:.1f} %" if whole else "nothing"


def interval(part: int, whole: int, z: float = 1.96) -> tuple[float, float]:
    """Return Wilson's interval for a share of which only a sample was seen, in per cent."""
    if not whole:
        return 0.0, 100.0
    rate = part / whole
    middle = rate + z * z / (2 * whole)
    spread = z * math.sqrt(rate * (1 - rate) / whole + z * z / (4 * whole * whole))
    scale = 1 + z * z / whole
    return 100 * (middle - spread) / scale, 100 * (middle + spread) / scale


if __name__ == "__main__":
    main()
