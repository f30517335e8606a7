"""Sends requests from several connections at once, each with a marker of its own."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from itertools import chain
from threading import Lock
from typing import TYPE_CHECKING

from tests.load.marking import HEADER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True)
class Answer:
    """What came back for a request; ``status`` is 0 where nothing did, and the body the reason."""

    marker: str
    path: str
    status: int
    echoed: str
    body: str


class Client:
    """A number of connections to a server that send what is next."""

    def __init__(self, port: int, connections: int) -> None:
        self.port = port
        self.connections = connections

    def send(self, requests: Iterable[tuple[str, str]]) -> list[Answer]:
        """Send requests, each a marker and a path, as fast as answers come; return the answers."""
        queue, lock = iter(requests), Lock()

        def following() -> Iterator[tuple[str, str]]:
            while True:
                with lock:
                    request = next(queue, None)
                if request is None:
                    return
                yield request

        with ThreadPoolExecutor(self.connections) as threads:
            working = [threads.submit(self._work, following()) for _ in range(self.connections)]
            return list(chain.from_iterable(work.result() for work in working))

    def _work(self, requests: Iterable[tuple[str, str]]) -> list[Answer]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            return [_ask(connection, marker, path) for marker, path in requests]
        finally:
            connection.close()


def _ask(connection: HTTPConnection, marker: str, path: str) -> Answer:
    try:
        connection.request("GET", path, headers={HEADER: marker})
        response = connection.getresponse()
        body = response.read()
    except (OSError, HTTPException) as error:
        connection.close()
        return Answer(marker, path, 0, "", repr(error))
    digest = hashlib.sha256(body).hexdigest()
    return Answer(marker, path, response.status, response.headers.get(HEADER, ""), digest)
