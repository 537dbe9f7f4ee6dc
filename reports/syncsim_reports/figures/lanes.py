"""The lanes of the swimlanes figure, and how they lie on the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from syncsim.history import History
from syncsim.staleness import Window
from syncsim_reports.figures.canvas import FOOT_PX, HEAD_PX, HEIGHT_PX, WIDTH_PX
from syncsim_reports.words import SECOND_US

LEFT_PX, RIGHT_PX = 430, 84
PLOT_PX = WIDTH_PX - LEFT_PX - RIGHT_PX
LANE_PX_MAX, BAR_PX_MAX = 68.0, 26.0
TIP_PX = 15.0
SETTLE_SHARE = 0.12
"""After the last thing to see, the settle phase is cut to this share of the figure."""


class Lane(NamedTuple):
    """The windows of one row on one client, in order of time, and the row's commits."""

    client: str
    entity: str
    windows: tuple[Window, ...]
    commits_us: tuple[int, ...]

    @property
    def total_us(self) -> int:
        """Return how long the windows last together."""
        return sum(window.length_us for window in self.windows)

    def is_free(self, from_us: float, until_us: float) -> bool:
        """Tell whether nothing is drawn in the lane between two times."""
        return not any(
            window.start_us < until_us and from_us < window.end_us for window in self.windows
        ) and not any(from_us < time_us < until_us for time_us in self.commits_us)


class Scale(NamedTuple):
    """How time and lanes map to pixels; one lane is one unit high, lane 0 on top."""

    until_us: int
    lane_px: float

    @property
    def bar(self) -> float:
        """Return half the height of a bar, in lanes."""
        return min(0.3, BAR_PX_MAX / 2 / self.lane_px)

    @property
    def tip_s(self) -> float:
        """Return the length of the arrow tip of an open end, in seconds."""
        return self.us_of(TIP_PX) / SECOND_US

    def us_of(self, pixels: float) -> float:
        """Return how much time a distance stands for."""
        return pixels * self.until_us / PLOT_PX


def lanes_of(history: History, windows: Iterable[Window], lanes_max: int) -> tuple[list[Lane], int]:
    """Return the lanes to draw, grouped by client, and how many are left out.

    Those with the longest total of old data are kept; clients come in the header's order.
    """
    commits: dict[str, list[int]] = {}
    for record in history.of("commit"):
        commits.setdefault(record.entity, []).append(record.time_us)
    of: dict[tuple[str, str], list[Window]] = {}
    for window in windows:
        of.setdefault((window.client, window.entity), []).append(window)
    lanes = [
        Lane(client, entity, tuple(found), tuple(commits.get(entity, ())))
        for (client, entity), found in of.items()
    ]
    lanes.sort(key=lambda lane: (-lane.total_us, lane.client, lane.entity))
    kept, hidden = lanes[:lanes_max], max(0, len(lanes) - lanes_max)
    order = {name: place for place, name in enumerate(history.header.get("clients") or {})}
    last = len(order)
    kept.sort(key=lambda lane: (order.get(lane.client, last), lane.client, lane.entity))
    return kept, hidden


def groups_of(lanes: Sequence[Lane]) -> dict[str, tuple[int, int]]:
    """Return the first and last lane of each client."""
    groups: dict[str, tuple[int, int]] = {}
    for place, lane in enumerate(lanes):
        first, _ = groups.get(lane.client, (place, place))
        groups[lane.client] = (first, place)
    return groups


def scale_of(history: History, lanes: Sequence[Lane]) -> Scale:
    """Return the scale: until shortly after the last thing to see, and lanes that fill it."""
    windows = [window for lane in lanes for window in lane.windows]
    seen_us = [window.start_us if window.censored else window.end_us for window in windows]
    seen_us += [record.time_us for record in history.of("commit", "heal")]
    seen_us += [r.time_us for r in history.of("phase") if (r.data or {}).get("phase") == "settle"]
    until_us = max(1, min(history.end_us, int(max(seen_us) * (1 + SETTLE_SHARE))))
    return Scale(until_us, min(LANE_PX_MAX, (HEIGHT_PX - HEAD_PX - FOOT_PX) / len(lanes)))
