"""What the model needs from the world: a time, timers, and microtasks.

Whoever runs the model brings these four; the model itself sleeps nowhere and reads no clock.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

Callback = Callable[[], object]
"""Something to call later; what it returns is dropped."""


class Scheduler(Protocol):
    """A JavaScript event loop, as far as query-core can tell.

    Timers that are due at one time run in the order in which they were set. Microtasks run
    first in, first out, until none is left, before the next timer runs.
    """

    def now_ms(self) -> int:
        """Return the time in milliseconds."""

    def set_timeout(self, callback: Callback, delay_ms: float) -> int:
        """Call `callback` once, after the delay; return the handle of the timer."""

    def clear_timeout(self, handle: int) -> None:
        """Forget a timer; nothing happens if it has run already."""

    def microtask(self, callback: Callback) -> None:
        """Call `callback` when the running task ends, behind the microtasks already queued."""
