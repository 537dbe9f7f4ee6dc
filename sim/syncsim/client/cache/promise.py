"""JavaScript promises and async functions, to the microtask.

What query-core does first and what it does second often depends on nothing but the number
of microtasks that two chains of promises take. So the model keeps promises as ECMAScript
defines them (PromiseReactionJob, PromiseResolveThenableJob, Await), and no more of them than
it needs: a reaction that nobody could observe is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from functools import partial
from typing import Any

from syncsim.client.cache.scheduler import Scheduler

PENDING, FULFILLED, REJECTED = "pending", "fulfilled", "rejected"

OnFulfilled = Callable[[Any], Any]
OnRejected = Callable[["Rejection"], Any]
AsyncFunction = Generator["Promise", Any, Any]
"""The body of an async function: it yields each promise that it waits for.

Two things that it must not have. No `finally` around a wait: Python closes a generator that
nobody will continue, such as one of a page that is gone, and would run the `finally` then, at
any time; JavaScript never runs it. And no other such body inside, by `yield from`: when both
are garbage, Python may close them in an order that it then complains of.
"""


class Rejection(Exception):  # noqa: N818 - not an error of the model, but one that it models
    """A reason for which a promise is rejected.

    Only these travel through promises. Any other exception is a defect of the model, and goes
    straight up to whoever runs it.
    """


class Promise:
    """A value that comes later, or the reason why it does not."""

    __slots__ = ("_is_resolved", "_reactions", "_scheduler", "_value", "state")

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._reactions: list[tuple[OnFulfilled, OnRejected]] | None = None
        self._is_resolved = False
        self._value: Any = None
        self.state = PENDING

    @classmethod
    def resolved(cls, scheduler: Scheduler, value: Any = None) -> Promise:
        """Return the value itself if it is a promise, else a promise that has the value."""
        if isinstance(value, Promise):
            return value
        promise = cls(scheduler)
        promise.resolve(value)
        return promise

    @classmethod
    def rejected(cls, scheduler: Scheduler, reason: Rejection) -> Promise:
        """Return a promise that is rejected already."""
        promise = cls(scheduler)
        promise.reject(reason)
        return promise

    def resolve(self, value: Any = None) -> None:
        """Give the promise its value; a promise as value is followed, one microtask later."""
        if self._is_resolved:
            return
        self._is_resolved = True
        if isinstance(value, Promise):
            self._scheduler.microtask(partial(value.observe, self._fulfil, self._refuse))
        else:
            self._settle(FULFILLED, value)

    def reject(self, reason: Rejection) -> None:
        """Give the promise the reason why it has no value."""
        if not self._is_resolved:
            self._is_resolved = True
            self._settle(REJECTED, reason)

    def then(
        self, on_fulfilled: OnFulfilled | None = None, on_rejected: OnRejected | None = None
    ) -> Promise:
        """Return the promise of what the handler will return, or throw."""
        derived = Promise(self._scheduler)
        self.observe(
            derived.resolve if on_fulfilled is None else derived.takes(on_fulfilled),
            derived.reject if on_rejected is None else derived.takes(on_rejected),
        )
        return derived

    def catch(self, on_rejected: OnRejected) -> Promise:
        """Return the promise of the same value, or of what the handler makes of the reason."""
        return self.then(None, on_rejected)

    def observe(self, on_fulfilled: OnFulfilled, on_rejected: OnRejected) -> None:
        """Call one of the two, in a microtask of its own, when the promise is settled."""
        if self.state != PENDING:
            self._react(on_fulfilled, on_rejected)
        elif self._reactions is None:
            self._reactions = [(on_fulfilled, on_rejected)]
        else:
            self._reactions.append((on_fulfilled, on_rejected))

    def takes(self, handler: Callable[[Any], Any]) -> Callable[[Any], None]:
        """Return a reaction that settles this promise with what `handler` returns or throws."""

        def react(value: Any) -> None:
            try:
                result = handler(value)
            except Rejection as reason:
                self.reject(reason)
            else:
                self.resolve(result)

        return react

    def _fulfil(self, value: Any) -> None:
        self._settle(FULFILLED, value)

    def _refuse(self, reason: Rejection) -> None:
        self._settle(REJECTED, reason)

    def _settle(self, state: str, value: Any) -> None:
        assert self.state == PENDING, "a promise is settled once"
        self.state, self._value = state, value
        reactions, self._reactions = self._reactions, None
        if reactions is not None:
            for on_fulfilled, on_rejected in reactions:
                self._react(on_fulfilled, on_rejected)

    def _react(self, on_fulfilled: OnFulfilled, on_rejected: OnRejected) -> None:
        reaction: Callable[[Any], Any]
        reaction = on_fulfilled if self.state == FULFILLED else on_rejected
        self._scheduler.microtask(partial(reaction, self._value))


class _AsyncCall:
    """One call of an async function; it takes a step whenever what it waits for is settled."""

    __slots__ = ("_function", "promise")

    def __init__(self, scheduler: Scheduler, function: AsyncFunction) -> None:
        self._function = function
        self.promise = Promise(scheduler)

    def on_fulfilled(self, value: Any) -> None:
        self._step(self._function.send, value)

    def on_rejected(self, reason: Rejection) -> None:
        # The traceback of an earlier throw of the same reason would only grow.
        self._step(self._function.throw, reason.with_traceback(None))

    def _step(self, advance: Callable[[Any], Promise], argument: Any) -> None:
        try:
            awaited = advance(argument)
        except StopIteration as end:
            self.promise.resolve(end.value)
        except Rejection as reason:
            self.promise.reject(reason)
        else:
            awaited.observe(self.on_fulfilled, self.on_rejected)


def run_async(scheduler: Scheduler, function: AsyncFunction) -> Promise:
    """Call an async function: it runs at once up to its first wait; return its promise."""
    call = _AsyncCall(scheduler, function)
    call.on_fulfilled(None)
    return call.promise


def wait_for_all(scheduler: Scheduler, promises: Iterable[Promise]) -> Promise:
    """Return the promise of all the values, in order, or of the first rejection."""
    waiting = list(promises)
    values: list[Any] = [None] * len(waiting)
    left = len(waiting)
    everything = Promise(scheduler)

    def store_at(place: int) -> OnFulfilled:
        def store(value: Any) -> None:
            nonlocal left
            values[place] = value
            left -= 1
            assert left >= 0, "a promise is settled once"
            if left == 0:
                everything.resolve(values)

        return store

    for place, promise in enumerate(waiting):
        promise.observe(store_at(place), everything.reject)
    if not waiting:
        everything.resolve(values)
    return everything


def race(scheduler: Scheduler, promises: Iterable[Promise]) -> Promise:
    """Return the promise of whatever is settled first."""
    first = Promise(scheduler)
    for promise in promises:
        promise.observe(first.resolve, first.reject)
    return first
