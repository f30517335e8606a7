"""``manage.py perfkit presets [app.Model ...]``: print the plans of the declared presets as trees; or suggest one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.management.base import CommandError
from django.utils.module_loading import import_string

from perfkit.checks import declared_presets
from perfkit.compiler import compile_plan
from perfkit.consumers import analysed, views_of
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
    parser.add_argument(
        "--suggest",
        metavar="path.to.View",
        help="Print the preset for a view, or a ModelAdmin, derived from what its page reads.",
    )


def handle(
    command: BaseCommand, *, models: Iterable[str], suggest: str | None = None, **options: Any
) -> None:
    """Print the plans, or what is suggested; raise ``CommandError`` when there is none."""
    if suggest is not None:
        _suggest(command, suggest)
        return
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


def _suggest(command: BaseCommand, path: str) -> None:
    """Print what each page of a view reads, and the preset that loads it."""
    try:
        target = import_string(path)
    except ImportError as error:
        raise CommandError(f"{path!r} can't be imported: {error}") from None
    try:
        consumers = [consumer for view in views_of(target) for consumer in analysed(view)]
    except PresetError as error:
        raise CommandError(str(error)) from None
    if not consumers:
        raise CommandError(
            f"Nothing is known of what {path} reads. Views, viewsets and admins are known when "
            "the module of perfkit.integrations that knows them is imported: see the how-to guides."
        )
    shown = set()
    for consumer in consumers:
        derived = consumer.derive()
        if (consumer.label, derived.preset) in shown:
            continue  # Another route leads to the same page.
        shown.add((consumer.label, derived.preset))
        command.stdout.write(command.style.MIGRATE_HEADING(consumer.label))
        command.stdout.write(f"{_pasted(derived.preset)}\n\n{derived}\n\n")


def _pasted(preset: Preset) -> str:
    """Return a preset as code with a line for each name."""
    (clause,) = preset.clauses
    lines = []
    for part in ("only", "prefetch_related"):
        names = sorted(map(str, getattr(clause, part) or ()))
        if names:
            lines += [f"    {part}=[", *(f'        "{name}",' for name in names), "    ],"]
    if clause.annotate or clause.include:
        lines.append(
            "    # and the annotations that declared presets have, which the plan below names"
        )
    return "\n".join(["Preset(", *lines, ")"])


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
