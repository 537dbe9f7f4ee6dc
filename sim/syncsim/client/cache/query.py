"""One cached query: its state, its fetch in flight, and who observes it (query.ts).

Most sync bugs live here, and each in one line. A success lowers the invalidated flag whatever
happened since its fetch began. A fetch that is in flight is joined, with its older read point,
unless there is data and the caller asks to cancel. A local write is a success too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from syncsim.client.cache.abort import AbortController, AbortSignal
from syncsim.client.cache.options import QueryOptions
from syncsim.client.cache.promise import PENDING, REJECTED, Promise, Rejection
from syncsim.client.cache.removable import Removable
from syncsim.client.cache.retryer import (
    RETRIES,
    CancelledError,
    Retryer,
    RetryerConfig,
    can_fetch,
)
from syncsim.client.cache.utils import UNDEFINED, Key, replace_data, time_until_stale

if TYPE_CHECKING:
    from syncsim.client.cache.query_cache import QueryCache
    from syncsim.client.cache.query_client import QueryClient
    from syncsim.client.cache.query_observer import QueryObserver

ActionType = Literal[
    "fetch", "success", "error", "failed", "pause", "continue", "invalidate", "setState"
]

EventType = Literal[
    "added", "removed", "updated", "observerResultsUpdated", "observerOptionsUpdated"
]


class QueryState(NamedTuple):
    """What is known of a query. Times are milliseconds; 0 stands for never."""

    data: Any = UNDEFINED
    data_update_count: int = 0
    data_updated_at: int = 0
    error: Rejection | None = None
    error_update_count: int = 0
    error_updated_at: int = 0
    fetch_failure_count: int = 0
    fetch_failure_reason: Rejection | None = None
    is_invalidated: bool = False
    status: str = "pending"
    fetch_status: str = "idle"

    @property
    def has_data(self) -> bool:
        """Tell whether there is data; JSON's null is data."""
        return self.data is not UNDEFINED


class QueryCacheEvent(NamedTuple):
    """Something happened to a query.

    `action` says what updated it, `is_manual` that it was a write that no fetch brought.
    """

    type: EventType
    query: Query
    action: ActionType | None = None
    is_manual: bool = False


class QueryFunctionContext:
    """What a query function is given. Whoever reads `signal` promises to heed it."""

    def __init__(self, query: Query, signal: AbortSignal) -> None:
        self.query_key = query.query_key
        self._query = query
        self._signal = signal

    @property
    def signal(self) -> AbortSignal:
        """Return the signal of the fetch, which the fetch takes note of."""
        self._query.is_abort_signal_consumed = True
        return self._signal

    @property
    def watched_signal(self) -> AbortSignal:
        """Return the same signal to somebody who only watches it (`fetchSignal`)."""
        return self._signal


