"""All queries of one client: mounting, fetching, invalidating, and taking answers in."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from syncsim.client.context import Context, retry_delay_us
from syncsim.client.ports import Request
from syncsim.client.read import ReadStrategy
from syncsim.client.slices import SliceStore
from syncsim.client.view import Fetch, Query, Rows, difference, merged
from syncsim.domain import Row, type_of
from syncsim.history import compile_conditions
from syncsim.net.messages import REQUEST_BYTES, QueryBody, RowsBody

WATCH = "watch"
"""The timer that looks for requests that have waited too long."""


class QueryCache:
    """The queries of one client by view name, in the order of first use.

    `touched` is called with a query whose painted content may have changed.
    """

    def __init__(
        self,
        context: Context,
        slices: SliceStore,
        read: ReadStrategy,
        touched: Callable[[Query], None],
    ) -> None:
        self.context = context
        self.queries: dict[str, Query] = {}
        self._slices = slices
        self._read = read
        self.touched = touched
        self._fetching: dict[str, Query] = {}
        self._is_watching = False

    # Finding

    def matching(self, prefixes: Iterable[tuple[str, ...]]) -> list[Query]:
        """Return the queries under any of the key prefixes."""
        wanted = tuple(prefixes)
        return [
            query
            for query in self.queries.values()
            if any(query.matches(prefix) for prefix in wanted)
        ]

    def mounted(self) -> list[Query]:
        """Return the queries on screen."""
        return [query for query in self.queries.values() if query.is_mounted]

    def known(self, entity: str) -> Row | None:
        """Return the newest confirmed version of a row that any query holds."""
        best = self._slices.rows.get(entity)
        for query in self.queries.values():
            row = (query.confirmed or {}).get(entity)
            if row is not None and (best is None or row.version > best.version):
                best = row
        return best

    def _newer(self, read_lsn: int) -> list[Row]:
        """Return the newest known versions of the rows that changed after a read point."""
        copies = [self._slices.rows, *(query.confirmed or {} for query in self.queries.values())]
        newer = {row.entity: row for rows in copies for row in rows.values() if row.lsn > read_lsn}
        return [self.known(entity) or row for entity, row in newer.items()]

    # Screen

    def mount(self, name: str, row_id: str = "") -> Query:
        """Bring a view on screen; fetch it if it is stale."""
        context = self.context
        facts = context.domain.queries[name]
        key = facts.key_for(context.user, row_id)
        view = "/".join(key)
        query = self.queries.get(view)
        if query is None:
            query = Query(
                name=name,
                view=view,
                key=key,
                entity_type=facts.entity,
                row_id=row_id,
                test=compile_conditions(facts.where, {"$user": context.user, "$id": row_id}),
            )
            self.queries[view] = query
        assert not query.is_mounted, view
        if context.design.keep_newest:
            self._catch_up(query)
        query.is_mounted = True
        context.note("mount", view=view, data={"query": name, "id": row_id})
        self._note_base(query, {}, query.confirmed or {})
        if query.fetch is None and query.is_stale(
            context.now_us, context.design.read.stale_time_us
        ):
            self.start(query, "mount")
        self.touched(query)
        return query

    def _catch_up(self, query: Query) -> None:
        """Bring the rows of a view that was off screen up to what the client knows by now."""
        rows: Rows = {}
        for entity, row in (query.confirmed or {}).items():
            held = self._slices.rows.get(entity)
            newest = held if held is not None and held.version > row.version else row
            if newest is row or query.test(newest.fields or {}):
                rows[entity] = newest
        if query.confirmed is not None:
            query.confirmed = rows

    def unmount(self, query: Query) -> None:
        """Take a view off screen; its data stays cached."""
        assert query.is_mounted, query.view
        query.is_mounted = False
        self.context.note("unmount", view=query.view)

    # Fetching

    def start(self, query: Query, trigger: str, tries: int = 1) -> None:
        """Send a fetch; while the browser is offline, pause it or fail at once."""
        context = self.context
        assert query.fetch is None, query.view
        if not context.is_online:
            self._start_offline(query)
            return
        query.is_paused = False
        request = context.unique(f"{context.name}:{query.view}@{context.origin}")
        query.fetch = Fetch(
            request=request,
            origin=context.origin,
            trigger=trigger,
            generation=query.generation,
            deadline_us=context.now_us + context.design.read.timeout_us,
            tries=tries,
        )
        self._fetching[request] = query
        if not self._is_watching:
            self._is_watching = True
            context.set_timer(WATCH, context.design.read.timeout_us)
        facts = {"trigger": trigger, "generation": query.generation}
        context.note("fetch", message=request, view=query.view, data=facts)
        body = QueryBody(query.name, query.row_id)
        context.out.append(Request(request, "query", body, REQUEST_BYTES, "", "", query.view))

    def _start_offline(self, query: Query) -> None:
        """Wait for the network as query-core does, or fail as a bare thunk does."""
        if self._read.is_automatic:
            query.is_paused = True
            self.context.arm("online", armed=True)
        else:
            query.error()
            self.context.note("fetch_failed", view=query.view, data={"reason": "offline"})

    def cancel(self, query: Query, reason: str) -> None:
        """Abandon a fetch; its answer will be ignored. The server still does the work."""
        fetch = query.fetch
        assert fetch is not None, query.view
        self._fetching.pop(fetch.request, None)
        query.fetch = None
        data = {"reason": reason}
        self.context.note("fetch_cancelled", message=fetch.request, view=query.view, data=data)
        if fetch.is_waiting:
            self.context.clear_timer(f"retry:{query.view}")

    def restart(self, query: Query, trigger: str) -> None:
        """Fetch from the start, abandoning a fetch in flight."""
        if query.fetch is not None:
            self.cancel(query, "restarted")
        self.start(query, trigger)

    def on_rows(self, body: RowsBody) -> None:
        """Take the answer to a fetch; an abandoned fetch's answer is ignored."""
        query = self._fetching.pop(body.request, None)
        if query is None:
            return
        context = self.context
        fetch = query.fetch
        assert fetch is not None, query.view
        old = query.confirmed
        was_written = query.written is not None
        newer = self._newer(body.lsn) if context.design.keep_newest else []
        rows = merged(query, body.rows, newer)
        query.success(rows, context.now_us)
        fresh = self._read.is_fresh(query, fetch)
        query.is_invalidated = not fresh
        context.note("fetched", "", fetch.request, "", -1, body.lsn, query.view, {"fresh": fresh})
        changed = self._note_base(query, old or {}, rows)
        self.store(body.rows)
        if changed or was_written or old is None:
            self.touched(query)
        if not fresh and query.is_mounted:
            context.origin = query.invalidated_by
            self.start(query, "trailing")

    def on_failed(self, request: str, reason: str) -> bool:
        """Take the failure of a fetch; tell whether the request was a fetch at all."""
        query = self._fetching.pop(request, None)
        if query is None:
            return False
        context = self.context
        fetch = query.fetch
        assert fetch is not None, query.view
        will_retry = fetch.tries <= context.design.read.retries
        data = {"reason": "retrying" if will_retry else reason}
        context.note("fetch_failed", message=request, view=query.view, data=data)
        if will_retry:
            fetch.is_waiting = True
            context.set_timer(f"retry:{query.view}", retry_delay_us(fetch.tries))
        else:
            query.error()
        return True

    def retry(self, view: str) -> None:
        """Try a failed fetch again; its timer went off."""
        query = self.queries[view]
        fetch = query.fetch
        assert fetch is not None, view
        assert fetch.is_waiting, view
        query.fetch = None
        self.context.origin = fetch.origin
        self.start(query, "retry", fetch.tries + 1)

    def expire(self) -> None:
        """Fail the fetches that have waited too long, and watch the next."""
        now_us = self.context.now_us
        late = [
            request
            for request, query in self._fetching.items()
            if query.fetch is not None and query.fetch.deadline_us <= now_us
        ]
        for request in late:
            self.on_failed(request, "timeout")
        deadlines = [q.fetch.deadline_us for q in self._fetching.values() if q.fetch is not None]
        self._is_watching = bool(deadlines)
        if deadlines:
            self.context.set_timer(WATCH, min(deadlines) - now_us)

    # Invalidating

    def invalidate(self, queries: Iterable[Query], reason: str) -> None:
        """Mark queries stale; the read strategy decides what that makes of those on screen."""
        for query in queries:
            query.invalidate(self.context.origin)
            self.context.note("invalidate", view=query.view, data={"reason": reason})
            if query.is_mounted:
                self._read.refetch(self, query, reason)

    def go_online(self) -> None:
        """Start what was paused, and refetch what is stale (refetchOnReconnect)."""
        context = self.context
        context.arm("online", armed=False)
        for query in list(self.queries.values()):
            if query.fetch is not None:
                continue
            stale = query.is_stale(context.now_us, context.design.read.stale_time_us)
            if query.is_paused or (query.is_mounted and stale and self._read.is_automatic):
                query.is_paused = False
                self.start(query, "online")

    def go_offline(self) -> None:
        """Fail what is in flight, as a browser does when it loses its network."""
        for request in list(self._fetching):
            self.on_failed(request, "offline")

    # Confirmed rows from other sources

    def store(self, rows: Iterable[Row]) -> None:
        """Put the rows of a response where reducers put them: into the slice store.

        Where the slice store is the only copy, every view that lists a row shows it.
        """
        if self.context.design.store == "cache-and-slice":
            self._slices.upsert(rows)
            return
        for row in rows:
            for query in self.queries.values():
                held = (query.confirmed or {}).get(row.entity)
                if held is not None and held.version != row.version:
                    self._replace(query, row, belongs=True)

    def learn(self, rows: tuple[Row, ...]) -> None:
        """Take newer confirmed rows into every copy that they belong to, and out of others.

        The answer to a repeated request may hold rows that have changed since.
        """
        self._slices.upsert(rows)
        for row in rows:
            known = self.known(row.entity)
            if known is not None and known.version > row.version:
                continue
            assert row.fields is not None, row.entity
            for query in self.queries.values():
                if query.confirmed is None or type_of(row.entity) != query.entity_type:
                    continue
                held = query.confirmed.get(row.entity)
                if held is None or held.version < row.version:
                    self._replace(query, row, belongs=query.test(row.fields))

    def _replace(self, query: Query, row: Row, *, belongs: bool) -> None:
        assert query.confirmed is not None, query.view
        if not belongs and row.entity not in query.confirmed:
            return
        rows = dict(query.confirmed)
        if belongs:
            rows[row.entity] = row
        else:
            del rows[row.entity]
        self._note_base(query, query.confirmed, rows)
        query.confirmed = rows
        self.touched(query)

    def _note_base(self, query: Query, old: Rows, new: Rows) -> bool:
        """Record how the confirmed rows of a mounted view changed; tell whether they did."""
        changed, gone = difference(old, new)
        if query.is_mounted:
            note = self.context.note
            for row in changed:
                held = old.get(row.entity)
                if held is None or held.version != row.version:
                    data = {"fields": row.fields}
                    note("base", "", "", row.entity, row.version, row.lsn, query.view, data)
            for entity in gone:
                note("base", "", "", entity, -1, -1, query.view, {"fields": None})
        return bool(changed or gone)
