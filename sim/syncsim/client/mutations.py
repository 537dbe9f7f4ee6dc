"""The life of an intent on a client: overlay, request, answer or failure, outcome."""

from __future__ import annotations

from syncsim.client.context import Context, retry_delay_us
from syncsim.client.mutation import Mutation
from syncsim.client.overlay import OverlayStrategy
from syncsim.client.ports import Request
from syncsim.client.read import ReadStrategy
from syncsim.client.views import QueryCache
from syncsim.client.write import WriteStrategy
from syncsim.domain import Row
from syncsim.net.messages import BATCH_ITEM_BYTES, REQUEST_BYTES, MutateBody, ResultBody

WATCH_WRITES = "watch-writes"


class Mutations:
    """The pending intents of one client, by intent id, in the order they were asked."""

    def __init__(
        self,
        context: Context,
        cache: QueryCache,
        overlay: OverlayStrategy,
        read: ReadStrategy,
        write: WriteStrategy,
    ) -> None:
        self._context = context
        self._cache = cache
        self._overlay = overlay
        self._read = read
        self._write = write
        self._pending: dict[str, Mutation] = {}
        self._requests: dict[str, Mutation] = {}

    def begin(self, mutation: Mutation) -> None:
        """Show a new intent and send it when its turn comes."""
        assert mutation.intent not in self._pending, mutation.intent
        self._pending[mutation.intent] = mutation
        self._overlay.put(self._cache, mutation)
        if self._write.submit(mutation):
            self._send(mutation)

    def on_result(self, body: ResultBody) -> None:
        """Take the answer to a mutate request; a late answer to an abandoned one is ignored."""
        mutation = self._requests.pop(body.request, None)
        if mutation is None:
            return
        first = body.items[0]
        items = {item.entity: item.result for item in body.items}
        current = tuple(item.row for item in body.items if isinstance(item.row, Row))
        is_ok = mutation.action.batch or first.result == "ok"
        # A refusal carries the row as it is now; the app as it is does not look at it.
        mutation.answer_rows = (*body.rows, *(row for row in current if row not in body.rows))
        self._end(
            mutation,
            "ok" if is_ok else "refused",
            "" if is_ok else first.reason,
            confirmed=body.rows,
            items=items if mutation.action.batch else {},
            version=first.version if is_ok and not mutation.action.batch else -1,
            lsn=body.lsn if is_ok else -1,
        )

    def on_failed(self, request: str, reason: str) -> None:
        """Take the failure of a mutate request: nobody can tell whether it had its effect."""
        mutation = self._requests.pop(request, None)
        if mutation is None:
            return
        mutation.request = ""
        if mutation.attempts > self._context.design.write.retries:
            self._end(mutation, "unknown", reason)
        elif not self._context.is_online:
            self._pause(mutation)
        else:
            delay_us = retry_delay_us(mutation.attempts)
            self._context.set_timer(f"resend:{mutation.intent}", delay_us)

    def resend(self, intent: str) -> None:
        """Send an intent again; its timer went off."""
        self._send(self._pending[intent])

    def expire(self) -> None:
        """Fail the requests that have waited too long, and watch the next."""
        now_us = self._context.now_us
        late = [name for name, m in self._requests.items() if m.deadline_us <= now_us]
        for request in late:
            self.on_failed(request, "timeout")
        if self._requests:
            deadline_us = min(mutation.deadline_us for mutation in self._requests.values())
            self._context.set_timer(WATCH_WRITES, deadline_us - now_us)

    def go_offline(self) -> None:
        """Fail what is in flight, as a browser does when it loses its network."""
        for request in list(self._requests):
            self.on_failed(request, "offline")

    def go_online(self) -> None:
        """Send what was paused, in the order it was asked."""
        for mutation in list(self._pending.values()):
            if mutation.is_paused:
                mutation.is_paused = False
                self._send(mutation)

    def _send(self, mutation: Mutation) -> None:
        context = self._context
        write = context.design.write
        if not context.is_online:
            if write.retries > 0:
                self._pause(mutation)
            else:
                self._end(mutation, "failed", "offline")
            return
        mutation.attempts += 1
        mutation.request = f"{mutation.intent}/{mutation.attempts}"
        mutation.deadline_us = context.now_us + write.timeout_us
        if not self._requests:
            context.set_timer(WATCH_WRITES, write.timeout_us)
        self._requests[mutation.request] = mutation
        known = {entity: self._cache.known(entity) for entity in mutation.entities}
        body = MutateBody(
            mutation.action.name,
            mutation.entities,
            mutation.args,
            mutation.intent if write.idempotency_key else "",
            {e: row.version for e, row in known.items() if row} if write.if_match else {},
        )
        size = REQUEST_BYTES + BATCH_ITEM_BYTES * len(mutation.entities)
        target = "" if mutation.action.batch else mutation.entities[0]
        context.out.append(Request(mutation.request, "mutate", body, size, mutation.intent, target))

    def _pause(self, mutation: Mutation) -> None:
        mutation.is_paused = True
        self._context.arm("online", armed=True)

    def _end(
        self,
        mutation: Mutation,
        result: str,
        reason: str,
        *,
        confirmed: tuple[Row, ...] = (),
        items: dict[str, str] | None = None,
        version: int = -1,
        lsn: int = -1,
    ) -> None:
        """Take the overlay away, tell the person, and let the read strategy look again."""
        is_ok = result == "ok"
        self._context.origin = mutation.intent
        del self._pending[mutation.intent]
        self._overlay.settle(self._cache, mutation, is_ok=is_ok)
        self._cache.store(confirmed)
        data: dict[str, object] = {"result": result}
        if reason:
            data["reason"] = reason
        if items:
            data["items"] = items
        target = "" if mutation.action.batch else mutation.entities[0]
        self._context.note("outcome", mutation.intent, "", target, version, lsn, "", data)
        self._read.on_settled(self._cache, mutation.action, is_ok=is_ok)
        for released in self._write.ended(mutation):
            self._send(released)
