"""What fresh data costs: one point per design, and the designs that no other one beats."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from syncsim_reports.figures.canvas import (
    FAINT,
    HEAD_PX,
    INK,
    MARGIN_PX,
    QUIET,
    SERIES,
    SMALL_PT,
    WIDTH_PX,
    axes_px,
    blank,
    drawable,
    legible,
    say_empty,
    styled,
)
from syncsim_reports.figures.placing import Box, freest
from syncsim_reports.rows import Typical
from syncsim_reports.words import count, duration, listed, ratio

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.transforms import BboxBase

CAPTION = (
    "Each point is a design: to the left it costs less, further down its screens are fresher. The "
    "line, the front, joins those that no other beats in both; hollow points are behind it. All "
    "are means: whether two of them differ is for the table of differences."
)

PANELS_MAX = 4
"""Networks side by side; in narrower panels the labels would lie on each other."""
GAP_PX = 40
POINT_PX = 17.0
"""Half of a point, and a little air."""
LEADER_PX = 30.0
"""A label further from its point than this is joined to it by a thin line."""
STEPS = 10
"""Places tried for a label to each side, a quarter of its size apart."""
AWAY_PX = 60.0
"""The line starts at a point, so nearer to it than this a label cannot but be near the line."""
MARKERS = "oDs^"
"""The next one is taken when all colours have been used."""
FACTS_MAX = 6
"""With more points than this in a panel, labels are names alone, and smaller."""
SAME_PX = 4.0
"""Points nearer to each other than this look like one."""
CROWDED_PT = 12.5
LEAST_US = 1.0
"""A logarithmic axis has no zero; a design that was never late stands at its lower end."""
HINT = "↙ cheaper and fresher"
COST, AGE = "requests_per_commit", "mean_age_us"


class Point(NamedTuple):
    """A design on one network: what it costs and how old its screens are on average."""

    design: str
    colour: str
    cost: float
    age_us: float
    marker: str = "o"

    def beats(self, other: Point) -> bool:
        """Tell whether it is no worse in either and better in one."""
        return (
            self.cost <= other.cost
            and self.age_us <= other.age_us
            and (self.cost, self.age_us) != (other.cost, other.age_us)
        )


def pareto(cells: Iterable[Typical], *, subtitle: str = "") -> Figure:
    """Draw requests per commit against the mean age of screens, a panel per network.

    The mean age is taken because nothing can flatter it: quantiles of windows leave out those
    that never closed.
    """
    with styled():
        panels = _panels(cells)
        shown = dict(list(panels.items())[:PANELS_MAX])
        figure = blank(_title(panels), subtitle or _subtitle(len(panels)), CAPTION)
        if not panels:
            return say_empty(figure, "No design had both a commit and a screen.")
        left = MARGIN_PX + 80
        wide = (WIDTH_PX - left - MARGIN_PX - GAP_PX * (len(shown) - 1)) / len(shown)
        for place, (network, points) in enumerate(shown.items()):
            start = left + place * (wide + GAP_PX)
            ax = axes_px(figure, start, WIDTH_PX - start - wide, head=HEAD_PX)
            _set_scale(ax, [p for panel in shown.values() for p in panel], first=place == 0)
            ax.set_title(drawable(network, 30), loc="left", fontsize=15, color=INK, pad=14)
            _draw(ax, points)
        return figure


def front(points: Sequence[Point]) -> list[Point]:
    """Return the points that no other one beats, by cost."""
    kept = [point for point in points if not any(other.beats(point) for other in points)]
    return sorted(kept, key=lambda point: (point.cost, point.age_us, point.design))


def _panels(cells: Iterable[Typical]) -> dict[str, list[Point]]:
    """Return the points of each network; designs are chosen, networks are not."""
    cells = list(cells)
    designs = list(dict.fromkeys(cell.design for cell in cells))
    panels: dict[str, list[Point]] = {}
    for cell in cells:
        cost, age_us = cell.values[COST], cell.values[AGE]
        if cost is not None and age_us is not None:
            turn, place = divmod(designs.index(cell.design), len(SERIES))
            marker = MARKERS[turn % len(MARKERS)]
            point = Point(cell.design, SERIES[place], cost, max(age_us, LEAST_US), marker)
            panels.setdefault(cell.network, []).append(point)
    return panels


def _subtitle(panels: int) -> str:
    hidden = panels - PANELS_MAX
    text = "average age of a screen against requests for each commit; hollow: behind the front"
    return f"{text}  ·  {count(hidden, 'network')} not drawn" if hidden > 0 else text


def _title(panels: dict[str, list[Point]]) -> str:
    """Say which designs are on the front; it is about the points, so it claims no more."""
    designs = dict.fromkeys(point.design for points in panels.values() for point in points)
    on = dict.fromkeys(point.design for points in panels.values() for point in front(points))
    off = [design for design in designs if design not in on]
    if not on:
        return "What fresh data costs"
    verb = "is" if len(on) == 1 else "are"
    where = f"{verb} on the front of cost and age"
    text = f"{listed(list(on))} {where}"
    if not off:
        return legible(text, f"All {count(len(on), 'design')} {where}")
    most = [f"All but {listed(off)} {where}"] if len(off) < len(on) else []
    return legible(
        f"{text}; {listed(off)} never",
        *most,
        f"{text}; the other {len(off)} never" if len(off) > 1 else text,
        f"{len(on)} of {count(len(designs), 'design')} {where}",
    )


def _set_scale(ax: Axes, points: Sequence[Point], *, first: bool) -> None:
    ages = [point.age_us for point in points]
    costs = [point.cost for point in points]
    ax.set_yscale("log")
    ax.set_ylim(min(ages) / 4, max(ages) * 4)
    ax.set_xlim(0, max(costs) * 1.25 or 1)
    ax.yaxis.set_major_formatter(lambda value, _: duration(value))
    ax.yaxis.set_minor_formatter(lambda value, _: "")
    ax.locator_params(axis="x", nbins=6)
    ax.grid(axis="y")
    if first:
        ax.set_ylabel("average age of a screen", loc="top")
    else:
        ax.tick_params(labelleft=False)
    ax.set_xlabel("requests for each commit", loc="right")
    ax.text(0.03, 0.03, HINT, transform=ax.transAxes, color=QUIET, fontsize=SMALL_PT)


def _draw(ax: Axes, points: Sequence[Point]) -> None:
    best = front(points)
    ax.plot(
        [point.cost for point in best], [point.age_us for point in best],
        color=FAINT, linewidth=1.6, linestyle=(0, (5, 3)), zorder=2, label="front",
    )  # fmt: skip
    for point in points:
        ax.plot(
            [point.cost], [point.age_us], point.marker, color=point.colour, zorder=4,
            markersize=15 if point.marker == "o" else 13,
            markerfacecolor=point.colour if point in best else "white", markeredgewidth=2.4,
            label=point.design,
        )  # fmt: skip
    _labels(ax, points, best)


def _labels(ax: Axes, points: Sequence[Point], best: Sequence[Point]) -> None:
    """Write each label near its point, off the other points, labels and the lines.

    Designs that stand at the same point share a label.
    """
    to_pixels, back = ax.transData.transform, ax.transData.inverted().transform
    at = [tuple(to_pixels((point.cost, point.age_us))) for point in points]
    line = _along([tuple(to_pixels((point.cost, point.age_us))) for point in best])
    area = ax.get_window_extent()
    taken = [Box(*text.get_window_extent().extents) for text in ax.texts]
    crowded = len(points) > FACTS_MAX
    leaders: list[tuple[float, float]] = []
    for together in _together(at, crowded=crowded):
        place, point = together[0], points[together[0]]
        names = ", ".join(points[other].design for other in together)
        size = CROWDED_PT if crowded else 15
        texts = [ax.text(0, 0, drawable(names, 24 * len(together)), fontsize=size)]
        colour = point.colour if len(together) == 1 else INK
        texts[0].set(fontweight="bold", color=colour)
        texts += [] if crowded else [ax.text(0, 0, _facts(point), fontsize=SMALL_PT, color=INK)]
        boxes = [text.get_window_extent() for text in texts]
        wide = max(box.width for box in boxes)
        high = sum(box.height for box in boxes) + (2 if crowded else 8)
        places = _around(at[place], wide, high, area)
        places = [box for box in places if not _crosses(box, at[place], taken)] or places
        others = [spot for other, spot in enumerate(at) if other not in together]
        others += [spot for spot in (*line, *leaders) if math.dist(spot, at[place]) > AWAY_PX]
        box = places[freest(places, taken, [], others)]
        taken.append(box)
        texts[0].set_position(tuple(back((box.left, box.top - boxes[0].height))))
        for facts in texts[1:]:
            facts.set_position(tuple(back((box.left, box.bottom + 3))))
        end = _nearest(box, at[place])
        if math.dist(end, at[place]) > LEADER_PX:
            start = tuple(back(at[place])), tuple(back(end))
            ax.plot(*zip(*start, strict=True), color=colour, linewidth=1.0, zorder=3)
            leaders += _along([at[place], end])


def _together(at: Sequence[tuple[float, float]], *, crowded: bool) -> list[list[int]]:
    """Return the places of points from the top down; in a crowd, those at one spot together."""
    groups: list[list[int]] = []
    for place in sorted(range(len(at)), key=lambda place: -at[place][1]):
        same = [group for group in groups if math.dist(at[group[0]], at[place]) < SAME_PX]
        if crowded and same:
            same[0].append(place)
        else:
            groups.append([place])
    return groups


def _crosses(box: Box, at: tuple[float, float], taken: Sequence[Box]) -> bool:
    """Tell whether the line from a label to its point would run through another label."""
    spots = _along([at, _nearest(box, at)])
    return any(other.holds(spot) for other in taken for spot in spots)


def _facts(point: Point) -> str:
    return f"{duration(point.age_us)} for {ratio(point.cost)} requests"


def _around(at: tuple[float, float], wide: float, high: float, area: BboxBase) -> list[Box]:
    """Return places for a label inside the axes that leave its point free, the nearest first."""
    boxes = []
    for across in range(-STEPS, STEPS + 1):
        for up in range(-STEPS, STEPS + 1):
            left = at[0] - wide / 2 + across * (wide / 2 + POINT_PX) / 2
            bottom = at[1] - high / 2 + up * (high / 2 + POINT_PX) / 2
            left = min(max(left, area.x0 + 4), area.x1 - wide)
            bottom = min(max(bottom, area.y0 + 4), area.y1 - high)
            boxes.append(Box(left, bottom, left + wide, bottom + high))
    free = [box for box in boxes if not box.grown(POINT_PX).holds(at)] or boxes[:1]
    # To the right, where one reads on, before all other places that are as near.
    return sorted(free, key=lambda box: (math.dist(_nearest(box, at), at) // 6, box.left < at[0]))


def _nearest(box: Box, at: tuple[float, float]) -> tuple[float, float]:
    """Return the point of a box that is nearest to a point."""
    return min(max(at[0], box.left), box.right), min(max(at[1], box.bottom), box.top)


def _along(line: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return points along a line, dense enough to tell whether a label lies on it."""
    steps = 40
    return [
        (start[0] + (end[0] - start[0]) * n / steps, start[1] + (end[1] - start[1]) * n / steps)
        for start, end in pairwise(line)
        for n in range(steps)
    ]
