"""How findings and reports read, for people and for tools."""

import json
import re
from dataclasses import FrozenInstanceError

import pytest
from django.apps import apps

from perfkit import LazyLoadError, LazyLoadWarning, audit
from perfkit.auditor import Finding, Member, Origin, Place
from tests.auditor.app.models import Book
from tests.auditor.app.reads import READS, read

pytestmark = pytest.mark.django_db
TEXTS = ("CharField", "TextField")


def test_a_finding_reads_well(books):
    """Who read what, how often, where, through which member, from which rows, and the fix."""
    with audit(mode="collect") as report:
        for book in Book.objects.only("title", "author"):
            book.teaser
    text = re.sub(r"[\d.]+ ms", "8.1 ms", str(report.findings[0]))
    text = re.sub(r"py:\d+", "py:1", text)
    assert text == (
        "Book.teaser read Book.blurb lazily, 3 times (3 queries, 8.1 ms)\n"
        "  read at       tests/auditor/test_report.py:1  book.teaser\n"
        "  in property   Book.teaser (tests/auditor/app/models.py:1)\n"
        "  rows from     tests/auditor/test_report.py:1  "
        'for book in Book.objects.only("title", "author"):\n'
        '  fix           add "blurb" to .only(...) of the queryset at tests/auditor/test_report.py:1'
    )


#: The attributes of a finding, and the lines in which it reads well.
TEXTS_OF_FINDINGS = {
    "a deferred field": (
        {"kind": "deferred-field", "count": 2, "queries": 1, "duration": 0.25},
        ["Book.blurb was read lazily, 2 times (1 query, 250.0 ms)"],
    ),
    "one that sent nothing": (
        {"kind": "to-one", "location": Place("/a.py", 1)},
        ["Book.blurb was read lazily, once", "  read at       /a.py:1"],
    ),
    "a manager": (
        {"kind": "related-manager", "call": "count", "queries": 2},
        ["Book.blurb.count() was read lazily, once (2 queries, 0.0 ms)"],
    ),
    "past a prefetch": (
        {"kind": "bypassed-prefetch", "queries": 1},
        ["Book.blurb was read lazily, once, past its prefetch (1 query, 0.0 ms)"],
    ),
    "a repeated statement": (
        {"kind": "repeated-query", "field": "", "count": 3, "queries": 3},
        ["a query of Book was sent 3 times from one line (3 queries, 0.0 ms)"],
    ),
    "a repeated statement of no model": (
        {"kind": "repeated-query", "model": None, "field": "", "count": 3, "queries": 3},
        ["a query of unknown rows was sent 3 times from one line (3 queries, 0.0 ms)"],
    ),
    "a call without a timeout": (
        {"kind": "external-call-without-timeout", "field": "host:80", "library": "requests"},
        ["requests connected to host:80 without a timeout, once"],
    ),
    "a call of a socket": (
        {
            "kind": "external-call-in-transaction",
            "field": "host:80",
            "library": "",
            "location": Place("/a.py", 1),
        },
        [
            "A socket connected to host:80 inside a transaction, once",
            "  called at     /a.py:1",
        ],
    ),
    "from a page": (
        {
            "kind": "to-one",
            "template": Place("/a.html", 2, "body"),
            "location": Place("/a.py", 1),
            "serializer_field": "BookSerializer.blurb",
            "admin_column": "BookAdmin.blurb",
            "members": (
                Member("Book.label", "property", Place("/m.py", 1)),
                Member("Book.short", "method", Place("/m.py", 2)),
            ),
            "origin": Origin(Book, Place("/a.py", 3), Place("/a.html", 1)),
            "advice": "the fix",
        },
        [
            "Book.short read Book.blurb lazily, once",
            "  read at       /a.html:2",
            "  rendered by   /a.py:1",
            "  serialized as BookSerializer.blurb",
            "  admin column  BookAdmin.blurb",
            "  in property   Book.label (/m.py:1)",
            "  in method     Book.short (/m.py:2)",
            "  rows from     /a.py:3",
            "  evaluated at  /a.html:1",
            "  fix           the fix",
        ],
    ),
}


@pytest.mark.parametrize("name", TEXTS_OF_FINDINGS)
def test_how_each_finding_reads(name):
    """The headline says what happened how often; below stands what there is to tell."""
    attributes, lines = TEXTS_OF_FINDINGS[name]
    assert str(Finding(**{"model": Book, "field": "blurb", **attributes})).splitlines() == lines


