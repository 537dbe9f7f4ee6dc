"""Retries: how often, after which delays, and what they wait for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from syncsim.client.cache.environment import Environment
from syncsim.client.cache.promise import REJECTED, Promise, Rejection
from syncsim.client.cache.retryer import (
    CancelledError,
    Retryer,
    RetryerConfig,
    can_fetch,
    default_retry_delay,
    wants_retry,
)
from syncsim.conformance.clock import START_MS, Clock


def test_the_delay_doubles_from_one_second_to_thirty():
    delays = [default_retry_delay(failures) for failures in range(8)]
    assert delays == [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]


@pytest.mark.parametrize(
    ("retry", "tries"), [(True, 5), (False, 0), (0, 0), (1, 1), (3, 3), (99, 5)]
)
def test_a_number_counts_retries_and_true_has_no_end(retry, tries):
    wanted = [failures for failures in range(5) if wants_retry(failures, retry=retry)]
    assert len(wanted) == min(tries, 5)


def test_only_the_mode_online_asks_the_network_before_a_first_try():
    environment = Environment(Clock())
    environment.online_manager.set_online(False)
    assert not can_fetch(environment, None)
    assert not can_fetch(environment, "online")
    assert can_fetch(environment, "offlineFirst")
    assert can_fetch(environment, "always")


class Failing:
    """A function that always fails at once, and what its retryer tells."""

    def __init__(self, **options) -> None:
        self.clock = Clock()
        self.environment = Environment(self.clock)
        self.tries: list[int] = []
        self.told: list[str] = []
        self.retryer = Retryer(
            self.environment,
            RetryerConfig(
                fn=self.fail,
                **{"retry": 3, "retry_delay_ms": None, "network_mode": None, **options},
                can_run=lambda: True,
                on_fail=lambda count, _: self.told.append(f"failed {count}"),
                on_pause=lambda: self.told.append("pause"),
                on_continue=lambda: self.told.append("continue"),
            ),
        )
        self.at(0, self.retryer.start)

    def fail(self) -> Promise:
        self.tries.append(self.clock.now_ms() - START_MS)
        raise Rejection("no")

    def at(self, time_ms: int, action: Callable[[], object]) -> None:
        """Do something at a time."""
        self.clock.later(time_ms, action)

    def focus(self, *, focused: bool) -> None:
        self.environment.focus_manager.set_focused(focused)
        self.retryer.proceed()

    def connect(self, *, online: bool) -> None:
        self.environment.online_manager.set_online(online)
        self.retryer.proceed()

    def run(self) -> None:
        """Let a minute pass."""
        self.clock.run(60_000, lambda: None)


def test_four_tries_at_0_1_3_and_7_seconds():
    failing = Failing()
    failing.run()
    assert failing.tries == [0, 1000, 3000, 7000]
    assert failing.told == ["failed 1", "failed 2", "failed 3"]
    assert failing.retryer.status == REJECTED


@pytest.mark.parametrize("mode", ["online", "always", "offlineFirst"])
def test_a_retry_waits_for_focus_in_every_network_mode(mode):
    failing = Failing(network_mode=mode, retry_delay_ms=10, retry=1)
    failing.at(5, lambda: failing.focus(focused=False))
    failing.at(500, lambda: failing.focus(focused=True))
    failing.run()
    assert failing.told == ["failed 1", "pause", "continue"]
    assert failing.tries == [0, 500]


@pytest.mark.parametrize(
    ("mode", "second"), [("online", 500), ("offlineFirst", 500), ("always", 10)]
)
def test_a_retry_waits_for_the_network_unless_it_is_always_there(mode, second):
    failing = Failing(network_mode=mode, retry_delay_ms=10, retry=1)
    failing.at(5, lambda: failing.connect(online=False))
    failing.at(500, lambda: failing.connect(online=True))
    failing.run()
    assert failing.tries == [0, second]


def test_a_cancelled_run_is_over_at_once_and_tries_no_more():
    failing = Failing(retry_delay_ms=10)
    reasons: list[Rejection] = []
    failing.retryer.promise.observe(lambda _: None, reasons.append)
    failing.at(5, lambda: failing.retryer.cancel(revert=True))
    failing.run()
    assert failing.retryer.status == REJECTED
    assert failing.tries == [0]
    assert [type(reason) for reason in reasons] == [CancelledError]


def test_without_further_retries_the_try_under_way_is_the_last():
    failing = Failing(retry_delay_ms=10)
    failing.at(15, failing.retryer.cancel_retry)
    failing.run()
    assert failing.tries == [0, 10]
    assert failing.retryer.status == REJECTED


def test_that_can_be_taken_back():
    failing = Failing(retry_delay_ms=10)
    failing.at(15, failing.retryer.cancel_retry)
    failing.at(16, failing.retryer.continue_retry)
    failing.run()
    assert failing.tries == [0, 10, 20, 30]


def test_a_first_try_offline_waits_for_the_network():
    failing = Failing(retry=False)
    failing.environment.online_manager.set_online(False)
    failing.at(100, failing.retryer.proceed)
    failing.at(200, lambda: failing.connect(online=True))
    failing.run()
    assert failing.tries == [200]
    assert failing.told == ["pause", "continue"]
