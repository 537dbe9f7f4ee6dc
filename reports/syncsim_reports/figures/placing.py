"""Keeps labels from lying on each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

NEAR_PX = 24.0
"""A label nearer than this to a line looks as if it named it."""
UNREADABLE = 4
"""Labels that lie on each other count as so many that are only close."""


class Box(NamedTuple):
    """A rectangle in pixels."""

    left: float
    bottom: float
    right: float
    top: float

    def grown(self, by: float) -> Box:
        """Return the box with this much more on every side."""
        return Box(self.left - by, self.bottom - by, self.right + by, self.top + by)

    def overlaps(self, other: Box) -> bool:
        """Tell whether two boxes share any area."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.bottom < other.top
            and other.bottom < self.top
        )

    def holds(self, point: tuple[float, float]) -> bool:
        """Tell whether a point lies inside."""
        return self.left < point[0] < self.right and self.bottom < point[1] < self.top


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move places on a line apart by at least `gap`, each as little as possible.

    Neighbours that would collide form a block, which is centred on what its members wanted
    and kept within `low` and `high`; blocks that meet become one. Order is kept, so
    `wanted` must ascend. If there is no room for all, the gap shrinks.
    """
    if not wanted:
        return []
    gap = min(gap, (high - low) / max(len(wanted) - 1, 1))
    blocks: list[tuple[float, list[float]]] = []
    for place in wanted:
        members = [place]
        start = _start(members, gap, low, high)
        while blocks and blocks[-1][0] + len(blocks[-1][1]) * gap > start:
            members = [*blocks.pop()[1], *members]
            start = _start(members, gap, low, high)
        blocks.append((start, members))
    return [start + index * gap for start, members in blocks for index in range(len(members))]


def _start(members: list[float], gap: float, low: float, high: float) -> float:
    """Return where the first of a block goes so that the block is centred on its wishes."""
    ideal = sum(place - index * gap for index, place in enumerate(members)) / len(members)
    return max(low, min(ideal, high - (len(members) - 1) * gap))


def freest(
    candidates: Sequence[Box],
    taken: Sequence[Box],
    own: Sequence[tuple[float, float]],
    others: Sequence[tuple[float, float]],
) -> int:
    """Return the index of the best place for a label; the first of equals.

    A label must not lie on another label, should not lie on a line, and should not come near
    a line that is not its own, because it would seem to belong to that one.
    """

    def cost(box: Box) -> float:
        near = box.grown(NEAR_PX)
        labels = sum(near.overlaps(other) for other in taken)
        labels += UNREADABLE * sum(box.overlaps(other) for other in taken)
        lines = sum(box.grown(NEAR_PX / 3).holds(p) for p in own)
        lines += sum(near.holds(p) for p in others)
        return labels * (len(own) + len(others) + 1) + lines

    costs = [cost(box) for box in candidates]
    return costs.index(min(costs))
