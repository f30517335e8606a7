"""An audit scope: what was found since it opened, and the report when it closes."""

from __future__ import annotations

import itertools
import logging
import sys
import weakref
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NoReturn

from django.db import models

from perfkit import reporters
from perfkit.auditor import advice, baseline, callers, frames, ignores
from perfkit.auditor.context import held_back, listener
from perfkit.auditor.findings import Finding
from perfkit.exceptions import LazyLoadWarning
from perfkit.signals import lazy_load
from perfkit.telling import tell

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import FrameType

    from perfkit.auditor.callers import Asker
    from perfkit.auditor.config import AuditConfig
    from perfkit.auditor.rows import Rows

logger = logging.getLogger("perfkit.audit")

_numbers = itertools.count(1)
#: How many different statements a scope tells apart; beyond, repeats go unseen.
MAX_STATEMENTS = 10_000


class Record:
    """One finding that is being counted."""

    __slots__ = (
        "count",
        "finding",
        "minimum",
        "mode",
        "queries",
        "quiet",
        "seconds",
        "stopped",
        "stops",
    )

    def __init__(self, finding: Finding, mode: str, *, minimum: int, quiet: str) -> None:
        self.finding = finding
        self.mode = mode
        self.minimum = minimum
        #: Why nothing is said of it; "" when something is.
        self.quiet = quiet
        self.count = 0
        self.queries = 0
        self.seconds = 0.0
        self.stopped = False
        #: Whether it is to be stopped before its query is sent.
        self.stops = mode == "raise" and not quiet

    @property
    def speaks(self) -> bool:
        """Whether it amounts to a finding."""
        # A read that sent nothing (an empty IN, a parent link) was no load.
        did_something = self.queries > 0 or self.stopped or self.finding.is_external
        return self.count >= self.minimum and did_something

    def total(self) -> Finding:
        """Return the finding with its counts."""
        return self.finding.with_(count=self.count, queries=self.queries, duration=self.seconds)

    def add(self) -> None:
        """Count one more read; raise where it has to be stopped before its query is sent."""
        self.count += 1
        if self.stops and self.count >= self.minimum:
            self.stop()

    def stop(self, because: str = "") -> NoReturn:
        """Raise the :class:`~perfkit.LazyLoadError` of the finding; ``because`` goes before it."""
        self.stopped = True
        finding = self.total()
        _signal(finding)
        reporters.stop(finding, because)