def test_all_that_tools_are_told():
    """to_dict() holds every attribute of a finding, of its places, its members and its origin."""
    place = {"file": "/a.py", "line": 1, "function": "f", "third_party": False}
    library = {"file": "/lib.py", "line": 2, "function": "", "third_party": True}
    template = {"file": "/a.html", "line": 3, "function": "body", "third_party": False}
    finding = Finding(
        kind="to-one",
        model=Book,
        field="author",
        call="count",
        members=(
            Member("Book.label", "property", Place(**place)),
            Member("Book.short", "method", Place(**place), ("title", "author__name")),
        ),
        location=Place(**library),
        template=Place(**template),
        serializer_field="BookSerializer.author",
        admin_column="BookAdmin.author",
        origin=Origin(
            Book, Place(**place), Place(**template), ("BookQuerySet.shown",), "one", "cover"
        ),
        library="requests",
        count=4,
        queries=3,
        duration=0.5,
        advice="the fix",
    )
    members = [
        {"name": "Book.label", "kind": "property", "place": place, "declares": None},
        {
            "name": "Book.short",
            "kind": "method",
            "place": place,
            "declares": ["title", "author__name"],
        },
    ]
    assert finding.to_dict() == {
        "kind": "to-one",
        "model": "audited.Book",
        "field": "author",
        "call": "count",
        "via": ["Book.label", "Book.short"],
        "members": members,
        "location": library,
        "template": template,
        "serializer_field": "BookSerializer.author",
        "admin_column": "BookAdmin.author",
        "origin": {
            "model": "audited.Book",
            "location": place,
            "template": template,
            "presets": ["BookQuerySet.shown"],
            "cardinality": "one",
            "path": "cover",
        },
        "library": "requests",
        "count": 4,
        "queries": 3,
        "duration": 0.5,
        "advice": "the fix",
    }
    bare = Finding(kind="repeated-query", model=None, field="", origin=Origin(Book, None)).to_dict()
    assert (bare["model"], bare["location"], bare["template"]) == (None, None, None)
    assert (bare["origin"]["location"], bare["origin"]["template"]) == (None, None)


def test_a_report_reads_well(books):
    """A report counts its findings and queries; an empty one says so."""
    with audit(mode="collect") as report:
        list(Book.objects.all())
    assert str(report) == "No lazy loads in 1 query."
    with audit(mode="collect") as report:
        for book in Book.objects.all():
            book.author
    assert str(report).startswith("1 finding in 4 queries:\n\nBook.author was read lazily, 3 times")


def test_a_report_for_tools(books):
    """to_json() holds every attribute of the findings as plain values."""
    with audit(mode="collect") as report:
        for book in Book.objects.all():
            book.label
    content = json.loads(report.to_json())
    assert (content["query_count"], content["dropped"]) == (4, 0)
    (finding,) = content["findings"]
    assert finding["model"] == "audited.Book"
    assert finding["via"] == ["Book.label"]
    assert finding["origin"]["cardinality"] == "many"
    assert finding["location"]["file"] == "tests/auditor/test_report.py"
    assert set(finding) >= {"kind", "field", "template", "serializer_field", "count", "advice"}


def test_a_report_is_a_collection(books):
    """A report counts and gives its findings, and is true without any."""
    with audit(mode="collect") as report:
        pass
    assert (len(report), list(report), bool(report)) == (0, [], True)
    assert repr(report) == "<AuditReport: 0 findings, 0 queries>"
    with audit(mode="collect") as report:
        for book in Book.objects.all():
            book.author, book.editor
    assert (len(report), tuple(report), bool(report)) == (2, report.findings, True)
    assert repr(report) == "<AuditReport: 2 findings, 7 queries>"
    assert str(report).startswith("2 findings in 7 queries:")


def test_findings_are_values(books):
    """A finding is immutable, hashable and equal to its like."""
    with audit(mode="collect") as report:
        for book in Book.objects.all():
            book.author
    (finding,) = report.findings
    assert finding in {finding}
    with pytest.raises(FrozenInstanceError):
        finding.count = 4


def test_a_report_is_read_only():
    """The report of a scope can't be changed."""
    with audit(mode="collect") as report:
        pass
    with pytest.raises(AttributeError, match="read-only"):
        report.findings = ()
    with pytest.raises(AttributeError, match="read-only"):
        del report.findings


def test_no_value_of_a_row_is_shown(books):
    """Neither text nor JSON shows what a row holds."""
    Book.objects.update(blurb="secret-of-a-row")
    with audit(mode="collect") as report:
        for book in Book.objects.only("title"):
            book.blurb
            Book.objects.filter(blurb="secret-of-a-row"[:6] + "-of-a-row").count()
            Book.objects.extra(where=["blurb = 'secret' || '-of-a-row'"]).count()
    for text in (str(report), report.to_json(), repr(report.findings)):
        assert "Book 0" not in text
    assert "secret-of-a-row" not in report.to_json()


@pytest.mark.parametrize("entry", READS, ids=[entry.kind for entry in READS])
def test_no_kind_shows_a_value(books, entry, caplog):
    """No way in which a kind is told holds what a row holds: report, JSON, log, warning and error."""
    secret = "kept-to-itself"
    for model in apps.get_app_config("audited").get_models():
        texts = [
            f.name for f in model._meta.local_concrete_fields if f.get_internal_type() in TEXTS
        ]
        model.objects.update(**dict.fromkeys(texts, secret))

    def read_all():
        for row in entry.queryset():
            value = read(row, entry.name)
        return value

    with audit(mode="log") as report:
        value = repr(read_all())
    # The others are a filtered list and a number.
    assert secret in value or entry.kind in ("bypassed-prefetch", "repeated-query")
    with pytest.warns(LazyLoadWarning) as seen, audit(mode="warn"):
        read_all()
    with audit(mode="raise"), pytest.raises(LazyLoadError) as caught:
        read_all()
    (record,) = caplog.records
    (finding,) = report.findings
    told = [str(report), report.to_json(), repr(finding), *map(str, vars(record).values())]
    told += [str(caught.value), repr(caught.value.finding), *(str(w.message) for w in seen)]
    assert len(seen) == 1
    assert secret not in " ".join(told)


def test_a_place():
    """A place prints as file and line, and marks a third party's."""
    assert str(Place("/x/y.py", 3)) == "/x/y.py:3"
    assert str(Place("/x/y.py", 3, "f", third_party=True)) == "/x/y.py:3 (third party)"
    assert Place("/nowhere.py", 3).source == ""
