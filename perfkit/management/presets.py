"""``manage.py perfkit presets [app.Model ...]``: print the plans of the declared presets as trees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.management.base import CommandError

from perfkit.checks import declared_presets
from perfkit.compiler import compile_plan
from perfkit.exceptions import PresetError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.core.management.base import BaseCommand, CommandParser
    from django.db.models import Model

    from perfkit.presets import Preset


def add_arguments(parser: CommandParser) -> None:
    """Take the models to show."""
    parser.add_argument(
        "models", nargs="*", metavar="app.Model", help="The models to show; all that have presets."
    )


def handle(command: BaseCommand, *, models: Iterable[str], **options: Any) -> None:
    """Print the plans; raise ``CommandError`` when one can't be compiled."""
    asked = [_model(label) for label in models]
    shown = []
    for model in asked or apps.get_models():
        presets = list(declared_presets(model))
        if asked and not presets:
            command.stdout.write(f"{model._meta.label} has no presets.\n\n")
        shown += [_show(command, model, label, preset) for label, preset in presets]
    if failed := shown.count(False):
        raise CommandError(f"{failed} of {len(shown)} presets can't be compiled.")
    if not shown and not asked:
        command.stdout.write(
            "No model has presets. Declare one: see PresetQuerySet in the documentation."
        )


def _show(command: BaseCommand, model: type[Model], label: str, preset: Preset) -> bool:
    """Print one plan, or what is wrong with the preset; return whether it could be compiled."""
    command.stdout.write(command.style.MIGRATE_HEADING(label))
    try:
        command.stdout.write(f"{compile_plan(model, preset, label).plan}\n\n")
    except PresetError as error:
        command.stdout.write(command.style.ERROR(f"{error} ({error.check_id})") + "\n\n")
        return False
    return True


def _model(label: str) -> type[Model]:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError) as error:
        raise CommandError(
            f"{label!r} is no model of this project ({error}). Write it as app.Model."
        ) from None
