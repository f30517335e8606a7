"""From a template and a model to the preset that loads what the template reads; with a cache."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.core.signals import setting_changed
from django.db.models import Model, QuerySet
from django.template import TemplateDoesNotExist, engines
from django.template.backends.django import DjangoTemplates
from django.template.backends.django import Template as DjangoTemplate
from django.utils.autoreload import file_changed

from perfkit.arguments import shown
from perfkit.derivation import Derivation, Derived
from perfkit.exceptions import PresetError
from perfkit.inference.declarations import generation
from perfkit.inference.results import Place
from perfkit.inference.values import Atom, Row, Rows, Value
from perfkit.integrations.templates.walking import Walker
from perfkit.keeping import Keeper, Kept

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from perfkit.presets import Preset

#: So many answers are kept.
CACHED = 500

_keeper = Keeper(CACHED)


def preset_from_template(
    template: str | Sequence[str], /, *, using: str | None = None, **variable: Any
) -> Preset:
    """Return the preset that loads what a template reads of one of its variables.

    ``template`` is a name, or several of which the first that exists is taken, as for ``render()``;
    ``using`` is the name of a template engine. The one variable is given by its name and its model,
    ``products=Product``, be it a row or rows, or by a queryset, whose annotations are then known.
    For a template that shows rows of several queries, ask once for each of its variables.

    What can't be followed leaves rows whole: see :func:`derive_from_template`, which says what and where.
    Raises :class:`~perfkit.PresetError` for anything but one variable with a model, and for a template
    of an engine other than Django's own; ``TemplateDoesNotExist`` when there is no such template.
    """
    return derive_from_template(template, using=using, **variable).preset


def derive_from_template(
    template: str | Sequence[str], /, *, using: str | None = None, **variable: Any
) -> Derived:
    """Return what a template reads of one of its variables, and where, with the preset.

    Takes and raises what :func:`preset_from_template` does.
    """
    return keep_for_variable(template, using=using, **variable).derived


def keep_for_variable(
    template: str | Sequence[str], /, *, using: str | None = None, **variable: Any
) -> Kept:
    """Return what a template reads of one of its variables, with the plan that loads it.

    Takes and raises what :func:`preset_from_template` does.
    """
    if len(variable) != 1:
        example = 'preset_from_template("catalogue/product_list.html", products=Product)'
        raise PresetError(
            f"preset_from_template() takes one variable of the template and its model, as in {example}, "
            f"not {', '.join(sorted(variable)) or 'none'}; ask once for each variable."
        )
    [(name, given)] = variable.items()
    rows = given if isinstance(given, QuerySet) else None
    model = given.model if isinstance(given, QuerySet) else given
    if not isinstance(model, type) or not issubclass(model, Model) or model._meta.abstract:
        raise PresetError(
            f"preset_from_template(): {name} takes a model or a queryset, not {shown(given)}."
        )
    annotated = frozenset(rows.query.annotations) if rows is not None else frozenset()
    loaded = load(template, using)
    cls = type(rows) if rows is not None else None
    compiled = loaded.template
    key = (name, model, cls, annotated)
    return kept(key, compiled, lambda: _derive(compiled, name, model, cls, annotated), cls)


def kept(
    key: Any, compiled: Any, make: Callable[[], Derived], queryset_class: type | None = None
) -> Kept:
    """Return the answer that is kept for a template; make it when there is none, or the template has changed."""
    current = (compiled.engine, compiled.origin.name, compiled.source, generation())
    label = f"{compiled.name} (derived)"
    return _keeper.keep((key, *current), label, lambda: (make(), ()), queryset_class)


def load(template: str | Sequence[str], using: str | None) -> Any:
    """Return the template that Django would take; raise PresetError if it is not one of Django's own."""
    several = isinstance(template, Iterable) and not isinstance(template, str)
    names: list[Any] = list(template) if several else [template]
    if not all(isinstance(name, str) for name in names):
        raise PresetError(
            f"preset_from_template() takes the name of a template, or several, not {shown(template)}."
        )
    missing: TemplateDoesNotExist | None = None
    for name in names:
        for engine in engines.all() if using is None else [engines[using]]:
            try:
                loaded = engine.get_template(name)
            except TemplateDoesNotExist as error:
                missing = missing or error
                continue
            except (ValueError, OSError) as error:  # a NUL, a directory, a name that is too long
                raise PresetError(
                    f"preset_from_template(): {shown(name)} is no name of a template ({error})."
                ) from None
            if not isinstance(engine, DjangoTemplates) or not isinstance(loaded, DjangoTemplate):
                kind = f"{type(engine).__module__}.{type(engine).__qualname__}"
                raise PresetError(
                    f"preset_from_template(): {name!r} is a template of {kind}, which is not supported; "
                    "only Django's own template language is. Write the preset by hand."
                )
            return loaded
    raise missing or TemplateDoesNotExist(", ".join(names))


def forget(**kwargs: Any) -> None:
    """Forget all answers: a template has changed, or the settings have."""
    _keeper.clear()


def _settings_changed(*, setting: str, **kwargs: Any) -> None:
    if setting == "TEMPLATES":
        forget()


file_changed.connect(forget, dispatch_uid="perfkit.templates")
setting_changed.connect(_settings_changed, dispatch_uid="perfkit.templates")


def _derive(
    template: Any,
    name: str,
    model: type[Model],
    cls: type | None,
    annotated: frozenset[str],
) -> Derived:
    """Follow the template with rows, or with one row if it is only that which it can be."""
    kinds = {"row", "rows"}
    both = _walked(template, name, model, cls, annotated, kinds)
    return told(_walked(template, name, model, cls, annotated, both.used_as or kinds), model)


def _walked(
    template: Any,
    name: str,
    model: type[Model],
    cls: type | None,
    annotated: frozenset[str],
    kinds: set[str],
) -> Walker:
    walker = Walker(template.engine)
    walker.begin(model, cls, annotated)
    walker.either = len(kinds) == 2
    rows: Rows = walker.root_rows(model, cls)
    atoms: dict[str, Atom] = {"row": Row(model, model), "rows": rows}
    value: Value = frozenset(atoms[kind] for kind in kinds)
    walker.analyse_template(template, {name: value})
    return walker


def told(walker: Walker, model: type[Model]) -> Derived:
    """Tell a derivation what was found."""
    derivation = Derivation(model, walker.presets, walker.annotated)
    relations = {read.path for read in walker.reads if read.kind == "relation"}
    for read in walker.reads:
        if read.kind == "relation":
            derivation.relation(read.path, read.place)
        else:
            derivation.read(read.path, read.place)
    for (construct, place), paths in walker.lost.items():
        for path in sorted("__".join(path) for path in paths):
            derivation.lose(construct, place, path)
            for below in sorted(relations):
                if not path or below.startswith(f"{path}__"):
                    derivation.whole(below, place)
    for annotated in walker.annotations:
        derivation.read(annotated.path, annotated.place)
    for member in walker.members:
        derivation.member(member)
    for query in walker.own_queries:
        derivation.query(query.construct, Place(query.file, query.line, query.function))
    return derivation.result()
