"""The page of HTML: complete in itself, and every name in it escaped."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import call_command

from perfkit import record_usage
from perfkit.usage import Evidence, Line, QuerysetUsage, RowsUsage
from perfkit.usage.page import page
from tests.testapp.models import Book


@pytest.mark.django_db
def test_the_page_shows_what_the_evidence_says(world: None, tmp_path: Path) -> None:
    """A bar, the unread columns and the preset stand on a page that loads nothing from elsewhere."""
    file, target = tmp_path / "usage", tmp_path / "usage.html"
    with record_usage(file=str(file)):
        for book in Book.objects.select_related("author"):
            book.title
    call_command("perfkit", "usage", str(file), "--html", str(target))
    text = target.read_text(encoding="utf-8")
    assert 'class="unread" style="width: ' in text
    assert "blurb" in text
    assert "author (never used)" in text
    assert "Preset(only=[&quot;title&quot;])" in text
    assert not re.search(r"(src|href)=|@import|url\(", text)


def test_names_are_escaped() -> None:
    """Whatever a file of evidence holds, it is text on the page."""
    evil = "<script>alert(1)</script>"
    evidence = Evidence()
    rows = RowsUsage(evil, how={"rows"}, rows=1, samples=1)
    rows.column(evil).size = 3
    rows.children[evil] = RowsUsage(evil, how={evil}, samples=1)
    evidence.add(QuerysetUsage(Line(evil, evil, 1, evil, evil, 1, (evil,)), rows))
    text = page(evidence, [evil])
    assert evil not in text
    assert text.count("&lt;script&gt;") >= 5


def test_no_evidence_is_a_page_too() -> None:
    """Without a line the page says that nothing was recorded."""
    assert "Nothing was recorded" in page(Evidence())
