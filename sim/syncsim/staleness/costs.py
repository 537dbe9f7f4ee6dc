"""What a design spent: requests, bytes, socket events and refetches, in all and per commit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import compress
from typing import Any

from syncsim.history import Records
from syncsim.history.columns import Columns

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
    for batch in history.batches("send", "fetch", "commit"):
        for kind, data, count in _counted(batch):
            if kind == "send":
                what = data.get("what")
                requests += count * (what in _REQUESTS)
                socket_events += count * (what == "event")
                total_bytes += count * data.get("bytes", 0)
            elif kind == "fetch":
                refetches += count * (data.get("trigger") != "mount")
        # The rows of one transaction are recorded together and share its lsn.
        kinds = (batch.names[kind] for kind in batch.kind.tolist())
        for lsn in compress(batch.lsn.tolist(), (kind == "commit" for kind in kinds)):
            commits += lsn != last_lsn
            last_lsn = lsn
    return Costs(
        requests=requests,
        bytes=total_bytes,
        socket_events=socket_events,
        refetches=refetches,
        commits=commits,
    )


def _counted(batch: Columns) -> Iterator[tuple[str, dict[str, Any], int]]:
    """Yield the kinds of records with their data, and how many there are of each."""
    import numpy as np

    count = len(batch.objects)
    together = batch.kind.astype(np.int64) * count + batch.data
    found, times = np.unique(together, return_counts=True)
    for both, often in zip(found.tolist(), times.tolist(), strict=True):
        kind, data = divmod(both, count)
        yield batch.names[kind], batch.objects[data] or {}, often
