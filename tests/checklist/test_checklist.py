"""The checklist: no *yes* without evidence, no *no* without the line."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from perfkit import conf
from perfkit.routes.entry import RouteEntry

ROUTE = {
    "route": "orders/",
    "method": "GET",
    "status": 200,
    "duration": 0.05,
    "database": 0.01,
    "queries": 3,
    "lazy_loads": 0,
    "presets": ("OrderQuerySet.optimize_for_list",),
}
CAREFUL = '''
import requests
from django.tasks import task

@task()
def export():
    """Send all."""
    for rows in Product.objects.batches(100):
        requests.post("https://search.example", timeout=3)
'''
CARELESS = """
import smtplib, requests
from celery import shared_task
from urllib.request import urlopen

@shared_task
def export():
    for row in Product.objects.all():
        requests.post("https://search.example", json=row)
    urlopen("https://search.example", None, 5)
    smtplib.SMTP("mail.example")
    requests.get("https://search.example", **options)
"""
TESTS = '''
def test_the_page(client):
    assert_constant_queries(lambda: client.get("/"), grow=grow)

def test_a_service_that_hangs(socket_disabled):
    export()

def test_the_toolbar(client):
    """The Debug Toolbar is on the page."""
'''


@pytest.fixture(autouse=True)
def installed(monkeypatch) -> dict[str, list[str]]:
    """What the settings of the project install: nothing, until a test says otherwise."""
    settings: dict[str, list[str]] = {"INSTALLED_APPS": [], "MIDDLEWARE": []}
    monkeypatch.setattr(conf, "installed", lambda: settings)
    return settings


@pytest.fixture
def project(tmp_path: Path):
    """Return a function that writes a project and asks for its answers, by number."""

    def ask(files: dict[str, str], *, routes=None, **options):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        if routes is not None:
            log = tmp_path / "requests.log"
            log.write_text("".join(f"{RouteEntry(**{**ROUTE, **r}).to_json()}\n" for r in routes))
            options["log"] = [str(log)]
        out = StringIO()
        call_command("perfkit", "checklist", root=[str(tmp_path)], json=True, stdout=out, **options)
        return {answer["number"]: answer for answer in json.loads(out.getvalue())}

    return ask


def verdicts(answers) -> dict[int, str]:
    return {number: answer["verdict"] for number, answer in answers.items()}


def test_an_empty_project_has_no_yes(project) -> None:
    """Where nothing can be seen, nothing is claimed; every answer says what to do next."""
    answers = project({})
    assert verdicts(answers) == {
        1: "no",
        2: "cannot tell",
        3: "no",
        4: "cannot tell",
        5: "cannot tell",
        6: "no",
        7: "no",
        8: "no",
        9: "cannot tell",
        10: "cannot tell",
    }
    assert all(answer["evidence"] and answer["next_step"] for answer in answers.values())


def test_a_careful_project(project) -> None:
    """With a log and tests, all is answered but alerts and what is read; with the lines."""
    answers = project({"shop/tasks.py": CAREFUL, "tests/test_shop.py": TESTS}, routes=[{}, {}])
    assert [number for number, verdict in verdicts(answers).items() if verdict != "yes"] == [2, 9]
    assert answers[1]["evidence"][0] == "the log has 2 requests of 1 routes"
    assert answers[4]["evidence"] == ["with a preset and no lazy load: GET orders/"]
    assert answers[6]["evidence"][0].startswith("test: test_the_page (")
    assert answers[6]["evidence"][0].endswith("tests/test_shop.py:2)")
    assert answers[10]["evidence"][1].startswith("test: test_a_service_that_hangs (")
    assert answers[10]["next_step"] == ""


def test_a_careless_project(project) -> None:
    """Calls without a timeout and loops over all rows are told with their lines."""
    answers = project({"shop/tasks.py": CARELESS})
    assert answers[5]["verdict"] == "no"
    assert [line.rpartition("tasks.py")[2] for line in answers[5]["evidence"]] == [":9", ":11"]
    assert answers[10]["verdict"] == "no"
    assert answers[10]["evidence"][0].endswith("tasks.py:8)")
    assert answers[7]["verdict"] == "cannot tell"


@pytest.mark.parametrize(
    ("route", "verdict", "evidence"),
    [
        ({"lazy_loads": 3}, "no", "lazy loads: GET orders/"),
        ({"presets": ()}, "no", "no preset: GET orders/"),
        ({"lazy_loads": None}, "cannot tell", "not audited: GET orders/"),
    ],
)
def test_the_views_that_take_most_time(project, route, verdict, evidence) -> None:
    """One of the first five that loads lazily, has no preset or wasn't audited is no yes."""
    answers = project({}, routes=[route])
    assert (answers[4]["verdict"], answers[4]["evidence"]) == (verdict, [evidence])
    others = [{"route": f"{n}/", "duration": 1.0} for n in range(5)]
    assert project({}, routes=[*others, route])[4]["verdict"] == "yes"


