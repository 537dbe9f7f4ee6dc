"""Promises take as many microtasks as in JavaScript: the orders here are those of Node."""

from __future__ import annotations

import gc

import pytest

from syncsim.client.cache.promise import (
    FULFILLED,
    PENDING,
    Promise,
    Rejection,
    race,
    run_async,
    wait_for_all,
)
from syncsim.conformance.clock import Clock


@pytest.fixture
def clock():
    return Clock()


def ticks(clock: Clock, seen: list[str], count: int = 8) -> None:
    """Note every microtask of a chain of them, to measure others by."""
    chain = Promise.resolved(clock)
    for number in range(count):
        chain = chain.then(lambda _, number=number: seen.append(str(number)))


def run(clock: Clock) -> None:
    """Run one turn, with all its microtasks."""
    clock.run(0, lambda: None)


def test_a_handler_runs_one_microtask_after_its_promise(clock):
    seen: list[str] = []
    ticks(clock, seen, 2)
    Promise.resolved(clock).then(lambda _: seen.append("then"))
    run(clock)
    assert seen == ["0", "then", "1"]


def test_a_promise_as_value_takes_two_microtasks_more(clock):
    seen: list[str] = []
    ticks(clock, seen, 4)
    follower = Promise(clock)
    follower.resolve(Promise.resolved(clock))
    follower.then(lambda _: seen.append("then"))
    run(clock)
    assert seen == ["0", "1", "2", "then", "3"]


def test_waiting_for_a_promise_takes_one_microtask(clock):
    seen: list[str] = []
    ticks(clock, seen, 3)

    def body():
        yield Promise.resolved(clock)
        seen.append("first")
        yield Promise.resolved(clock)
        seen.append("second")
        return "value"

    run_async(clock, body()).then(seen.append)
    run(clock)
    assert seen == ["0", "first", "1", "second", "2", "value"]


def test_a_reason_goes_through_until_somebody_takes_it(clock):
    seen: list[object] = []
    reason = Rejection("no")
    rejected = Promise.rejected(clock, reason)
    rejected.then(seen.append).catch(lambda error: error).then(seen.append)

    def body():
        try:
            yield rejected
        except Rejection as error:
            seen.append(f"caught {error}")
        raise Rejection("again")

    run_async(clock, body()).catch(lambda error: seen.append(str(error)))
    run(clock)
    assert seen == ["caught no", "again", reason]


def test_what_is_settled_stays_as_it_is(clock):
    promise = Promise(clock)
    promise.resolve(1)
    promise.resolve(2)
    promise.reject(Rejection("late"))
    seen: list[object] = []
    promise.then(seen.append)
    run(clock)
    assert seen == [1]


def test_all_waits_for_all_and_fails_with_the_first(clock):
    seen: list[object] = []
    first, second = Promise(clock), Promise(clock)
    wait_for_all(clock, [first, second]).then(seen.append)
    wait_for_all(clock, [first, Promise.rejected(clock, Rejection("no"))]).catch(
        lambda error: seen.append(str(error))
    )
    wait_for_all(clock, []).then(seen.append)
    second.resolve(2)
    first.resolve(1)
    run(clock)
    assert seen == [[], "no", [1, 2]]


def test_a_race_is_won_by_the_first(clock):
    seen: list[object] = []
    slow = Promise(clock)
    race(clock, [slow, Promise.resolved(clock, "fast")]).then(seen.append)
    slow.resolve("slow")
    run(clock)
    assert seen == ["fast"]


def test_a_defect_of_the_model_is_no_rejection(clock):
    Promise.resolved(clock).then(lambda _: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        run(clock)


def test_what_nobody_will_continue_goes_without_a_trace(clock):
    seen: list[str] = []

    def body():
        try:
            yield Promise(clock)
        except Rejection:
            seen.append("caught")
        seen.append("went on")

    promise = run_async(clock, body())
    assert promise.state == PENDING
    del promise
    gc.collect()
    run(clock)
    assert seen == []
    assert Promise.resolved(clock).state == FULFILLED
