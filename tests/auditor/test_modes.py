"""Modes: what log, warn, raise and collect do with a finding, overall and per kind."""

import logging
import warnings

import pytest
from django.core.exceptions import FieldError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from perfkit import LazyLoadError, LazyLoadWarning, audit
from perfkit.auditor import callers, kinds, loads, queries
from perfkit.auditor.config import AuditConfig, for_scope
from perfkit.exceptions import PerfkitSettingsError
from perfkit.signals import lazy_load
from tests.auditor.app.models import Book
from tests.auditor.app.reads import READS, read

pytestmark = pytest.mark.django_db

each_kind = pytest.mark.parametrize("entry", READS, ids=[entry.kind for entry in READS])


def read_all(entry):
    """Read a name of all rows."""
    for row in entry.queryset():
        read(row, entry.name)


@each_kind
def test_collect(books, entry):
    """collect says nothing and keeps the findings in the report."""
    with audit(mode="collect") as report:
        read_all(entry)
        assert report.findings[0].kind == entry.kind
    assert [f.kind for f in report.findings] == [entry.kind]


@each_kind
def test_log(books, entry, caplog):
    """log writes one record per finding when the scope closes, with the finding in extra."""
    with audit(mode="log") as report:
        read_all(entry)
        assert caplog.records == []
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("perfkit.audit", logging.WARNING)
    assert record.finding == report.findings[0]
    assert (record.finding.kind, record.finding.count) == (entry.kind, 3)
    assert record.getMessage() == str(record.finding)


@each_kind
def test_warn(books, entry):
    """warn issues one warning per finding when the scope closes, on the line that read."""
    with pytest.warns(LazyLoadWarning) as seen, audit(mode="warn") as report:
        read_all(entry)
        assert len(seen) == 0
    (warning,) = seen
    assert warning.message.finding == report.findings[0]
    assert warning.filename == report.findings[0].location.file
    assert warning.lineno == report.findings[0].location.line


def test_warn_is_not_swallowed_by_the_once_per_line_filter(books):
    """A second scope warns of the same line again, as the default filter would not."""
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("default")
        for _ in range(2):
            with audit(mode="warn"):
                read_all(READS[0])
    assert len(seen) == 2


@each_kind
def test_raise_stops_before_the_query(books, entry):
    """raise stops on the line that read, with the finding, and the query is never sent."""
    with audit(mode="raise") as report, CaptureQueriesContext(connection) as queries:
        with pytest.raises(LazyLoadError) as caught:
            read_all(entry)
    assert (caught.value.finding.kind, caught.value.finding.model) == (entry.kind, entry.model)
    assert report.findings[0].kind == entry.kind
    lines = [(frame.path.name, str(frame.statement).strip()) for frame in caught.traceback]
    assert any(name == "reads.py" for name, _ in lines)
    # Django's cursor logs a statement that is stopped on its way, too.
    sent = {"bypassed-prefetch": 2, "repeated-query": 4}
    assert len(queries) == sent.get(entry.kind, 1)
    assert caught.value.finding.queries == (2 if entry.kind == "repeated-query" else 0)


def test_the_error_is_django_s_where_django_has_one(books):
    """On Django 6.1 and later it is a FieldFetchBlocked, which is a FieldError."""
    from perfkit._compat import HAS_FETCH_MODES

    assert issubclass(LazyLoadError, FieldError) is HAS_FETCH_MODES


@each_kind
def test_a_mode_per_kind(books, entry):
    """A kind has a mode of its own, inside an explicit scope too; off leaves it out."""
    with audit(mode="collect", kinds={entry.kind: "off"}) as report:
        read_all(entry)
    assert report.findings == ()
    with audit(mode="collect", kinds={entry.kind: "raise"}), pytest.raises(LazyLoadError):
        read_all(entry)


def test_a_mode_per_kind_of_the_settings(books, settings):
    """AUDIT_KINDS of the settings holds inside audit(mode=...) too."""
    settings.PERFKIT = {"AUDIT_KINDS": {"to-one": "raise"}}
    with audit(mode="collect") as report:
        read_all(READS[0])
        with pytest.raises(LazyLoadError):
            read_all(READS[1])
    assert [f.kind for f in report.findings] == ["deferred-field", "to-one"]


def test_the_mode_of_the_settings(books, settings, caplog):
    """audit() without a mode follows the settings, and collects where they say off."""
    with audit():
        read_all(READS[0])
    assert caplog.records == []
    settings.PERFKIT = {"AUDIT": "log"}
    with audit():
        read_all(READS[0])
    assert len(caplog.records) == 1


