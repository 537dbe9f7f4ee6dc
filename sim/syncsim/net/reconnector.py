"""When the client of one page tries to open its socket again, by the rules of its stack."""

from __future__ import annotations

import math

from syncsim.engine import Draws
from syncsim.net.stacks import ABNORMAL_CLOSE, CodeRule, Stack
from syncsim.net.units import MILLION


class Reconnector:
    """The reconnecting of one page, from its first connection to its last.

    It is told what happened and answers with the wait until the next try, or None if it has
    given up. It sets no timer and reads no clock. `client` names the page: another page of
    the same person, or the page after a reload, is another client with luck of its own. The
    page tries for the first time at `now_us`.
    """

    __slots__ = (
        "_attempts",
        "_client",
        "_close_try_us",
        "_draws",
        "_first_try_us",
        "_gave_up",
        "_opened_us",
        "_rule",
        "_suspended",
        "_tries",
        "_try_us",
    )

    def __init__(self, stack: Stack, client: str, draws: Draws, now_us: int = 0) -> None:
        self._rule = stack.reconnect
        self._client = client
        self._draws = draws
        self._attempts = 0
        self._tries = 0
        self._try_us = now_us
        self._opened_us = -1
        self._close_try_us = now_us - self._rule.close_spacing_us
        self._first_try_us = now_us
        self._suspended = False
        self._gave_up = False

    @property
    def gave_up(self) -> bool:
        """Whether it will never try again by itself."""
        return self._gave_up

    def opened(self, now_us: int) -> None:
        """A try succeeded."""
        assert not self._gave_up, self._client
        assert self._opened_us < 0, self._client
        self._opened_us = now_us

    def closed(self, now_us: int, code: int = ABNORMAL_CLOSE) -> int | None:
        """The open connection is gone; return the wait until the next try, None for never."""
        assert now_us >= self._opened_us >= 0, (self._client, now_us)
        if now_us - self._opened_us >= self._rule.min_uptime_us:
            self._tries = 0
        self._opened_us = -1
        self._suspended = False
        rule = self._rule_of(code)
        if rule is not None and rule.base_us is None:
            return self._by_code(now_us, rule)
        if self._rule.polls_us:
            return self._begin(now_us, self._until_poll_us(), counts=True)
        if self._rule.close_wait_us is None:
            return self._go_on(now_us, rule)
        spaced_us = self._close_try_us + self._rule.close_spacing_us - now_us
        wait_us = max(self._rule.close_wait_us, spaced_us)
        self._close_try_us = self._first_try_us = now_us + wait_us
        return self._begin(now_us, wait_us, counts=self._rule.close_counts)

    def failed(self, now_us: int, code: int | None = None) -> int | None:
        """A try ended without a connection; return the wait until the next, None for never.

        A server that accepts the connection and closes it before it is of use gives a `code`.
        A refused connection and one that times out give none: browsers report an error then.
        """
        assert self._opened_us < 0, self._client
        assert not self._gave_up, self._client
        rule = None if code is None else self._rule_of(code)
        if rule is not None and rule.base_us is None:
            return self._by_code(now_us, rule)
        if code is None and self._rule.error_stops:
            self._gave_up = True
            return None
        return self._go_on(now_us, rule)

    def shown(self, now_us: int) -> int | None:
        """The page became visible; return the wait that replaces the running one, or None.

        A page that does not try while hidden is only asked again when it is shown.
        """
        if self._gave_up or self._opened_us >= 0 or self._attempts == 0:
            return None
        shown = self._rule.shown
        if shown is not None:
            if shown.restarts:
                self._tries = 0
            self._try_us = now_us + shown.wait_us
            return shown.wait_us
        if not self._rule.tries_hidden and now_us >= self._try_us:
            self._try_us = now_us
            return 0
        return None

    def _rule_of(self, code: int) -> CodeRule | None:
        return next((rule for rule in self._rule.codes if rule.first <= code <= rule.last), None)

    def _by_code(self, now_us: int, rule: CodeRule) -> int | None:
        if rule.stops:
            self._gave_up = True
            return None
        assert rule.wait_us is not None, rule
        self._tries = 0
        return self._begin(now_us, rule.wait_us, counts=False)

    def _go_on(self, now_us: int, rule: CodeRule | None) -> int | None:
        """Return the next wait of the series."""
        if self._rule.gives_up_after and self._tries >= self._rule.gives_up_after:
            self._gave_up = True
            return None
        wait_us = self._series_us(rule)
        if self._rule.from_try:
            # A try that took longer than its wait used up those after it as well.
            due_us = self._try_us + wait_us
            while due_us < now_us:
                self._tries += 1
                self._attempts += 1
                due_us += self._series_us(rule)
            wait_us = due_us - now_us
        return self._begin(now_us, self._suspended_us(now_us, wait_us), counts=True)

    def _begin(self, now_us: int, wait_us: int, *, counts: bool) -> int:
        assert wait_us >= 0, (self._client, wait_us)
        self._tries += counts
        self._attempts += 1
        self._try_us = now_us + wait_us
        return wait_us

    def _suspended_us(self, now_us: int, wait_us: int) -> int:
        """Return the wait as it is with the suspension, if the stack has one."""
        suspension = self._rule.suspension
        if suspension is None:
            return wait_us
        if self._suspended:
            return suspension.wait_us
        suspends_us = self._first_try_us + suspension.after_us
        if now_us + wait_us < suspends_us:
            return wait_us
        self._suspended = True
        return max(suspends_us + suspension.wait_us - now_us, 0)

    # Waits

    def _series_us(self, rule: CodeRule | None) -> int:
        """Return the wait that the series has come to."""
        policy, jitter = self._rule, self._rule.jitter
        steps = self._tries - len(policy.waits_us)
        if steps < 0:
            wait_us = policy.waits_us[self._tries]
        elif not policy.base_us:
            wait_us = policy.waits_us[-1]
        else:
            base_us = policy.base_us if rule is None or rule.base_us is None else rule.base_us
            if jitter is not None and jitter.kind == "base":
                base_us += self._draws.below(jitter.high, f"{self._client}/socket/base")
            wait_us = self._grown_us(base_us, steps)
        if jitter is not None and jitter.before_cap:
            wait_us = min(self._jittered_us(wait_us), policy.cap_us)
        else:
            if policy.cap_us:
                wait_us = min(wait_us, policy.cap_us)
            wait_us = self._jittered_us(wait_us)
        return wait_us - wait_us % policy.timer_us

    def _grown_us(self, base_us: int, steps: int) -> int:
        """Return the base after so many steps; far beyond the cap it need not be exact."""
        policy = self._rule
        if policy.factor_ppm == MILLION:
            return base_us
        if policy.cap_us:
            steps = min(steps, _steps_beyond(base_us, policy.factor_ppm, policy.cap_us))
        return int(base_us * policy.factor_ppm**steps // MILLION**steps)

    def _jittered_us(self, wait_us: int) -> int:
        jitter = self._rule.jitter
        if jitter is None or jitter.kind == "base":
            return wait_us
        name = f"{self._client}/socket/{self._attempts}/wait"
        if jitter.kind == "add":
            return wait_us + jitter.low + self._draws.below(jitter.high - jitter.low, name)
        if jitter.kind == "deciles":
            draw = self._draws.below(MILLION, name)
            timer_us = self._rule.timer_us
            steps = wait_us // timer_us * jitter.high * draw // (MILLION * MILLION)
            return wait_us + steps * timer_us * (1 if draw * 10 // MILLION % 2 else -1)
        low, high = jitter.first if jitter.first and self._tries == 0 else (jitter.low, jitter.high)
        if low == high:
            return wait_us * low // MILLION
        # One draw in microseconds and not in millionths, or long waits would fall on a grid.
        low_us, high_us = wait_us * low // MILLION, wait_us * high // MILLION
        return low_us + self._draws.below(high_us - low_us, name) if high_us > low_us else low_us

    def _until_poll_us(self) -> int:
        """Return how long after a close the poll that acts on it comes.

        The polls are a renewal process with periods even between `polls_us` and twice that, and
        it has run for long. So the period that a moment falls into is drawn in proportion to
        its length, and the moment lies anywhere within it (Cox, Renewal Theory, 1962, chapter 5).
        """
        least_us = self._rule.polls_us
        name = f"{self._client}/socket/{self._attempts}"
        draw = self._draws.below(MILLION * MILLION, f"{name}/period")
        # The length-biased quantile: the root of 1 + 3 u, in millionths.
        period_us = least_us * math.isqrt(MILLION * MILLION + 3 * draw) // MILLION
        wait_us = least_us + self._draws.below(period_us, f"{name}/wait")
        return wait_us - wait_us % self._rule.timer_us


def _steps_beyond(base_us: int, factor_ppm: int, cap_us: int) -> int:
    """Return a number of steps after which the base is four times the cap, or more.

    Jitter before the cap halves a wait at most, so such a wait is the cap.
    """
    doublings = (4 * cap_us // base_us).bit_length()
    return math.ceil(doublings / math.log2(factor_ppm / MILLION))
