"""External calls, made by real clients to a server on this machine."""

from __future__ import annotations

import asyncio
import contextlib
import smtplib
import socket
import socketserver
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
import redis
import requests
from django.apps import apps
from django.core.cache.backends.base import BaseCache
from django.db import connection, transaction

from perfkit import LazyLoadError, audit
from perfkit.integrations import external_calls

WITHOUT_TIMEOUT = "external-call-without-timeout"
IN_TRANSACTION = "external-call-in-transaction"


class Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *args):
        """Be quiet."""


class Greeting(socketserver.StreamRequestHandler):
    def handle(self):
        with contextlib.suppress(ConnectionError):
            self.answer()

    def answer(self):
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            self.wfile.write(b"221 bye\r\n" if line.startswith(b"QUIT") else b"250 ok\r\n")


@contextlib.contextmanager
def served(server):
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def port():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.daemon_threads = True
    with served(server) as port:
        yield port


@pytest.fixture(scope="module")
def mail_port():
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Greeting)
    server.daemon_threads = True
    with served(server) as port:
        yield port


# Python traces no audit hook unless it is told to, so what one does would not be measured.
external_calls._hear.__cantrace__ = True


@pytest.fixture(autouse=True)
def listening():
    external_calls.install()
    yield
    external_calls.uninstall()


def with_requests(port):
    requests.get(f"http://localhost:{port}/", timeout=None).close()


def with_urllib(port):
    urllib.request.urlopen(f"http://localhost:{port}/").close()


def with_httpx(port):
    httpx.get(f"http://localhost:{port}/", timeout=None, trust_env=False)


def with_a_socket(port):
    with socket.create_connection(("localhost", port)):
        pass


def with_smtplib(port):
    with smtplib.SMTP("localhost", port):
        pass


@pytest.mark.parametrize(
    ("call", "library"),
    [
        (with_requests, "requests"),
        (with_urllib, "urllib"),
        (with_httpx, "httpx"),
        (with_a_socket, "socket"),
    ],
)
def test_a_call_without_a_timeout(call, library, port):
    """Whatever the client, the connection, its library and the user's line are told."""
    with audit(mode="collect") as report:
        call(port)
        call(port)
    (finding,) = report.findings
    assert (finding.kind, finding.library) == (WITHOUT_TIMEOUT, library)
    assert (finding.field, finding.count) == (f"localhost:{port}", 2)
    assert (finding.location.file, finding.location.function) == (__file__, call.__name__)
    assert (finding.model, finding.queries, finding.origin) == (None, 0, None)


def test_a_store_of_keys_without_a_timeout(mail_port):
    """A client with a pool of connections tells of each that it opens."""
    client = redis.Redis(
        host="localhost", port=mail_port, socket_timeout=None, socket_connect_timeout=None
    )
    with audit(mode="collect") as report, contextlib.suppress(redis.RedisError):
        client.ping()
    client.close()
    (finding,) = report.findings
    assert (finding.kind, finding.library) == (WITHOUT_TIMEOUT, "redis")


def test_mail_without_a_timeout(mail_port):
    """Sending mail is a call like any other."""
    with audit(mode="collect") as report:
        with_smtplib(mail_port)
    (finding,) = report.findings
    assert (finding.kind, finding.library) == (WITHOUT_TIMEOUT, "smtplib")


def test_a_call_with_a_timeout_is_quiet(port):
    """With a timeout, and outside a transaction, nothing is wrong."""
    with audit(mode="collect") as report:
        requests.get(f"http://localhost:{port}/", timeout=5).close()
        urllib.request.urlopen(f"http://localhost:{port}/", timeout=5).close()
        httpx.get(f"http://localhost:{port}/", trust_env=False)
        socket.create_connection(("localhost", port), timeout=5).close()
    assert report.findings == ()


@pytest.mark.django_db
def test_a_call_in_a_transaction(port):
    """With a timeout or without, a transaction of the user's stays open meanwhile."""
    with audit(mode="collect") as report:
        requests.get(f"http://localhost:{port}/", timeout=5).close()
        with transaction.atomic():
            requests.get(f"http://localhost:{port}/", timeout=5).close()
    (finding,) = report.findings
    assert (finding.kind, finding.count, finding.library) == (IN_TRANSACTION, 1, "requests")


