"""A WebSocket that loses, repeats and swaps single frames, which no TCP connection does.

Off unless a scenario asks for it. It is for protocols that shall survive more than they will
meet: what a design does when one frame is missing on a connection that stays open.
"""

from __future__ import annotations

from dataclasses import dataclass

from syncsim.engine import Draws
from syncsim.net.units import MILLION

LATE_MAX_US = 2_000_000
"""A frame that comes too late does so by this at most: time enough for others to overtake it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfaithful:
    """How many frames in a million are lost, come twice, or let others overtake them."""

    drop_ppm: int = 0
    duplicate_ppm: int = 0
    reorder_ppm: int = 0

    def __post_init__(self) -> None:
        assert 0 <= self.drop_ppm <= MILLION, self.drop_ppm
        assert 0 <= self.duplicate_ppm <= MILLION, self.duplicate_ppm
        assert 0 <= self.reorder_ppm <= MILLION, self.reorder_ppm

    @property
    def is_on(self) -> bool:
        """Tell whether anything is out of order at all."""
        return bool(self.drop_ppm or self.duplicate_ppm or self.reorder_ppm)

    def drops(self, draws: Draws, frame: str) -> bool:
        """Tell whether a frame is lost; its other fates are drawn apart from that."""
        return _falls(draws, f"{frame}/unfaithful/drop", self.drop_ppm)

    def duplicates(self, draws: Draws, frame: str) -> bool:
        """Tell whether a frame comes twice."""
        return _falls(draws, f"{frame}/unfaithful/duplicate", self.duplicate_ppm)

    def late_us(self, draws: Draws, frame: str) -> int:
        """Return by how much a frame is late while others pass it, 0 if it is not."""
        if not _falls(draws, f"{frame}/unfaithful/reorder", self.reorder_ppm):
            return 0
        return 1 + draws.below(LATE_MAX_US, f"{frame}/unfaithful/late")


FAITHFUL = Unfaithful()
"""What a connection is."""


def _falls(draws: Draws, name: str, chance_ppm: int) -> bool:
    return chance_ppm > 0 and draws.below(MILLION, name) < chance_ppm
