"""The page's HTTP: requests that are answered, fail, or are waited for too long."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from syncsim.client.cache.promise import PENDING, Promise, Rejection
from syncsim.client.context import Context
from syncsim.client.page import MS
from syncsim.client.ports import Request
from syncsim.net.messages import REQUEST_BYTES, UNAUTHORIZED, ErrorBody, RefreshBody

AGAIN_MAX = 10
"""How often a request is sent again because a busy server asked for it."""


class HttpError(Rejection):
    """Nobody answered. `was_sent` tells whether the backend may have had the request."""

    def __init__(self, reason: str, *, was_sent: bool) -> None:
        super().__init__(reason)
        self.was_sent = was_sent


@dataclass(slots=True, kw_only=True, eq=False)
class _Exchange:
    """One request with all its sendings; `name` is that of the latest."""

    request: Request
    name: str
    promise: Promise
    timeout: int
    sent: int = 1


class Http:
    """The requests under way, by name. An answer to any other is ignored."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._under_way: dict[str, _Exchange] = {}
        self._unauthorized: list[_Exchange] = []

    def send(self, request: Request, timeout_us: int) -> Promise:
        """Send a request; return the promise of the body that answers it.

        It is rejected with an `HttpError`, at once if the browser is offline.
        """
        page = self._context.page
        assert request.name not in self._under_way, request.name
        if not self._context.is_online:
            return Promise.rejected(page, HttpError("offline", was_sent=False))
        promise = Promise(page)
        timeout = page.set_timeout(lambda: self._fail(exchange, "timeout"), timeout_us // MS)
        exchange = _Exchange(request=request, name=request.name, promise=promise, timeout=timeout)
        self._under_way[request.name] = exchange
        self._context.out.append(request._replace(cause=page.cause))
        return promise

    def answer(self, name: str, body: Any) -> None:
        """Take an answer."""
        exchange = self._under_way.get(name)
        if exchange is None:
            return
        if isinstance(body, ErrorBody):
            self._refused(exchange, body)
        else:
            self._end(exchange)
            exchange.promise.resolve(body)

    def fail(self, name: str, reason: str) -> None:
        """Take the news that there will be no answer."""
        exchange = self._under_way.get(name)
        if exchange is not None:
            self._fail(exchange, reason)

    def names(self) -> list[str]:
        """Return the names of the requests under way."""
        return list(self._under_way)

    def go_offline(self) -> None:
        """Fail what is under way, as a browser does when it loses its network."""
        for name in list(self._under_way):
            self.fail(name, "offline")

    def _refused(self, exchange: _Exchange, error: ErrorBody) -> None:
        """Come back later if a busy server said when, and the design listens; fail otherwise."""
        wait_us = error.retry_after_us
        if error.status == UNAUTHORIZED and exchange.sent <= AGAIN_MAX:
            self._renew(exchange)
        elif wait_us and self._context.design.retry_after and exchange.sent <= AGAIN_MAX:
            self._context.page.set_timeout(lambda: self._again(exchange), wait_us // MS)
        else:
            self._fail(exchange, f"http-{error.status}")

    def _renew(self, exchange: _Exchange) -> None:
        """Get a new token, one for all that wait for it, and then send the request again."""
        self._unauthorized.append(exchange)
        if len(self._unauthorized) > 1:
            return
        context = self._context
        name = context.unique(f"{context.name}:token")
        timeout_us = context.design.read.timeout_us
        self.send(Request(name, "refresh", RefreshBody(), REQUEST_BYTES), timeout_us).then(
            lambda _: self._renewed(self._again),
            lambda _: self._renewed(lambda each: self._fail(each, f"http-{UNAUTHORIZED}")),
        )

    def _renewed(self, go_on: Callable[[_Exchange], None]) -> None:
        """Go on with everything that waited for a token and has not failed meanwhile."""
        waiting, self._unauthorized = self._unauthorized, []
        for exchange in waiting:
            if self._under_way.get(exchange.name) is exchange:
                go_on(exchange)

    def _again(self, exchange: _Exchange) -> None:
        """Send the same request once more, under a name of its own."""
        if self._under_way.pop(exchange.name, None) is None:
            return
        assert exchange.sent <= AGAIN_MAX, exchange.name
        exchange.name = f"{exchange.request.name}+{exchange.sent}"
        exchange.sent += 1
        self._under_way[exchange.name] = exchange
        again = exchange.request._replace(name=exchange.name, cause=self._context.page.cause)
        self._context.out.append(again)

    def _fail(self, exchange: _Exchange, reason: str) -> None:
        self._end(exchange)
        exchange.promise.reject(HttpError(reason, was_sent=True))

    def _end(self, exchange: _Exchange) -> None:
        assert exchange.promise.state == PENDING, exchange.name
        del self._under_way[exchange.name]
        self._context.page.clear_timeout(exchange.timeout)
