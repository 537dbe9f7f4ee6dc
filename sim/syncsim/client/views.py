"""The views of one client on its query cache: mounting, fetching, invalidating, writing.

What happens inside is the cache's business (`client/cache/`, held against query-core). This
is the app around it: it names requests, keeps what the server told apart from local writes,
and puts what the cache says into the history.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from syncsim.client.cache.options import QueryOptions
from syncsim.client.cache.promise import Promise
from syncsim.client.cache.query import Query, QueryCacheEvent
from syncsim.client.cache.query_client import QueryClient
from syncsim.client.cache.query_observer import QueryObserver
from syncsim.client.cache.utils import QueryFilters
from syncsim.client.checkpoints import Checkpoints
from syncsim.client.context import Context
from syncsim.client.http import Http, HttpError
from syncsim.client.page import MS
from syncsim.client.picture import Rows
from syncsim.client.ports import Request
from syncsim.client.read import ReadStrategy
from syncsim.client.slices import SliceStore
from syncsim.client.view import Fetch, View, difference, merged
from syncsim.domain import Row, type_of
from syncsim.history import compile_conditions
from syncsim.net.messages import REQUEST_BYTES, QueryBody, RowsBody


class Views:
    """The views of one client by name, in the order of first use.

    `touched` is called with a view whose painted content may have changed, `changed` with one
    whose confirmed rows have.
    """

    def __init__(
        self,
        context: Context,
        http: Http,
        slices: SliceStore,
        read: ReadStrategy,
        touched: Callable[[View], None],
        changed: Callable[[Views, View], None],
    ) -> None:
        self.context = context
        self.touched = touched
        self._changed = changed
        self.client = QueryClient(context.environment)
        self.client.mount()
        self.client.query_cache.subscribe(self._on_cache_event)
        self._http = http
        self._slices = slices
        self._read = read
        self._checkpoints = Checkpoints()
        self._views: dict[str, View] = {}
        self._of_query: dict[str, View] = {}
        self._learnt: Rows = {}
        self._cancelled_for = "restarted"

    @property
    def looks_on_focus(self) -> bool:
        """Tell whether coming to the front makes the cache refetch what is stale."""
        return self._read.is_automatic

    # Finding

    def cached(self) -> list[View]:
        """Return the views that the cache holds, on screen or not."""
        return [view for view in self._views.values() if view.query is not None]

    def matching(self, prefixes: Iterable[tuple[str, ...]]) -> list[View]:
        """Return the cached views under any of the key prefixes."""
        wanted = tuple(prefixes)
        return [view for view in self.cached() if any(view.matches(prefix) for prefix in wanted)]

    def mounted(self) -> list[View]:
        """Return the views on screen."""
        return [view for view in self._views.values() if view.is_mounted]

    def held_lsn(self) -> int:
        """Return the commit that all views held stand for at least, -1 if there is none.

        A view that is off screen and marked stale does not count: it is fetched before it is shown.
        """
        lsns = [
            view.read_lsn
            for view in self._views.values()
            if view.query is not None and (view.is_mounted or not view.query.state.is_invalidated)
        ]
        return min(lsns, default=-1)

    def known(self, entity: str) -> Row | None:
        """Return the newest confirmed version of a row that this client holds."""
        best = self._slices.rows.get(entity) or self._learnt.get(entity)
        for view in self._views.values():
            row = (view.confirmed or {}).get(entity)
            if row is not None and (best is None or row.version > best.version):
                best = row
        return best

    def all_in_slice(self) -> Rows:
        """Return the slice store's copies."""
        return dict(self._slices.rows)

    def in_slice(self, entity: str) -> tuple[Row | None, int]:
        """Return the slice store's copy of a row, and the last intent that it contains."""
        return self._slices.rows.get(entity), self._slices.last_intent(entity)

    def _newer(self, read_lsn: int) -> list[Row]:
        """Return the newest known versions of the rows that changed after a read point."""
        confirmed = (view.confirmed or {} for view in self._views.values())
        copies = [self._slices.rows, self._learnt, *confirmed]
        newer = {row.entity: row for rows in copies for row in rows.values() if row.lsn > read_lsn}
        return [self.known(entity) or row for entity, row in newer.items()]

    def ask(self, request: Request) -> Promise:
        """Ask the backend for something that is no view, within the time-out of a read."""
        return self._http.send(request, self.context.design.read.timeout_us)

    # Screen

    def mount(self, name: str, row_id: str = "") -> View:
        """Bring a view on screen; its observer fetches it if it is stale."""
        view = self.view_of(name, row_id)
        assert not view.is_mounted, view.view
        self.context.note("mount", view=view.view, data={"query": name, "id": row_id})
        if self.context.design.keep_newest:
            self._catch_up(view)
        view.observer = QueryObserver(self.client, self._options_of(view))
        self._note_base(view, {}, view.confirmed or {})
        notified = self.context.environment.notify_manager.batch_calls
        view.unsubscribe = view.observer.subscribe(notified(lambda _: self._render(view)))
        view.seen = view.data
        self.touched(view)
        return view

    def view_of(self, name: str, row_id: str) -> View:
        """Return a view by the name of its query and its row, new if need be."""
        facts, user = self.context.domain.queries[name], self.context.user
        key = facts.key_for(user, row_id)
        view = self._views.get("/".join(key))
        if view is None:
            view = View(
                name=name,
                view="/".join(key),
                key=key,
                entity_type=facts.entity,
                row_id=row_id,
                test=compile_conditions(facts.where, {"$user": user, "$id": row_id}),
            )
            self._views[view.view] = view
            self._of_query[self._options_of(view).query_hash] = view
        return view

    def _options_of(self, view: View) -> QueryOptions:
        """Return what `useQuery` is called with.

        A client that does not refetch by itself reads with plain requests: they do not wait for
        the network, and what they brought is not thrown away.
        """
        read, automatic = self.context.design.read, self._read.is_automatic
        options = QueryOptions(
            query_key=list(view.key),
            query_fn=lambda _: self._ask(view),
            retry=read.retries,
            stale_time_ms=read.stale_time_us // MS,
            network_mode="online" if automatic else "always",
            gc_time_ms=None if automatic else math.inf,
            refetch_on_reconnect=automatic,
            refetch_on_window_focus=automatic,
            refetch_interval_ms=read.interval_us // MS if self._read.polls else None,
        )
        return self.client.default_query_options(options)

    def _render(self, view: View) -> None:
        """Look at a result, as a component does that uses nothing of it but the data."""
        if view.is_mounted and view.data is not view.seen:
            view.seen = view.data
            self.touched(view)

    def _catch_up(self, view: View) -> None:
        """Bring the rows of a view that was off screen up to what the client knows by now."""
        if view.query is None or view.confirmed is None:
            return
        rows: Rows = {}
        for entity, row in view.confirmed.items():
            held = self.known(entity)
            newest = held if held is not None and held.version > row.version else row
            if newest is row or view.test(newest.fields or {}):
                rows[entity] = newest
        self._put(view, rows)

    def unmount(self, view: View) -> None:
        """Take a view off screen; its data stays cached for a while."""
        assert view.unsubscribe is not None, view.view
        unsubscribe, view.observer, view.unsubscribe = view.unsubscribe, None, None
        self.context.note("unmount", view=view.view)
        unsubscribe()

    def leave(self) -> None:
        """Take down what ends with the page: fetches under way, and the views on screen."""
        note = self.context.note
        for view in self._views.values():
            if view.fetch is not None:
                gone = {"reason": "reload"}
                note("fetch_cancelled", message=view.fetch.request, view=view.view, data=gone)
            if view.is_mounted:
                note("unmount", view=view.view)

    # Fetching

    def _ask(self, view: View) -> Promise:
        """Send the request of a fetch, or of another try of it."""
        context, again = self.context, view.fetch
        if not context.is_online:
            return Promise.rejected(context.page, HttpError("offline", was_sent=False))
        # Of what is set off by a timer, all but a poll is another try of a fetch.
        is_poll = not context.origin and again is None
        origin = context.origin or (again.origin if again is not None else "poll")
        request = context.unique(f"{context.name}:{view.view}@{origin}")
        view.fetch = Fetch(request, origin, view.generation)
        trigger = "poll" if is_poll else context.trigger
        facts = {"trigger": trigger, "generation": view.generation}
        context.note("fetch", message=request, view=view.view, data=facts)
        is_told = context.design.read.fresh_by == "token"
        body = QueryBody(view.name, view.row_id, context.heard_lsn if is_told else -1)
        if self._read.is_whole:
            answer = self._checkpoints.ask(self, body)
        else:
            sent = Request(request, "query", body, REQUEST_BYTES, "", "", view.view)
            answer = self.ask(sent)
        return answer.then(lambda body: self._rows_of(view, request, body))

    def _rows_of(self, view: View, request: str, body: RowsBody) -> Rows:
        """Give the rows of an answer to the slice store, and return them for the cache.

        The cache ignores the answer to a fetch that was given up. The slice store takes it, as
        a reducer does, unless the design minds which of two answers is the newer one.
        """
        keeps_newest = self.context.design.keep_newest
        self.context.hear_of(body.lsn)
        newer = self._newer(body.lsn) if keeps_newest else []
        fetch = view.fetch
        if fetch is not None and fetch.request == request:
            held = view.confirmed
            if self._read.is_whole and held is not None and body.lsn < view.read_lsn:
                view.fetch = fetch._replace(read_lsn=view.read_lsn, last_intent=view.last_intent)
                return held
            view.fetch = fetch._replace(read_lsn=body.lsn, last_intent=body.last_intent)
            self._slices.receive(body.rows, body.last_intent)
        elif not keeps_newest:
            self._slices.receive(body.rows, body.last_intent)
        return merged(view, body.rows, newer)

    def cancel(self, view: View, reason: str) -> None:
        """Abandon a fetch and go back to the state before it. The server still does the work."""
        assert view.query is not None, view.view
        self._cancelled_for = reason
        view.query.cancel(revert=True)
        self._cancelled_for = "restarted"

    def reload(self, views: Iterable[View], reason: str) -> None:
        """Fetch views from the start, abandoning fetches in flight."""
        for view in views:
            assert view.query is not None, view.view
            self._mark(view, reason)
            view.query.invalidate()
            self.cancel(view, "restarted")
            view.query.fetch()

    def go_online(self) -> None:
        """Let the cache send what is paused, and then refetch what is stale."""
        self.context.arm("online", armed=False)
        self.context.environment.online_manager.set_online(True)

    # Invalidating

    def invalidate(self, views: Iterable[View], reason: str) -> None:
        """Mark views stale and refetch those on screen, as the read strategy would have it."""
        chosen = {view.view: view for view in views}
        for view in chosen.values():
            self._mark(view, reason)
        self.client.invalidate_queries(
            QueryFilters(predicate=lambda query: "/".join(query.query_key) in chosen),
            cancel_refetch=self._read.cancels_refetch,
        )

    def _mark(self, view: View, reason: str) -> None:
        """Begin a new generation of a view, and say why."""
        view.generation += 1
        view.invalidated_by = self.context.origin
        self.context.note("invalidate", view=view.view, data={"reason": reason})

    # Writing

    def write(self, view: View, rows: Rows, reason: str) -> None:
        """Write over the cached rows, as setQueryData does: they count as fresh."""
        if view.query is not None and view.query.state.is_invalidated:
            self.context.note("freshen", view=view.view, data={"reason": reason})
        self.client.set_query_data(list(view.key), rows)

    def receive(self, rows: tuple[Row, ...], last_intent: int) -> None:
        """Take the rows of the answer to a write where the app takes them.

        That is the slice store. Where it is the only copy, every view that lists a row shows it,
        unless the design minds that the view holds a newer one.
        """
        self._slices.receive(rows, last_intent)
        if self.context.design.store == "slice":
            for row in rows:
                for view in self.cached():
                    held = (view.confirmed or {}).get(row.entity)
                    if held is not None and self._is_taken(held, row):
                        self._replace(view, row, belongs=True)

    def _is_taken(self, held: Row, row: Row) -> bool:
        if self.context.design.keep_newest:
            return held.version < row.version
        return held.version != row.version

    def learn(self, rows: tuple[Row, ...], last_intent: int) -> None:
        """Take newer confirmed rows into every copy that they belong to, and out of others.

        The answer to a repeated request may hold rows that have changed since. Where no slice
        store keeps them, a row that is on no list is kept here, or an answer from before would
        bring it back:

            a fetch is sent; then A1 leaves the list by an own action, which is answered first
            the answer to the fetch, read before the action, lists A1 as it was
        """
        design = self.context.design
        is_kept = design.keep_newest and design.store == "slice"
        self._slices.receive(rows, last_intent)
        for row in rows:
            known = self.known(row.entity)
            if known is not None and known.version > row.version:
                continue
            assert row.fields is not None, row.entity
            if is_kept:
                self._learnt[row.entity] = row
            for view in self.cached():
                if view.confirmed is None or type_of(row.entity) != view.entity_type:
                    continue
                if view.read_lsn >= row.lsn:
                    # Its answer is from after this commit; if the row is not there, it has left.
                    continue
                held, belongs = view.confirmed.get(row.entity), view.test(row.fields)
                if held is None or held.version < row.version or not belongs:
                    self._replace(view, row, belongs=belongs)

    def _replace(self, view: View, row: Row, *, belongs: bool) -> None:
        assert view.confirmed is not None, view.view
        if not belongs and row.entity not in view.confirmed:
            return
        rows = dict(view.confirmed)
        if belongs:
            rows[row.entity] = row
        else:
            del rows[row.entity]
        self._note_base(view, view.confirmed, rows)
        self._put(view, rows)
        self._changed(self, view)

    def _put(self, view: View, rows: Rows) -> None:
        """Put confirmed rows into the cache; they make the view neither fresher nor staler."""
        query = view.query
        assert query is not None, view.view
        was_invalidated = query.state.is_invalidated
        query.set_data(rows, updated_at=query.state.data_updated_at, manual=True)
        view.confirmed = view.data
        if was_invalidated:
            query.invalidate()

    # What the cache says

    def _on_cache_event(self, event: QueryCacheEvent) -> None:
        view = self._of_query[event.query.query_hash]
        if event.type == "added":
            view.query = event.query
        elif event.type == "removed":
            view.query = view.confirmed = None
        elif event.type == "updated":
            self._on_update(view, event)

    def _on_update(self, view: View, event: QueryCacheEvent) -> None:
        action, context = event.action, self.context
        if action == "success" and not event.is_manual:
            self._took(view, event.query)
        elif action == "failed":
            self._note_failure(view, "retrying")
        elif action == "error":
            self._note_failure(view, str(event.query.state.error))
            view.fetch = None
        elif action == "pause":
            context.arm("online", armed=True)
        elif view.fetch is not None and (action == "fetch" or _is_given_up(event)):
            data = {"reason": self._cancelled_for}
            context.note("fetch_cancelled", message=view.fetch.request, view=view.view, data=data)
            view.fetch = None

    def _note_failure(self, view: View, reason: str) -> None:
        message = view.fetch.request if view.fetch is not None else ""
        self.context.note("fetch_failed", message=message, view=view.view, data={"reason": reason})

    def _took(self, view: View, query: Query) -> None:
        """Take down that a fetch brought data; fetch once more if the strategy distrusts it."""
        context, fetch, old = self.context, view.fetch, view.confirmed
        assert fetch is not None, view.view
        view.fetch = None
        view.confirmed = query.state.data
        view.read_lsn, view.last_intent = fetch.read_lsn, fetch.last_intent
        fresh = self._read.is_fresh(view, fetch)
        data = {"fresh": fresh}
        context.note("fetched", "", fetch.request, "", -1, fetch.read_lsn, view.view, data)
        self._note_base(view, old or {}, query.state.data)
        self._changed(self, view)
        if not fresh:
            context.page.microtask(lambda: self._trail(view, query))

    def _trail(self, view: View, query: Query) -> None:
        """Take back that an answer made a view fresh; fetch again, now or a little later."""
        query.invalidate()
        wait_us = self.context.design.read.trailing_us
        if wait_us:
            self.context.page.set_timeout(lambda: self._fetch_again(view, query), wait_us // MS)
        else:
            self._fetch_again(view, query)

    def _fetch_again(self, view: View, query: Query) -> None:
        """Fetch a view that is on screen and still stale, unless it is being fetched."""
        state = query.state
        if view.is_mounted and state.is_invalidated and state.fetch_status == "idle":
            self.context.origin, self.context.trigger = view.invalidated_by, "trailing"
            query.fetch()

    def _note_base(self, view: View, old: Rows, new: Rows) -> None:
        """Record how the confirmed rows of a mounted view changed."""
        if not view.is_mounted:
            return
        note = self.context.note
        changed, gone = difference(old, new)
        for row in changed:
            held = old.get(row.entity)
            if held is None or held.version != row.version:
                data = {"fields": row.fields}
                note("base", "", "", row.entity, row.version, row.lsn, view.view, data)
        for entity in gone:
            note("base", "", "", entity, -1, -1, view.view, {"fields": None})


def _is_given_up(event: QueryCacheEvent) -> bool:
    """Tell whether a fetch was cancelled and nothing came in its place."""
    return event.action == "setState" and event.query.state.fetch_status == "idle"
