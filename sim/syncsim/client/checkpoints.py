"""The fetches of one moment as one request, which is answered as of one commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncsim.client.cache.promise import Promise, Rejection
from syncsim.client.ports import Request
from syncsim.net.messages import (
    NAME_BYTES,
    REQUEST_BYTES,
    CheckpointBody,
    QueryBody,
    WholeBody,
)

if TYPE_CHECKING:
    from syncsim.client.views import Views


class Checkpoints:
    """Gathers what is asked for in one moment, by whatever task, and then asks for it at once.

    What is on screen and not under way is asked for along with it, so that no view is left
    behind at an older commit.
    """

    def __init__(self) -> None:
        self._gathered: list[tuple[QueryBody, Promise]] = []

    def ask(self, views: Views, body: QueryBody) -> Promise:
        """Return the promise of the rows of one view."""
        promise = Promise(views.context.page)
        self._gathered.append((body, promise))
        if len(self._gathered) == 1:
            views.context.page.set_timeout(lambda: self._send(views), 0)
        return promise

    def _send(self, views: Views) -> None:
        context = views.context
        views.invalidate([view for view in views.mounted() if view.fetch is None], "checkpoint")
        gathered, self._gathered = self._gathered, []
        assert gathered, "something was asked for"
        queries = tuple(body for body, _ in gathered)
        name = context.unique(f"{context.name}:checkpoint@{context.origin or 'retry'}")
        body = CheckpointBody(queries, max(query.after for query in queries))
        size = REQUEST_BYTES + NAME_BYTES * len(queries)
        promises = [promise for _, promise in gathered]
        answer: Promise = views.ask(Request(name, "checkpoint", body, size))
        answer.then(
            lambda whole: _resolve(promises, whole),
            lambda reason: _reject(promises, reason),
        )


def _resolve(promises: list[Promise], whole: WholeBody) -> None:
    for promise, rows in zip(promises, whole.views, strict=True):
        promise.resolve(rows)


def _reject(promises: list[Promise], reason: Rejection) -> None:
    for promise in promises:
        promise.reject(reason)
