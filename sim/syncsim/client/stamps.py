"""The clocks by which a client stamps its writes, for backends that let the last one win."""

from __future__ import annotations

from collections.abc import Callable

from syncsim.design import Merge
from syncsim.net.messages import Stamp


class WallClock:
    """What the client's own clock shows. It may be wrong, and it may go back."""

    def __init__(self, client: str, now_us: Callable[[], int]) -> None:
        self._client = client
        self._now_us = now_us

    def tick(self) -> Stamp:
        """Return the stamp of a new write."""
        return Stamp(self._now_us(), 0, self._client)

    def see(self, stamp: Stamp | None) -> None:
        """Learn nothing: this clock listens to nobody."""


class HybridClock(WallClock):
    """A hybrid logical clock: never behind what the client has seen, whatever its own clock.

    S. Kulkarni et al., Logical Physical Clocks, OPODIS 2014: the time is the greatest that was
    seen, and ticks tell apart what happened at that time.
    """

    def __init__(self, client: str, now_us: Callable[[], int]) -> None:
        super().__init__(client, now_us)
        self._last = Stamp(0)

    def tick(self) -> Stamp:
        """Return the stamp of a new write, later than all that were seen."""
        now_us = self._now_us()
        if now_us > self._last.time_us:
            self._last = Stamp(now_us)
        else:
            self._last = self._last._replace(tick=self._last.tick + 1)
        return self._last._replace(client=self._client)

    def see(self, stamp: Stamp | None) -> None:
        """Take in the clock of a message."""
        if stamp is not None:
            self._last = max(self._last, stamp._replace(client=""))


def stamp_clock(merge: Merge, client: str, now_us: Callable[[], int]) -> WallClock:
    """Return the clock that a merge rule wants; without stamps nobody reads it."""
    return (
        HybridClock(client, now_us)
        if merge.strategy == "hybrid-clock"
        else WallClock(client, now_us)
    )