def test_each_setting_and_what_stands_in_for_it(settings):
    """A scope follows every setting of the auditor, and what audit() is given in its place."""
    said = {
        "kinds": {"to-one": "log"},
        "ignore": ({"field": "blurb", "reason": "known"},),
        "baseline": "baseline.json",
        "single_rows": True,
        "repeated": 5,
        "max_findings": 7,
    }
    settings.PERFKIT = {"AUDIT": "warn", **{f"AUDIT_{n.upper()}": v for n, v in said.items()}}
    assert for_scope(None) == AuditConfig(mode="warn", **said)
    other = {
        "kinds": {"generic": "off"},
        "ignore": ({"field": "price", "reason": "known"},),
        "baseline": "other.json",
        "single_rows": False,
        "repeated": 4,
        "max_findings": 6,
    }
    assert for_scope("log", **other) == AuditConfig(mode="log", **other)
    for name, value in other.items():
        assert for_scope(None, **{name: value}) == AuditConfig(mode="warn", **{**said, name: value})
    assert for_scope(None, **dict.fromkeys(other)) == AuditConfig(mode="warn", **said)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"mode": "shout"}, "must be one of 'collect', 'log', 'warn', 'raise', not 'shout'"),
        ({"mode": "off"}, "not 'off'"),
        ({"kinds": {"to-many": "log"}}, "unknown kind 'to-many'"),
        ({"ignore": [{"model": "x"}]}, 'needs a "reason"'),
        ({"ignore": "model"}, "AUDIT_IGNORE.* 'model'"),
        ({"repeated": 1}, "at least 2"),
    ],
)
def test_bad_arguments(arguments, text):
    """A wrong argument is an error that says what would be right."""
    with pytest.raises(PerfkitSettingsError, match=text):
        audit(**arguments)


def test_a_signal_per_finding(books):
    """lazy_load is sent once per finding, with the class of the row as sender."""
    seen = []

    def receive(sender, finding, **kwargs):
        seen.append((sender, finding))

    lazy_load.connect(receive)
    try:
        with audit(mode="collect") as report:
            read_all(READS[0])
        with audit(mode="raise"), pytest.raises(LazyLoadError) as caught:
            read_all(READS[0])
    finally:
        lazy_load.disconnect(receive)
    assert seen == [(Book, report.findings[0]), (Book, caught.value.finding)]


def test_a_receiver_that_fails(books, caplog):
    """A receiver's exception is logged, and the others are called."""

    def fail(**kwargs):
        raise RuntimeError("no")

    lazy_load.connect(fail)
    try:
        with audit(mode="collect"):
            read_all(READS[0])
    finally:
        lazy_load.disconnect(fail)
    (record,) = [one for one in caplog.records if "lazy_load failed" in one.getMessage()]
    assert "fail" in record.getMessage()
    assert str(record.exc_info[1]) == "no"


def test_a_warning_that_can_not_be_shown(books, caplog, monkeypatch):
    """A project's way to show warnings that fails is logged with the finding; the next is told too."""
    seen = []

    def fail(message, *args, **kwargs):
        seen.append(message.finding.field)
        raise RuntimeError("the screen is off")

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        monkeypatch.setattr(warnings, "showwarning", fail)
        with audit(mode="warn") as report:
            read_all(READS[0])
            read_all(READS[1])
    assert seen == ["blurb", "author"]
    assert [record.getMessage() for record in caplog.records] == [
        f"A reporter failed: {finding}" for finding in report.findings
    ]
    assert str(caplog.records[0].exc_info[1]) == "the screen is off"


def test_a_limit_on_the_findings(books, caplog):
    """Beyond max_findings a scope only counts."""
    with audit(mode="log", max_findings=1) as report:
        for book in Book.objects.all():
            book.author
            book.editor
            book.cover
    assert [f.field for f in report.findings] == ["author"]
    assert report.dropped == 2
    assert "2 more findings were not kept" in caplog.text
    assert "... and 2 more." in str(report)


def test_a_fault_of_the_auditor(books, caplog, monkeypatch, faults):
    """An exception inside the auditor is logged once and what it looked at goes on."""

    def fail(frame):
        raise RuntimeError("a fault")

    monkeypatch.setattr(loads, "fingerprint", fail)
    monkeypatch.setattr(queries, "evaluation", fail)
    monkeypatch.setattr(callers, "look", fail)
    with audit(mode="warn") as report:
        for book in Book.objects.only("title"):
            assert book.blurb == "blurb"
            assert book.chapters.count() == 2
    assert [record.getMessage() for record in caplog.records] == [
        "The auditor failed; what it looked at goes on without it."
    ]
    assert report.findings == ()
    assert "a fault" in faults.pop()


def test_a_fault_in_a_join(books, monkeypatch, faults):
    """The rows are joined all the same, and read without their origin."""

    def fail(klass_info):
        raise RuntimeError("a fault")

    monkeypatch.setattr(kinds, "_join_name", fail)
    with audit(mode="collect") as report:
        for book in Book.objects.select_related("author"):
            assert book.author.name.startswith("Author")
    assert report.query_count == 1
    assert "a fault" in faults.pop()


def test_a_fault_in_a_prefetch(books, monkeypatch, faults):
    """The rows are prefetched all the same."""

    def fail(instance, frame):
        raise RuntimeError("a fault")

    monkeypatch.setattr(queries, "rows_for_prefetch", fail)
    with audit(mode="collect") as report:
        for book in Book.objects.prefetch_related("chapters"):
            assert [chapter.heading for chapter in book.chapters.all()] == ["One", "Two"]
    assert report.query_count == 2
    assert "a fault" in faults.pop()
