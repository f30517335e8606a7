"""Logs and evidence that hold anything: what is right is read, the rest is told, and memory is bounded."""

from __future__ import annotations

import gzip
import io
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from perfkit.usage import files
from perfkit.usage.evidence import Evidence, Line, QuerysetUsage
from perfkit.usage.page import page
from perfkit.usage.parsing import usage_of
from perfkit.usage.text import describe
from tests.faults.test_evidence import evidence_of
from tests.management.test_routes import entry
from tests.test_bad_arguments import STRINGS

GOOD = {"format": 1, **evidence_of("one", 1).to_dict()}

#: What JSON can hold, the odd ones first.
JSON = st.recursive(
    st.sampled_from([None, True, -1, 10**30, 1e300, "", *STRINGS]) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


def paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the places in a JSON value."""
    found = [at]
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in items:
        found += paths(inner, (*at, key))
    return found


def replaced(value: Any, at: tuple[Any, ...], new: Any) -> Any:
    """Return a JSON value with another one in one place."""
    if not at:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[at[0]] = replaced(value[at[0]], at[1:], new)
    return copy


@given(at=st.sampled_from(paths(GOOD)), new=JSON)
def test_evidence_with_anything_in_any_place(at: tuple[Any, ...], new: Any) -> None:
    """It is refused with a sentence, or it adds up, and can be shown in every form."""
    try:
        usage = usage_of(replaced(GOOD, at, new))
    except ValueError as error:
        assert str(error)  # noqa: PT017 - it is allowed, not expected
        return
    evidence = Evidence()
    for each in (usage, usage, evidence_of("two", 2)):
        evidence.add(each)
    assert 0 <= evidence.share <= 1
    "\n".join(describe(evidence)).encode("utf-8")
    assert page(evidence)
    json.dumps([each.to_dict() for each in evidence.querysets])


@given(noise=st.binary(max_size=300), cut=st.integers(0, 200))
def test_any_bytes_between_lines_of_evidence(noise: bytes, cut: int, tmp_path_factory: Any) -> None:
    """Whatever stands between two lines, those add up, and nothing raises."""
    line = json.dumps(GOOD).encode()
    path = tmp_path_factory.getbasetemp() / "noisy"
    path.write_bytes(line + b"\n" + noise + line[cut or 1 :] + b"\n" + line)
    evidence, _ = files.read([str(path)])
    [found] = [usage for usage in evidence.querysets if usage.line.file == "one.py"]
    assert found.rows.evaluations >= 2


def test_nesting_without_end(tmp_path: Path) -> None:
    """JSON that is nested deeper than Python recurses is a broken line like another."""
    path = tmp_path / "usage"
    deep = '{"format": 1, "rows": ' + '{"children": {"a":' * 50_000
    path.write_text("\n".join(["[" * 200_000, deep, json.dumps(GOOD)]) + "\n")
    evidence, told = files.read([str(path)])
    assert (len(evidence.querysets), len(told)) == (1, 2)
    rows: dict[str, Any] = dict(GOOD["rows"])
    for _ in range(100):
        rows = {**GOOD["rows"], "children": {"up": rows}}
    path.write_text(json.dumps({**GOOD, "rows": rows}) + "\n")
    assert "more than 50 deep" in files.read([str(path)])[1][0]


def test_names_that_would_be_code(tmp_path: Path) -> None:
    """No name can leave the quotes of the preset to paste, and none commands the terminal."""
    evil = 'title"]); import os; os.system("x'
    path = tmp_path / "usage"
    column = {
        **GOOD["rows"],
        "columns": {evil: {"loaded": 1, "size": 1, "lazy": 0, "key": False, "via": []}},
    }
    place = {**GOOD["line"], "file": "\x1b[2J\x07views.py", "function": "\ud800"}
    path.write_text(
        json.dumps({**GOOD, "rows": column}) + "\n" + json.dumps({**GOOD, "line": place}) + "\n"
    )
    evidence, told = files.read([str(path)])
    assert "a name that can't be one" in told[0]
    text = "\n".join(describe(evidence))
    assert evil not in text
    assert "?[2J?views.py" in text
    assert "\x1b" not in text


def test_told_in_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of broken lines, and one of endless different ones, are told in few sentences."""
    monkeypatch.setattr(files, "MAX_LINES", 10)
    path = tmp_path / "usage"
    path.write_text("nonsense\n" * 1000)
    assert len(files.read([str(path)])[1]) == files.MAX_TOLD + 1
    path.unlink()
    files.append(str(path), [evidence_of("one", number) for number in range(100)])
    evidence, told = files.read([str(path)])
    assert len(evidence.querysets) == 10
    assert "of more than 10 queryset lines" in told[0]
    assert "70 more lines were passed over" in told[-1]


@pytest.mark.parametrize("command", ["usage", "routes"])
@pytest.mark.parametrize("newlines", [False, True])
def test_a_gigantic_file(tmp_path: Path, command: str, newlines: bool) -> None:
    """200 MB of nothing, with and without lines, take a few MB of memory."""
    path = tmp_path / "gigantic"
    with path.open("wb") as file:
        if newlines:
            for _ in range(200):
                file.write(b"x" * 1_000_000 + b"\n")
        file.truncate(200_000_000)
    out = io.StringIO()
    tracemalloc.start()
    try:
        call_command("perfkit", command, str(path), stdout=out, stderr=out)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 30_000_000
    assert len(out.getvalue()) < 10_000


@pytest.mark.parametrize("command", ["usage", "routes"])
def test_files_that_are_none(tmp_path: Path, command: str) -> None:
    """A folder, and a file that isn't there, are named."""
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(CommandError, match=path.name):
            call_command("perfkit", command, str(path))


def test_a_truncated_archive(tmp_path: Path) -> None:
    """A .gz that ends in the middle, or is none, is told."""
    whole = gzip.compress((entry().to_json() + "\n").encode() * 1000)
    for content in (whole[:-10], b"no archive", whole[:40] + b"\x00" * 40, b"\x1f\x8b"):
        path = tmp_path / "log.gz"
        path.write_bytes(content)
        with pytest.raises(CommandError, match=r"log\.gz can't be read"):
            call_command("perfkit", "routes", str(path))


def test_routes_of_hostile_texts(tmp_path: Path) -> None:
    """Texts of a foreign log don't command the terminal that they are printed to."""
    path = tmp_path / "log"
    path.write_text(entry(route="\x1b[2Ja/", method="\x07", presets=("\ud800",)).to_json() + "\n")
    out = io.StringIO()
    call_command("perfkit", "routes", str(path), stdout=out)
    assert "\x1b[2J" not in out.getvalue()
    assert "?[2Ja/" in out.getvalue()
    out.getvalue().encode("utf-8")


def test_the_line_of_evidence_is_a_value() -> None:
    """What was read is what was written."""
    assert usage_of(GOOD) == QuerysetUsage(
        Line("shop.Product", file="one.py", line=1), evidence_of("one", 1).rows
    )
