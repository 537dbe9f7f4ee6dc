"""What a design spent: requests, bytes, socket events and refetches, in all and per commit."""

from __future__ import annotations

from dataclasses import dataclass

from syncsim.history import Records

_REQUESTS = ("query", "mutate", "audit", "checkpoint")


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What one run cost.

    `requests` are HTTP requests sent by clients, lost ones included, for a client pays for
    those too. `bytes` counts everything sent in either direction, `socket_events` the change
    events sent to clients, `refetches` the fetches that were not the first of a view on
    screen. `commits` counts transactions. The figures per commit are None without commits.
    """

    requests: int
    bytes: int
    socket_events: int
    refetches: int
    commits: int

    @property
    def requests_per_commit(self) -> float | None:
        """Return the HTTP requests for each transaction."""
        return self._per_commit(self.requests)

    @property
    def bytes_per_commit(self) -> float | None:
        """Return the bytes sent for each transaction."""
        return self._per_commit(self.bytes)

    @property
    def socket_events_per_commit(self) -> float | None:
        """Return the change events sent for each transaction."""
        return self._per_commit(self.socket_events)

    @property
    def refetches_per_commit(self) -> float | None:
        """Return the refetches for each transaction."""
        return self._per_commit(self.refetches)

    def _per_commit(self, total: int) -> float | None:
        return total / self.commits if self.commits else None


def costs(history: Records) -> Costs:
    """Count what a run cost."""
    requests = total_bytes = socket_events = refetches = commits = 0
    last_lsn = -1
    for record in history.of("send", "fetch", "commit"):
        data = record.data or {}
        if record.kind == "send":
            what = data.get("what")
            requests += what in _REQUESTS
            socket_events += what == "event"
            total_bytes += data.get("bytes", 0)
        elif record.kind == "fetch":
            refetches += data.get("trigger") != "mount"
        elif record.lsn != last_lsn:
            # The rows of one transaction are recorded together and share its lsn.
            commits += 1
            last_lsn = record.lsn
    return Costs(
        requests=requests,
        bytes=total_bytes,
        socket_events=socket_events,
        refetches=refetches,
        commits=commits,
    )
