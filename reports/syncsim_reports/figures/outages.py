"""When each place was cut off, read from a history."""

from __future__ import annotations

from typing import NamedTuple

from syncsim.history import History

BACKEND = "backend"

OFFLINE, SOCKET_CLOSED, BACKEND_DOWN = "offline", "socket closed", "backend restarting"


class Outage(NamedTuple):
    """One interval in which a place could not be reached; `what` says in which way."""

    place: str
    what: str
    start_us: int
    end_us: int


def outages(history: History) -> tuple[Outage, ...]:
    """Return every outage in order of its start; one without an end lasts to the last record.

    A client is cut off from a partition to its heal, and its socket from a close to the next
    open. A socket that closes because the run stops is not an outage.
    """
    found: list[Outage] = []
    since: dict[tuple[str, str], int] = {}
    for record in history.of("fault", "heal", "open", "close"):
        what = _what(record.kind, record.at, (record.data or {}).get("verb", ""))
        if not what:
            continue
        place = (record.at, what)
        if record.kind in ("fault", "close"):
            since.setdefault(place, record.time_us)
        elif place in since:
            found.append(Outage(*place, since.pop(place), record.time_us))
    found += [
        Outage(*place, start_us, history.end_us)
        for place, start_us in since.items()
        if start_us < history.end_us
    ]
    return tuple(sorted(found, key=lambda outage: (outage.start_us, outage.place, outage.what)))


def _what(kind: str, place: str, verb: str) -> str:
    if kind in ("open", "close"):
        return SOCKET_CLOSED
    if verb == "partition":
        return OFFLINE
    return BACKEND_DOWN if verb == "restart" and place == BACKEND else ""
