"""The page's HTTP: requests that are answered, fail, or are waited for too long."""

from __future__ import annotations

from typing import Any, NamedTuple

from syncsim.client.cache.promise import PENDING, Promise, Rejection
from syncsim.client.context import Context
from syncsim.client.page import MS
from syncsim.client.ports import Request


class HttpError(Rejection):
    """Nobody answered. `was_sent` tells whether the backend may have had the request."""

    def __init__(self, reason: str, *, was_sent: bool) -> None:
        super().__init__(reason)
        self.was_sent = was_sent


class _Exchange(NamedTuple):
    promise: Promise
    timeout: int


class Http:
    """The requests under way, by name. An answer to any other is ignored."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._under_way: dict[str, _Exchange] = {}

    def send(self, request: Request, timeout_us: int) -> Promise:
        """Send a request; return the promise of the body that answers it.

        It is rejected with an `HttpError`, at once if the browser is offline.
        """
        page = self._context.page
        assert request.name not in self._under_way, request.name
        if not self._context.is_online:
            return Promise.rejected(page, HttpError("offline", was_sent=False))
        promise = Promise(page)
        timeout = page.set_timeout(lambda: self.fail(request.name, "timeout"), timeout_us // MS)
        self._under_way[request.name] = _Exchange(promise, timeout)
        self._context.out.append(request._replace(cause=page.cause))
        return promise

    def answer(self, name: str, body: Any) -> None:
        """Take an answer."""
        exchange = self._end(name)
        if exchange is not None:
            exchange.promise.resolve(body)

    def fail(self, name: str, reason: str) -> None:
        """Take the news that there will be no answer."""
        exchange = self._end(name)
        if exchange is not None:
            exchange.promise.reject(HttpError(reason, was_sent=True))

    def go_offline(self) -> None:
        """Fail what is under way, as a browser does when it loses its network."""
        for name in list(self._under_way):
            self.fail(name, "offline")

    def _end(self, name: str) -> _Exchange | None:
        exchange = self._under_way.pop(name, None)
        assert exchange is None or exchange.promise.state == PENDING, name
        if exchange is not None:
            self._context.page.clear_timeout(exchange.timeout)
        return exchange