class Query(Removable):
    """One entry of the query cache."""

    def __init__(
        self, client: QueryClient, options: QueryOptions, state: QueryState | None = None
    ) -> None:
        assert options.is_defaulted, "the hash of the key is a default"
        super().__init__(client.environment.scheduler)
        self._environment = client.environment
        self._cache: QueryCache = client.query_cache
        self._retryer: Retryer | None = None
        self._fetch_promise: Promise | None = None
        self._revert_state: QueryState | None = None
        self.is_abort_signal_consumed = False
        self.observers: list[QueryObserver] = []
        self.query_key: Key = options.query_key
        self.query_hash = options.query_hash
        self.options = options
        self.set_options(options)
        self.state = QueryState() if state is None else state
        self.schedule_gc()

    def set_options(self, options: QueryOptions) -> None:
        """Forget the options that were, and take these; only the longest `gc_time_ms` stays."""
        self.options = options
        self.update_gc_time(options.gc_time_ms)

    def optional_remove(self) -> None:
        """Leave the cache, if nobody observes the query and it is not fetching."""
        if not self.observers and self.state.fetch_status == "idle":
            self._cache.remove(self)

    def set_data(self, data: Any, *, updated_at: int | None = None, manual: bool = False) -> None:
        """Take new data for fresh; `manual` is a write that no fetch brought."""
        sharing = self.options.structural_sharing
        assert data is not UNDEFINED, "what is undefined is no data"
        data = replace_data(self.state.data, data, structural_sharing=sharing)
        self._success(data, updated_at, manual=manual)

    def set_state(self, state: QueryState) -> None:
        """Put another state in the place of this one."""
        self._dispatch("setState", state)

    def cancel(self, *, revert: bool = False, silent: bool = False) -> Promise:
        """Give up the fetch in flight; return the promise that it is over."""
        scheduler = self._environment.scheduler
        if self._retryer is None:
            return Promise.resolved(scheduler)
        retryer = self._retryer
        retryer.cancel(revert=revert, silent=silent)
        return retryer.promise.then(_nothing).catch(_nothing)

    def destroy(self) -> None:
        """Stop waiting and fetching."""
        super().destroy()
        self.cancel(silent=True)

    def reset(self) -> None:
        """Go back to the state of a query that is new."""
        self.destroy()
        self.set_state(QueryState())

    def is_active(self) -> bool:
        """Tell whether an observer that is enabled is there."""
        return any(observer.options.enabled is not False for observer in self.observers)

    def is_disabled(self) -> bool:
        """Tell whether nobody would have it fetched: none of its observers, or never yet."""
        return not self.is_active() if self.observers else not self.is_fetched()

    def is_fetched(self) -> bool:
        """Tell whether there ever was data or an error."""
        return self.state.data_update_count + self.state.error_update_count > 0

    def is_static(self) -> bool:
        """Tell whether an observer takes the data for fresh for ever."""
        if not self.state.has_data:
            return False
        return any(observer.options.stale_time_ms == "static" for observer in self.observers)

    def is_stale(self) -> bool:
        """Tell whether an observer shows it as stale, or, with none, whether to refetch it."""
        if self.observers:
            return any(observer.current_result.is_stale for observer in self.observers)
        return not self.state.has_data or self.state.is_invalidated

    def is_stale_by_time(self, stale_time_ms: float | Literal["static"] | None) -> bool:
        """Tell whether the data is missing, invalidated, or as old as `stale_time_ms`."""
        if not self.state.has_data:
            return True
        if stale_time_ms == "static":
            return False
        if self.state.is_invalidated:
            return True
        now_ms = self._environment.scheduler.now_ms()
        return not time_until_stale(self.state.data_updated_at, stale_time_ms, now_ms)

    def on_focus(self) -> None:
        """Refetch for the first observer that wants it; end a pause."""
        for observer in self.observers:
            if observer.should_fetch_on_window_focus():
                observer.refetch(cancel_refetch=False)
                break
        self._proceed()

    def on_online(self) -> None:
        """Refetch for the first observer that wants it; end a pause."""
        for observer in self.observers:
            if observer.should_fetch_on_reconnect():
                observer.refetch(cancel_refetch=False)
                break
        self._proceed()

    def _proceed(self) -> None:
        if self._retryer is not None:
            self._retryer.proceed()

    def add_observer(self, observer: QueryObserver) -> None:
        """Take an observer; the query is in use now."""
        assert observer not in self.observers, "an observer is mounted once"
        self.observers.append(observer)
        self.clear_gc_timeout()

    def remove_observer(self, observer: QueryObserver) -> None:
        """Let an observer go. When the last one goes, so does a fetch that heeds its signal.

        Any other fetch may finish, but is not tried again.
        """
        assert observer in self.observers, "an observer leaves the query that it observes"
        self.observers.remove(observer)
        if self.observers:
            return
        if self._retryer is not None:
            is_waiting_in_vain = (
                self.state.fetch_status == "paused" and self.state.status == "pending"
            )
            if self.is_abort_signal_consumed or is_waiting_in_vain:
                self._retryer.cancel(revert=True)
            else:
                self._retryer.cancel_retry()
        self.schedule_gc()

    def invalidate(self) -> None:
        """Raise the flag that says: refetch this when somebody looks."""
        if not self.state.is_invalidated:
            self._dispatch("invalidate", self.state._replace(is_invalidated=True))

    def fetch(
        self, options: QueryOptions | None = None, *, cancel_refetch: bool = False
    ) -> Promise:
        """Fetch, or join the fetch in flight; return the promise of the data.

        With `cancel_refetch`, a fetch in flight is given up for a new one, but only if there
        is data. An initial load is always joined: whoever asks during it gets its older
        answer.
        """
        promise = Promise(self._environment.scheduler)
        promise.resolve(self._fetch(options, cancel_refetch=cancel_refetch))
        return promise

    def _fetch(self, options: QueryOptions | None, *, cancel_refetch: bool) -> Promise:
        if self.state.fetch_status != "idle" and (
            self._retryer is None or self._retryer.status != REJECTED
        ):
            if self.state.has_data and cancel_refetch:
                self.cancel(silent=True)
            elif self._retryer is not None and self._fetch_promise is not None:
                self._retryer.continue_retry()
                return self._fetch_promise
        if options is not None:
            self.set_options(options)
        self._revert_state = self.state
        self._dispatch("fetch", self._fetching())
        retryer = self._retryer = self._new_retryer(AbortController())
        promise = self._fetch_promise = retryer.promise.then(
            lambda data: self._take_data(retryer, data),
            lambda error: self._take_error(retryer, error),
        )
        retryer.start()
        return promise

    def _new_retryer(self, abort_controller: AbortController) -> Retryer:
        options = self.options

        def fetch() -> Any:
            self.is_abort_signal_consumed = False
            if self.options.query_fn is None:
                raise Rejection(f"Missing queryFn: '{self.options.query_hash}'")
            return self.options.query_fn(QueryFunctionContext(self, abort_controller.signal))

        def on_cancel(error: CancelledError) -> None:
            if error.revert:
                assert self._revert_state is not None, "it is kept as long as a fetch runs"
                self.set_state(self._revert_state._replace(fetch_status="idle"))
            abort_controller.abort()

        return Retryer(
            self._environment,
            RetryerConfig(
                fn=fetch,
                retry=RETRIES if options.retry is None else options.retry,
                retry_delay_ms=options.retry_delay_ms,
                network_mode=options.network_mode,
                can_run=lambda: True,
                on_fail=self._failed,
                on_pause=self._pause,
                on_continue=self._continue,
                on_cancel=on_cancel,
            ),
        )

    def _take_data(self, retryer: Retryer, data: Any) -> Any:
        """Put down what the tries have brought, and return it."""
        if data is UNDEFINED:
            return self._take_error(retryer, Rejection(f"{self.query_hash} data is undefined"))
        self.set_data(data)
        self._over(retryer)
        return data

    def _take_error(self, retryer: Retryer, error: Rejection) -> Any:
        """Put down why there is no data; return what a cancel leaves in its place, or throw."""
        instead: Any = UNDEFINED
        if isinstance(error, CancelledError) and error.silent:
            if self._retryer is not retryer and self._fetch_promise is not None:
                instead = self._fetch_promise
        elif isinstance(error, CancelledError) and error.revert:
            instead = self.state.data
        else:
            self._error(error)
        self._over(retryer)
        if instead is UNDEFINED:
            raise error
        return instead

    def _over(self, retryer: Retryer) -> None:
        assert retryer.status != PENDING, "no try is under way"
        if self._retryer is retryer:
            self._retryer = None
            self._fetch_promise = None
        self.schedule_gc()

    def _fetching(self) -> QueryState:
        is_reachable = can_fetch(self._environment, self.options.network_mode)
        state = self.state._replace(
            fetch_failure_count=0,
            fetch_failure_reason=None,
            fetch_status="fetching" if is_reachable else "paused",
        )
        if not state.has_data:
            return state._replace(error=None, status="pending")
        return state

    def _failed(self, failure_count: int, reason: Rejection) -> None:
        state = self.state._replace(fetch_failure_count=failure_count, fetch_failure_reason=reason)
        self._dispatch("failed", state)

    def _pause(self) -> None:
        self._dispatch("pause", self.state._replace(fetch_status="paused"))

    def _continue(self) -> None:
        self._dispatch("continue", self.state._replace(fetch_status="fetching"))

    def _success(self, data: Any, updated_at: int | None, *, manual: bool) -> None:
        now_ms = self._environment.scheduler.now_ms()
        state = self.state._replace(
            data=data,
            data_updated_at=now_ms if updated_at is None else updated_at,
            data_update_count=self.state.data_update_count + 1,
            error=None,
            is_invalidated=False,
            status="success",
        )
        if manual:
            # A fetch in flight goes on, and a cancel of it goes back to this write.
            self._revert_state = state
        else:
            self._revert_state = None
            state = state._replace(
                fetch_status="idle", fetch_failure_count=0, fetch_failure_reason=None
            )
        self._dispatch("success", state, manual=manual)

    def _error(self, error: Rejection) -> None:
        state = self.state._replace(
            error=error,
            error_update_count=self.state.error_update_count + 1,
            error_updated_at=self._environment.scheduler.now_ms(),
            fetch_failure_count=self.state.fetch_failure_count + 1,
            fetch_failure_reason=error,
            fetch_status="idle",
            status="error",
            is_invalidated=True,
        )
        self._dispatch("error", state)

    def _dispatch(self, action: ActionType, state: QueryState, *, manual: bool = False) -> None:
        """Move to the next state, and tell the observers and the cache."""
        self.state = state

        def tell() -> None:
            for observer in tuple(self.observers):
                observer.on_query_update()
            self._cache.notify(QueryCacheEvent("updated", self, action, manual))

        self._environment.notify_manager.batch(tell)


def _nothing(_: object) -> None:
    """Drop a value or a reason."""
