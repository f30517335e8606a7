"""The documentation against the code: names, defaults, checks, commands, links, code blocks."""

from __future__ import annotations

import ast
import doctest
import re
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import django.db.models
import pytest
from django.contrib.auth.models import User
from django.core.management import load_command_class

import perfkit
from perfkit import conf
from tests.testapp import models

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "docs/reference"
PAGES = [
    *sorted(ROOT.glob("*.md")),
    *(page for page in sorted((ROOT / "docs").rglob("*.md")) if "_build" not in page.parts),
]
TEXTS = {str(page.relative_to(ROOT)): page.read_text(encoding="utf-8") for page in PAGES}
FENCE = re.compile(r"^( *)(`{3,}|:{3,})([^\n]*)\n(.*?)^\1\2`* *$", re.M | re.S)


def without_code(text: str) -> str:
    return FENCE.sub("", text)


def rows(text: str) -> list[list[str]]:
    """The cells of every row of every table, without the rules under headings."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if not set(row[0]) <= {"-", ":"}]


def code_of(cell: str) -> str:
    return cell.strip("`")


def default_of(field: Any) -> object:
    return field.default if field.default_factory is MISSING else field.default_factory()


def test_settings_are_documented_with_their_defaults() -> None:
    """The table of settings has the keys of the code, in its order, with its defaults."""
    documented = [
        (code_of(row[0]), ast.literal_eval(code_of(row[1])))
        for row in rows(TEXTS["docs/reference/settings.md"])
        if row[0].startswith("`")
    ]
    assert documented == [(f.name, default_of(f)) for f in fields(conf.PerfkitSettings)]


def test_kinds_are_documented() -> None:
    """Every kind of finding that a setting takes is on the page of the settings."""
    text = TEXTS["docs/reference/settings.md"]
    assert [kind for kind in conf.KINDS if f"`{kind}`" not in text] == []


@pytest.mark.parametrize("page", TEXTS)
def test_settings_that_are_mentioned_exist(page: str) -> None:
    """No page names a key of PERFKIT that the code does not know."""
    known = {f.name for f in fields(conf.PerfkitSettings)}
    mentioned = set(re.findall(r"[`\"'](AUDIT[A-Z_]*|FETCH_MODE|USAGE[A-Z_]*)[`\"']", TEXTS[page]))
    assert mentioned <= known


def test_examples_of_settings_are_valid() -> None:
    """Every `PERFKIT = {...}` in the documentation passes the checks of the settings."""
    examples = [
        ast.literal_eval(node.value)
        for _, block in python_blocks()
        for node in ast.walk(ast.parse(block))
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "PERFKIT"
    ]
    assert examples
    assert [problem for example in examples for problem in conf.problems(example)] == []


def python_blocks() -> list[tuple[str, str]]:
    """Each block of Python in the documentation, with the page it is on."""
    return [
        (page, re.sub(rf"^{indent}", "", body, flags=re.M))
        for page, text in TEXTS.items()
        for indent, _, language, body in FENCE.findall(text)
        if language.strip() == "python"
    ]


def test_blocks_of_python_are_python() -> None:
    """Every block that says it is Python compiles."""
    for page, block in python_blocks():
        compile(block, page, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


def test_imports_in_blocks_work() -> None:
    """Whatever the documentation imports from perfkit is there."""
    for page, block in python_blocks():
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("perfkit"):
                module = __import__(node.module, fromlist=["*"])
                for alias in node.names:
                    assert hasattr(module, alias.name), f"{page}: {ast.unparse(node)}"


def pycon_pages() -> list[str]:
    return [page for page, text in TEXTS.items() if "```pycon" in text]


@pytest.mark.django_db
@pytest.mark.parametrize("page", pycon_pages())
def test_sessions_are_real(page: str) -> None:
    """Every session with `>>>` on a page gives what the page shows, on the models of the tests."""
    session = "\n".join(
        body for _, _, language, body in FENCE.findall(TEXTS[page]) if language == "pycon"
    )
    names = {**vars(django.db.models), **vars(models), **vars(perfkit), "User": User}
    test = doctest.DocTestParser().get_doctest(session, names, page, None, None)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    report: list[str] = []
    runner.run(test, out=report.append)
    assert test.examples
    assert not runner.failures, "".join(report)


def anchors_of(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub and MyST make them."""
    headings = re.findall(r"^#+ (.*)$", without_code(page.read_text(encoding="utf-8")), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", TEXTS)
def test_internal_links_lead_somewhere(page: str) -> None:
    """Every relative link leads to a file that exists, and to a heading in it."""
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code(TEXTS[page])):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        file = (ROOT / page).parent / path if path else ROOT / page
        assert file.exists(), f"{page} links to {target}"
        if anchor and file.suffix == ".md":
            assert anchor in anchors_of(file), f"{page} links to {target}"


def test_make_targets_exist() -> None:
    """Every `make target` in the documentation is one."""
    targets = set(
        re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    )
    mentioned = {
        target
        for text in TEXTS.values()
        for target in re.findall(r"(?:`|\$ )make ([a-z0-9-]+)", text)
    }
    assert mentioned
    assert mentioned <= targets


def test_every_check_is_documented() -> None:
    """The ids in the code and on the page of the checks are the same."""
    pattern = re.compile(r"\bperfkit\.[EWI]\d{3}\b")
    sources = Path(perfkit.__file__).parent.rglob("*.py")
    in_code = {
        check for path in sources for check in pattern.findall(path.read_text(encoding="utf-8"))
    }
    assert set(pattern.findall(TEXTS["docs/reference/checks.md"])) == in_code


