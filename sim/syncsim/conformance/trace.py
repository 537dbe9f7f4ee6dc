"""The trace of a replay: lists of a time, a kind and facts, in the order of happening."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from syncsim.client.cache.mutation import Mutation, MutationState
from syncsim.client.cache.promise import Promise, Rejection
from syncsim.client.cache.query import Query, QueryCacheEvent
from syncsim.client.cache.query_observer import QueryObserverResult
from syncsim.client.cache.utils import UNDEFINED, members_of
from syncsim.conformance.clock import START_MS, Clock

Record = list[Any]


class Trace:
    """Collects records; those of settled promises wait for the end of the turn."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._settled: list[tuple[int, Record]] = []
        self.records: list[Record] = []

    def add(self, kind: str, *facts: Any) -> None:
        """Note what happens now."""
        self.records.append([self._clock.now_ms() - START_MS, kind, *facts])

    def settles(self, promise: Promise, who: str, order: int, show: Callable[[Any], Any]) -> None:
        """Note, when it is settled, how the promise of a step ended."""

        def succeeded(value: Any) -> None:
            self._settled.append((order, [who, "ok", show(value)]))

        def failed(error: Rejection) -> None:
            self._settled.append((order, [who, "fail", str(error)]))

        promise.observe(succeeded, failed)

    def end_turn(self) -> None:
        """Note the promises that were settled in this turn, in the order of their steps."""
        if not self._settled:
            return
        for _order, facts in sorted(self._settled, key=lambda settled: settled[0]):
            self.add("settled", *facts)
        self._settled.clear()


def key_of(query: Query) -> str:
    """Return a query's key as programs write it."""
    return "/".join(query.query_key)


def since_start(moment_ms: int) -> int | None:
    """Return a moment on the scale of traces, None for never."""
    return None if moment_ms == 0 else moment_ms - START_MS


def text(error: Rejection | None) -> str | None:
    """Return what an error says, None if there is none."""
    return None if error is None else str(error)


def query_flags(event: QueryCacheEvent) -> dict[str, Any]:
    """Return what an update says of a query."""
    state = event.query.state
    flags = {
        "status": state.status,
        "fetchStatus": state.fetch_status,
        "isInvalidated": state.is_invalidated,
        "failures": state.fetch_failure_count,
    }
    return {**flags, "manual": True} if event.is_manual else flags


def mutation_flags(state: MutationState) -> dict[str, Any]:
    """Return what an update says of a mutation."""
    return {
        "status": state.status,
        "isPaused": state.is_paused,
        "failures": state.failure_count,
    }


def shown(result: QueryObserverResult, shared: int) -> dict[str, Any]:
    """Return what a result puts on the screen."""
    return _with_data(
        result.data,
        shared=shared,
        status=result.status,
        fetchStatus=result.fetch_status,
        isStale=result.is_stale,
        isFetchedAfterMount=result.is_fetched_after_mount,
        dataUpdatedAt=since_start(result.data_updated_at),
        failures=result.failure_count,
        errors=result.error_update_count,
        error=text(result.error),
    )


def shared_parts(before: Any, after: Any) -> int:
    """Count the lists and records of a value that are those of the value before it."""
    if not isinstance(after, list | dict):
        return 0
    old = members_of(before)
    return (before is after) + sum(
        shared_parts(old.get(name, UNDEFINED), member) for name, member in members_of(after).items()
    )


def query_dump(query: Query) -> dict[str, Any]:
    """Return what is known of a query at the end."""
    state = query.state
    return _with_data(
        state.data,
        status=state.status,
        fetchStatus=state.fetch_status,
        isInvalidated=state.is_invalidated,
        dataUpdatedAt=since_start(state.data_updated_at),
        errorUpdatedAt=since_start(state.error_updated_at),
        dataUpdateCount=state.data_update_count,
        errorUpdateCount=state.error_update_count,
        failures=state.fetch_failure_count,
        error=text(state.error),
        observers=len(query.observers),
    )


def mutation_dump(mutation: Mutation) -> dict[str, Any]:
    """Return what is known of a mutation at the end."""
    state = mutation.state
    data = {} if state.data is UNDEFINED else {"data": state.data}
    return {
        **mutation_flags(state),
        **data,
        "error": text(state.error),
        "submittedAt": since_start(state.submitted_at),
    }


def _with_data(data: Any, **facts: Any) -> dict[str, Any]:
    """Return the facts, after the data if there is any."""
    return facts if data is UNDEFINED else {"data": data, **facts}
