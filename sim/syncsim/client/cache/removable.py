"""What is thrown away when nobody has used it for a while."""

from __future__ import annotations

import math

from syncsim.client.cache.scheduler import Scheduler
from syncsim.client.cache.utils import is_valid_timeout

GC_TIME_MS = 300_000
"""How long the package keeps what nobody uses, if it is not told otherwise."""


class Removable:
    """Asks to be removed when `gc_time_ms` have passed since the last `schedule_gc`."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._gc_timeout: int | None = None
        self.gc_time_ms: float = 0

    def destroy(self) -> None:
        """Stop what would happen by itself."""
        self.clear_gc_timeout()

    def schedule_gc(self) -> None:
        """Start the wait anew; a wait without end is none."""
        self.clear_gc_timeout()
        if is_valid_timeout(self.gc_time_ms):
            self._gc_timeout = self._scheduler.set_timeout(self._gc, self.gc_time_ms)

    def update_gc_time(self, gc_time_ms: float | None) -> None:
        """Take the longest wait that anybody has asked for; it never gets shorter."""
        wanted = GC_TIME_MS if gc_time_ms is None else gc_time_ms
        assert not math.isnan(wanted), "a wait is a number"
        self.gc_time_ms = max(self.gc_time_ms, wanted)

    def clear_gc_timeout(self) -> None:
        """Stop waiting."""
        if self._gc_timeout is not None:
            self._scheduler.clear_timeout(self._gc_timeout)
            self._gc_timeout = None

    def optional_remove(self) -> None:
        """Remove it, if it is really not in use."""

    def _gc(self) -> None:
        self.optional_remove()
