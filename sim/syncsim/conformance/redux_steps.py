"""The steps of a Redux program: one slice, thunks, and the server that answers them."""

from __future__ import annotations

from typing import Any

from syncsim.client.cache.abort import AbortSignal
from syncsim.client.cache.promise import Promise, Rejection
from syncsim.client.cache.utils import UNDEFINED
from syncsim.client.redux_toolkit.create_async_thunk import AsyncThunk, RejectWithValue, Request
from syncsim.client.redux_toolkit.slice import Action, Store
from syncsim.conformance.clock import Clock
from syncsim.conformance.query_steps import Step
from syncsim.conformance.server import USUAL_ANSWER
from syncsim.conformance.trace import Trace

NEVER_FETCHED = {"status": "idle", "latest": None, "value": None, "error": None}


class ReduxSteps:
    """A store and its requests; each public method that takes a step is a step."""

    def __init__(self, program: dict[str, Any], clock: Clock, trace: Trace) -> None:
        self._clock = clock
        self._trace = trace
        self._options: dict[str, Any] = program.get("thunks", {})
        self._takes_last_write = program.get("reducer") == "last-write"
        self._requests: dict[str, Request] = {}
        self._thunks: dict[str, AsyncThunk] = {}
        # The package draws random ids; a trace counts them r1, r2, ... as they turn up.
        self._ids: dict[str, str] = {}
        self._drawn = 0
        self._store = Store(NEVER_FETCHED, self._reduce)
        self._store.watch(self._note)

    def dispatch(self, step: Step) -> Promise:
        """Dispatch a thunk."""
        thunk = self._thunk(step.get("thunk", "load"))
        request = thunk.dispatch(self._clock, self._store, step)
        self._requests[step["request"]] = request
        return request.promise

    def abort(self, step: Step) -> None:
        """Give a request up."""
        self._requests[step["request"]].abort(step.get("reason", ""))

    def set(self, step: Step) -> None:
        """Let something else write to the slice."""
        self._store.dispatch(Action("set", payload=step["value"]))

    def state(self) -> dict[str, Any]:
        """Return the slice, with the request id as traces have it."""
        latest = self._store.state["latest"]
        return {**self._store.state, "latest": None if latest is None else self._id(latest)}

    def _thunk(self, name: str) -> AsyncThunk:
        if name not in self._thunks:
            options = self._options.get(name, {})
            self._thunks[name] = AsyncThunk(
                name,
                self._ask,
                condition=self._condition,
                id_generator=self._draw_id,
                dispatch_condition_rejection=options.get("dispatchConditionRejection", False),
            )
        return self._thunks[name]

    def _draw_id(self) -> str:
        self._drawn += 1
        return f"drawn {self._drawn}"

    def _id(self, request_id: str) -> str:
        return self._ids.setdefault(request_id, f"r{len(self._ids) + 1}")

    def _note(self, action: Action) -> None:
        facts: dict[str, Any] = {}
        if action.payload is not UNDEFINED:
            facts["payload"] = action.payload
        meta = action.meta
        if meta is not None and action.error is not None:
            facts["aborted"] = meta.aborted
            facts["condition"] = meta.condition
            facts["rejectedWithValue"] = meta.rejected_with_value
            facts["error"] = action.error
        request_id = None if meta is None else self._id(meta.request_id)
        self._trace.add("action", action.type, request_id, facts, self.state())

    def _condition(self, step: Step, state: dict[str, Any]) -> bool | Promise:
        condition = step.get("condition")
        if condition is None:
            return True
        self._trace.add("condition", step["request"])
        if condition == "idle":
            return bool(state["status"] != "pending")
        if isinstance(condition, bool):
            return condition
        answer = Promise(self._clock)
        self._clock.set_timeout(lambda: answer.resolve(condition["value"]), condition["after"])
        return answer

    def _ask(self, step: Step, signal: AbortSignal) -> Promise:
        """Send one request to the server, which works on even if the page aborts."""
        request, answer = step["request"], step.get("answer", USUAL_ANSWER)
        promise = Promise(self._clock)
        self._trace.add("request", request)
        signal.on_abort(lambda: self._trace.add("abort", request))

        def reply() -> None:
            self._trace.add("answer", request, "fail" if "fail" in answer else "ok")
            if "fail" in answer:
                promise.reject(Rejection(answer["fail"]))
            elif "reject" in answer:
                promise.resolve(RejectWithValue(answer["reject"]))
            else:
                promise.resolve(answer.get("value"))

        if not answer.get("hang"):
            self._clock.later(answer["latency"], reply)
        return promise

    def _reduce(self, state: dict[str, Any], action: Action) -> dict[str, Any]:
        if action.meta is None:
            return {**state, "value": action.payload}
        request_id = action.meta.request_id
        if action.type.endswith("/pending"):
            return {**state, "status": "pending", "latest": request_id}
        if not self._takes_last_write and state["latest"] != request_id:
            return state
        if action.type.endswith("/fulfilled"):
            return {**state, "status": "fulfilled", "value": action.payload, "error": None}
        has_payload = action.payload is not UNDEFINED and action.payload is not None
        error = action.payload if has_payload else action.error
        return {**state, "status": "rejected", "error": error}
