"""Which clients were cut off, and whether that touched a given interval."""

from __future__ import annotations

from syncsim.history import Header, Record

_BACKEND = "backend"


class Outages:
    """Follows partitions, closed sockets and restarts of the backend.

    A closed socket counts only under a design that pushes; the others do not use one. The
    time before a client's first connection is no outage.
    """

    KINDS = ("fault", "heal", "open", "close")

    def __init__(self, header: Header) -> None:
        self._push: bool = header.get("design", {}).get("push", False)
        self._down: dict[str, bool] = {}
        self._closed: dict[str, bool] = {}
        self._ended_us: dict[str, int] = {}

    def apply(self, record: Record) -> None:
        """Take one record of `KINDS` in."""
        place, kind = record.at, record.kind
        if kind == "close":
            self._closed[place] = self._push
        elif kind == "open":
            if self._closed.pop(place, False):
                self._ended_us[place] = record.time_us
        elif (record.data or {}).get("verb") == ("restart" if place == _BACKEND else "partition"):
            self._down[place] = kind == "fault"
            if kind == "heal":
                self._ended_us[place] = record.time_us

    def touched(self, client: str, since_us: int) -> bool:
        """Tell whether this client was cut off at any time after `since_us` until now."""
        return self._closed.get(client, False) or any(
            self._down.get(place, False) or self._ended_us.get(place, -1) > since_us
            for place in (client, _BACKEND)
        )
