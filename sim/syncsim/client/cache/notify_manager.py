"""Notifications are held back: what changed in one batch is told one macrotask later."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from syncsim.client.cache.scheduler import Callback, Scheduler

Result = TypeVar("Result")
Argument = TypeVar("Argument")


class NotifyManager:
    """Collects what is scheduled inside batches and runs it all in one later macrotask."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._queue: list[Callback] = []
        self._transactions = 0

    def batch(self, callback: Callable[[], Result]) -> Result:
        """Call at once; when the outermost batch ends, send off what was scheduled inside."""
        self._transactions += 1
        try:
            return callback()
        finally:
            self._end()

    def tell(self, listeners: Iterable[Callable[[Argument], object]], word: Argument) -> None:
        """Call each listener at once, in one batch."""
        self._transactions += 1
        try:
            for listener in listeners:
                listener(word)
        finally:
            self._end()

    def schedule(self, callback: Callback) -> None:
        """Call in a later macrotask, with the rest of the batch if there is one."""
        if self._transactions:
            self._queue.append(callback)
        else:
            self._scheduler.set_timeout(callback, 0)

    def batch_calls(self, callback: Callable[[Argument], object]) -> Callable[[Argument], None]:
        """Return a function whose every call is scheduled, with the argument of that call."""

        def scheduled(argument: Argument) -> None:
            self.schedule(lambda: callback(argument))

        return scheduled

    def _end(self) -> None:
        self._transactions -= 1
        assert self._transactions >= 0, "each batch ends once"
        if self._transactions or not self._queue:
            return
        queue, self._queue = self._queue, []

        def run_all() -> None:
            for callback in queue:
                callback()

        self._scheduler.set_timeout(run_all, 0)
