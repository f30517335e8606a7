"""Tasks and commands are audited by one line each."""

from io import StringIO

import pytest
from django.core.management import BaseCommand, call_command

from perfkit import audit
from perfkit.auditor.context import current_scope
from tests.auditor.app.models import Book

pytestmark = pytest.mark.django_db


@audit(mode="log")
def read_blurbs():
    """Read a deferred field of each book."""
    return [book.blurb for book in Book.objects.only("title")]


class Command(BaseCommand):
    """A command of the project."""

    @audit(mode="log")
    def handle(self, *args, **options):
        read_blurbs.__wrapped__()
        self.stdout.write("read")


def test_a_command(books, caplog):
    """The decorator of handle() opens a scope for the command."""
    out = StringIO()
    call_command(Command(), stdout=out)
    assert out.getvalue() == "read\n"
    (record,) = caplog.records
    assert (record.finding.field, record.finding.count) == ("blurb", 3)


def test_a_task(books, caplog, settings):
    """A task of Django's is audited where its function is decorated."""
    tasks = pytest.importorskip("django.tasks", reason="Django has tasks from 6.0 on")
    settings.TASKS = {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}}
    result = tasks.task(read_blurbs).enqueue()
    assert result.return_value == ["blurb"] * 3
    findings = [record.finding for record in caplog.records if record.name == "perfkit.audit"]
    assert [(finding.field, finding.count) for finding in findings] == [("blurb", 3)]


def test_the_decorator_works_without_parentheses():
    """``@audit`` alone opens a scope around each call, and keeps the function's name and answer."""

    @audit
    def scope_number(step):
        return current_scope().number + step

    assert scope_number.__name__ == "scope_number"
    assert scope_number(0) < scope_number(0)


def test_a_celery_task(books, caplog):
    """A task of Celery's is audited where its function is decorated, below the task's decorator."""
    celery = pytest.importorskip("celery", reason="the group `test` has Celery")
    app = celery.Celery("tests", broker="memory://", set_as_current=False)
    app.conf.task_always_eager = True
    result = app.task(name="read")(read_blurbs).delay()
    assert result.get() == ["blurb"] * 3
    findings = [record.finding for record in caplog.records if record.name == "perfkit.audit"]
    assert [(finding.field, finding.count) for finding in findings] == [("blurb", 3)]


def test_the_decorator_above_that_of_a_task():
    """What is no function any more isn't audited in silence; the error says where to decorate."""

    class Task:
        """What a library makes of a function."""

        def __call__(self):
            """Run."""

    for decorate in (audit, audit()):
        with pytest.raises(TypeError, match="put it below the decorators"):
            decorate(Task())
