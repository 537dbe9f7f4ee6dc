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

TURNS_MAX = 100_000
"""Timers run at one moment; more of them set one another for ever."""


class Page:
    """Timers that are due at one time run in the order in which they were set.

    All microtasks run before the next timer does. `cause` is the record that led to what runs
    now; a timer remembers it. What the page reads as the time may be wrong; its timers are not.
    """

    def __init__(self) -> None:
        self.cause = -1
        self.wall_clock = WallClock()
        self._now_us = 0
        self._timers: list[tuple[int, int]] = []
        self._callbacks: dict[int, tuple[Callback, int]] = {}
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
        assert delay_ms >= 0, delay_ms
        self._handle += 1
        self._callbacks[self._handle] = callback, self.cause
        due_ms = EPOCH_MS + self._now_us // MS + (int(delay_ms) if delay_ms <= DELAY_MAX_MS else 0)
        heapq.heappush(self._timers, (due_ms, self._handle))
        return self._handle

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
            callback, self.cause = self._callbacks.pop(handle)
            self._now_us = max(self._now_us, due_us)
            callback()
            self._drain()
        raise AssertionError("timers set one another for ever")

    def _drain(self) -> None:
        microtasks = self._microtasks
        while microtasks:
            microtasks.popleft()()
