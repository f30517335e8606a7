"""What the checks say of admins, and the preset that is suggested for one."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.contrib import admin
from django.core.checks import CheckMessage
from django.core.management import call_command
from django.test import override_settings
from django.urls import path

from perfkit import Preset
from perfkit.apply import plan_of
from perfkit.checks import check_views
from perfkit.integrations.admin import PresetAdminMixin
from tests.testapp.models import Book


class BookAdmin(PresetAdminMixin, admin.ModelAdmin):
    """Shows a column, a path, and a method."""

    list_display = [
        "title",
        "author__name",
        "tag_names",
    ]

    def tag_names(self, book: Book) -> str:
        return ", ".join(tag.name for tag in book.tags.all())


LOADS = Preset(only=["title", "author__name", "tags__name"])


def site(**attributes: Any) -> Any:
    """Return settings with a site that has an admin of books, with these attributes if any."""
    made = admin.AdminSite()
    own = type("BookAdmin", (BookAdmin,), {"__module__": __name__, **attributes})
    made.register(Book, own if attributes else BookAdmin)
    module: Any = ModuleType("urls_of_a_test")
    module.urlpatterns = [path("admin/", made.urls)]
    return override_settings(ROOT_URLCONF=module)


def said(**attributes: Any) -> list[CheckMessage]:
    with site(**attributes):
        return check_views(app_configs=None)


def test_a_preset_that_loads_less_is_a_warning_with_the_lines() -> None:
    """The message names what is missing, and the lines of list_display and of the method that read it."""
    assert said(preset=LOADS) == []
    (message,) = said(preset=Preset(only=["title"]))
    assert (message.id, message.level, message.obj) == ("perfkit.W005", 30, f"{__name__}.BookAdmin")
    assert message.msg.startswith("list_display reads what the preset doesn't load: ")
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    shown = next(number for number, line in enumerate(lines, 1) if '"author__name",' in line)
    read = next(number for number, line in enumerate(lines, 1) if "for tag in book" in line)
    assert f"'author__name' ({__file__}:{shown})" in message.msg
    assert f"{__file__}:{read}" in message.msg
    assert "'author__name'" in message.hint


def test_what_may_be_loaded_elsewhere_is_no_warning() -> None:
    """An admin with a get_queryset() of its own may load the rest there, or does."""

    def get_queryset(self: Any, request: Any) -> Any:
        return super(BookAdmin, self).get_queryset(request).select_related("author")

    own = {"get_queryset": get_queryset}
    less, more = said(preset=Preset(only=["title", "author__name"]), **own)
    assert (less.id, less.level) == ("perfkit.I004", 20)
    assert "author" not in less.hint
    # The join loads the whole author.
    assert (more.id, "'author__bio'" in more.msg) == ("perfkit.I002", True)
    joined = said(preset=Preset(only=["title", "tags__name"]), list_select_related=["author"])
    assert [message.id for message in joined] == ["perfkit.I002"]


def test_a_preset_that_loads_more_is_an_information() -> None:
    """Its paths are named."""
    (message,) = said(preset=LOADS | Preset(only=["blurb"]))
    assert (message.id, message.level) == ("perfkit.I002", 20)
    assert message.msg == "The preset loads what list_display doesn't read: 'blurb'."


def test_a_wrong_name_is_an_error() -> None:
    """It names the admin, and what it may have meant."""
    (message,) = said(preset="lst")
    assert (message.id, message.level) == ("perfkit.E005", 40)
    assert "Did you mean 'list'" in message.msg


def test_what_a_derived_list_cannot_follow_is_told() -> None:
    """With the line; a list of which all is known needs no word, and a plain ModelAdmin is not spoken of."""

    def puzzle(self: Any, book: Book) -> str:
        return str(eval("book.blurb"))

    assert said() == []
    (message,) = said(list_display=["puzzle"], puzzle=puzzle)
    assert (message.id, message.level) == ("perfkit.I003", 20)
    assert f"{__file__}:{puzzle.__code__.co_firstlineno + 1}" in message.msg


@pytest.mark.parametrize("name", ["get_queryset", "get_list_display"])
def test_what_needs_a_request_is_no_error(name: str) -> None:
    """An admin that asks who is looking is checked as far as that goes."""

    def asks(self: Any, request: Any) -> Any:
        return request.user.visible

    messages = said(preset=Preset(only=["title"]), **{name: asks})
    assert [message.id for message in messages] == []
    messages = said(**{name: asks})
    assert [message.id for message in messages] == ["perfkit.I003"] * (name == "get_list_display")


def test_a_preset_is_suggested_to_paste() -> None:
    """The preset of what the list shows, which has nothing to add to, once for an admin."""
    out = StringIO()
    with site():
        dotted = f"{__name__}.BookAdmin"
        call_command("perfkit", "presets", "--suggest", dotted, stdout=out, no_color=True)
    label, code = out.getvalue().split("\n", 1)
    code, _, rest = code.partition("\n\n")
    assert label == dotted
    assert out.getvalue().count("Preset(") == 1
    made = eval(code, {"Preset": Preset})
    assert "author (join): id, name" in rest
    assert said(preset=made) == []
    assert plan_of(made.apply(Book.objects.all())).columns == ("id", "title", "author_id")