@pytest.mark.django_db(transaction=True)
def test_a_call_in_a_real_transaction(port):
    """The same where no test case holds a transaction; after the commit all is well."""
    with audit(mode="collect") as report, transaction.atomic():
        requests.get(f"http://localhost:{port}/", timeout=5).close()
        transaction.on_commit(lambda: requests.get(f"http://localhost:{port}/", timeout=5).close())
    (finding,) = report.findings
    assert (finding.kind, finding.count) == (IN_TRANSACTION, 1)


@pytest.mark.django_db
def test_the_transaction_of_a_test_case_is_none():
    """Django marks what its test cases open, by a private name that this test holds."""
    assert connection.in_atomic_block
    assert [block._from_testcase for block in connection.atomic_blocks][:1] == [True]
    assert not external_calls.in_transaction()
    with transaction.atomic():
        assert external_calls.in_transaction()


def test_raise_stops_before_the_connection(port):
    """In the mode raise nothing is sent."""
    arrived = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.verify_request = lambda *args: arrived.append(args) or True
    with served(server) as other, audit(mode="raise"):
        with pytest.raises(LazyLoadError, match="connected to localhost:[0-9]+ without a timeout"):
            with_a_socket(other)
    assert arrived == []


def test_modes_and_ignores(port, caplog):
    """The new kinds take modes and ignores like the others; the text says what to do."""
    ignore = [{"field": "localhost:*", "kind": WITHOUT_TIMEOUT, "reason": "It answers at once."}]
    with audit(mode="log", ignore=ignore), audit(mode="log", kinds={WITHOUT_TIMEOUT: "off"}):
        with_a_socket(port)
    with audit(mode="log", ignore=ignore):
        with_a_socket(port)
    assert caplog.records == []
    with audit(mode="log"):
        with_requests(port)
    (record,) = caplog.records
    lines = record.getMessage().splitlines()
    assert lines[0] == f"requests connected to localhost:{port} without a timeout, once"
    assert lines[1].startswith("  called at     tests/integrations/test_external_calls.py:")
    assert lines[2].startswith("  fix           give the client a timeout")


def test_outside_a_scope_nothing_is_heard(port):
    """Without a scope, and after uninstall(), a call is nobody's."""
    with_a_socket(port)
    external_calls.uninstall()
    with audit(mode="collect") as report:
        with_a_socket(port)
    assert report.findings == ()
    assert not external_calls.is_installed()


def test_caches_and_databases_of_the_settings_are_left_out(port):
    """What Django connects to has settings of its own; a cache of a third party counts as one."""

    class Remote(BaseCache):
        def get(self, key, default=None, version=None):
            with socket.create_connection(("localhost", port)):
                return default

    with audit(mode="collect") as report:
        assert Remote({}).get("x", 1) == 1
    assert report.findings == ()


def test_what_is_no_call_over_the_network(port):
    """Datagrams and sockets of the file system have no connection to wait for."""
    with audit(mode="collect") as report:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
            datagrams.connect(("127.0.0.1", port))
        one, other = socket.socketpair()
        one.close()
        other.close()
    assert report.findings == ()


def test_an_asynchronous_client_tells_no_timeout(port):
    """Its sockets never block, so nothing is claimed of them."""

    async def call():
        async with httpx.AsyncClient(timeout=None, trust_env=False) as client:
            return (await client.get(f"http://localhost:{port}/")).text

    with audit(mode="collect") as report:
        assert asyncio.run(call()) == "ok"
    assert report.findings == ()


def test_a_connection_that_is_kept_alive_is_told_once(port):
    """No new connection, no event: the second call goes unseen, as the documentation says."""
    with audit(mode="collect") as report, requests.Session() as session:
        for _ in range(3):
            session.get(f"http://localhost:{port}/").content
    (finding,) = report.findings
    assert finding.count == 1


def test_a_fault_of_the_auditor_breaks_no_call(port, monkeypatch, caplog, faults):
    """What goes wrong inside is logged, and the connection is made."""

    def broken(frame):
        raise RuntimeError("broken")

    monkeypatch.setattr(external_calls, "library_of", broken)
    with audit(mode="collect") as report:
        with_a_socket(port)
    assert report.findings == ()
    assert "The auditor failed" in caplog.text
    assert "broken" in faults.pop()


def test_the_application_installs_it(settings):
    """It is an application of its own, so that nobody has it who didn't ask."""
    external_calls.uninstall()
    entry = "perfkit.integrations.external_calls.ExternalCallsConfig"
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, entry]
    assert external_calls.is_installed()
    assert apps.get_app_config("perfkit_external_calls").verbose_name
