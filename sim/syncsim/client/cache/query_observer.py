"""What one component sees of a query, and when it asks for it again (queryObserver.ts)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from syncsim.client.cache.options import QueryOptions, Refetch, equal_options
from syncsim.client.cache.promise import Promise, Rejection
from syncsim.client.cache.query import Query, QueryCacheEvent, QueryState
from syncsim.client.cache.subscribable import Subscribable
from syncsim.client.cache.utils import (
    all_strictly_equal,
    is_valid_timeout,
    time_until_stale,
)

if TYPE_CHECKING:
    from syncsim.client.cache.query_client import QueryClient


class QueryObserverResult(NamedTuple):
    """What a component is given. The package adds flags that follow from these fields."""

    status: str
    fetch_status: str
    data: Any
    data_updated_at: int
    error: Rejection | None
    error_updated_at: int
    failure_count: int
    failure_reason: Rejection | None
    error_update_count: int
    is_fetched: bool
    is_fetched_after_mount: bool
    is_stale: bool
    is_enabled: bool


class QueryObserver(Subscribable[Callable[[QueryObserverResult], object]]):
    """Watches one query; it counts as mounted while somebody listens."""

    _query: Query
    _query_initial_state: QueryState
    _result: QueryObserverResult | None = None
    _stale_timeout: int | None = None
    _refetch_timeout: int | None = None
    _refetch_interval_ms: float = 0

    def __init__(self, client: QueryClient, options: QueryOptions) -> None:
        super().__init__()
        self._client = client
        self._environment = client.environment
        self._scheduler = client.environment.scheduler
        self.options = client.default_query_options(options)
        self._query = client.query_cache.build(client, self.options)
        self._query_initial_state = self._query.state
        self._query.set_options(self.options)
        self.update_result()

    @property
    def current_result(self) -> QueryObserverResult:
        """Return the latest result."""
        assert self._result is not None, "an observer has a result from the start"
        return self._result

    def on_subscribe(self) -> None:
        """Mount: observe the query, and fetch it if its state and the options say so."""
        if len(self.listeners) != 1:
            return
        self._query.add_observer(self)
        if should_fetch_on_mount(self._query, self.options):
            self._execute_fetch()
        else:
            self.update_result()
        self._update_timers()

    def on_unsubscribe(self) -> None:
        """Unmount when the last listener has gone."""
        if not self.has_listeners():
            self.destroy()

    def destroy(self) -> None:
        """Unmount: no listener, no timer, and the query goes on without this observer."""
        self._listeners.clear()
        self._clear_stale_timeout()
        self._clear_refetch_interval()
        self._query.remove_observer(self)

    def should_fetch_on_reconnect(self) -> bool:
        """Tell whether coming online makes this observer refetch."""
        return should_fetch_on(self._query, self.options, self.options.refetch_on_reconnect)

    def should_fetch_on_window_focus(self) -> bool:
        """Tell whether coming to the front makes this observer refetch."""
        return should_fetch_on(self._query, self.options, self.options.refetch_on_window_focus)

    def set_options(self, options: QueryOptions) -> None:
        """Take other options, and another query if the key is another."""
        previous_options, previous_query = self.options, self._query
        self.options = self._client.default_query_options(options)
        self._update_query()
        self._query.set_options(self.options)
        if not equal_options(self.options, previous_options):
            self._client.query_cache.notify(QueryCacheEvent("observerOptionsUpdated", self._query))
        is_mounted = self.has_listeners()
        is_other_query = self._query is not previous_query
        was_enabled = previous_options.enabled is not False
        if (
            is_mounted
            and (is_other_query or not was_enabled)
            and is_stale(self._query, self.options)
        ):
            self._execute_fetch()
        self.update_result()
        is_switched = is_other_query or previous_options.enabled != self.options.enabled
        if is_mounted and (
            is_switched or previous_options.stale_time_ms != self.options.stale_time_ms
        ):
            self._update_stale_timeout()
        interval_ms = self._wanted_interval()
        if is_mounted and (is_switched or interval_ms != self._refetch_interval_ms):
            self._update_refetch_interval(interval_ms)

    def refetch(self, *, cancel_refetch: bool = True) -> Promise:
        """Fetch whatever the state says; return the promise of the result."""

        def fetched(_: object) -> QueryObserverResult:
            self.update_result()
            return self.current_result

        return self._execute_fetch(cancel_refetch=cancel_refetch).then(fetched)

    def update_result(self) -> None:
        """Work the result out anew; tell the listeners if anything in it has changed."""
        result = self._create_result()
        if self._result is not None and all_strictly_equal(result, self._result):
            return
        self._result = result

        def tell() -> None:
            for listener in self.listeners:
                listener(result)
            self._client.query_cache.notify(QueryCacheEvent("observerResultsUpdated", self._query))

        self._environment.notify_manager.batch(tell)

    def on_query_update(self) -> None:
        """Follow the query; every change of it starts the timers of a mounted observer anew."""
        self.update_result()
        if self.has_listeners():
            self._update_timers()

    def _create_result(self) -> QueryObserverResult:
        state, initial = self._query.state, self._query_initial_state
        return QueryObserverResult(
            status=state.status,
            fetch_status=state.fetch_status,
            data=state.data,
            data_updated_at=state.data_updated_at,
            error=state.error,
            error_updated_at=state.error_updated_at,
            failure_count=state.fetch_failure_count,
            failure_reason=state.fetch_failure_reason,
            error_update_count=state.error_update_count,
            is_fetched=self._query.is_fetched(),
            is_fetched_after_mount=state.data_update_count > initial.data_update_count
            or state.error_update_count > initial.error_update_count,
            is_stale=is_stale(self._query, self.options),
            is_enabled=self.options.enabled is not False,
        )

    def _execute_fetch(self, *, cancel_refetch: bool = False) -> Promise:
        self._update_query()
        return self._query.fetch(self.options, cancel_refetch=cancel_refetch).catch(_nothing)

    def _update_query(self) -> None:
        """Observe the query that the options name; it is another one if it was removed."""
        query = self._client.query_cache.build(self._client, self.options)
        if query is self._query:
            return
        previous, self._query = self._query, query
        self._query_initial_state = query.state
        if self.has_listeners():
            previous.remove_observer(self)
            query.add_observer(self)

    def _update_timers(self) -> None:
        self._update_stale_timeout()
        self._update_refetch_interval(self._wanted_interval())

    def _update_stale_timeout(self) -> None:
        """Wake up just after the data becomes stale, to show that it is."""
        self._clear_stale_timeout()
        stale_time_ms = self.options.stale_time_ms
        result = self.current_result
        if result.is_stale or not self._may_set_timer(stale_time_ms):
            return
        assert not isinstance(stale_time_ms, str), "only a number is a valid timeout"
        now_ms = self._scheduler.now_ms()
        wait_ms = time_until_stale(result.data_updated_at, stale_time_ms, now_ms) + 1
        self._stale_timeout = self._scheduler.set_timeout(self._became_stale, wait_ms)

    def _became_stale(self) -> None:
        assert self.has_listeners(), "its timers go with the last listener"
        if not self.current_result.is_stale:
            self.update_result()

    def _wanted_interval(self) -> float:
        """Return the interval; False, none and 0 are all no interval."""
        return self.options.refetch_interval_ms or 0

    def _update_refetch_interval(self, interval_ms: float) -> None:
        self._clear_refetch_interval()
        self._refetch_interval_ms = interval_ms
        if interval_ms != 0 and self._may_set_timer(interval_ms):
            self._refetch_timeout = self._scheduler.set_timeout(self._interval_passed, interval_ms)

    def _interval_passed(self) -> None:
        """Refetch, unless the page is behind others, and be back an interval later."""
        assert self._refetch_interval_ms > 0, "a timer was set"
        assert self.has_listeners(), "its timers go with the last listener"
        self._refetch_timeout = self._scheduler.set_timeout(
            self._interval_passed, self._refetch_interval_ms
        )
        is_in_front = self._environment.focus_manager.is_focused()
        if self.options.refetch_interval_in_background or is_in_front:
            self._execute_fetch()

    def _may_set_timer(self, wait_ms: object) -> bool:
        return self.options.enabled is not False and is_valid_timeout(wait_ms)

    def _clear_stale_timeout(self) -> None:
        if self._stale_timeout is not None:
            self._scheduler.clear_timeout(self._stale_timeout)
            self._stale_timeout = None

    def _clear_refetch_interval(self) -> None:
        if self._refetch_timeout is not None:
            self._scheduler.clear_timeout(self._refetch_timeout)
            self._refetch_timeout = None


def should_fetch_on_mount(query: Query, options: QueryOptions) -> bool:
    """Tell whether mounting fetches: there is no data, or it should be refetched on mount."""
    if not query.state.has_data:
        gave_up = query.state.status == "error" and options.retry_on_mount is False
        return options.enabled is not False and not gave_up
    return should_fetch_on(query, options, options.refetch_on_mount)


def should_fetch_on(query: Query, options: QueryOptions, wish: Refetch | None) -> bool:
    """Tell whether an occasion fetches: `always`, or if stale unless the wish is False."""
    if options.enabled is False or options.stale_time_ms == "static":
        return False
    return wish == "always" or (wish is not False and is_stale(query, options))


def is_stale(query: Query, options: QueryOptions) -> bool:
    """Tell whether the data is stale for these options; for a disabled observer it is not."""
    return options.enabled is not False and query.is_stale_by_time(options.stale_time_ms)


def _nothing(_: object) -> None:
    """Drop a reason."""
