"""From a preset to a draft of what is to be loaded: names become columns, joins and prefetches."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn

from django.apps import apps
from django.db.models import Model
from django.db.models.constants import LOOKUP_SEP

from perfkit.draft import Draft
from perfkit.expressions import refuse_regrouping
from perfkit.paths import Paths
from perfkit.places import choices, column_names
from perfkit.presets import Preset
from perfkit.relations import (
    Relation,
    column,
    find_relation,
    inherited_child,
    relation_names,
)

if TYPE_CHECKING:
    from django.db.models import Prefetch

    from perfkit.clauses import Clause
    from perfkit.places import Place

__all__ = ["draft_preset", "presets_of"]


def draft_preset(model: type[Model], preset: Preset, place: Place) -> Draft:
    """Return the draft of a preset on the rows of a model; ``place`` says whose it is.

    Raises :class:`~perfkit.PresetError` when the preset doesn't fit the model.
    """
    if (model, preset) in place.around:
        place.fail(
            "the presets include each other in a circle; take one of them out of include.",
            "perfkit.E005",
        )
    place = replace(place, around=(*place.around, (model, preset)))
    united = Draft(model)
    for clause in sorted(preset.clauses, key=str):
        united.merge(_ClauseDrafter(model, clause, place).draft)
    return united


class _ClauseDrafter(Paths):
    """Drafts one clause; what several clauses say is united by :meth:`Draft.merge` alone."""

    def __init__(self, model: type[Model], clause: Clause, place: Place) -> None:
        super().__init__(model, clause, place)
        for lookup in clause.prefetch_related:
            self._prefetch(lookup)
        for path in clause.select_related:
            self._select(path)
        for path, included in clause.include:
            self._include(path, included)
        for path in clause.only:
            self.only(path)
        self.say_all_of_custom()
        for path in clause.defer:
            self._defer(path)
        for name, expression in clause.annotate:
            refuse_regrouping(model, name, expression, self._fail("perfkit.E006"))
            self.draft.annotations[name] = expression
        for path in clause.lazy_ok:
            self._lazy(path)
        self.draft.fetch_mode = clause.fetch_mode

    def _fail(self, check_id: str) -> Callable[[str], NoReturn]:
        return lambda message: self.place.fail(message, check_id)

    def _select(self, path: str) -> None:
        draft = self.draft
        for name in path.split(LOOKUP_SEP):
            if (child := inherited_child(draft.model, name)) is not None:
                if not issubclass(draft.model, child):
                    return
                draft.say_all()
                continue
            relation = self.place.relation(draft.model, name, path, "select_related")
            if relation.inheritance == "up":
                self.place.fail(
                    f"select_related names {path!r}, but {name!r} is the link to the parent, whose columns "
                    f"every {draft.model.__name__} has already; name those in only.",
                    "perfkit.E003",
                )
            if not relation.joinable:
                self.place.fail(
                    f"select_related names {path!r}, but {name!r} can't be joined: write prefetch_related=[{path!r}].",
                    "perfkit.E003",
                )
            draft = draft.join(relation)
            draft.say_all()

    def _prefetch(self, lookup: str | Prefetch[Any]) -> None:
        path = lookup if isinstance(lookup, str) else lookup.prefetch_through
        *above, last = path.split(LOOKUP_SEP)
        draft = self.draft
        for name in above:
            behind = self.through(draft, name, path, "prefetch_related", prefetch=True)
            if behind.columns is None:
                behind.say_all()
            draft = behind
        if last in draft.prefetches and isinstance(lookup, str):
            return
        relation = self.place.relation(draft.model, last, path, "prefetch_related")
        drafted = draft.prefetch(relation, None if isinstance(lookup, str) else lookup)
        if isinstance(lookup, str) and drafted.only_draft is not None:
            drafted.only_draft.say_all()

    def _include(self, path: str, included: Any) -> None:
        *above, last = path.split(LOOKUP_SEP)
        draft = self.draft
        for name in above:
            draft = self.through(draft, name, path, "include")
        if (child := inherited_child(draft.model, last)) is not None:
            if issubclass(draft.model, child):
                draft.merge(self._included(draft.model, included, path))
            return
        drafted = draft.prefetches.get(last)
        relation = (
            drafted.relation if drafted else self.place.relation(draft.model, last, path, "include")
        )
        if relation.generic:
            self._include_generic(draft, relation, path, included)
            return
        if relation.model is None or isinstance(included, Mapping):
            self.place.fail(
                f"include takes one preset for {path!r}; a dictionary of models is for generic foreign keys.",
                "perfkit.E005",
            )
        behind = self._included(relation.model, included, path)
        joined = relation.joinable and drafted is None
        if joined and (behind.annotations or behind.fetch_mode):
            what = "annotates" if behind.annotations else "has a fetch mode"
            self.place.fail(
                f"the preset included as {path!r} {what}, which a joined row can't have; "
                f"prefetch it instead: prefetch_related=[{path!r}] beside the include.",
                "perfkit.E006",
            )
        target = (
            draft.join(relation) if joined else (drafted or draft.prefetch(relation)).only_draft
        )
        assert target is not None
        target.merge(behind)

    def _include_generic(self, draft: Draft, relation: Relation, path: str, included: Any) -> None:
        if not isinstance(included, Mapping):
            self.place.fail(
                f"{path!r} is a generic foreign key and leads to several models: "
                f"write include={{{path!r}: {{Model: preset, ...}}}}.",
                "perfkit.E005",
            )
        drafted = draft.prefetch(relation)
        for key, preset in included.items():
            model = self._model(key, path)
            drafted.drafts.setdefault(model, Draft(model)).merge(
                self._included(model, preset, path)
            )

    def _model(self, key: Any, path: str) -> type[Model]:
        """Return a model that an include of a generic foreign key names, itself or as ``app.Model``."""
        try:
            model = apps.get_model(key) if isinstance(key, str) else key
        except (LookupError, ValueError):
            model = None
        if not isinstance(model, type) or not issubclass(model, Model) or model._meta.abstract:
            self.place.fail(
                f"include names {key!r} for {path!r}, which is no model of this project; "
                "write the model's class, or 'app.Model'.",
                "perfkit.E005",
            )
        return model

    def _included(self, model: type[Model], included: Preset | str, path: str) -> Draft:
        place = replace(self.place, path=(*self.place.path, path))
        if isinstance(included, Preset):
            return draft_preset(model, included, place)
        known = presets_of(model)
        if included not in known:
            self.place.fail(
                f"include names the preset {included!r} for {path!r}, but the default manager of "
                f"{model._meta.label} has {choices(included, known, 'no presets')}",
                "perfkit.E005",
            )
        preset = known[included]
        if not isinstance(preset, Preset):
            preset = self._called(model, preset, included, path)
        return draft_preset(model, preset, place)

    def _called(
        self, model: type[Model], function: Callable[..., Preset], name: str, path: str
    ) -> Preset:
        """Call a ``@preset`` method that is included by name: it may take no arguments."""
        self.place.called.append(name)
        try:
            return function(model._default_manager.get_queryset())
        except TypeError as error:
            message = f"include names the preset {name!r} for {path!r}, which can't be called without arguments"
            self.place.fail(
                f"{message} ({error}); include the Preset that it returns.", "perfkit.E005"
            )

    def _defer(self, path: str) -> None:
        draft = self.draft
        *above, last = path.split(LOOKUP_SEP)
        for name in above:
            behind = draft.find(name)
            if behind is None:
                self.place.relation(draft.model, name, path, "defer")
                self.place.fail(
                    f"defer names {path!r}, but this preset does not load {name!r}; "
                    "name it in select_related, prefetch_related or include of the same Preset.",
                    "perfkit.E003",
                )
            draft = behind
        attnames = column(draft.model, last)
        if attnames is None:
            self.place.unknown(draft.model, last, path, "defer", column_names(draft.model))
        if draft.columns is None:
            draft.say_all()
        assert draft.columns is not None
        draft.columns -= set(attnames)

    def _lazy(self, path: str) -> None:
        draft = self.draft
        *above, last = path.split(LOOKUP_SEP)
        model: type[Model] = draft.model
        for name in above:
            relation = self.place.relation(model, name, path, "lazy_ok")
            if relation.model is None:
                self.place.fail(
                    f"lazy_ok names {path!r}, but {name!r} leads to no one model.", "perfkit.E003"
                )
            model = relation.model
        if column(model, last) is None and find_relation(model, last) is None:
            self.place.unknown(
                model, last, path, "lazy_ok", [*column_names(model), *relation_names(model)]
            )
        draft.lazy_ok.add(path)


def _queryset_class(manager: Any) -> type[Any]:
    """Return the QuerySet class of a manager.

    A manager says it by ``_queryset_class``, unless it overrides ``get_queryset()``; that is called
    only when it has to be, since it may need a request or a tenant.
    """
    declared: type[Any] = manager._queryset_class
    return declared if hasattr(declared, "_declare_preset") else type(manager.get_queryset())


def presets_of(model: type[Model]) -> Mapping[str, Any]:
    """Return the presets of the QuerySet class of a model's default manager, by name."""
    return getattr(_queryset_class(model._default_manager), "presets", {})