class Scope:
    """What was found since the scope opened; used by the hooks, never by users."""

    def __init__(self, config: AuditConfig, parent: Scope | None = None) -> None:
        self.config = config
        self.outer = parent
        self.open = True
        self.ref = weakref.ref(self)
        number = next(_numbers)
        self.number = number
        self.lineage: tuple[int, ...] = (*parent.lineage, number) if parent else (number,)
        self.query_count = 0
        #: The baseline's entries.
        self.known = baseline.read(config.baseline) if config.baseline else frozenset()
        #: The hashes of the findings that were too many to keep.
        self.overflow: set[int] = set()
        self.records: dict[Finding, Record] = {}
        self.loads: dict[Any, Any] = {}
        self.statements: dict[Any, Any] = {}
        #: The rows of querysets that are alike, by line, model and "one row alone".
        self.rows: dict[Any, Rows] = {}
        #: The line that evaluates a queryset whose statement is not sent yet, by thread.
        self.evaluating: dict[int, Any] = {}
        self.results: tuple[Finding, ...] = ()
        self._faulty = False
        self._listener = listener.get()
        self._held_back = held_back.get()

    @property
    def scope(self) -> Scope:
        """The scope itself: a load in progress has one too."""
        return self

    def trusts(self, rows: Rows | None) -> bool:
        """Say whether the rows were loaded since the scope opened."""
        return rows is not None and self.number in rows.lineage

    def record(
        self,
        kind: str,
        model: type | None,
        field: str,
        rows: Rows | None,
        frame: FrameType | None,
        *,
        call: str = "",
        library: str | None = None,
        minimum: int = 1,
        served: bool = True,
    ) -> Record:
        """Return the record of a finding, made when it is met for the first time.

        ``served`` says whether a prefetch would answer what was asked of a related manager.
        """
        if model is not None:
            frames.know_model(model)
        asker = callers.look(frame)
        finding = Finding(
            kind=kind,
            model=model,
            field=field,
            call=call,
            members=asker.members,
            location=asker.location,
            template=asker.template,
            serializer_field=asker.serializer_field,
            admin_column=asker.admin_column,
            origin=rows.origin() if rows is not None else None,
            library=library,
        )
        finding = finding.with_(advice=advice.advise(finding, rows, served=served))
        record = self.records.get(finding)
        if record is None:
            mode = self.config.mode_of(kind)
            quiet = self._why_quiet(finding, mode, rows, asker)
            record = Record(finding, mode, minimum=minimum, quiet=quiet)
            if len(self.records) < self.config.max_findings:
                self.records[finding] = record
            elif not quiet:
                self.overflow.add(hash(finding))
        return record

    def _why_quiet(self, finding: Finding, mode: str, rows: Rows | None, asker: Asker) -> str:
        if mode == "off":
            return "off"
        if asker.writes:
            return "write"
        if rows is not None and _is_lazy_ok(rows, finding):
            return "lazy_ok"
        if ignores.ignored(finding, self.config.ignore):
            return "ignored"
        if self.known and baseline.Entry.of(finding) in self.known:
            return "known"
        return ""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings so far, in the order in which they were first met."""
        if not self.open:
            return self.results
        return tuple(r.total() for r in list(self.records.values()) if r.speaks and not r.quiet)

    def close(self) -> None:
        """Close the scope and report what it found; closing twice does nothing."""
        if not self.open:
            return
        records = [r for r in self.records.values() if r.speaks]
        # Their counts are final, so that the findings can be made once.
        totals = {record: record.total() for record in records}
        self.results = tuple(totals[r] for r in records if not r.quiet)
        self.open = False
        if self.outer is not None:
            self.outer.query_count += self.query_count
        if self._listener is not None:
            self._listener(self.results)
        self.records, self.loads, self.statements, self.rows = {}, {}, {}, {}
        if baseline.recorder is not None:
            known = [r for r in records if r.quiet in ("", "known")]
            baseline.recorder.add(totals[r] for r in known)
        spoken = [r for r in records if not r.quiet and not r.stopped]
        for record in spoken:
            _signal(totals[record])
        if self.overflow and self.config.mode != "collect":
            tell(
                logger,
                logging.WARNING,
                "%d more findings were not kept: PERFKIT['AUDIT_MAX_FINDINGS'] is %d.",
                len(self.overflow),
                self.config.max_findings,
            )
        found = {record.finding: (record.mode, totals[record]) for record in spoken}
        if self._held_back is None:
            report(found.values())
        else:
            self._held_back.update(found)

    def fault(self) -> None:
        """Log the exception being handled, a fault of the auditor's own; once per scope."""
        if not self._faulty:
            self._faulty = True
            _fault("The auditor failed; what it looked at goes on without it.")


def report(found: Iterable[tuple[str, Finding]]) -> None:
    """Log or warn of findings, as the mode of each says.

    Raises LazyLoadWarning, with all of those together, for warnings that the project makes errors.
    """
    stopping: list[LazyLoadWarning] = []
    for mode, finding in found:
        reporter = reporters.AT_CLOSE.get(mode)
        if reporter is None:
            continue
        try:
            reporter(finding)
        except LazyLoadWarning as warning:
            stopping.append(warning)
        except Exception as error:
            _fault("A reporter failed: %s", finding, error=error)
    if stopping:
        told = "\n\n".join(map(str, stopping))
        raise LazyLoadWarning(told, stopping[0].finding)


def _fault(message: str, *args: object, error: BaseException | None = None) -> None:
    tell(logger, logging.ERROR, message, *args, error=error or sys.exc_info()[1])


def _signal(finding: Finding) -> None:
    # What a receiver itself loads lazily would call it again, for ever.
    if not lazy_load.receivers or _signalling.get():
        return
    token = _signalling.set(True)
    try:
        answers = lazy_load.send_robust(sender=finding.model, finding=finding)
    except Exception:
        # Django logs the exception of a receiver before the next is called, and that failed.
        _fault("The receivers of lazy_load were not all called.")
        return
    finally:
        _signalling.reset(token)
    for receiver, answer in answers:
        if isinstance(answer, Exception):
            _fault("The receiver %r of lazy_load failed.", receiver, error=answer)


#: Whether receivers of the signal are being called.
_signalling: ContextVar[bool] = ContextVar("perfkit_signalling", default=False)


def _is_lazy_ok(rows: Rows, finding: Finding) -> bool:
    """Say whether the preset of the rows lets the read be lazy."""
    if not rows.lazy_ok:
        return False
    names = {finding.field}
    names.update(member.name.rpartition(".")[2] for member in finding.members)
    if finding.model is not None and issubclass(finding.model, models.Model):
        options = finding.model._meta
        names.update(f.name for f in options.concrete_fields if f.attname == finding.field)
    return any(rows.path_to(name) in rows.lazy_ok for name in names)
