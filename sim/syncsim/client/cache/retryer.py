"""Runs a function, tries again when it fails, and waits while it may not run (retryer.ts)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from syncsim.client.cache.environment import Environment
from syncsim.client.cache.options import NetworkMode
from syncsim.client.cache.promise import FULFILLED, PENDING, REJECTED, Promise, Rejection

RETRIES = 3
"""How often a query is tried again, if it is not told otherwise."""

FIRST_RETRY_DELAY_MS = 1_000
RETRY_DELAY_MAX_MS = 30_000


class CancelledError(Rejection):
    """A fetch was cancelled: to go back to what was before, or silently for another fetch."""

    def __init__(self, *, revert: bool = False, silent: bool = False) -> None:
        super().__init__("CancelledError")
        self.revert = revert
        self.silent = silent


def default_retry_delay(failure_count: int) -> int:
    """Return the wait after so many failures: it doubles from one second up to thirty."""
    assert failure_count >= 0, failure_count
    doubled: int = FIRST_RETRY_DELAY_MS * 2**failure_count
    return min(doubled, RETRY_DELAY_MAX_MS)


def can_fetch(environment: Environment, network_mode: NetworkMode | None) -> bool:
    """Tell whether a first try may start: only the mode `online` asks the network."""
    if (network_mode or "online") == "online":
        return environment.online_manager.is_online()
    return True


def wants_retry(failure_count: int, *, retry: bool | int) -> bool:
    """Tell whether to try again after a failure that so many others came before."""
    return retry if isinstance(retry, bool) else failure_count < retry


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryerConfig:
    """The function to run and how, and whom to tell."""

    fn: Callable[[], Any]
    retry: bool | int
    retry_delay_ms: float | None
    network_mode: NetworkMode | None
    can_run: Callable[[], bool]
    on_fail: Callable[[int, Rejection], None]
    on_pause: Callable[[], None]
    on_continue: Callable[[], None]
    on_cancel: Callable[[CancelledError], None] | None = None


class Retryer:
    """One run of a function with all its tries; `promise` is settled when it is over.

    `status` is changed at once; who waits for the promise learns of it microtasks later.
    """

    def __init__(self, environment: Environment, config: RetryerConfig) -> None:
        self._environment = environment
        self._config = config
        self._is_retry_cancelled = False
        self._failure_count = 0
        self._continue: Callable[[], None] | None = None
        self.status = PENDING
        self.promise = Promise(environment.scheduler)

    def start(self) -> Promise:
        """Run, or pause until it may run."""
        assert self.status == PENDING, "a retryer starts once"
        if self.can_start():
            self._run()
        else:
            self._pause(self.can_start).then(lambda _: self._run())
        return self.promise

    def can_start(self) -> bool:
        """Tell whether the first try may run now."""
        config = self._config
        return can_fetch(self._environment, config.network_mode) and config.can_run()

    def cancel(self, *, revert: bool = False, silent: bool = False) -> None:
        """Give up, whatever the function is doing."""
        if self.status == PENDING:
            error = CancelledError(revert=revert, silent=silent)
            self._reject(error)
            if self._config.on_cancel is not None:
                self._config.on_cancel(error)

    def cancel_retry(self) -> None:
        """Let the try under way be the last."""
        self._is_retry_cancelled = True

    def continue_retry(self) -> None:
        """Take `cancel_retry` back."""
        self._is_retry_cancelled = False

    def proceed(self) -> Promise:
        """End a pause, if what it waits for is there (`continue`, a reserved word here)."""
        self._end_pause()
        return self.promise

    def _can_continue(self) -> bool:
        """A later try wants the page in front, in every network mode."""
        environment = self._environment
        is_reachable = (
            self._config.network_mode == "always" or environment.online_manager.is_online()
        )
        return environment.focus_manager.is_focused() and is_reachable and self._config.can_run()

    def _resolve(self, value: Any) -> None:
        if self.status == PENDING:
            self._end_pause()
            self.status = FULFILLED
            self.promise.resolve(value)

    def _reject(self, reason: Rejection) -> None:
        if self.status == PENDING:
            self._end_pause()
            self.status = REJECTED
            self.promise.reject(reason)

    def _end_pause(self) -> None:
        if self._continue is not None:
            self._continue()

    def _pause(self, can_resume: Callable[[], bool]) -> Promise:
        pause = Promise(self._environment.scheduler)

        def end() -> None:
            if self.status != PENDING or can_resume():
                pause.resolve()

        def ended(_: object) -> None:
            self._continue = None
            if self.status == PENDING:
                self._config.on_continue()

        self._continue = end
        self._config.on_pause()
        return pause.then(ended)

    def _run(self) -> None:
        if self.status != PENDING:
            return
        scheduler = self._environment.scheduler
        try:
            answer = Promise.resolved(scheduler, self._config.fn())
        except Rejection as reason:
            answer = Promise.rejected(scheduler, reason)
        answer.then(self._resolve).catch(self._failed)

    def _failed(self, reason: Rejection) -> None:
        if self.status != PENDING:
            return
        config = self._config
        delay_ms = config.retry_delay_ms
        if delay_ms is None:
            delay_ms = default_retry_delay(self._failure_count)
        if self._is_retry_cancelled or not wants_retry(self._failure_count, retry=config.retry):
            self._reject(reason)
            return
        self._failure_count += 1
        assert delay_ms >= 0, delay_ms
        config.on_fail(self._failure_count, reason)
        self._sleep(delay_ms).then(self._wait_to_continue).then(lambda _: self._try_again(reason))

    def _sleep(self, delay_ms: float) -> Promise:
        slept = Promise(self._environment.scheduler)
        self._environment.scheduler.set_timeout(slept.resolve, delay_ms)
        return slept

    def _wait_to_continue(self, _: object) -> Promise | None:
        if self.status != PENDING or self._can_continue():
            return None
        return self._pause(self._can_continue)

    def _try_again(self, reason: Rejection) -> None:
        if self._is_retry_cancelled:
            self._reject(reason)
        else:
            self._run()
