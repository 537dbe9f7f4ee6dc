"""The survival curve: how long old data stays on screen, one line per design."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from syncsim.staleness import Window, survival
from syncsim_reports.figures.canvas import (
    INK,
    MARGIN_PX,
    QUIET,
    SERIES,
    SMALL_PT,
    axes_px,
    blank,
    drawable,
    say_empty,
    styled,
)
from syncsim_reports.figures.placing import Box, freest
from syncsim_reports.windows import in_queries
from syncsim_reports.words import MILLISECOND_US, count, duration, share

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CAPTION = (
    "The share of windows of old data that were still open after a time. A line further to the "
    "left is better; one that ends in an arrow has windows not seen to close."
)

SHORTEST_US = MILLISECOND_US
"""A logarithmic axis has no zero; shorter windows than this stand at its left end."""

FALL_BEGINS = 0.02
"""The axis starts a little before this share of the windows has closed."""

POINTS_EVERY_PX = 10.0
FINDINGS = {0.5: "Half", 0.9: "Nine tenths"}
"""Quantiles that a title may speak of; of equals the first."""

QUANTILES = ((0.5, "p50"), (0.99, "p99"))


class Curve(NamedTuple):
    """The survival curve of one series: `shares[i]` of its windows outlive `times_us[i]`."""

    name: str
    colour: str
    times_us: tuple[float, ...]
    shares: tuple[float, ...]
    windows: int
    censored: int

    def quantile_us(self, part: float) -> float | None:
        """Return when this part of the windows had closed, None if that is never seen."""
        for time_us, left in zip(self.times_us, self.shares, strict=True):
            if left <= 1 - part + 1e-9:
                return time_us
        return None


def survival_curves(series: Mapping[str, Sequence[Window]], *, subtitle: str = "") -> Figure:
    """Draw the share of windows that are still open against their length, per series.

    Censored windows count as open for as long as they were seen, after Kaplan and Meier, so
    a design is not praised for windows whose end nobody saw. A curve that ends above zero
    ends there because its longest windows are censored.
    """
    with styled():
        curves = [
            _curve(name, shown, SERIES[place % len(SERIES)])
            for place, (name, windows) in enumerate(series.items())
            if (shown := in_queries(windows))
        ]
        total = count(sum(curve.windows for curve in curves), "window")
        figure = blank(_title(curves), subtitle or f"{total} of old data", CAPTION)
        if not curves:
            return say_empty(figure, "No client showed an old row.")
        ax = axes_px(figure, MARGIN_PX + 74, MARGIN_PX, head=170)
        _set_scale(ax, curves)
        for curve in curves:
            _line(ax, curve)
        _labels(ax, curves)
        return figure


def _title(curves: Sequence[Curve]) -> str:
    """Return the finding: where the best and the worst curve are furthest apart."""
    found = [finding for part in FINDINGS if (finding := _extremes(curves, part))]
    if not found:
        return "How long old data stays on screen"
    part, best, worst = max(found, key=lambda finding: finding[2][0] / finding[1][0])
    text = f"{FINDINGS[part]} of the old data is gone after {duration(best[0])}"
    if best[0] == worst[0]:
        return text
    return f"{text} under {best[1]}, {duration(worst[0])} under {worst[1]}"


def _extremes(
    curves: Sequence[Curve], part: float
) -> tuple[float, tuple[float, str], tuple[float, str]] | None:
    """Return the best and the worst of the curves at a quantile, None if none reaches it."""
    times = [(curve.quantile_us(part), curve.name) for curve in curves]
    known = sorted((at_us, name) for at_us, name in times if at_us is not None)
    return (part, known[0], known[-1]) if known else None


def _curve(name: str, windows: Sequence[Window], colour: str) -> Curve:
    times_us, shares = survival(windows)
    longest_us = max(window.length_us for window in windows)
    return Curve(
        name=name,
        colour=colour,
        times_us=tuple(max(time_us, SHORTEST_US) for time_us in (*times_us, longest_us)),
        shares=(*shares, shares[-1]),
        windows=len(windows),
        censored=sum(window.censored for window in windows),
    )


def _set_scale(ax: Axes, curves: Sequence[Curve]) -> None:
    longest = max(max(curve.times_us) for curve in curves)
    first = [curve.quantile_us(FALL_BEGINS) or longest for curve in curves]
    shortest = max(SHORTEST_US, min(first) / 3)
    ax.set_xscale("log")
    ax.set_xlim(shortest, longest * 4)
    ax.set_ylim(0, 1.03)
    ax.xaxis.set_major_formatter(lambda value, _: duration(value))
    ax.yaxis.set_major_formatter(lambda value, _: f"{value * 100:.0f} %")
    ax.grid(axis="y")
    ax.spines["left"].set_visible(False)
    ax.set_xlabel("length of a window, from the commit to the paint that shows it", loc="right")
    ax.text(
        0, 1.015, "windows still open", transform=ax.transAxes, color=QUIET, ha="left",
        va="bottom", fontsize=SMALL_PT,
    )  # fmt: skip


def _line(ax: Axes, curve: Curve) -> None:
    """Draw one curve, its median and p99 as small dots, and an arrow where it breaks off."""
    ax.plot(
        curve.times_us, curve.shares, drawstyle="steps-post", color=curve.colour,
        label=curve.name, zorder=3,
    )  # fmt: skip
    for part, name in QUANTILES:
        at_us = curve.quantile_us(part)
        if at_us is not None:
            ax.plot(
                [at_us], [1 - part], "o", markersize=6.5, markerfacecolor="white",
                markeredgecolor=curve.colour, markeredgewidth=1.8, zorder=4, clip_on=False,
                label=f"{name} of {curve.name}",
            )  # fmt: skip
    if curve.shares[-1] > 0:
        ax.plot(
            [curve.times_us[-1]], [curve.shares[-1]], marker=">", markersize=9,
            color=curve.colour, zorder=4, label=f"open end of {curve.name}",
        )  # fmt: skip


def _labels(ax: Axes, curves: Sequence[Curve]) -> None:
    """Write each label beside its own line, where it is not near to any other."""
    paths = [_pixels(ax, curve) for curve in curves]
    taken: list[Box] = []
    for place, curve in enumerate(curves):
        name = ax.text(0, 0, drawable(curve.name, 40), fontsize=15, fontweight="bold")
        facts = ax.text(0, 0, _facts(curve), fontsize=SMALL_PT, linespacing=1.4)
        size = [text.get_window_extent() for text in (name, facts)]
        wide, high = max(box.width for box in size), sum(box.height for box in size) + 8
        boxes = _candidates(ax, paths[place], wide, high)
        others = [point for other, path in enumerate(paths) if other != place for point in path]
        box = boxes[freest(boxes, taken, paths[place], others)]
        taken.append(box)
        to_data = ax.transData.inverted()
        name.set_position(tuple(to_data.transform((box.left, box.top - size[0].height))))
        facts.set_position(tuple(to_data.transform((box.left, box.bottom + 3))))
        name.set_color(curve.colour)
        facts.set_color(INK)


def _facts(curve: Curve) -> str:
    parts = []
    for part, name in QUANTILES:
        at_us = curve.quantile_us(part)
        parts.append(f"{name} {'not reached' if at_us is None else duration(at_us)}")
    never = share(curve.censored / curve.windows)
    return f"{', '.join(parts)}\n{count(curve.windows, 'window')}, {never} censored"


def _pixels(ax: Axes, curve: Curve) -> list[tuple[float, float]]:
    """Return points along a curve in pixels, dense enough to tell whether a label hits it."""
    import numpy as np

    steps_us = np.repeat(curve.times_us, 2)[1:]
    shares = np.repeat(curve.shares, 2)[:-1]
    x, y = ax.transData.transform(np.column_stack([steps_us, shares])).T
    along = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
    at = np.arange(0.0, along[-1], POINTS_EVERY_PX)
    points = zip(np.interp(at, along, x), np.interp(at, along, y), strict=True)
    return [(float(right), float(up)) for right, up in points]


def _candidates(
    ax: Axes, path: Sequence[tuple[float, float]], wide: float, high: float
) -> list[Box]:
    """Return boxes inside the axes, right and left of the part of a curve that falls."""
    area = ax.get_window_extent()
    falls = area.y0 + 0.92 * area.height
    falling = [point for point in path if point[1] < falls][::4]
    boxes = []
    # All places on the right come first, so a label stands there unless it would be in the way.
    for shift in (18, -18 - wide):
        for x, y in falling:
            for bottom in (y + 6, y - high / 2, y - high - 6):
                box = Box(x + shift, bottom, x + shift + wide, bottom + high)
                fits_across = area.x0 + 8 <= box.left and box.right <= area.x1
                if fits_across and area.y0 + 8 <= box.bottom and box.top <= area.y1 - 24:
                    boxes.append(box)
    corner = Box(area.x1 - wide, area.y1 - 30 - high, area.x1, area.y1 - 30)
    return boxes or [corner]
