"""The broker: tells open sessions of a change, and keeps it for a while if it is asked to."""

from __future__ import annotations

from collections import deque
from typing import Any, NamedTuple

KEPT_MAX = 1_000_000
"""Changes kept at a time; more is a loop, not a workload."""


class Kept(NamedTuple):
    """A change that was published: its number and the one before, when that was, what it is.

    Both numbers are 0 where nothing is kept.
    """

    offset: int
    at_us: int
    change: Any
    previous: int = 0


class Broker:
    """Knows who has a session open, and what was published in the last `retention_us`.

    With 0 nothing is kept: a client that is away when a change is published misses it, and
    nobody will tell it later. What is kept lies in memory, unless it is a log. That survives a
    restart, numbers each change by its commit, and with 0 keeps all; it may also be held to the
    last `retention_count` changes. If it `is_acked`, it keeps each change for each client, over a
    restart, until the client says that it has it:

        A7 is told as 12, and then the session breaks     12 is kept, whether it arrived or not
        the next session                                  12 is told again
    """

    def __init__(
        self,
        retention_us: int = 0,
        *,
        is_log: bool = False,
        is_acked: bool = False,
        retention_count: int = 0,
    ) -> None:
        self._retention_us = retention_us
        self._retention_count = retention_count
        self._is_log = is_log
        self._is_acked = is_acked
        self._owed: dict[str, dict[int, Kept]] = {}
        self._open: dict[str, bool] = {}
        self._opened_at: dict[str, int] = {}
        self._kept: deque[Kept] = deque()
        self._offset = 0
        self._forgot = 0

    def opened(self, client: str) -> None:
        """A session began."""
        self._open[client] = True
        self._opened_at[client] = self._offset

    def closed(self, client: str) -> None:
        """A session ended, as the server saw it."""
        if client in self._open:
            self._open[client] = False

    def fan_out(self, origin: str) -> tuple[list[str], list[str]]:
        """Return who will be told of a change by `origin`, and who is away and misses it."""
        told = [name for name, is_open in self._open.items() if is_open and name != origin]
        away = [name for name, is_open in self._open.items() if not is_open and name != origin]
        return told, away

    def keep(self, now_us: int, change: Any, lsn: int = 0) -> Kept:
        """Number a change and keep it for a while; return it with its number."""
        if self._is_acked:
            self._offset += 1
            return Kept(self._offset, now_us, change)
        if not self._retention_us and not self._is_log:
            return Kept(0, now_us, change)
        self._forget_until(now_us)
        assert len(self._kept) < KEPT_MAX, "too many changes are kept"
        assert not self._is_log or lsn > self._offset, "a log has the commits in their order"
        previous = self._offset
        self._offset = lsn if self._is_log else previous + 1
        kept = Kept(self._offset, now_us, change, previous)
        self._kept.append(kept)
        return kept

    def owe(self, client: str, kept: Kept) -> None:
        """Keep a change for a client until it says that it has it, if that is waited for."""
        if self._is_acked:
            owed = self._owed.setdefault(client, {})
            assert len(owed) < KEPT_MAX, "too many changes are kept"
            owed[kept.offset] = kept

    def owed(self, client: str) -> tuple[Kept, ...]:
        """Return the changes that a client has not said to have, in their order."""
        return tuple(self._owed.get(client, {}).values())

    def acknowledged(self, client: str, offset: int) -> None:
        """A client has the change of a number; what was before it may still be owed."""
        self._owed.get(client, {}).pop(offset, None)

    def opened_at(self, client: str) -> int:
        """Return the number of the last change before a client's session; it is told the rest."""
        return self._opened_at[client]

    def missed(self, client: str, cursor: int, now_us: int) -> list[Kept] | None:
        """Return what was published between a number and the begin of the client's session.

        None if some of it is forgotten, or if the client does not know a number, which is -1.
        """
        self._forget_until(now_us)
        if cursor < self._forgot:
            return None
        last = self._opened_at[client]
        return [each for each in self._kept if cursor < each.offset <= last]

    def forget(self) -> None:
        """The process ended, and what it kept in memory with it."""
        if not self._is_log:
            self.reset(self._offset + 1)

    def reset(self, offset: int) -> None:
        """Begin anew behind a number: what was told before says nothing of what is there now."""
        self._offset = max(offset, self._offset)
        self._forgot = self._offset
        self._kept.clear()

    def _forget_until(self, now_us: int) -> None:
        kept = self._kept
        while kept and self._is_over(kept[0], now_us):
            self._forgot = kept.popleft().offset

    def _is_over(self, oldest: Kept, now_us: int) -> bool:
        """Tell whether the oldest change is older than is kept, or one too many."""
        if self._retention_us and oldest.at_us + self._retention_us < now_us:
            return True
        return 0 < self._retention_count < len(self._kept)