def test_every_subcommand_is_documented() -> None:
    """The page of the commands has a heading for each sub-command, and no other."""
    parser = load_command_class("perfkit", "perfkit").create_parser("manage.py", "perfkit")
    documented = re.findall(r"^## `(\w+)`", TEXTS["docs/reference/commands.md"], re.M)
    choices = [action.choices for action in parser._actions if action.dest == "subcommand"]
    assert documented == list(choices[0])


def test_supported_versions_agree() -> None:
    """README, package metadata and matrix name the same versions of Django and Python."""
    metadata = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    django = re.findall(r'"Framework :: Django :: ([\d.]+)"', metadata)
    python = re.findall(r'"Programming Language :: Python :: (\d+\.\d+)"', metadata)
    assert f"Django {', '.join(django[:-1])} and {django[-1]}" in TEXTS["README.md"]
    assert f"Python {python[0]} to {python[-1]}" in TEXTS["README.md"]
    matrix = (ROOT / "noxfile.py").read_text(encoding="utf-8")
    pairs = re.findall(r'\("([\d.]+)", "([\d.]+)"\)', matrix)
    assert {d for _, d in pairs} == set(django)
    assert {p for p, _ in pairs} == set(python)


def test_the_version_is_in_the_changelog() -> None:
    """The changelog has a heading for what is new or for the version it is released as."""
    headings = re.findall(r"^## \[([^\]]+)\]", TEXTS["CHANGELOG.md"], re.M)
    assert {"Unreleased", perfkit.__version__} & set(headings[:1])


#: A date, as the pages write it.
DATE = re.compile(
    r"\b\d{4}-\d\d-\d\d\b|\b\d{1,2} (?:January|February|March|April|May|June|July|August|September"
    r"|October|November|December) \d{4}\b"
)
#: A command that a reader can run.
COMMAND = re.compile(r"\bmake [a-z]|\bpython -m |\bpython manage\.py |\bpython tests/")
NUMBER = re.compile(r"^[~<>]?\d[\d,.]*(?: ?[×%])?$|\d[\d,]* → \d")


def sections(text: str) -> list[str]:
    """A page's sections, each with the introduction of the page and of what it stands below."""
    parts = re.split(r"^(?=#{1,6} )", text, flags=re.M)
    above: dict[int, str] = {}
    found = []
    for part in parts:
        level = len(part) - len(part.lstrip("#"))
        above = {depth: intro for depth, intro in above.items() if depth < level}
        found.append("".join(above.values()) + part)
        above[level] = part.partition("\n|")[0]
    return found


def tables_of_figures(section: str) -> list[str]:
    """The tables most of whose cells, beside the first of each row, are numbers."""
    found = []
    for table in re.findall(r"(?:^\|.*\n)+", f"{section}\n", re.M):
        cells = [cell for row in rows(table)[1:] for cell in row[1:] if cell]
        numbers = [cell for cell in cells if NUMBER.search(cell)]
        if cells and len(numbers) * 2 >= len(cells):
            found.append(table)
    return found


@pytest.mark.parametrize("page", TEXTS)
def test_figures_have_their_command_and_date(page: str) -> None:
    """Whoever reads a table of figures is told how it was made, and when."""
    for section in sections(TEXTS[page]):
        for table in tables_of_figures(section):
            assert COMMAND.search(section), f"{page}: no command beside\n{table}"
            assert DATE.search(section), f"{page}: no date beside\n{table}"


def test_versions_of_peers_agree() -> None:
    """The comparison names the releases in its first lines that its tables are of."""
    text = TEXTS["docs/explanation/comparison.md"]
    named = dict(re.findall(r"(django-\w+|nplusone)\s+(\d[\d.]*\d)", text.partition("\n## ")[0]))
    heads = re.findall(r"^\| read \|(.*)\|$", text, re.M)
    assert heads
    for head in " |".join(heads).split("|"):
        tool, _, version = head.strip().rpartition(" ")
        tool = {"Debug Toolbar": "django-debug-toolbar"}.get(tool, tool)
        assert named.get(tool, version) == version, tool


def test_the_changelog_keeps_its_format() -> None:
    """Versions in their order with dates, and below them the headings of Keep a Changelog, each once."""
    text = TEXTS["CHANGELOG.md"]
    assert text.startswith("# Changelog\n")
    assert "https://keepachangelog.com/en/1.1.0/" in text
    kinds = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]
    released: list[tuple[str, tuple[int, ...]]] = []
    for number, part in enumerate(re.split(r"^## ", text, flags=re.M)[1:]):
        title, _, body = part.partition("\n")
        if title == "[Unreleased]":
            assert number == 0
        else:
            version, date = re.fullmatch(r"\[(\d+\.\d+\.\d+)\] - (\d{4}-\d\d-\d\d)", title).groups()
            released.append((date, tuple(map(int, version.split(".")))))
        headings = re.findall(r"^### (.*)$", body, re.M)
        assert sorted(set(headings), key=kinds.index) == sorted(headings, key=kinds.index)
        entries = re.sub(r"^### .*$", "", body, flags=re.M).strip().splitlines()
        assert all(line.startswith(("- ", "  ")) for line in entries if line.strip()), title
    assert released == sorted(released, reverse=True)


def test_the_oldest_versions_agree() -> None:
    """What pip asks for is what the classifiers and the README begin with."""
    metadata = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (django,) = re.findall(r'"Django>=([\d.]+)"', metadata)
    (python,) = re.findall(r'requires-python = ">=([\d.]+)"', metadata)
    assert re.findall(r'"Framework :: Django :: ([\d.]+)"', metadata)[0] == django
    assert re.findall(r'"Programming Language :: Python :: (\d+\.\d+)"', metadata)[0] == python
    for page in ("README.md", "CONTRIBUTING.md"):
        assert set(re.findall(r"Python (\d\.\d+) or newer", TEXTS[page])) <= {python}
