"""The browser's AbortController, as far as a fetch needs it."""

from __future__ import annotations

from collections.abc import Callable


class AbortSignal:
    """Tells once that what it belongs to was given up."""

    def __init__(self) -> None:
        self.is_aborted = False
        self._listeners: list[Callable[[], object]] = []

    def on_abort(self, listener: Callable[[], object]) -> None:
        """Call when it is given up; the earliest listener first."""
        self._listeners.append(listener)

    def off_abort(self, listener: Callable[[], object]) -> None:
        """Do not call after all."""
        if listener in self._listeners:
            self._listeners.remove(listener)

    def fire(self) -> None:
        """Give up, the first time; every later time is nothing."""
        if not self.is_aborted:
            self.is_aborted = True
            for listener in tuple(self._listeners):
                listener()


class AbortController:
    """The side that gives up; `signal` is handed to the side that works."""

    def __init__(self) -> None:
        self.signal = AbortSignal()

    def abort(self) -> None:
        """Give up."""
        self.signal.fire()
