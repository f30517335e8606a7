"""What is accepted: ignores with a reason, the stale ones, and the baseline of known findings."""

import errno
import json
import os
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test.runner import DiscoverRunner

from perfkit import LazyLoadError, audit
from perfkit.auditor import baseline, ignores
from perfkit.exceptions import PerfkitSettingsError
from tests.auditor.app.models import Book
from tests.auditor.app.reads import READS, read

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.auditor.urls")]

each_kind = pytest.mark.parametrize("entry", READS, ids=[entry.kind for entry in READS])


@pytest.fixture(autouse=True)
def _fresh():
    ignores.forget()


def read_all(entry):
    """Read a name of all rows."""
    for row in entry.queryset():
        read(row, entry.name)


@each_kind
@pytest.mark.parametrize("key", ["model", "field", "member", "file", "kind"])
def test_an_ignore_of_each_key(books, entry, key):
    """Each pattern accepts what it matches, and nothing else."""
    matching = {
        "model": f"{entry.model._meta.app_label}.{entry.model.__name__[:2]}*",
        "field": entry.field[:1] + "*",
        "member": "Book.*",
        "file": "*/auditor/app/r*.py",
        "kind": entry.kind,
    }[key]
    if key == "member" and not entry.via:
        matching = "*"
        quiet = False
    else:
        quiet = True
    with audit(mode="collect", ignore=[{key: matching, "reason": "known"}]) as report:
        read_all(entry)
        assert (report.findings == ()) is quiet  # while the scope is open, too
    assert (report.findings == ()) is quiet
    with audit(mode="collect", ignore=[{key: "no*thing", "reason": "known"}]) as report:
        read_all(entry)
    assert len(report.findings) == 1


def test_all_patterns_must_match(books):
    """An entry with two patterns accepts what both match."""
    both = {"model": "audited.Book", "field": "price", "reason": "known"}
    with audit(mode="collect", ignore=[both]) as report:
        read_all(READS[0])
    assert len(report.findings) == 1


def test_an_ignored_load_does_not_raise(books):
    """An accepted load is let through in the mode raise."""
    with audit(mode="raise", ignore=[{"field": "blurb", "reason": "known"}]):
        read_all(READS[0])
    with audit(mode="raise"), pytest.raises(LazyLoadError):
        read_all(READS[0])


def test_stale_ignores(books, settings):
    """An entry that has matched nothing is told by the report, until it matches."""
    used = {"field": "blurb", "reason": "used"}
    stale = {"field": "gone", "reason": "stale"}
    settings.PERFKIT = {"AUDIT_IGNORE": [used, stale]}
    with audit(mode="collect") as report:
        assert report.stale_ignores == (used, stale)
        read_all(READS[0])
    assert report.stale_ignores == (stale,)
    assert ignores.stale([used, stale]) == (stale,)


def write_baseline(path, *entries):
    """Write the findings of the reads into a baseline."""
    with baseline.recording() as recorder, audit(mode="collect"):
        for entry in entries:
            read_all(entry)
    baseline.write(path, recorder.entries)
    return recorder.entries


@each_kind
def test_a_baseline(books, entry, tmp_path):
    """Known findings are quiet, also in the mode raise; new ones speak."""
    path = tmp_path / "baseline.json"
    entries = write_baseline(path, entry)
    assert len(entries) == 1
    with audit(mode="raise", baseline=str(path)) as report:
        read_all(entry)
    assert report.findings == ()
    other = READS[0] if entry is READS[1] else READS[1]
    with audit(mode="raise", baseline=str(path)), pytest.raises(LazyLoadError):
        read_all(other)


def test_a_baseline_survives_moved_lines(books, tmp_path):
    """The file names no line, and reads well in a review."""
    path = tmp_path / "baseline.json"
    write_baseline(path, READS[4])
    content = json.loads(path.read_text())
    assert content == {
        "version": 1,
        "findings": [
            {
                "kind": "bypassed-prefetch",
                "model": "audited.Book",
                "field": "chapters",
                "via": ["Book.filtered"],
                "file": "tests/auditor/app/reads.py",
                "function": "read",
            }
        ],
    }
    assert baseline.read(path) == {baseline.Entry.from_dict(content["findings"][0])}


def test_a_baseline_that_is_written_anew(books, tmp_path):
    """A process that goes on reads the file again when it has changed."""
    path = tmp_path / "baseline.json"
    for known, other in ((READS[0], READS[1]), (READS[1], READS[0])):
        write_baseline(path, known)
        os.utime(path, ns=(0, 1 if known is READS[0] else 2))
        with audit(mode="collect", baseline=str(path)) as report:
            read_all(known)
            read_all(other)
        assert [finding.field for finding in report.findings] == [other.field]


