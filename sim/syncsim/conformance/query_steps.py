"""The steps of a program that concern queries: observers, the client's methods, the network."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from syncsim.client.cache.environment import Environment
from syncsim.client.cache.hydration import DehydratedState, dehydrate, hydrate
from syncsim.client.cache.options import QueryOptions
from syncsim.client.cache.promise import Promise
from syncsim.client.cache.query import QueryCacheEvent
from syncsim.client.cache.query_client import QueryClient
from syncsim.client.cache.query_observer import QueryObserver, QueryObserverResult
from syncsim.client.cache.utils import UNDEFINED, Key, QueryFilters
from syncsim.conformance.clock import START_MS, Clock
from syncsim.conformance.server import Server
from syncsim.conformance.trace import Trace, key_of, query_dump, query_flags, shared_parts, shown

Step = dict[str, Any]

OPTIONS = {
    "staleTime": "stale_time_ms",
    "gcTime": "gc_time_ms",
    "retry": "retry",
    "retryDelay": "retry_delay_ms",
    "retryOnMount": "retry_on_mount",
    "networkMode": "network_mode",
    "enabled": "enabled",
    "structuralSharing": "structural_sharing",
    "refetchOnMount": "refetch_on_mount",
    "refetchOnWindowFocus": "refetch_on_window_focus",
    "refetchOnReconnect": "refetch_on_reconnect",
    "refetchInterval": "refetch_interval_ms",
    "refetchIntervalInBackground": "refetch_interval_in_background",
    "revalidateIfStale": "revalidate_if_stale",
}


def given_options(step: Step, names: dict[str, str]) -> dict[str, Any]:
    """Return the options that a step gives, under the names of the model."""
    return {
        ours: math.inf if step[theirs] == "Infinity" else step[theirs]
        for theirs, ours in names.items()
        if theirs in step
    }


@dataclass(slots=True, kw_only=True, eq=False)
class View:
    """An observer on the screen, and the result that was painted last."""

    observer: QueryObserver
    key: str
    painted: QueryObserverResult | None = None
    unsubscribe: Callable[[], None] = lambda: None


class QuerySteps:
    """One page after another, each with its client; each method is a step."""

    def __init__(
        self,
        clock: Clock,
        trace: Trace,
        server: Server,
        on_page_open: Callable[[QueryClient], None],
    ) -> None:
        self._clock = clock
        self._trace = trace
        self._server = server
        self._on_page_open = on_page_open
        self._read = server.read
        self._environment = Environment(clock)
        self._views: dict[str, View] = {}
        self._keys: dict[str, Key] = {}
        self._stored = DehydratedState((), ())
        self._open_page()

    def _open_page(self) -> None:
        """Begin online and in view, whatever the page before this one knew."""
        self._environment.online_manager.set_online(True)
        self._environment.focus_manager.set_focused(True)
        self._client = QueryClient(self._environment)
        self._client.query_cache.subscribe(self._on_cache_event)
        self._on_page_open(self._client)
        self._client.mount()

    def _on_cache_event(self, event: QueryCacheEvent) -> None:
        facts = [event.action, query_flags(event)] if event.type == "updated" else []
        self._trace.add("event", event.type, key_of(event.query), *facts)

    def _options(self, step: Step, key: str) -> QueryOptions:
        return QueryOptions(
            # One list for each key, so that two options of one key are equal to query-core.
            query_key=self._keys.setdefault(key, key.split("/")),
            query_fn=self._read,
            **given_options(step, OPTIONS),
        )

    def mount(self, step: Step) -> None:
        """Show a query."""
        name = step["observer"]
        view = View(
            observer=QueryObserver(self._client, self._options(step, step["key"])),
            key=step["key"],
        )
        self._views[name] = view
        on_change = self._environment.notify_manager.batch_calls(lambda _: self._paint(name, view))
        view.unsubscribe = view.observer.subscribe(on_change)
        self._paint(name, view)

    def _paint(self, name: str, view: View) -> None:
        """Paint, as React does it, if there is another result than the one painted last."""
        result = view.observer.current_result
        if self._views.get(name) is view and result is not view.painted:
            before = UNDEFINED if view.painted is None else view.painted.data
            self._trace.add("paint", name, shown(result, shared_parts(before, result.data)))
            view.painted = result

    def unmount(self, step: Step) -> None:
        """Show a query no more."""
        self._views.pop(step["observer"]).unsubscribe()

    def options(self, step: Step) -> None:
        """Give an observer other options, these and no more."""
        view = self._views[step["observer"]]
        view.key = step.get("key", view.key)
        view.observer.set_options(self._options(step, view.key))

    def invalidate(self, step: Step) -> Promise:
        """Call `invalidateQueries`."""
        return self._client.invalidate_queries(
            _filters_of(step),
            refetch_type=step.get("refetchType"),
            cancel_refetch=step.get("cancelRefetch", True),
        )

    def refetch(self, step: Step) -> Promise:
        """Call `refetchQueries`."""
        return self._client.refetch_queries(
            _filters_of(step), cancel_refetch=step.get("cancelRefetch", True)
        )

    def cancel(self, step: Step) -> Promise:
        """Call `cancelQueries`."""
        return self._client.cancel_queries(
            _filters_of(step), revert=step.get("revert", True), silent=step.get("silent", False)
        )

    def remove(self, step: Step) -> None:
        """Call `removeQueries`."""
        self._client.remove_queries(_filters_of(step))

    def reset(self, step: Step) -> Promise:
        """Call `resetQueries`."""
        return self._client.reset_queries(_filters_of(step))

    def fetch(self, step: Step) -> Promise:
        """Call `fetchQuery`."""
        return self._client.fetch_query(self._options(step, step["key"]))

    def prefetch(self, step: Step) -> Promise:
        """Call `prefetchQuery`."""
        return self._client.prefetch_query(self._options(step, step["key"]))

    def ensure(self, step: Step) -> Promise:
        """Call `ensureQueryData`."""
        return self._client.ensure_query_data(self._options(step, step["key"]))

    def set_data(self, step: Step) -> None:
        """Call `setQueryData`."""
        moment = START_MS + step["updatedAt"] if "updatedAt" in step else None
        value = step.get("value", UNDEFINED)
        self._client.set_query_data(step["key"].split("/"), value, updated_at=moment)

    def server_write(self, step: Step) -> None:
        """Change what the server holds."""
        self._server.write(step["key"], step["value"])

    def answers(self, step: Step) -> None:
        """Have answers ready."""
        self._server.will_answer(step["key"], step["list"])

    def online(self, _step: Step) -> None:
        """Come online."""
        self._environment.online_manager.set_online(True)

    def offline(self, _step: Step) -> None:
        """Go offline; what is under way goes on."""
        self._environment.online_manager.set_online(False)

    def focus(self, _step: Step) -> None:
        """Bring the page to the front."""
        self._environment.focus_manager.set_focused(True)

    def blur(self, _step: Step) -> None:
        """Put the page behind others."""
        self._environment.focus_manager.set_focused(False)

    def count(self, _step: Step) -> None:
        """Trace how many mutations are pending and how many queries fetch."""
        self._trace.add("count", self._client.is_mutating(), self._client.is_fetching())

    def resume(self, _step: Step) -> Promise:
        """Call `resumePausedMutations`."""
        return self._client.resume_paused_mutations()

    def store(self, _step: Step) -> None:
        """Keep the queries as they are now."""
        self._stored = dehydrate(self._client)._replace(mutations=())

    def restore(self, _step: Step) -> None:
        """Put what was last kept into the page as it is now."""
        hydrate(self._client, self._stored)

    def reload(self, step: Step) -> Promise | None:
        """Let the page die; what was stored comes back on a new one."""
        stored = dehydrate(self._client)
        self._client.unmount()
        self._clock.end_page()
        self._views.clear()
        self._open_page()
        if not step.get("persist", True):
            return None
        hydrate(self._client, stored)
        return self._client.resume_paused_mutations()

    def dump(self) -> dict[str, Any]:
        """Return what the client knows of its queries."""
        return {key_of(query): query_dump(query) for query in self._client.query_cache.find_all()}


def _filters_of(step: Step) -> QueryFilters:
    """Return the filters that a step names; without a key every query matches."""
    return QueryFilters(
        key=step["key"].split("/") if "key" in step else None,
        exact=step.get("exact", False),
        type=step.get("type"),
        stale=step.get("stale"),
        fetch_status=step.get("fetchStatus"),
    )
