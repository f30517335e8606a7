"""The outputs that the how-to guides show of the shop, against the commands that print them."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from example_project.showroom.measure import call
from example_project.showroom.pages import NAIVE, PAGES
from example_project.showroom.rows import SIZES
from perfkit import record_usage

GUIDES = Path(__file__).parents[2] / "docs/how-to"
SUGGESTED = re.compile(
    r"^\$ python manage\.py perfkit presets --suggest (example_project\.[\w.]+)\n(.*?)^```$",
    re.M | re.S,
)
SHOWN = [
    pytest.param(dotted, output, id=f"{guide.stem}: {dotted.rpartition('.')[2]}")
    for guide in sorted(GUIDES.glob("*.md"))
    for dotted, output in SUGGESTED.findall(guide.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize(("dotted", "shown"), SHOWN)
def test_what_is_suggested_is_what_the_guide_shows(
    dotted: str, shown: str, settings: pytest.FixtureRequest
) -> None:
    """A guide that asks for a preset shows what the command prints, from its beginning."""
    settings.ROOT_URLCONF = "example_project.urls"
    told = StringIO()
    call_command("perfkit", "presets", "--suggest", dotted, stdout=told, no_color=True)
    assert told.getvalue()[: len(shown)].strip() == shown.strip()


def names(evidence: str) -> list[str]:
    """Evidence without its bytes, by which columns are put in order, and without lines of code."""
    lines = re.sub(r" \([\d.]+ k?B\)", "", evidence).strip().splitlines()[2:]
    return [", ".join(sorted(re.split(r"(?<=\w), |  +", line.strip()))) for line in lines]


def test_evidence_is_what_the_guide_shows(shop: None) -> None:
    """The guide shows of the naive list of orders what is read and what is not."""
    guide = (GUIDES / "find-over-fetching.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^```text\n(.*?)^```$", guide, re.M | re.S)
    (page,) = (page for page in PAGES if page.name == "order_list")
    with record_usage() as usage:
        call(page.url(NAIVE, SIZES[0]))
    *lines, _, _ = names(str(usage))  # a summary comes last
    assert lines == names(shown)