def test_a_baseline_in_the_words_of_the_code(tmp_path):
    """Names and files stand in the file as they stand in the code, sorted, and are read back."""
    path = tmp_path / "baseline.json"
    texts = ("to-one", "audited.Buch", "größe", "count", ("Buch.größe",), "ß.py", "über", "ö.html")
    entries = [baseline.Entry(*texts), baseline.Entry("generic", *texts[1:])]
    baseline.write(path, entries)
    text = path.read_text(encoding="utf-8")
    assert text.index("generic") < text.index("to-one")
    assert text.count('"größe"') == 2
    assert text.endswith("}\n")
    assert baseline.read(path) == set(entries)


def test_how_an_entry_reads():
    """The command prints what was read, by which members, and where."""
    texts = ["to-one", "audited.Book", "author", "", ("Book.label", "Book.short"), "a.py", "f"]
    assert str(baseline.Entry(*texts, "")) == (
        "to-one: audited.Book.author via Book.label -> Book.short (a.py)"
    )
    assert str(baseline.Entry(*texts, "a.html")).endswith("(a.html)")
    bare = baseline.Entry("repeated-query", "", "", "", (), "", "", "")
    assert str(bare) == "repeated-query: unknown rows (no line)"


def test_ignored_findings_are_not_recorded(books):
    """What an ignore accepts needs no baseline."""
    with baseline.recording() as recorder:
        with audit(mode="collect", ignore=[{"field": "blurb", "reason": "known"}]):
            read_all(READS[0])
    assert recorder.entries == set()


def test_no_baseline_yet(books, tmp_path):
    """A file that is not there holds nothing."""
    with audit(mode="collect", baseline=str(tmp_path / "none.json")) as report:
        read_all(READS[0])
    assert len(report.findings) == 1


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("[]", ""),
        ("no JSON", ""),
        ('{"findings": [1]}', ""),
        ('{"findings": [{"kind": "to-one", "feild": "author"}]}', "unknown keys \\['feild'\\]"),
    ],
)
def test_a_broken_baseline(tmp_path, content, text):
    """A file that is no baseline is an error that says what is wrong and how to write one."""
    path = tmp_path / "baseline.json"
    path.write_text(content)
    with pytest.raises(PerfkitSettingsError, match=f"{text}.*manage.py perfkit baseline") as caught:
        audit(baseline=str(path)).__enter__()
    assert str(path) in str(caught.value)


def test_a_baseline_that_can_not_be_written(tmp_path):
    """The error names the file, and nothing is left half written."""
    path = tmp_path / "baseline.json"
    path.mkdir()
    with pytest.raises(IsADirectoryError) as caught:
        baseline.write(path, [])
    assert (caught.value.errno, caught.value.filename) == (errno.EISDIR, str(path))
    assert caught.value.strerror == os.strerror(errno.EISDIR)
    assert list(tmp_path.iterdir()) == [path]


def run(*arguments):
    """Run the command; return what it wrote."""
    out = StringIO()
    call_command("perfkit", "baseline", *arguments, stdout=out)
    return out.getvalue()


def test_the_command(books, settings, tmp_path):
    """The command writes the file, then reports what is new and strikes off what has healed."""
    path = tmp_path / "baseline.json"
    settings.PERFKIT = {"AUDIT_BASELINE": str(path)}
    assert "1 known findings, 1 new, 0 healed" in run("--url", "/view/?read=blurb")
    assert "1 known findings, 0 new, 0 healed" in run("--url", "/view/?read=blurb")
    with pytest.raises(CommandError, match="1 new, 0 healed"):
        run("--check", "--url", "/view/?read=blurb", "--url", "/view/?read=author")
    out = run("--url", "/view/?read=author")
    assert "new: to-one: audited.Book.author" in out
    assert "healed, struck off: deferred-field: audited.Book.blurb" in out
    assert [entry.field for entry in baseline.read(path)] == ["author"]


def test_the_command_tells_of_stale_ignores(books, settings, tmp_path):
    """An ignore that nothing of what is watched matches any more is reported."""
    used = {"field": "blurb", "reason": "used"}
    stale = {"field": "gone", "reason": "stale"}
    path = str(tmp_path / "baseline.json")
    settings.PERFKIT = {"AUDIT_BASELINE": path, "AUDIT_IGNORE": [used, stale]}
    out = run("--url", "/view/?read=blurb")
    assert f"AUDIT_IGNORE: nothing matches {stale!r} any more." in out
    assert repr(used) not in out


def test_the_command_with_a_report(books, tmp_path):
    """A report of to_json() is a source of findings too, equal to the ones seen."""
    with baseline.recording() as recorder, audit(mode="collect") as report:
        read_all(READS[0])
        read_all(READS[4])
    file, output = tmp_path / "report.json", tmp_path / "baseline.json"
    file.write_text(report.to_json())
    run("--report", str(file), "--output", str(output))
    assert baseline.read(output) == recorder.entries


def test_the_command_with_a_command(books, tmp_path):
    """Another management command can be watched."""
    output = tmp_path / "baseline.json"
    assert "0 known findings" in run("--output", str(output), "diffsettings")
    assert baseline.read(output) == set()


