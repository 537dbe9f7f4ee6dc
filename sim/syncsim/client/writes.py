"""The life of an intent on a client: overlay, request, answer or failure, outcome."""

from __future__ import annotations

from typing import Any

from syncsim.client.cache.mutation import MutationCacheEvent
from syncsim.client.cache.options import MutationOptions
from syncsim.client.cache.promise import Promise
from syncsim.client.context import Context
from syncsim.client.http import Http
from syncsim.client.intent import Intent
from syncsim.client.overlay import OverlayStrategy
from syncsim.client.ports import Request
from syncsim.client.read import ReadStrategy
from syncsim.client.redux_toolkit.create_async_thunk import AsyncThunk, RejectWithValue
from syncsim.client.redux_toolkit.slice import Action, Store
from syncsim.client.views import Views
from syncsim.client.write import WriteStrategy
from syncsim.domain import Row
from syncsim.net.messages import (
    BATCH_ITEM_BYTES,
    REQUEST_BYTES,
    SUPERSEDED,
    MutateBody,
    ResultBody,
)


class Writes:
    """Sends intents as the design would have it: by a thunk, or by a mutation of the cache.

    A thunk is dispatched once and knows nothing of the network. A mutation waits for the
    network, is tried again, and is resumed before anything is refetched.
    """

    def __init__(
        self,
        context: Context,
        views: Views,
        http: Http,
        redux: Store,
        overlay: OverlayStrategy,
        read: ReadStrategy,
        write: WriteStrategy,
    ) -> None:
        self._context = context
        self._views = views
        self._http = http
        self._redux = redux
        self._overlay = overlay
        self._read = read
        self._write = write
        self._asked = 0
        self._pending: dict[str, Intent] = {}
        self._thunk = AsyncThunk(
            "intents/send",
            lambda intent, _: self._attempt(intent).then(_refused_or_not),
            condition=lambda *_: True,
            id_generator=lambda: context.unique("thunk"),
        )
        views.client.mutation_cache.subscribe(self._on_mutation)

    def begin(self, intent: Intent) -> None:
        """Show a new intent and send it when its turn comes."""
        assert intent.attempts == 0, intent.name
        assert intent.entities, intent.name
        self._asked += 1
        intent.number = self._asked
        if self._context.design.merge.is_stamped:
            intent.stamp = self._context.clock.tick()
        self._pending[intent.name] = intent
        self._overlay.put(self._views, intent)
        if self._write.submit(intent):
            self._send(intent)

    @property
    def asked(self) -> int:
        """Return how many intents there were."""
        return self._asked

    def leave(self) -> tuple[Intent, ...]:
        """Return what is stored of the pending intents as the page goes; the rest is forgotten."""
        pending = tuple(self._pending.values())
        if self._context.design.write.persist:
            return pending
        for intent in pending:
            for entity in intent.overlaid:
                data = {"reason": "reload"}
                self._context.note("unlay", intent.name, "", entity, data=data)
            self._context.note("forget", intent.name, "", intent.target)
        return ()

    def restore(self, intents: tuple[Intent, ...], asked: int) -> None:
        """Show and send again, in their order, what the page before had stored.

        A request of that page may have arrived; if intents have a key, the backend knows it.
        """
        assert not self._pending, "a page begins with what was stored"
        self._asked = asked
        for intent in intents:
            intent.overlaid = []
            self._pending[intent.name] = intent
            self._overlay.put(self._views, intent)
            if self._write.submit(intent):
                self._send(intent)

    def _send(self, intent: Intent) -> None:
        write = self._context.design.write
        if write.sent_by == "thunk":
            request = self._thunk.dispatch(self._context.page, self._redux, intent)
            request.promise.then(lambda action: self._on_action(intent, action))
        else:
            client = self._views.client
            options = MutationOptions(mutation_fn=self._attempt, retry=write.retries)
            promise = client.mutation_cache.build(client, options).execute(intent)
            promise.then(
                lambda body: self._answered(intent, body),
                lambda reason: self._gave_up(intent, str(reason)),
            )

    def _attempt(self, intent: Intent) -> Promise:
        """Send one request for an intent; return the promise of its answer."""
        context, write = self._context, self._context.design.write
        name = f"{intent.name}/{intent.attempts + 1}"
        known = {entity: self._views.known(entity) for entity in intent.entities}
        body = MutateBody(
            intent.action.name,
            intent.entities,
            intent.args,
            intent.name if write.idempotency_key else "",
            {e: row.version for e, row in known.items() if row} if write.if_match else {},
            intent.number if context.design.numbers_intents else 0,
            intent.stamp,
        )
        size = REQUEST_BYTES + BATCH_ITEM_BYTES * len(intent.entities)
        request = Request(name, "mutate", body, size, intent.name, intent.target)
        if context.is_online:
            intent.attempts += 1
        return self._http.send(request, write.timeout_us)

    def _on_action(self, intent: Intent, action: Action) -> None:
        """Take the last action of a thunk."""
        if isinstance(action.payload, ResultBody):
            self._answered(intent, action.payload)
        else:
            assert action.error is not None, action.type
            self._gave_up(intent, action.error)

    def _on_mutation(self, event: MutationCacheEvent) -> None:
        if event.type == "updated" and event.mutation.state.is_paused:
            self._context.arm("online", armed=True)

    def _answered(self, intent: Intent, body: ResultBody) -> None:
        self._context.hear_of(body.lsn)
        first = body.items[0]
        result = "ok" if intent.action.batch else _shown(first.result)
        reason = "" if result == "ok" else first.reason
        items = {item.entity: _shown(item.result) for item in body.items}
        current = tuple(item.row for item in body.items if isinstance(item.row, Row))
        is_batch = intent.action.batch
        # A refusal carries the row as it is now; the app as it is does not look at it.
        intent.answer_rows = (*body.rows, *(row for row in current if row not in body.rows))
        intent.answer_lsn = body.lsn
        intent.refused = tuple(name for name, result in items.items() if result != "ok")
        self._end(
            intent,
            result,
            reason,
            confirmed=body.rows,
            items=items if is_batch else {},
            version=first.version if result == "ok" and not is_batch else -1,
            lsn=body.lsn if result == "ok" else -1,
        )
        self._go_on(intent, result, reason)

    def _gave_up(self, intent: Intent, reason: str) -> None:
        """End an intent without an answer: only if nothing was sent is it sure to have failed."""
        result = "unknown" if intent.attempts else "failed"
        self._end(intent, result, reason)
        self._go_on(intent, result, reason)

    def _end(
        self,
        intent: Intent,
        result: str,
        reason: str,
        *,
        confirmed: tuple[Row, ...] = (),
        items: dict[str, str] | None = None,
        version: int = -1,
        lsn: int = -1,
    ) -> None:
        """Take the overlay away, tell the person, and let the read strategy look again."""
        context = self._context
        is_ok = result == "ok"
        context.origin, context.trigger = intent.name, "settle"
        self._overlay.settle(self._views, intent, is_ok=is_ok)
        self._views.receive(confirmed, intent.number)
        del self._pending[intent.name]
        data: dict[str, Any] = {"result": result}
        if reason:
            data["reason"] = reason
        if items:
            data["items"] = items
        context.note("outcome", intent.name, "", intent.target, version, lsn, "", data)
        if not (self._pending and context.design.write.invalidate_when_last):
            self._read.on_settled(self._views, intent.action, is_ok=is_ok)

    def _go_on(self, intent: Intent, result: str, reason: str) -> None:
        """Send what waited for an intent, or give it up if a refusal takes it along."""
        if result == "refused" and reason != SUPERSEDED:
            for given_up in self._write.give_up(intent):
                self._end(given_up, "failed", "aborted")
        for released in self._write.ended(intent):
            self._send(released)


def _shown(result: str) -> str:
    """Return what a person is told of an item: superseded means that nothing was changed."""
    return "ok" if result == "ok" else "refused"


def _refused_or_not(body: ResultBody) -> ResultBody:
    """Reject with the answer if it is a refusal, as a thunk that looks at the status does."""
    if len(body.items) == 1 and body.items[0].result != "ok":
        raise RejectWithValue(body)
    return body
