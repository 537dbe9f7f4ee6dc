"""A request with its life in actions: pending, then fulfilled or rejected (createAsyncThunk.ts).

Nothing here keeps requests apart or in order: a reducer that does not look at the request id
takes the answers as they come, and a slow old one last.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from syncsim.client.cache.abort import AbortController, AbortSignal
from syncsim.client.cache.promise import (
    AsyncFunction,
    Promise,
    Rejection,
    race,
    run_async,
)
from syncsim.client.cache.scheduler import Scheduler
from syncsim.client.cache.utils import UNDEFINED
from syncsim.client.redux_toolkit.slice import Action, Meta, Store


class AbortError(Rejection):
    """The request was given up; who asked gets its answer no more."""


class ConditionError(Rejection):
    """The condition said that the request is not needed."""

    def __init__(self) -> None:
        super().__init__("Aborted due to condition callback returning false.")


class RejectWithValue(Rejection):
    """The request was refused, and this is what there is to say about it."""

    def __init__(self, payload: Any) -> None:
        super().__init__("Rejected")
        self.payload = payload


PayloadCreator = Callable[[Any, AbortSignal], Any]
"""Returns the payload or the promise of it; a `RejectWithValue` may be returned or thrown."""

Condition = Callable[[Any, Any], bool | Promise]
"""Gets the argument and the state; False keeps the request from being made."""


class AsyncThunk:
    """A kind of request. Its actions are named `<type_prefix>/pending` and so on."""

    def __init__(
        self,
        type_prefix: str,
        payload_creator: PayloadCreator,
        *,
        condition: Condition,
        id_generator: Callable[[], str],
        dispatch_condition_rejection: bool = False,
    ) -> None:
        self._type_prefix = type_prefix
        self._payload_creator = payload_creator
        self._condition = condition
        self._id_generator = id_generator
        self._dispatch_condition_rejection = dispatch_condition_rejection

    def dispatch(self, scheduler: Scheduler, store: Store, arg: Any) -> Request:
        """Make a request, up to its first wait."""
        return Request(scheduler, store, self, Meta(self._id_generator(), arg))

    def may_run(self, store: Store, arg: Any) -> bool | Promise:
        """Tell, or promise to tell, whether the request is needed."""
        return self._condition(arg, store.state)

    def ask(self, arg: Any, signal: AbortSignal) -> Any:
        """Ask for the payload."""
        return self._payload_creator(arg, signal)

    def pending(self, meta: Meta) -> Action:
        """Return the action that says: under way."""
        return Action(f"{self._type_prefix}/pending", meta=meta)

    def fulfilled(self, meta: Meta, payload: Any) -> Action:
        """Return the action that brings the payload."""
        return Action(f"{self._type_prefix}/fulfilled", payload=payload, meta=meta)

    def rejected(self, meta: Meta, reason: Rejection) -> Action:
        """Return the action that says why there is no payload."""
        meta = meta._replace(
            aborted=isinstance(reason, AbortError),
            condition=isinstance(reason, ConditionError),
            rejected_with_value=isinstance(reason, RejectWithValue),
        )
        payload = reason.payload if isinstance(reason, RejectWithValue) else UNDEFINED
        return Action(
            f"{self._type_prefix}/rejected", payload=payload, meta=meta, error=str(reason)
        )

    def is_dispatched(self, action: Action) -> bool:
        """Tell whether an action is told at all: a false condition mostly is not."""
        assert action.meta is not None, "an action of a thunk has meta"
        return self._dispatch_condition_rejection or not action.meta.condition


class Request:
    """One dispatch of a thunk; `promise` is that of its last action, and never rejected."""

    def __init__(self, scheduler: Scheduler, store: Store, thunk: AsyncThunk, meta: Meta) -> None:
        self._scheduler = scheduler
        self._store = store
        self._thunk = thunk
        self._meta = meta
        self._abort_controller = AbortController()
        self._abort_reason = ""
        self._aborted = Promise(scheduler)
        self.promise = run_async(scheduler, self._life())

    def abort(self, reason: str = "") -> None:
        """Give up, with a reason; the server does not hear of it."""
        self._abort_reason = reason
        self._abort_controller.abort()

    def _life(self) -> AsyncFunction:
        thunk, store, meta = self._thunk, self._store, self._meta
        signal = self._abort_controller.signal
        try:
            may_run = thunk.may_run(store, meta.arg)
            if isinstance(may_run, Promise):
                may_run = yield may_run
            if may_run is False:
                raise ConditionError
            if signal.is_aborted:
                raise self._abort_error()
            signal.on_abort(self._reject)
            store.dispatch(thunk.pending(meta))
            answer = Promise.resolved(self._scheduler, thunk.ask(meta.arg, signal))
            action = yield race(self._scheduler, [self._aborted, answer.then(self._fulfilled)])
        except Rejection as reason:
            action = thunk.rejected(meta, reason)
        signal.off_abort(self._reject)
        if thunk.is_dispatched(action):
            store.dispatch(action)
        return action

    def _fulfilled(self, payload: Any) -> Action:
        if isinstance(payload, RejectWithValue):
            raise payload
        return self._thunk.fulfilled(self._meta, payload)

    def _reject(self) -> None:
        self._aborted.reject(self._abort_error())

    def _abort_error(self) -> AbortError:
        return AbortError(self._abort_reason or "Aborted")