@pytest.mark.parametrize(
    ("ending", "told"),
    [
        ([], ""),
        (["--exit", "0"], ""),
        (["--exit=1", "--verbosity", "0"], "blurbs ended with 1; what it found until then"),
    ],
)
def test_the_command_with_a_command_and_its_options(books, tmp_path, capsys, ending, told):
    """The other command gets its options; one that ends the process leaves what it found."""
    output = tmp_path / "baseline.json"
    assert "1 known findings" in run("--output", str(output), "blurbs", *ending)
    assert [entry.field for entry in baseline.read(output)] == ["blurb"]
    written = capsys.readouterr().err
    assert told in written if told else not written


def test_the_command_keeps_what_it_does_not_watch(books, tmp_path):
    """A part of a project is added to the file without striking off the rest."""
    path = tmp_path / "baseline.json"
    run("--output", str(path), "--url", "/view/?read=blurb")
    out = run("--output", str(path), "--keep", "--url", "/view/?read=author")
    assert "2 known findings, 1 new, 0 healed" in out
    assert {entry.field for entry in baseline.read(path)} == {"blurb", "author"}
    run("--output", str(path), "--keep", "--check", "--url", "/view/?read=blurb")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("/view/?read=blurb", ""),
        ("https://shop.example/view/?read=blurb", ""),
        ("/nowhere/", "/nowhere/ was answered with 404."),
    ],
)
def test_the_command_tells_of_pages_that_are_none(books, settings, tmp_path, capsys, url, told):
    """A page of whatever host is asked for; an error or a redirect is told, since it shows nothing."""
    settings.ALLOWED_HOSTS = ["shop.example"]
    run("--output", str(tmp_path / "baseline.json"), "--url", url)
    assert capsys.readouterr().err.strip() == told


def test_the_command_logs_a_user_in(books, tmp_path, capsys, django_user_model):
    """Pages of the admin are asked for by a user; a name that nobody has is an error."""
    output = str(tmp_path / "baseline.json")
    django_user_model.objects.create_superuser("admin")
    run("--output", output, "--url", "/admin/")
    assert "/admin/ was answered with 302 to /admin/login/" in capsys.readouterr().err
    run("--output", output, "--url", "/admin/", "--user", "admin")
    assert capsys.readouterr().err == ""
    with pytest.raises(CommandError, match="nobody is called 'nobody'"):
        run("--output", output, "--url", "/admin/", "--user", "nobody")


def test_of_tests_the_requests_are_watched(books, settings, tmp_path):
    """Rows that a test makes and reads by itself are no findings; those of its requests are."""
    tests = tmp_path / "booktests"
    tests.mkdir()
    (tests / "__init__.py").touch()
    (tests / "test_books.py").write_text(SUITE)
    output = tmp_path / "baseline.json"
    settings.TEST_RUNNER = "tests.auditor.test_ignores.WithoutDatabases"
    run(
        "--output",
        str(output),
        "test",
        "--verbosity=0",
        "--top-level-directory",
        str(tmp_path),
        str(tests),
    )
    assert [(entry.kind, entry.field) for entry in baseline.read(output)] == [
        ("deferred-field", "blurb")
    ]


class WithoutDatabases(DiscoverRunner):
    """Runs the tests in the environment and the database that there are."""

    def setup_test_environment(self, **kwargs):
        pass

    def teardown_test_environment(self, **kwargs):
        pass

    def setup_databases(self, **kwargs):
        return []

    def teardown_databases(self, old_config, **kwargs):
        pass


SUITE = """
from django.test import TestCase
from tests.auditor.app.models import Book

class BookTests(TestCase):
    def test_books(self):
        [book.author.name for book in Book.objects.all()]
        for number in range(3):
            Book.objects.filter(title="x").first()
        self.client.get("/view/?read=blurb")
"""


def test_the_command_without_a_file_or_a_source(settings):
    """The command says what it lacks."""
    with pytest.raises(CommandError, match="AUDIT_BASELINE"):
        run("--url", "/")
    with pytest.raises(CommandError, match="what to watch"):
        run("--output", "x.json")


def test_a_preset_s_lazy_ok(books):
    """Names that a preset lets be lazy are quiet; author covers author_id."""
    from types import SimpleNamespace

    queryset = Book.objects.only("title")
    queryset.query.__dict__["_perfkit"] = SimpleNamespace(
        presets=("BookQuerySet.optimize_for_list",),
        lazy_ok=frozenset({"author", "author__publisher"}),
        location=None,
        only=False,
        deferred=frozenset(),
    )
    with audit(mode="collect") as report:
        for book in queryset.all():
            book.author.publisher
            book.blurb
    (finding,) = report.findings
    assert finding.field == "blurb"
    assert finding.origin.presets == ("BookQuerySet.optimize_for_list",)
    assert finding.advice == 'add "blurb" to BookQuerySet.optimize_for_list'
