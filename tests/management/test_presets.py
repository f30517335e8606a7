"""``manage.py perfkit presets``."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from perfkit import Preset
from tests.testapp.models import Book, BookQuerySet


def run(*models: str) -> str:
    out = StringIO()
    call_command("perfkit", "presets", *models, stdout=out, no_color=True)
    return out.getvalue()


def test_it_prints_the_plans_of_a_model_as_trees() -> None:
    """Each preset has its qualified name and its plan, as str(plan) gives it."""
    shown = run("testapp.Book")
    assert (
        f"BookQuerySet.optimize_for_list\n{Book.objects.optimize_for_list().loading_plan}\n"
        in shown
    )
    assert "testapp.Book: id, title, author_id\n├─ author (join): id, name\n" in shown
    assert "with_reviews_by" not in shown


def test_a_subquery_is_printed_without_its_address() -> None:
    """The same plan is printed alike in every process."""
    books = Book.objects.filter(pk=OuterRef("pk")).values("title")
    preset = Preset(only=["title"], annotate={"name": Coalesce(Subquery(books), Value("-"))})
    plan = preset.apply(Book.objects.all()).loading_plan
    assert str(plan).endswith("title, name = Coalesce(Subquery(...), Value('-'))")


def test_it_prints_all_models_that_have_presets() -> None:
    """Without names, every model with presets is shown, and no other."""
    shown = run()
    assert "AuthorQuerySet.optimize_for_detail" in shown
    assert "has no presets" not in shown


def test_a_model_without_presets_is_told() -> None:
    """A model that was asked for and has none gets a line."""
    assert run("testapp.Tag") == "testapp.Tag has no presets.\n\n"


@pytest.mark.parametrize("label", ["testapp.Boook", "nowhere.Book", "Book"])
def test_a_wrong_model_is_an_error(label: str) -> None:
    """The message has the label and how to write it."""
    with pytest.raises(CommandError, match=f"'{label}' is no model of this project .* app.Model"):
        run(label)


def test_a_preset_that_is_wrong_is_shown_and_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are printed all the same; the command fails with their number."""
    monkeypatch.setattr(BookQuerySet, "broken", None, raising=False)
    BookQuerySet._declare_preset("broken", Preset(only=["titel"]))
    out = StringIO()
    with pytest.raises(CommandError, match=r"1 of \d+ presets can't be compiled"):
        call_command("perfkit", "presets", "testapp.Book", stdout=out, no_color=True)
    assert "Did you mean 'title'" in out.getvalue()
    assert "BookQuerySet.optimize_for_list\n" in out.getvalue()
