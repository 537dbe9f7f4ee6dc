"""The event loop of one browser tab: timers, microtasks, and what led to each.

Time is brought in from outside and stands still in between. A tab counts whole milliseconds,
so a timer of 16 ms that is set at 1.0005 s is due at 1.016 s.
"""

from __future__ import annotations

import heapq
from collections import deque

from syncsim.client.cache.scheduler import Callback
from syncsim.engine import WallClock

MS = 1_000
"""Microseconds in a millisecond."""

EPOCH_MS = 1_000_000
"""What the page's clock shows at time 0. Not 0, since query-core reads a time of 0 as never."""

DELAY_MAX_MS = 2**31 - 1
"""A browser takes a longer delay for none (HTML standard, timers: a signed 32-bit integer)."""

HIDDEN_TICK_MS = 1_000
"""How often a browser runs the timers of a hidden page (Chrome, Background tabs)."""

CHAIN_TICK_MS, CHAIN_AFTER_MS, CHAIN_LENGTH = 60_000, 300_000, 5
"""And those at the end of a chain of timers, once the page has been hidden for long."""

TURNS_MAX = 100_000
"""Timers run at one moment; more of them set one another for ever."""


class Page:
    """Timers that are due at one time run in the order in which they were set.

    All microtasks run before the next timer does. `cause` is the record that led to what runs
    now; a timer remembers it. While the page is hidden, timers wait for the next whole second, and
    those that timers set, five in a row, for the next minute after five minutes; frames do not
    wait, since what a page draws is not set off by timers. What the page reads as the time may be
    wrong; its timers are not.
    """

    def __init__(self) -> None:
        self.cause = -1
        self.wall_clock = WallClock()
        self._now_us = 0
        self._timers: list[tuple[int, int]] = []
        # By handle: what to call, the record that led to it, its time, its place in a chain.
        self._callbacks: dict[int, tuple[Callback, int, int, int]] = {}
        self._chain = 0
        self._hidden_ms = -1
        self._handle = 0
        self._microtasks: deque[Callback] = deque()

    @property
    def now_us(self) -> int:
        """Return the time."""
        return self._now_us

    @property
    def wake_us(self) -> int | None:
        """Return when the next timer is due, None if there is none."""
        timers, callbacks = self._timers, self._callbacks
        while timers and timers[0][1] not in callbacks:
            heapq.heappop(timers)
        return (timers[0][0] - EPOCH_MS) * MS if timers else None

    def now_ms(self) -> int:
        """Return the time as the page reads it (Date.now)."""
        return EPOCH_MS + self.wall_clock.reading_us(self._now_us) // MS

    def set_timeout(self, callback: Callback, delay_ms: float) -> int:
        """Call `callback` once, after the delay; part of a millisecond counts for nothing."""
        return self._set(callback, delay_ms, self._chain + 1)

    def set_frame(self, callback: Callback, delay_ms: int) -> None:
        """Call `callback` for the next picture, whether the page is hidden or not."""
        self._set(callback, delay_ms, 0)

    def _set(self, callback: Callback, delay_ms: float, chain: int) -> int:
        assert delay_ms >= 0, delay_ms
        self._handle += 1
        due_ms = EPOCH_MS + self._now_us // MS + (int(delay_ms) if delay_ms <= DELAY_MAX_MS else 0)
        self._callbacks[self._handle] = callback, self.cause, due_ms, chain
        heapq.heappush(self._timers, (self._throttled_ms(due_ms, chain), self._handle))
        return self._handle

    def _throttled_ms(self, due_ms: int, chain: int) -> int:
        """Return when a timer runs that is due at a time, with the page as it is."""
        since_ms = due_ms - self._hidden_ms
        if self._hidden_ms < 0 or chain == 0 or since_ms <= 0:
            return due_ms
        is_slow = chain >= CHAIN_LENGTH and since_ms >= CHAIN_AFTER_MS
        tick_ms = CHAIN_TICK_MS if is_slow else HIDDEN_TICK_MS
        return self._hidden_ms + -(-since_ms // tick_ms) * tick_ms

    def hide(self) -> None:
        """Let timers be slow from now on."""
        self._hidden_ms = EPOCH_MS + self._now_us // MS
        self._plan_again()

    def show(self) -> None:
        """Let timers be on time again; those that are late by now run at once."""
        self._hidden_ms = -1
        self._plan_again()

    def _plan_again(self) -> None:
        self._timers = [
            (self._throttled_ms(due_ms, chain), handle)
            for handle, (_, _, due_ms, chain) in self._callbacks.items()
        ]
        heapq.heapify(self._timers)

    def clear_timeout(self, handle: int) -> None:
        """Forget a timer; nothing happens if it has run already."""
        self._callbacks.pop(handle, None)

    def microtask(self, callback: Callback) -> None:
        """Call `callback` when the running task ends, behind the microtasks already queued."""
        self._microtasks.append(callback)

    def clear(self) -> None:
        """Forget all timers and microtasks: another page is loaded in this one's place."""
        self._timers.clear()
        self._callbacks.clear()
        self._chain = 0
        self._microtasks.clear()

    def skip_to(self, now_us: int) -> None:
        """Let the time be `now_us` without running what was due in between; that is late now."""
        assert now_us >= self._now_us, (now_us, self._now_us)
        self._now_us = now_us

    def run(self, now_us: int, task: Callback | None, cause: int) -> None:
        """Let the time be `now_us`: run the timers due, then the task, then what both set off."""
        assert now_us >= self._now_us, (now_us, self._now_us)
        self._run_timers(now_us)
        self._now_us = now_us
        if task is not None:
            self.cause = cause
            task()
            self._drain()
            self._run_timers(now_us)

    def _run_timers(self, until_us: int) -> None:
        for _ in range(TURNS_MAX):
            due_us = self.wake_us
            if due_us is None or due_us > until_us:
                return
            _, handle = heapq.heappop(self._timers)
            callback, self.cause, _, self._chain = self._callbacks.pop(handle)
            self._now_us = max(self._now_us, due_us)
            callback()
            self._drain()
            self._chain = 0
        raise AssertionError("timers set one another for ever")

    def _drain(self) -> None:
        microtasks = self._microtasks
        while microtasks:
            microtasks.popleft()()
