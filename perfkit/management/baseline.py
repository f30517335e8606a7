"""``manage.py perfkit baseline``: write the file of known findings from what the project does now.

The findings come from pages that are asked for, from another management command that is run, or
from reports that ``AuditReport.to_json()`` wrote.
"""

from __future__ import annotations

import argparse
import json
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.test import Client
from django.test.utils import override_settings

from perfkit.auditor import audit, baseline, ignores
from perfkit.auditor.baseline import Entry
from perfkit.conf import get_settings
from perfkit.testing.auditing import TestAudit

if TYPE_CHECKING:
    from django.core.management.base import BaseCommand, CommandParser


def add_arguments(parser: CommandParser) -> None:
    """Say where the findings come from."""
    parser.add_argument(
        "--url", action="append", default=[], help="a path or URL to ask for with GET"
    )
    parser.add_argument("--user", help="who asks: a username")
    parser.add_argument("--report", action="append", default=[], help="a report of to_json()")
    parser.add_argument("--check", action="store_true", help="write nothing; fail on a difference")
    parser.add_argument(
        "--keep", action="store_true", help="strike nothing off: what is watched is a part"
    )
    parser.add_argument("--output", help="the file, in place of PERFKIT['AUDIT_BASELINE']")
    parser.add_argument(
        "run",
        nargs=argparse.REMAINDER,
        metavar="command",
        help="a management command to run, with all its options: test shop.tests --keepdb",
    )


def handle(command: BaseCommand, **options: Any) -> None:
    """Write the baseline, and say what is new and what has healed."""
    path = options["output"] or get_settings().AUDIT_BASELINE
    if not path:
        raise CommandError(
            "Set PERFKIT['AUDIT_BASELINE'] to the path of the file, or use --output."
        )
    if not (options["url"] or options["report"] or options["run"]):
        raise CommandError(
            "Say what to watch: --url /products/, a command, or --report report.json."
        )
    before = baseline.read(path)
    now = _found(command, options)
    new, healed = sorted(now - before), [] if options["keep"] else sorted(before - now)
    now.update(before if options["keep"] else ())
    for title, entries in (("new", new), ("healed, struck off", healed)):
        for entry in entries:
            command.stdout.write(f"{title}: {entry}")
    for ignore in ignores.stale(get_settings().AUDIT_IGNORE):
        command.stdout.write(f"AUDIT_IGNORE: nothing matches {dict(ignore)!r} any more.")
    if options["check"]:
        if new or healed:
            raise CommandError(f"{path}: {len(new)} new, {len(healed)} healed.")
    else:
        try:
            baseline.write(path, now)
        except OSError as error:
            raise CommandError(f"{path} can't be written: {error.strerror}.") from None
    command.stdout.write(
        f"{path}: {len(now)} known findings, {len(new)} new, {len(healed)} healed."
    )


def _client(username: str | None) -> Client:
    """Return a client; raise CommandError where nobody has the username that it is to log in."""
    client = Client()
    if username:
        users = get_user_model()
        try:
            client.force_login(users._default_manager.get_by_natural_key(username))
        except users.DoesNotExist:
            raise CommandError(f"--user: nobody is called {username!r}.") from None
    return client


def _ask(command: BaseCommand, client: Client, url: str) -> None:
    """Ask for a page, from the host that the URL names; tell of an answer that is no page."""
    parts = urlsplit(url)
    host = {"host": parts.netloc} if parts.netloc else {}
    # The client's own host is none of the project's.
    with override_settings(ALLOWED_HOSTS=["*"]), audit(mode="collect"):
        response = client.get(url, secure=parts.scheme == "https", headers=host)
    if response.status_code >= HTTPStatus.MULTIPLE_CHOICES:
        to = f" to {response.headers['Location']}" if response.has_header("Location") else ""
        command.stderr.write(f"{url} was answered with {response.status_code}{to}.")


def _run(command: BaseCommand, run: list[str]) -> None:
    """Run another command; one that ends the process, as ``test`` does for a failure, ends here.

    Of tests their requests are watched. What they make for these, migrations and rows, is no finding.
    """
    try:
        with TestAudit().auditing("collect") if run[0] == "test" else audit(mode="collect"):
            call_command(*run)
    except SystemExit as end:
        if end.code:
            command.stderr.write(
                f"{run[0]} ended with {end.code}; what it found until then is in the baseline."
            )


def _found(command: BaseCommand, options: dict[str, Any]) -> set[Entry]:
    """Return the entries of all that is watched."""
    client = _client(options["user"]) if options["url"] else Client()
    with baseline.recording() as recorder:
        for url in options["url"]:
            _ask(command, client, url)
        if options["run"]:
            _run(command, options["run"])
    for report in options["report"]:
        recorder.entries.update(_reported(report))
    return recorder.entries


def _reported(report: str) -> set[Entry]:
    """Return the entries of a report that ``to_json()`` wrote."""
    try:
        content = json.loads(Path(report).read_text(encoding="utf-8"))
        return {Entry.of_dict(finding) for finding in content["findings"]}
    except OSError as error:
        raise CommandError(f"{report} can't be read: {error.strerror}.") from None
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise CommandError(
            f"{report} is no report ({error}). Write it with report.to_json()."
        ) from None
