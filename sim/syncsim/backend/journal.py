"""The latest commits, as long as a crash could lose them.

A database that does not wait for its disk acknowledges a commit before it is safe. If the
machine dies within that time, the commit never was, though a client has been told of it.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from syncsim.domain import Row


class Entry(NamedTuple):
    """One transaction: when, its lsn, the commit before it, and its rows as they were before.

    A row that it made has None for what was before.
    """

    time_us: int
    lsn: int
    last_lsn: int
    before: dict[str, Row | None]


class Journal:
    """Remembers the transactions of the last `keep_us`."""

    def __init__(self, keep_us: int) -> None:
        assert keep_us >= 0, keep_us
        self._keep_us = keep_us
        self._entries: deque[Entry] = deque()

    def add(self, entry: Entry) -> None:
        """Remember a transaction, and forget those that are safe by now."""
        if self._keep_us:
            self._entries.append(entry)
            while entry.time_us - self._entries[0].time_us > self._keep_us:
                self._entries.popleft()

    def cut(self, since_us: int) -> list[Entry]:
        """Forget, and return in their order, the transactions after a moment."""
        lost: list[Entry] = []
        while self._entries and self._entries[-1].time_us > since_us:
            lost.append(self._entries.pop())
        return lost[::-1]