@pytest.mark.parametrize(
    ("setting", "number"),
    [
        ("perfkit.middleware.RoutesMiddleware", 1),
        ("debug_toolbar.middleware.DebugToolbarMiddleware", 3),
    ],
)
def test_a_setting_alone_is_no_yes(project, installed, setting, number) -> None:
    """What is installed was not seen to work."""
    installed["MIDDLEWARE"] = [setting]
    answers = project({})
    assert answers[number]["verdict"] == "cannot tell"
    assert answers[number]["evidence"][0] == f"setting: MIDDLEWARE has {setting!r}"


@pytest.mark.parametrize(
    "name", ["test_a_changing_row", "test_times_out_of_order", "test_shanghai"]
)
def test_words_that_only_look_like_it(project, name) -> None:
    """A test is no evidence because its name has the letters of another word."""
    answers = project({"test_x.py": f"def {name}():\n    pass\n"})
    assert answers[5]["verdict"] == "cannot tell"


def test_evidence_of_use(project, tmp_path) -> None:
    """What was recorded decides, by the share of bytes that nobody read."""
    from perfkit import record_usage
    from perfkit.usage import files
    from tests.testapp.models import Publisher

    Publisher.objects.create(name="n", address="a" * 1000)
    with record_usage() as usage:
        for publisher in Publisher.objects.all():
            publisher.name
    path = tmp_path / "usage.jsonl"
    files.append(str(path), usage.querysets)
    answers = project({}, usage=[str(path)])
    assert answers[9]["verdict"] == "no"
    assert "tests/checklist/test_checklist.py" in answers[9]["evidence"][2]


test_evidence_of_use = pytest.mark.django_db(test_evidence_of_use)


def test_strict_fails_on_a_no(project) -> None:
    """With --strict a *no* ends in an error that names the points."""
    with pytest.raises(CommandError, match="answered no: .*Tests hold the queries"):
        project({}, strict=True)


def test_the_text_reads_well(tmp_path: Path) -> None:
    """Verdict first, then evidence, then the next step; and a file that can't be read is told."""
    (tmp_path / "broken.py").write_text("def (:")
    out, err = StringIO(), StringIO()
    call_command("perfkit", "checklist", root=[str(tmp_path)], stdout=out, stderr=err)
    lines = out.getvalue().splitlines()
    at = lines.index(" 6  no           Tests hold the queries of critical pages")
    assert lines[at + 1] == f"{'':17}no test counts queries"
    assert lines[at + 2].startswith(f"{'':17}next: write one")
    assert lines[-1].endswith("cannot tell.")
    assert "broken.py can't be read" in err.getvalue()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"root": ["/nowhere"]}, "--root /nowhere is no folder"),
        ({"log": ["/nowhere.log"]}, "/nowhere.log can't be read"),
        ({"usage": ["/nowhere.jsonl"]}, "/nowhere.jsonl can't be read"),
    ],
)
def test_what_is_not_there(options, message) -> None:
    """A file or folder that isn't there is an error that names it."""
    with pytest.raises(CommandError, match=message):
        call_command("perfkit", "checklist", stdout=StringIO(), **options)


def test_settings_are_read_of_the_project(settings, monkeypatch) -> None:
    """Both settings are those in force."""
    monkeypatch.undo()
    settings.MIDDLEWARE = ["a.Middleware"]
    assert conf.installed()["MIDDLEWARE"] == ["a.Middleware"]
    assert "perfkit" in conf.installed()["INSTALLED_APPS"]
