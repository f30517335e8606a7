"""Numbered system checks: each mistake that an exception would tell at use is told at start-up."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error, Info, Tags, register
from django.core.checks import Warning as CheckWarning
from django.utils.module_loading import import_string

from perfkit.comparing import extra, missing
from perfkit.compiler import compile_plan
from perfkit.conf import declared, has_urlconf, installed, problems
from perfkit.consumers import analysed, routed_views
from perfkit.exceptions import PresetError
from perfkit.inference import field_reads, is_member
from perfkit.inference.declarations import declaration_of
from perfkit.members import init_reads
from perfkit.methods import preset_method
from perfkit.places import choices
from perfkit.presets import Preset
from perfkit.querysets import PresetQuerySetMixin

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from django.db.models import Model

    from perfkit.consumers import Consumer, RoutedView

__all__ = [
    "check_declarations",
    "check_presets",
    "check_settings",
    "check_views",
    "declared_presets",
    "register_checks",
]


def register_checks() -> None:
    """Register the checks; Django registers each once, however often it is asked."""
    register(check_settings, Tags.compatibility)
    register(check_declarations, Tags.models)
    register(check_presets, Tags.models)
    register(check_views, Tags.urls)


def check_settings(*, app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Check the setting ``PERFKIT``, and that the middlewares which follow it are there."""
    value: Any = declared()
    if found := problems(value):
        return [Error(problem, id="perfkit.E001") for problem in found]
    audits = value.get("AUDIT", "off") != "off"
    wanted = {"AUDIT": "AuditMiddleware"} if audits else {}
    if value.get("USAGE_FILE"):
        wanted["USAGE_FILE"] = "UsageMiddleware"
    return [
        CheckWarning(
            f"PERFKIT[{key!r}] is {value[key]!r}, but no request follows it: "
            f"perfkit.middleware.{name} is not in MIDDLEWARE.",
            f'Add "perfkit.middleware.{name}" at the top of MIDDLEWARE.',
            id="perfkit.W006",
        )
        for key, name in wanted.items()
        if not _has_middleware(name)
    ]


def _has_middleware(name: str) -> bool:
    """Say whether a middleware of ours is installed, or one that is made of it."""
    wanted = import_string(f"perfkit.middleware.{name}")
    for path in installed()["MIDDLEWARE"]:
        # A path that leads nowhere is for Django to tell, and a function is none of ours.
        with suppress(ImportError):
            middleware = import_string(path)
            if isinstance(middleware, type) and issubclass(middleware, wanted):
                return True
    return False


