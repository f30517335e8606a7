"""Reads of columns that are asked for first, while a row is loaded: they load nothing."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.test.utils import isolate_apps
from model_utils.fields import MonitorField

from perfkit.inference import init_reads


def loaded(**attributes: Any) -> Any:
    """Return what the loading of a row reads of a model with these attributes."""
    with isolate_apps("tests.inference.app"):

        class Loading(models.Model):
            first = models.CharField(max_length=1)
            second = models.CharField(max_length=1)

            class Meta:
                app_label = "inferred"

    for name, value in attributes.items():
        setattr(Loading, name, value)
    return init_reads(Loading)


def _initialises(function: Any) -> Any:
    def initialise(self: Any, *args: Any, **kwargs: Any) -> None:
        models.Model.__init__(self, *args, **kwargs)
        function(self)

    return initialise


def _returns_early(self: Any) -> None:
    if "first" in self.get_deferred_fields():
        return
    self.kept = self.first


def _asks_in_the_condition(self: Any) -> None:
    deferred = self.get_deferred_fields()
    if "first" not in deferred:
        self.kept = _first_of(self)


def _first_of(row: Any) -> Any:
    return row.first


def _asks_what_is_there(self: Any) -> None:
    if "first" in self.__dict__:
        self.kept = _first_of(self)


def _asks_for_another(self: Any) -> None:
    if "second" in self.get_deferred_fields():
        return
    self.kept = self.first


def _asks_in_vain(self: Any) -> None:
    if "first" in self.get_deferred_fields():
        self.other = 1
    self.kept = self.first


def _asks_in_one_branch(self: Any) -> None:
    if self.pk and "first" in self.get_deferred_fields():
        return
    self.kept = self.first


def _reads_what_is_deferred(self: Any) -> None:
    if "first" in self.get_deferred_fields():
        self.kept = self.first


def _asks_and_reads_through_the_same_function(self: Any) -> None:
    if "first" not in self.get_deferred_fields():
        self.kept = _first_of(self)
    self.other = _first_of(self)


def _may_ask_another(self: Any) -> None:
    deferred = self.get_deferred_fields() if self.pk else ()
    if "first" not in deferred:
        self.kept = self.first


def _asks_for_several(self: Any) -> None:
    for name in ("first", "second"):
        if name in self.get_deferred_fields():
            continue
        self.kept = self.first


def _asks_before_an_exception(self: Any) -> None:
    try:
        if "first" in self.get_deferred_fields():
            raise ValueError
    except ValueError:
        pass
    self.kept = self.first


GUARDS = {
    _returns_early: set(),
    _asks_in_the_condition: set(),
    _asks_what_is_there: set(),
    _asks_for_another: {"first"},
    _asks_in_vain: {"first"},
    _asks_in_one_branch: {"first"},
    _reads_what_is_deferred: {"first"},
    _asks_and_reads_through_the_same_function: {"first"},
    _may_ask_another: {"first"},
    _asks_for_several: {"first"},
    _asks_before_an_exception: {"first"},
}


def _changes_the_answer(self: Any) -> None:
    deferred = self.get_deferred_fields()
    deferred.discard("first")
    if "first" not in deferred:
        self.kept = self.first


def test_a_read_that_is_guarded_loads_nothing() -> None:
    """Where a column is known not to be deferred, the making of a row may read it."""
    found = {guard: loaded(__init__=_initialises(guard)) for guard in GUARDS}
    assert all(reads.complete for reads in found.values())
    assert {guard: set(reads.columns) - {"id"} for guard, reads in found.items()} == GUARDS
    assert not loaded(__init__=_initialises(_changes_the_answer)).complete


@isolate_apps("tests.inference.app")
def test_a_monitor_asks_first() -> None:
    """MonitorField of django-model-utils reads the column that it watches only if it is there."""

    class Watched(models.Model):
        status = models.CharField(max_length=1)
        changed = MonitorField(monitor="status")

        class Meta:
            app_label = "inferred"

    assert init_reads(Watched).complete
    assert not init_reads(Watched).columns
