"""What the backend has to bear when clients come back after an outage."""

from __future__ import annotations

from collections import deque

from syncsim.history import Record, Records

SECOND_US = 1_000_000

AFTER_US = 10 * SECOND_US
"""How long after a return requests count: socket.io's longest wait, 5 s and half of that as
jitter (socket.io-client, manager.ts), and time for the first answers."""

_OUTAGES = ("partition", "drop", "restart")
_REQUESTS = ("query", "mutate")


def reconnect_peak_per_s(history: Records) -> int | None:
    """Return the most HTTP requests sent within any second after an outage, None without one.

    An outage ends when a partition, a dropped socket or a restart of the backend heals, and
    again whenever a socket opens anew. Requests of all clients count for ten seconds from
    then on, whatever set them off, because the backend has to answer all of them.
    """
    returned_us = -1
    window: deque[int] = deque()
    peak = 0
    for record in history.of("heal", "open", "send"):
        if record.kind != "send":
            returned_us = record.time_us if _is_return(record) else returned_us
            continue
        if returned_us < 0 or record.time_us > returned_us + AFTER_US:
            continue
        if (record.data or {}).get("what") in _REQUESTS:
            window.append(record.time_us)
            while record.time_us - window[0] >= SECOND_US:
                window.popleft()
            peak = max(peak, len(window))
    return peak if returned_us >= 0 else None


def _is_return(record: Record) -> bool:
    data = record.data or {}
    if record.kind == "open":
        return int(data.get("epoch", 0)) > 1
    return data.get("verb") in _OUTAGES
