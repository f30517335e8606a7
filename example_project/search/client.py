"""The client of the search service: it waits for a second at most, and says when that was in vain."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import httpx
from django.conf import settings

#: Seconds: a page can do without the service, a night's export can wait longer.
PAGE_TIMEOUT = httpx.Timeout(1.0, connect=0.3)
EXPORT_TIMEOUT = httpx.Timeout(30.0, connect=3.0)


class SearchUnavailable(Exception):  # noqa: N818 - it is no mistake of anybody here
    """The service is down, slow, or answers nonsense."""


class SearchClient:
    """Asks the service at ``settings.SEARCH_URL``.

    Every method raises :class:`SearchUnavailable` where the service doesn't answer in time, or not
    as agreed.
    """

    def __init__(
        self, timeout: httpx.Timeout | None = PAGE_TIMEOUT, url: str | None = None
    ) -> None:
        self.url = url or settings.SEARCH_URL
        self.timeout = timeout

    def find(self, word: str) -> list[int]:
        """Return the keys of the products that have the word, 20 at most."""
        return [int(key) for key in self._ask("GET", "/products", params={"q": word})["hits"]]

    def index(self, documents: Iterable[dict[str, Any]]) -> None:
        """Put documents into the index."""
        self._ask("POST", "/products", json=list(documents))

    def _ask(self, method: str, path: str, **options: Any) -> Any:
        try:
            response = httpx.request(
                method, self.url + path, timeout=self.timeout, trust_env=False, **options
            )
            return response.raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            raise SearchUnavailable(f"The search service: {error!r}") from error
