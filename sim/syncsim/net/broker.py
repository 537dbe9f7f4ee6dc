"""The broker: tells open sessions of a change, at most once, and keeps nothing."""

from __future__ import annotations


class Broker:
    """Knows who has a session open.

    A client that is away when a change is published misses it; nobody will tell it later.
    """

    def __init__(self) -> None:
        self._open: dict[str, bool] = {}

    def opened(self, client: str) -> None:
        """A session began."""
        self._open[client] = True

    def closed(self, client: str) -> None:
        """A session ended, as the server saw it."""
        if client in self._open:
            self._open[client] = False

    def fan_out(self, origin: str) -> tuple[list[str], list[str]]:
        """Return who will be told of a change by `origin`, and who is away and misses it."""
        told = [name for name, is_open in self._open.items() if is_open and name != origin]
        away = [name for name, is_open in self._open.items() if not is_open and name != origin]
        return told, away
