"""What a finding advises heals it: each advice is applied word for word, and the finding is gone."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.contenttypes.prefetch import GenericPrefetch
from django.db import models
from django.db.models import Count, Prefetch, prefetch_related_objects

from perfkit import Preset, PresetQuerySet, audit
from tests.auditor.app.models import Book, Chapter, Note, Person
from tests.testapp import models as shelf

pytestmark = pytest.mark.django_db

ONES = {
    "queryset=...": 'queryset=Chapter.objects.filter(heading="One")',
    "to_attr=...": 'to_attr="n"',
}


#: What the code of an advice may name.
NAMES = {
    **{name: getattr(models, name) for name in ("Count", "Exists", "OuterRef", "Prefetch", "Q")},
    "Subquery": models.Subquery,
    "Preset": Preset,
    "Book": Book,
    "Chapter": Chapter,
    "prefetch_related_objects": prefetch_related_objects,
    "shelf": shelf,
}


def findings(rows, read):
    """Read each row; return the findings."""
    with audit(mode="collect") as report:
        for row in rows:
            read(row)
    return report.findings


def filled(code, blanks):
    """Return the code of an advice with its blanks filled in."""
    for blank, value in blanks.items():
        assert blank in code, code
        code = code.replace(blank, value)
    assert "..." not in code
    return code


@dataclass
class Case:
    """A queryset, what is read of its rows, the call that is advised, and how it is read then."""

    queryset: Any
    read: Any
    call: str
    blanks: Any = None
    then: Any = None


CASES = {
    "to-one": Case(Book.objects.all, lambda b: b.author.name, '.select_related("author")'),
    "reverse": Case(Book.objects.all, lambda b: b.cover.colour, '.select_related("cover")'),
    "to-one, narrowed": Case(
        lambda: Book.objects.only("title", "author"),
        lambda b: b.author.name,
        '.select_related("author")',
    ),
    "behind a join": Case(
        lambda: Book.objects.select_related("author"),
        lambda b: b.author.publisher.name,
        '.select_related("author__publisher")',
    ),
    "behind a prefetch to one": Case(
        lambda: Book.objects.prefetch_related("author"),
        lambda b: b.author.publisher.name,
        '.select_related("author__publisher")',
    ),
    "raw, to-one": Case(
        lambda: Book.objects.raw("SELECT * FROM audited_book"),
        lambda b: b.author.name,
        '.prefetch_related("author")',
    ),
    "generic": Case(Note.objects.all, lambda n: n.target.title, '.prefetch_related("target")'),
    "behind a generic key": Case(
        lambda: Note.objects.prefetch_related("target"),
        lambda n: n.target.author.name,
        '.prefetch_related("target__author")',
    ),
    "manager": Case(
        Book.objects.all, lambda b: list(b.chapters.all()), '.prefetch_related("chapters")'
    ),
    "manager, sliced": Case(
        Book.objects.all, lambda b: b.chapters.all()[:1][0], '.prefetch_related("chapters")'
    ),
    "manager, first of an ordered": Case(
        Book.objects.all, lambda b: b.chapters.first(), '.prefetch_related("chapters")'
    ),
    "manager, filtered": Case(
        Book.objects.all,
        lambda b: list(b.chapters.filter(heading="One")),
        '.prefetch_related(Prefetch("chapters", queryset=..., to_attr=...))',
        ONES,
        lambda b: b.n,
    ),
    "manager, last": Case(
        Book.objects.all,
        lambda b: b.chapters.last(),
        '.prefetch_related(Prefetch("chapters", queryset=..., to_attr=...))',
        ONES,
        lambda b: b.n[-1],
    ),
    "manager, iterated over": Case(
        Book.objects.all,
        lambda b: list(b.chapters.iterator()),
        '.prefetch_related(Prefetch("chapters", queryset=..., to_attr=...))',
        ONES,
        lambda b: b.n,
    ),
    "manager, values": Case(
        Book.objects.all,
        lambda b: list(b.chapters.values()),
        '.prefetch_related(Prefetch("chapters", queryset=..., to_attr=...))',
        ONES,
        lambda b: b.n,
    ),
    "manager, filtered behind a join": Case(
        lambda: Book.objects.select_related("author"),
        lambda b: list(b.author.books.filter(title="x")),
        '.prefetch_related(Prefetch("author__books", queryset=..., to_attr=...))',
        {"queryset=...": 'queryset=Book.objects.filter(title="x")', "to_attr=...": 'to_attr="n"'},
        lambda b: b.author.n,
    ),
    "count": Case(
        Book.objects.all,
        lambda b: b.chapters.count(),
        '.annotate(...=Count("chapters", distinct=True))',
        {"(...=": "(n="},
        lambda b: b.n,
    ),
    "count, filtered": Case(
        Book.objects.all,
        lambda b: b.chapters.filter(heading="One").count(),
        '.annotate(...=Count("chapters", filter=Q(...), distinct=True))',
        {"(...=": "(n=", "Q(...)": 'Q(chapters__heading="One")'},
        lambda b: b.n,
    ),
    "exists": Case(
        Book.objects.all,
        lambda b: b.chapters.exists(),
        '.annotate(...=Exists(...)) or .prefetch_related("chapters")',
        {"(...=Exists(...)) or ": '(n=Exists(Chapter.objects.filter(book=OuterRef("pk"))))'},
        lambda b: (b.n, b.chapters.exists()),
    ),
    "exists, filtered": Case(
        Book.objects.all,
        lambda b: b.chapters.filter(heading="One").exists(),
        ".annotate(...=Exists(...)) to",
        {
            "(...=Exists(...)) to": '(n=Exists(Chapter.objects.filter(book=OuterRef("pk"), heading="One")))'
        },
        lambda b: b.n,
    ),
    "contains": Case(
        Book.objects.all,
        lambda b: b.chapters.contains(Chapter(pk=1)),
        '.annotate(...=Exists(...)) or .prefetch_related("chapters")',
        {".annotate(...=Exists(...)) or ": ""},
    ),
    "count below a relation to many": Case(
        lambda: Book.objects.prefetch_related("tags"),
        lambda b: [tag.books.count() for tag in b.tags.all()],
        '.prefetch_related("tags__books")',
    ),
    "aggregate below a relation to many": Case(
        lambda: Book.objects.prefetch_related("tags"),
        lambda b: [tag.books.aggregate(Count("pk")) for tag in b.tags.all()],
        '.prefetch_related(Prefetch("tags__books", queryset=..., to_attr=...))',
        {"queryset=...": "queryset=Book.objects.all()", "to_attr=...": 'to_attr="n"'},
        lambda b: [len(tag.n) for tag in b.tags.all()],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_call_that_is_advised(books, name):
    """The call is evaluated as it stands in the advice, its blanks filled; nothing is found then."""
    case = CASES[name]
    (finding,) = findings(case.queryset(), case.read)
    assert f"add {case.call}" in finding.advice
    assert ("read what it adds" in finding.advice) == ("Prefetch(" in case.call or "filter" in name)
    code = filled(case.call, case.blanks or {})
    healed = eval(f"queryset{code}", {**NAMES, "queryset": case.queryset()})
    assert findings(healed, case.then or case.read) == ()


COLUMNS = {
    "only": (
        lambda: Book.objects.only("title"),
        'add "blurb" to .only(...)',
        "only",
        "title blurb",
    ),
    "defer": (
        lambda: Book.objects.defer("blurb", "price"),
        'take "blurb" out of .defer(...)',
        "defer",
        "price",
    ),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_the_column_that_is_advised(books, name):
    """A column more in only(), or one less in defer()."""
    queryset, advice, method, names = COLUMNS[name]
    (finding,) = findings(queryset(), lambda b: b.blurb)
    assert advice in finding.advice
    healed = getattr(Book.objects, method)(*names.split())
    assert findings(healed, lambda b: b.blurb) == ()


def detailed():
    """Return books with a preset; one that narrows them, or their author, or nothing."""
    return type("BookQuerySet", (PresetQuerySet,), DETAILS)(Book)


DETAILS = {
    "short": Preset(only=["title", "price"]),
    "whole": Preset(select_related=["author", "cover"]),
    "undone": Preset(defer=["blurb"]),
}

#: A queryset, what is read of its rows, the whole advice, and the queryset as it is advised.
USERS_OWN = {
    "a column by the name that defer() was given": (
        lambda: Book.objects.defer("author"),
        lambda b: b.author_id,
        'take "author" out of .defer(...) of the queryset',
        lambda: Book.objects.all(),
    ),
    "a column of a row that is joined in reverse": (
        lambda: Book.objects.select_related("cover").defer("cover__colour", "blurb"),
        lambda b: b.cover.colour,
        'take "cover__colour" out of .defer(...) of the queryset',
        lambda: Book.objects.select_related("cover").defer("blurb"),
    ),
    "a column of a row that a Prefetch joins": (
        lambda: Book.objects.prefetch_related(
            Prefetch(
                "chapters", Chapter.objects.select_related("reviewer").defer("reviewer__email")
            )
        ),
        lambda b: [chapter.reviewer.email for chapter in b.chapters.all()],
        'load "reviewer__email" in the Prefetch for "chapters" of the queryset',
        lambda: Book.objects.prefetch_related(
            Prefetch("chapters", Chapter.objects.select_related("reviewer"))
        ),
    ),
    "a column of the one row that a Prefetch fetches": (
        lambda: Book.objects.prefetch_related(Prefetch("author", Person.objects.defer("email"))),
        lambda b: b.author.email,
        'load "email" in the Prefetch for "author" of the queryset',
        lambda: Book.objects.prefetch_related("author"),
    ),
    "deferred behind a preset": (
        lambda: detailed().short().defer("price"),
        lambda b: b.price,
        'take "price" out of the .defer(...) that follows BookQuerySet.short',
        lambda: detailed().short(),
    ),
    "deferred behind a preset, with more chained after it": (
        lambda: detailed().whole().defer("blurb", "author__email").prefetch_related("chapters"),
        lambda b: b.author.email,
        'take "author__email" out of the .defer(...) that follows BookQuerySet.whole',
        lambda: detailed().whole().defer("blurb").prefetch_related("chapters"),
    ),
    "left out by the preset, another deferred": (
        lambda: detailed().short().defer("price"),
        lambda b: b.blurb,
        'add "blurb" to BookQuerySet.short',
        lambda: detailed().optimize_for(DETAILS["short"] | Preset(only=["blurb"])).defer("price"),
    ),
    "left out by the preset's own defer, another deferred": (
        lambda: detailed().undone().defer("price"),
        lambda b: b.blurb,
        'add "blurb" to BookQuerySet.undone',
        lambda: detailed().optimize_for(DETAILS["undone"] | Preset(only=["blurb"])).defer("price"),
    ),
    "left out by the preset, another deferred, read by a member": (
        lambda: detailed().short().defer("price"),
        lambda b: b.teaser,
        'add "blurb" (or "teaser") to BookQuerySet.short',
        lambda: detailed().optimize_for(DETAILS["short"] | Preset(only=["teaser"])).defer("price"),
    ),
    "deferred behind only(), behind a preset": (
        lambda: detailed().whole().only("title", "blurb").defer("blurb"),
        lambda b: b.blurb,
        'take "blurb" out of the .defer(...) that follows BookQuerySet.whole',
        lambda: detailed().whole().only("title", "blurb"),
    ),
    "left out by only(), another deferred": (
        lambda: detailed().whole().only("title", "price").defer("price"),
        lambda b: b.blurb,
        'add "blurb" to the .only(...) that follows BookQuerySet.whole',
        lambda: detailed().whole().only("title", "price", "blurb").defer("price"),
    ),
    "what only() takes back of defer()": (
        lambda: detailed().whole().defer("blurb").only("title"),
        lambda b: b.blurb,
        'add "blurb" to the .only(...) that follows BookQuerySet.whole',
        lambda: detailed().whole().defer("blurb").only("title", "blurb"),
    ),
    "what defer(None) takes back": (
        lambda: detailed().whole().defer("blurb").defer(None).defer("price"),
        lambda b: b.price,
        'take "price" out of the .defer(...) that follows BookQuerySet.whole',
        lambda: detailed().whole().defer("blurb").defer(None),
    ),
}


@pytest.mark.parametrize("name", USERS_OWN)
def test_what_the_users_own_call_leaves_out(books, name):
    """The advice names what stands in the call, or else the preset; it is followed, and nothing is found then."""
    queryset, read, advice, healed = USERS_OWN[name]
    (finding,) = findings(queryset(), read)
    assert finding.advice.partition(" at ")[0] == advice
    assert findings(healed(), read) == ()


def test_the_column_of_raw_sql(books):
    """A column that raw SQL leaves out is to be selected there."""
    (finding,) = findings(Book.objects.raw("SELECT id FROM audited_book"), lambda b: b.blurb)
    assert 'select "blurb" in the SQL of raw()' in finding.advice
    assert findings(Book.objects.raw("SELECT id, blurb FROM audited_book"), lambda b: b.blurb) == ()


def test_the_column_behind_a_generic_key(books):
    """A narrowed GenericPrefetch is named as one."""

    def notes(*names):
        prefetch = GenericPrefetch("target", [Book.objects.only(*names)])
        return Note.objects.prefetch_related(prefetch)

    (finding,) = findings(notes("title"), lambda n: n.target.blurb)
    assert 'load "blurb" in the GenericPrefetch for "target"' in finding.advice
    assert findings(notes("title", "blurb"), lambda n: n.target.blurb) == ()


def test_rows_of_unknown_origin(books):
    """Rows from elsewhere are loaded for at once, under a name of their own where narrowed."""
    rows = list(Book.objects.all())

    def ones(book):
        return list(book.chapters.filter(heading="One"))

    (finding,) = findings(rows, ones)
    call = 'prefetch_related_objects(rows, Prefetch("chapters", queryset=..., to_attr=...))'
    assert call in finding.advice
    eval(filled(call, ONES), {**NAMES, "rows": rows})
    assert findings(rows, lambda b: b.n) == ()


def test_a_bypassed_prefetch(books):
    """The rows in Python, or a Prefetch of just these rows beside the other."""
    books = Book.objects.prefetch_related("chapters")
    (finding,) = findings(books, lambda b: list(b.chapters.filter(heading="One")))
    assert 'read "chapters.all()"' in finding.advice
    call = 'Prefetch("chapters", queryset=..., to_attr=...)'
    assert call in finding.advice
    healed = books.all().prefetch_related(eval(filled(call, ONES), NAMES))
    assert findings(healed, lambda b: (b.n, b.chapters.all())) == ()


def test_the_permissions_of_users(books):
    """has_perm() can't be prefetched for: who has a permission is asked once."""
    for number in range(3):
        user = User.objects.create_user(f"user {number}")
        user.user_permissions.add(Permission.objects.get(codename="add_user"))
    found = findings(User.objects.all(), lambda u: u.has_perm("auth.add_user"))
    assert {(f.kind, f.via[0]) for f in found} == {
        ("related-manager", "PermissionsMixin.has_perm"),
        ("repeated-query", "PermissionsMixin.has_perm"),
    }
    assert all("User.objects.with_perm(...)" in finding.advice for finding in found)
    with audit(mode="collect") as report:
        may = set(User.objects.with_perm("auth.add_user"))
        assert [user in may for user in User.objects.all()] == [True] * 3
    assert report.findings == ()


