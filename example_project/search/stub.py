"""A stand-in for the search service: it keeps its index in memory, and can hang."""

from __future__ import annotations

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


class SearchStub:
    """A server on this machine, at work inside ``with SearchStub() as stub``.

    ``hang()`` makes it take questions and not answer them until ``recover()``.
    """

    def __init__(self, port: int = 0) -> None:
        self.documents: dict[str, dict[str, Any]] = {}
        self.asked = threading.Event()
        self._answering = threading.Event()
        self._answering.set()
        stub = self

        class Handler(_Handler):
            service = stub

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self.thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def hang(self) -> None:
        """Leave questions unanswered from now on."""
        self._answering.clear()

    def recover(self) -> None:
        """Answer again."""
        self._answering.set()

    def wait(self) -> None:
        """Note a question, and wait while the service hangs."""
        self.asked.set()
        self._answering.wait()

    def __enter__(self) -> SearchStub:
        self.thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.recover()
        self._server.shutdown()
        self._server.server_close()
        self.thread.join()


class _Handler(BaseHTTPRequestHandler):
    service: SearchStub

    def do_POST(self) -> None:
        """Take documents into the index."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.service.wait()
        for document in json.loads(body):
            self.service.documents[str(document["objectID"])] = document
        self._answer({"count": len(self.service.documents)})

    def do_GET(self) -> None:
        """Find the documents whose title or brand has the word."""
        self.service.wait()
        word = parse_qs(urlsplit(self.path).query).get("q", [""])[0].casefold()
        hits = [
            document["objectID"]
            for document in self.service.documents.values()
            if word in f"{document['brand']} {document['title']}".casefold()
        ]
        self._answer({"hits": sorted(hits, reverse=True)[:20]})

    def _answer(self, content: object) -> None:
        body = json.dumps(content).encode()
        # The client may have given up meanwhile.
        with contextlib.suppress(ConnectionError):
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is Python's
        """Be quiet."""
