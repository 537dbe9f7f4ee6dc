"""The virtual clock of a replay: timers in order, microtasks between them."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable

from syncsim.client.cache.scheduler import Callback

START_MS = 1_000_000
"""Not 0, since query-core reads a time of 0 as never; traces count from here."""

DELAY_MAX_MS = 2**31 - 1
"""A browser takes a longer delay for 1 ms."""

TURNS_MAX = 100_000
"""No sensible program needs so many; one that does would never end."""


class TooManyTurns(Exception):  # noqa: N818 - it says what is wrong with a program
    """A program sets one timer after another and never comes to its end."""


class Clock:
    """Takes one timer after another, each with the microtasks that follow from it.

    Timers of one time are taken in the order in which they were set. Those of a page die with
    the page; those of the world outside do not.
    """

    def __init__(self) -> None:
        self._now_ms = START_MS
        self._timers: list[tuple[int, int]] = []
        self._callbacks: dict[int, Callback] = {}
        self._page_timers: dict[int, None] = {}
        self._handle = 0
        self._microtasks: deque[Callback] = deque()

    def now_ms(self) -> int:
        """Return the time as the page reads it."""
        return self._now_ms

    def set_timeout(self, callback: Callback, delay_ms: float) -> int:
        """Set a timer of the page; part of a millisecond counts for nothing."""
        handle = self.later(int(delay_ms) if delay_ms <= DELAY_MAX_MS else 1, callback)
        self._page_timers[handle] = None
        return handle

    def clear_timeout(self, handle: int) -> None:
        """Forget a timer of the page."""
        self._callbacks.pop(handle, None)
        self._page_timers.pop(handle, None)

    def microtask(self, callback: Callback) -> None:
        """Call when the turn ends, behind the microtasks that wait already."""
        self._microtasks.append(callback)

    def later(self, delay_ms: int, callback: Callback) -> int:
        """Set a timer of the world outside the page."""
        assert delay_ms >= 0, delay_ms
        self._handle += 1
        self._callbacks[self._handle] = callback
        heapq.heappush(self._timers, (self._now_ms + delay_ms, self._handle))
        return self._handle

    def end_page(self) -> None:
        """Let the timers of the page die."""
        for handle in self._page_timers:
            del self._callbacks[handle]
        self._page_timers.clear()

    def run(self, until_ms: int, after_turn: Callable[[], None]) -> None:
        """Take timers up to the one that is set here, for the end; tell after each.

        Raises:
            TooManyTurns: if the end is never reached.
        """
        timers, callbacks, microtasks = self._timers, self._callbacks, self._microtasks
        end = self.later(until_ms, lambda: None)
        turns = 0
        while end in callbacks:
            time_ms, handle = heapq.heappop(timers)
            callback = callbacks.pop(handle, None)
            if callback is None:
                continue  # It was cleared.
            self._page_timers.pop(handle, None)
            assert time_ms >= self._now_ms, "time does not go back"
            self._now_ms = time_ms
            callback()
            while microtasks:
                microtasks.popleft()()
            after_turn()
            turns += 1
            if turns == TURNS_MAX:
                raise TooManyTurns(f"more than {TURNS_MAX} turns")
