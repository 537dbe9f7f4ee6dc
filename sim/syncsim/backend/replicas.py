"""Read replicas: copies of the store, each as old as the commits that have not reached it.

A replica applies commits in their order and answers queries as of the last one it has. How
long a commit takes to reach it is not decided here.
"""

from __future__ import annotations

from collections import deque

from syncsim.backend.store import Store
from syncsim.domain import Domain, Row


class Replicas:
    """The copies of one store, numbered from 0."""

    def __init__(self, domain: Domain, count: int) -> None:
        assert count >= 0, count
        self._stores = [Store(domain) for _ in range(count)]
        self._behind: list[deque[tuple[int, list[Row]]]] = [deque() for _ in range(count)]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._stores)

    def start(self, rows: list[Row]) -> None:
        """Fill every copy with what the backend holds at the start."""
        for store in self._stores:
            store.copy(rows)

    def committed(self, lsn: int, rows: list[Row]) -> None:
        """Take note of a commit that is on its way to every copy."""
        for behind in self._behind:
            behind.append((lsn, rows))

    def copied(self, replica: int, lsn: int) -> None:
        """Let a commit, and every one before it, arrive at a copy."""
        assert 0 <= replica < len(self), replica
        behind = self._behind[replica]
        while behind and behind[0][0] <= lsn:
            self._stores[replica].copy(behind.popleft()[1])

    def store(self, replica: int) -> Store:
        """Return a copy."""
        return self._stores[replica]

    @property
    def lsn(self) -> int:
        """Return the last commit that has reached every copy; needs one copy at least."""
        return min(store.lsn for store in self._stores)