@pytest.fixture
def shelves():
    """Two books with a review and a note each, which is about the book."""
    for number in range(2):
        author = shelf.Author.objects.create(name=f"A{number}")
        book = shelf.Book.objects.create(title=f"B{number}", author=author)
        shelf.Review.objects.create(book=book, text="t", reviewer="Ann")
        shelf.Note.objects.create(text="n", target=book)


TITLES = Preset(include={"target": {shelf.Book: Preset(only=["title"])}})
WHOLE = Preset(prefetch_related=["target"])
LIST = Preset(only=["title", "author"])
ANN = {
    "queryset=...": 'queryset=shelf.Review.objects.filter(reviewer="Ann")',
    "to_attr=...": 'to_attr="anns"',
}
PRESETS = {
    "to-one": (shelf.Book, LIST, lambda b: b.author.name, 'select_related=["author"]'),
    "manager": (
        shelf.Book,
        LIST,
        lambda b: list(b.reviews.all()),
        'prefetch_related=["reviews"]',
    ),
    "manager, filtered": (
        shelf.Book,
        LIST,
        lambda b: list(b.reviews.filter(reviewer="Ann")),
        'prefetch_related=[Prefetch("reviews", queryset=..., to_attr=...)]',
        ANN,
        lambda b: b.anns,
    ),
    "count, filtered": (
        shelf.Book,
        LIST,
        lambda b: b.reviews.filter(reviewer="Ann").count(),
        "annotate={...: Subquery(...)}",
        {
            "...: Subquery(...)": "'n': Subquery(shelf.Review.objects.filter(book=OuterRef('pk')"
            ").values('book').annotate(n=Count('*')).values('n'))"
        },
        lambda b: b.n,
    ),
    "exists": (
        shelf.Book,
        LIST,
        lambda b: b.reviews.exists(),
        'annotate={...: Subquery(...)} or prefetch_related=["reviews"]',
        {"annotate={...: Subquery(...)} or ": ""},
    ),
    "generic": (
        shelf.Note,
        Preset(defer=["internal"]),
        lambda n: n.target.title,
        'prefetch_related=["target"]',
    ),
    "a column behind a generic key": (
        shelf.Note,
        TITLES,
        lambda n: n.target.blurb,
        'include={"target": {Book: Preset(only=["blurb"])}}',
    ),
    "to-one behind a generic key": (
        shelf.Note,
        WHOLE,
        lambda n: n.target.author.name,
        'include={"target": {Book: Preset(select_related=["author"])}}',
    ),
    "to-one behind a narrowed generic key": (
        shelf.Note,
        Preset(include={"target": {shelf.Book: LIST}}),
        lambda n: n.target.author.name,
        'include={"target": {Book: Preset(select_related=["author"])}}',
    ),
    "a manager behind a generic key": (
        shelf.Note,
        WHOLE,
        lambda n: list(n.target.reviews.all()),
        'include={"target": {Book: Preset(prefetch_related=["reviews"])}}',
    ),
    "a filtered manager behind a generic key": (
        shelf.Note,
        WHOLE,
        lambda n: list(n.target.reviews.filter(reviewer="Ann")),
        'include={"target": {Book: Preset(prefetch_related=[Prefetch("reviews", queryset=..., to_attr=...)])}}',
        ANN,
        lambda n: n.target.anns,
    ),
    "a generic key behind a relation to many": (
        shelf.Book,
        Preset(only=["title"], include={"notes": TITLES}),
        lambda b: [note.target.pages for note in b.notes.all()],
        'include={"notes__target": {Book: Preset(only=["pages"])}}',
    ),
}


@pytest.mark.parametrize("name", PRESETS)
def test_the_argument_that_is_advised_for_a_preset(shelves, name):
    """The argument makes a Preset as it stands in the advice; united with the other it heals."""
    model, preset, read, argument, *rest = PRESETS[name]
    blanks, then = rest if len(rest) == 2 else (*rest, *[{}, read][len(rest) :])
    queryset_class = type(f"{model.__name__}QuerySet", (PresetQuerySet,), {"shown": preset})
    rows = queryset_class(model).shown()
    (finding,) = findings(rows, read)
    assert finding.advice.startswith(f"add {argument} to "), finding.advice
    assert re.search(rf"to \S*{model.__name__}QuerySet\.shown", finding.advice)
    names = {**NAMES, "Book": shelf.Book}
    more = eval(f"Preset({filled(argument, blanks)})", names)
    assert findings(queryset_class(model).optimize_for(preset | more), then) == ()
