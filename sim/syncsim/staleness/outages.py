"""Which clients were cut off, and whether that touched a given interval."""

from __future__ import annotations

from collections.abc import Sequence

from syncsim.history import Header, Record, Records

_BACKEND = "backend"


def touched(history: Records, asked: Sequence[tuple[int, str, int]]) -> list[bool]:
    """Tell which intervals an outage touched.

    A closed socket counts only under a design that pushes; the others do not use one. The time
    before a client's first connection is no outage.

    Args:
        history: The record of a run.
        asked: Intervals, each with the `seq` before which it ended, the client, and since when it
            lasted, in order of the first.
    """
    outages = [*history.of("fault", "heal", "open", "close")]
    if all(record.kind == "open" for record in outages):
        return [False] * len(asked)
    state = _Outages(history.header)
    found, place = [], 0
    for before, client, since_us in asked:
        while place < len(outages) and outages[place].seq < before:
            state.apply(outages[place])
            place += 1
        found.append(state.touched(client, since_us))
    return found


class _Outages:
    """Follows partitions, closed sockets and restarts of the backend."""

    def __init__(self, header: Header) -> None:
        self._push: bool = header.get("design", {}).get("push", False)
        self._down: dict[str, bool] = {}
        self._closed: dict[str, bool] = {}
        self._ended_us: dict[str, int] = {}

    def apply(self, record: Record) -> None:
        """Take one record in."""
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
