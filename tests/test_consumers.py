"""The views of a project, and the analysers that know what they read."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from types import ModuleType
from typing import Any

import pytest
from django.core.checks import CheckMessage
from django.core.management import CommandError, call_command
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import include, path
from django.views.generic import View

from perfkit import Preset, PresetError, consumers
from perfkit.apply import plan_of
from perfkit.checks import check_views
from perfkit.consumers import Consumer, RoutedView, register_analyser, routed_views
from perfkit.derivation import Derivation, Derived, Place
from tests.testapp.models import Book


class Shelf(View):
    """A view of a kind that no analyser but that of this test knows."""

    preset: Preset | str | None = None
    lost = False


def plain(request: HttpRequest) -> HttpResponse:
    """Return nothing; a function is a view as well."""
    return HttpResponse()


def read_by(view: RoutedView) -> Derived:
    derivation = Derivation(Book)
    derivation.read("title", Place("shelf.html", 3, "content"))
    derivation.read("author__name", Place("shelf.html", 4, "content"))
    if view.options.get("lost"):
        derivation.lose("the filter 'any'", Place("shelf.html", 5, "content"), "author")
    return derivation.result()


def know_shelves(view: RoutedView) -> Iterator[Consumer]:
    """Analyse the views of this test."""
    if view.cls is not Shelf:
        return
    preset = view.options.get("preset")
    if isinstance(preset, str):
        raise PresetError(f"There is no {preset!r}.", check_id="perfkit.E005")
    yield Consumer(
        label=view.name,
        reader="shelf.html",
        derive=lambda: read_by(view),
        plan=None if preset is None else plan_of(preset.apply(Book.objects.all())),
        derives=preset is None,
        certain="guess" not in view.route,
    )


@pytest.fixture(autouse=True)
def _known() -> Iterator[None]:
    register_analyser(know_shelves)
    yield
    consumers._analysers.pop(f"{__name__}.know_shelves")


def urls(*patterns: Any) -> Any:
    module: Any = ModuleType("urls_of_a_test")
    module.urlpatterns = [*patterns]
    return override_settings(ROOT_URLCONF=module)


def said(**options: Any) -> list[CheckMessage]:
    with urls(path(options.pop("route", "x"), Shelf.as_view(**options))):
        return check_views(app_configs=None)


def test_the_views_of_the_urlconf_are_found_once_each() -> None:
    """Through includes; classes with what as_view() was given, functions, one callback on two routes."""
    view = Shelf.as_view(lost=True)
    with urls(path("a/", include([path("b", view), path("c", plain)])), path("d", view)):
        first, second = routed_views()
    assert (first.cls, first.options["lost"], first.route) == (Shelf, True, "a/b")
    assert (second.cls, second.callback, second.name) == (None, plain, f"{__name__}.plain")


def test_a_preset_that_loads_less_is_a_warning_with_the_lines() -> None:
    """The message names the path and the line that reads it; what may be loaded elsewhere is no warning."""
    (message,) = said(preset=Preset(only=["title"]))
    assert (message.id, message.level, message.obj) == ("perfkit.W005", 30, f"{__name__}.Shelf")
    assert message.msg == (
        "shelf.html reads what the preset doesn't load: 'author__name' (shelf.html:4)."
    )
    assert message.hint == "Add only=['author__name'] to the preset."
    (guess,) = said(preset=Preset(only=["title"]), route="guess")
    assert (guess.id, guess.level) == ("perfkit.I004", 20)


def test_a_preset_that_loads_more_is_an_information() -> None:
    """The paths that nobody reads."""
    (message,) = said(preset=Preset(only=["title", "blurb", "author__name"]))
    assert (message.id, message.level) == ("perfkit.I002", 20)
    assert "doesn't read: 'blurb'." in message.msg


def test_what_a_derived_preset_cannot_follow_is_told() -> None:
    """With the line; a derived preset of which all is known needs no word."""
    assert said() == []
    (message,) = said(lost=True)
    assert (message.id, message.level) == ("perfkit.I003", 20)
    assert "the filter 'any' (shelf.html:5)" in message.msg


def test_a_wrong_preset_is_an_error_and_no_urls_are_none() -> None:
    """A name that a view gives is checked like a preset; a project without URLs has no views."""
    (message,) = said(preset="lsit")
    assert (message.id, message.level) == ("perfkit.E005", 40)
    with override_settings(ROOT_URLCONF=None):
        assert check_views(app_configs=None) == []


def suggested(dotted: str) -> str:
    out = StringIO()
    with urls(path("x", Shelf.as_view(lost=True)), path("y", plain)):
        call_command("perfkit", "presets", "--suggest", dotted, stdout=out, no_color=True)
    return out.getvalue()


def test_a_preset_is_suggested_to_paste() -> None:
    """The preset is code that makes it; then the plan, and what can't be followed, with its line."""
    shown = suggested(f"{__name__}.Shelf")
    label, code = shown.split("\n", 1)
    code, _, rest = code.partition("\n\n")
    made = eval(code, {"Preset": Preset})
    assert label == f"{__name__}.Shelf"
    assert plan_of(made.apply(Book.objects.all())).columns == ("id", "title", "author_id")
    assert "? the filter 'any' (shelf.html:5)" in rest


@pytest.mark.parametrize(
    ("dotted", "words"),
    [
        (f"{__name__}.Shlf", "can't be imported"),
        (f"{__name__}.plain", "Nothing is known of what"),
    ],
)
def test_what_is_not_known_is_an_error(dotted: str, words: str) -> None:
    """A path that leads nowhere, or to a view of no kind that is known."""
    with pytest.raises(CommandError, match=words):
        suggested(dotted)