def check_declarations(
    *, app_configs: Iterable[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Check what ``@reads`` declares of the members of every model."""
    found: list[CheckMessage] = []
    for model in _models(app_configs):
        for name in sorted(_declared_members(model)):
            reads = field_reads(model, name)
            found += [Error(problem, obj=model, id="perfkit.E007") for problem in reads.problems]
            if reads.undeclared:
                paths = ", ".join(map(repr, sorted(reads.undeclared)))
                found.append(
                    CheckWarning(
                        f"{model.__name__}.{name} reads {paths}, which its @reads does not declare.",
                        f"Add {paths} to the @reads of {model.__name__}.{name}.",
                        obj=model,
                        id="perfkit.W004",
                    )
                )
    return found


def _declared_members(model: type[Model]) -> set[str]:
    return {
        name
        for klass in model.__mro__
        for name, value in vars(klass).items()
        if declaration_of(value) is not None and is_member(model, name)
    }


def check_presets(*, app_configs: Iterable[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Compile every preset of every model's managers."""
    found: list[CheckMessage] = []
    narrowed: set[type[Model]] = set()
    for model in _models(app_configs):
        for label, preset in declared_presets(model):
            found += _check_preset(model, label, preset, narrowed)
        found += _check_default_presets(model)
    for model in sorted(narrowed, key=lambda model: model._meta.label):
        found += _check_loading(model)
    return found


def declared_presets(model: type[Model]) -> Iterator[tuple[str, Preset]]:
    """Yield the presets of the QuerySet classes of a model's managers, with their qualified names.

    ``@preset`` methods are left out: what they return depends on their arguments.
    """
    seen = set()
    for manager in model._meta.managers:
        queryset_class: type[Any] = manager._queryset_class
        if queryset_class in seen or not issubclass(queryset_class, PresetQuerySetMixin):
            continue
        seen.add(queryset_class)
        for name, preset in queryset_class.presets.items():
            if isinstance(preset, Preset):
                yield preset_method(queryset_class, name).__qualname__, preset


def _check_preset(
    model: type[Model], label: str, preset: Preset, narrowed: set[type[Model]]
) -> list[CheckMessage]:
    """Compile one preset; note the models whose rows it means to narrow."""
    try:
        compiled = compile_plan(model, preset, label)
    except PresetError as error:
        return [Error(str(error), obj=model, id=error.check_id)]
    narrowed.update(plan.model for plan in compiled.plan.walk() if plan.declared is not None)
    return [
        CheckWarning(doubt.message, doubt.hint, obj=model, id=doubt.check_id)
        for doubt in compiled.doubts
    ]


def _check_loading(model: type[Model]) -> Iterator[CheckMessage]:
    """Say what is loaded whatever a preset says, since the making of a row reads it."""
    reads = init_reads(model)
    if reads is None:
        return
    for unresolved in reads.unresolved:
        yield CheckWarning(
            "What __init__() or a receiver of post_init reads of every row can't be followed: "
            f"{unresolved}. Presets don't narrow these rows.",
            "Read in __init__() only what get_deferred_fields() does not name, or use register_reads().",
            obj=model,
            id="perfkit.W003",
        )
    if reads.complete and reads.columns:
        columns = ", ".join(map(repr, sorted(reads.columns)))
        yield Info(
            f"__init__() or a receiver of post_init reads {columns} of every row; presets always load them.",
            obj=model,
            id="perfkit.I001",
        )


def _check_default_presets(model: type[Model]) -> Iterator[CheckMessage]:
    for manager in model._meta.managers:
        name = getattr(manager, "default_preset", None)
        known = getattr(manager._queryset_class, "presets", {})
        if isinstance(name, str) and name not in known:
            message = f"The manager {manager} applies the preset {name!r} by default, but "
            message += (
                f"{manager._queryset_class.__name__} has {choices(name, known, 'no presets')}"
            )
            yield Error(message, obj=model, id="perfkit.E005")


def check_views(*, app_configs: Iterable[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Compare the presets that views name with what their templates, serializers and lists read."""
    found: list[CheckMessage] = []
    for view in routed_views() if has_urlconf() and app_configs is None else ():
        found += [message for message in _check_view(view) if message not in found]
    return found


def _check_view(view: RoutedView) -> Iterator[CheckMessage]:
    try:
        for consumer in analysed(view):
            yield from _check_consumer(consumer)
    except PresetError as error:
        yield Error(str(error), obj=view.name, id=error.check_id or "perfkit.E005")


def _check_consumer(consumer: Consumer) -> Iterator[CheckMessage]:
    """Compare what one page loads with what it reads, if its preset is named; else tell what is lost."""
    if consumer.plan is not None:
        derived = consumer.derive()
        lacking: dict[str, list[str]] = {}
        for read in missing(consumer.plan, derived):
            lacking.setdefault(read.path, []).append(str(read.place))
        if lacking:
            kind, number = (
                (CheckWarning, "perfkit.W005") if consumer.certain else (Info, "perfkit.I004")
            )
            paths = "; ".join(f"{path!r} ({', '.join(at)})" for path, at in lacking.items())
            yield kind(
                f"{consumer.reader} reads what the preset doesn't load: {paths}.",
                _remedy(lacking, {read.path for read in derived.annotated}),
                obj=consumer.label,
                id=number,
            )
        if unread := extra(consumer.plan, derived):
            yield Info(
                f"The preset loads what {consumer.reader} doesn't read: {', '.join(map(repr, unread))}.",
                obj=consumer.label,
                id="perfkit.I002",
            )
    elif consumer.derives and (unresolved := consumer.derive().unresolved):
        yield Info(
            f"What {consumer.reader} reads can't all be followed, so some rows are loaded whole: "
            f"{'; '.join(map(str, unresolved))}.",
            obj=consumer.label,
            id="perfkit.I003",
        )


def _remedy(lacking: Iterable[str], annotated: set[str]) -> str:
    """Say what to add to a preset: names, and annotations that other presets have."""
    named = [path for path in lacking if path not in annotated]
    said = [f"Add only={named} to the preset."] if named else []
    for path in sorted(annotated.intersection(lacking)):
        *above, name = path.split("__")
        rows = f"the rows of {'__'.join(above)!r}" if above else "the rows"
        said.append(f"Annotate {rows} with {name!r}, as another preset does.")
    return " ".join(said)


def _models(app_configs: Iterable[AppConfig] | None) -> Iterator[type[Model]]:
    for app_config in app_configs if app_configs is not None else apps.get_app_configs():
        yield from app_config.get_models()
