"""``manage.py perfkit reads``."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from perfkit.inference import reads
from tests.inference.app.models import Brand


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("perfkit", "reads", *arguments, stdout=out, no_color=True)
    return out.getvalue()


def test_it_prints_what_a_member_reads_as_a_tree() -> None:
    """Every line that reads stands beside what it reads."""
    shown = run("inferred.Line", "total")
    assert shown.startswith("inferred.Line.total\n├─ amount  tests/inference/app/models.py:")
    assert "\n└─ product  tests/inference/app/models.py:" in shown
    assert "\n   └─ price  tests/inference/app/models.py:" in shown
    assert shown.endswith(" total\ncomplete\n\n1 of 1 are complete.\n")


def test_it_prints_all_members_of_a_model() -> None:
    """Without names, all that Django did not give it, and what runs when a row is loaded."""
    shown = run("inferred.Brand")
    heads = [line for line in shown.splitlines() if line.startswith("inferred.Brand.")]
    assert [head.rpartition(".")[2] for head in heads] == [
        "__str__",
        "describe",
        "label",
        "__init__",
    ]


def test_it_says_what_can_not_be_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The construct, the line and the way out."""
    monkeypatch.setattr(Brand, "sealed", lambda self: eval("self.name"), raising=False)
    shown = run("inferred.Brand", "sealed")
    assert (
        "? code or names that are only known when it runs (tests/management/test_reads.py:" in shown
    )
    assert "incomplete: write @reads(...) on sealed" in shown
    assert shown.endswith("0 of 1 are complete.\n")


def test_it_says_what_a_declaration_leaves_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """And which of its names there aren't."""
    declared = reads("nam")(lambda self: self.slogan)
    monkeypatch.setattr(Brand, "declared", declared, raising=False)
    shown = run("inferred.Brand", "declared")
    assert "declared by @reads or register_reads()" in shown
    assert "! reads 'slogan', which is not declared" in shown
    assert "Did you mean 'name'?" in shown


def test_own_queries_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """They can't be served by a preset."""
    monkeypatch.setattr(Brand, "busy", lambda self: Brand.objects.count(), raising=False)
    assert "! its own query: Brand.count() (tests/management/test_reads.py:" in run(
        "inferred.Brand", "busy"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("inferred.Nothing",), "'inferred.Nothing' is no model of this project"),
        (("Brand",), "Write it as app.Model"),
        (("inferred.Brand", "nothing"), "Known: __str__, describe, label"),
    ],
)
def test_what_there_is_not_is_an_error(arguments: tuple[str, ...], message: str) -> None:
    """The message says what there is."""
    with pytest.raises(CommandError, match=message.replace(".", r"\.")):
        run(*arguments)
