"""The staleness swimlanes: when each client showed an old version of each row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from syncsim.history import History
from syncsim.staleness import Staleness, Window
from syncsim_reports.figures.canvas import (
    FAINT,
    FOOT_PX,
    HEAD_PX,
    HEIGHT_PX,
    INK,
    MARGIN_PX,
    ORANGE,
    PURPLE,
    QUIET,
    RULE,
    SHADE,
    SKY,
    SMALL_PT,
    VERMILLION,
    WIDTH_PX,
    at_px,
    axes_px,
    blank,
    drawable,
    key_line,
    run_line,
    say_empty,
    styled,
)  # fmt: skip
from syncsim_reports.figures.outages import BACKEND, Outage, outages
from syncsim_reports.windows import in_queries
from syncsim_reports.words import SECOND_US, count, duration

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LANES_MAX = 28
"""More lanes than this cannot be read on a slide."""

CAUSES: dict[str, tuple[str, str]] = {
    "propagation": (SKY, "on its way"),
    "outage": (ORANGE, "cut off"),
    "person": ("#8c97a3", "until a person looks"),
    "regressed": (PURPLE, "went backwards"),
    "unmended": (VERMILLION, "nothing will mend it"),
}
"""Colour and plain words for the cause of a window."""

LEFT_PX, RIGHT_PX = 430, 84
NAME_CHARACTERS = 18
LANE_PX_MAX, BAR_PX_MAX = 68.0, 26.0
TIP_PX = 15.0
SETTLE_SHARE = 0.12
"""Past the last thing to see, the settle phase is cut to this share of the figure."""


class Lane(NamedTuple):
    """The windows of one row on one client, in order of time."""

    client: str
    entity: str
    windows: tuple[Window, ...]

    @property
    def total_us(self) -> int:
        """Return how long the windows last together."""
        return sum(window.length_us for window in self.windows)


class _Scale(NamedTuple):
    """How the axes map to pixels: one lane is one unit high, lane 0 on top."""

    until_us: int
    lane_px: float

    @property
    def bar(self) -> float:
        """Return half the height of a bar in lanes."""
        return min(0.3, BAR_PX_MAX / 2 / self.lane_px)

    @property
    def tip_s(self) -> float:
        """Return the length of the arrow tip of an open end in seconds."""
        plot_px = WIDTH_PX - LEFT_PX - RIGHT_PX
        return TIP_PX * self.until_us / SECOND_US / plot_px


def swimlanes(history: History, staleness: Staleness, *, lanes_max: int = LANES_MAX) -> Figure:
    """Draw one lane per client and row that was shown old, with outages shaded.

    Windows are coloured by cause. A window that never closed ends in an arrow, because its
    length is not known. If there are more than `lanes_max` lanes, those with the longest
    total are kept and the figure says how many are missing.
    """
    with styled():
        windows = in_queries(staleness.windows)
        figure = blank(_title(windows), run_line(history.header))
        lanes, hidden = _lanes(history, windows, lanes_max)
        if not lanes:
            return say_empty(figure, "No client showed an old row in this run.")
        key_line(figure, _key(windows))
        ax = axes_px(figure, LEFT_PX, RIGHT_PX)
        scale = _set_scale(ax, history, lanes)
        _shade(ax, lanes, outages(history), scale)
        _commits(ax, history, lanes, scale)
        _windows(ax, lanes, scale)
        _names(ax, history, lanes)
        _settle(ax, history, scale)
        figure.text(*at_px(MARGIN_PX, 30), _note(hidden), color=QUIET, fontsize=SMALL_PT)
        return figure


def _note(hidden: int) -> str:
    note = (
        "in brackets: windows   ·   thin tick: a commit of the row   ·   "
        "arrow: still old at the last look"
    )
    return f"and {count(hidden, 'more lane')} with less old data   ·   {note}" if hidden else note


def _title(windows: Sequence[Window]) -> str:
    if not windows:
        return "No old data on screen"
    censored = sum(window.censored for window in windows)
    closed = [window for window in windows if not window.censored]
    text = f"{count(len(windows), 'window')} of old data on screen"
    if closed:
        longest = max(closed, key=lambda window: window.length_us)
        length = duration(longest.end_us - longest.start_us)
        text += f", the longest {length} on {longest.client}"
    return text + (f", {censored} never closed" if censored else "")


def _key(windows: Sequence[Window]) -> dict[str, str]:
    key: dict[str, str] = {}
    for cause, (colour, words) in CAUSES.items():
        of_cause = [window for window in windows if window.cause == cause]
        if of_cause:
            total = sum(window.length_us for window in of_cause)
            key[f"{words} {duration(total)} ({len(of_cause):,})"] = colour
    return key


def _lanes(history: History, windows: Iterable[Window], lanes_max: int) -> tuple[list[Lane], int]:
    """Return the lanes to draw, grouped by client, and how many are left out."""
    of: dict[tuple[str, str], list[Window]] = {}
    for window in windows:
        of.setdefault((window.client, window.entity), []).append(window)
    lanes = [Lane(client, entity, tuple(found)) for (client, entity), found in of.items()]
    lanes.sort(key=lambda lane: (-lane.total_us, lane.client, lane.entity))
    kept, hidden = lanes[:lanes_max], max(0, len(lanes) - lanes_max)
    order = {name: place for place, name in enumerate(history.header.get("clients", {}))}
    last = len(order)
    kept.sort(key=lambda lane: (order.get(lane.client, last), lane.client, lane.entity))
    return kept, hidden


def _groups(lanes: Sequence[Lane]) -> dict[str, tuple[int, int]]:
    """Return the first and last lane of each client."""
    groups: dict[str, tuple[int, int]] = {}
    for place, lane in enumerate(lanes):
        first, _ = groups.get(lane.client, (place, place))
        groups[lane.client] = (first, place)
    return groups


def _set_scale(ax: Axes, history: History, lanes: Sequence[Lane]) -> _Scale:
    """Fix the axes: seconds to the right, lanes downwards from the top."""
    seen_us = [window.end_us for lane in lanes for window in lane.windows if not window.censored]
    seen_us += [window.start_us for lane in lanes for window in lane.windows]
    seen_us += [record.time_us for record in history.of("commit", "heal")]
    seen_us += [r.time_us for r in history.of("phase") if (r.data or {}).get("phase") == "settle"]
    until_us = max(1, min(history.end_us, int(max(seen_us) * (1 + SETTLE_SHARE))))
    plot_px = HEIGHT_PX - HEAD_PX - FOOT_PX
    lane_px = min(LANE_PX_MAX, plot_px / len(lanes))
    ax.set_xlim(0, until_us / SECOND_US)
    ax.set_ylim(plot_px / lane_px - 0.5, -0.5)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    ax.locator_params(axis="x", steps=[1, 2, 5, 10])
    ax.set_xlabel("virtual time in seconds", loc="right")
    return _Scale(until_us, lane_px)


def _shade(ax: Axes, lanes: Sequence[Lane], cut: Sequence[Outage], scale: _Scale) -> None:
    """Shade each client's outages over its lanes, and the backend's over all of them."""
    from matplotlib.patches import Rectangle

    groups = _groups(lanes)
    for outage in cut:
        everywhere = outage.place == BACKEND
        first, last = (0, len(lanes) - 1) if everywhere else groups.get(outage.place, (0, -1))
        if last < first or outage.start_us >= scale.until_us:
            continue
        left, right = outage.start_us / SECOND_US, min(outage.end_us, scale.until_us) / SECOND_US
        box = Rectangle(
            (left, first - 0.5), right - left, last - first + 1, facecolor=SHADE,
            edgecolor="none", zorder=0.5, label=f"outage: {outage.what}",
        )  # fmt: skip
        ax.add_patch(box)
        if _fits(outage.what, right - left, scale) and outage.what != "socket closed":
            ax.annotate(
                outage.what, (left, first - 0.5), (5, -4), textcoords="offset points",
                fontsize=10.5, color=QUIET, va="top", zorder=4,
            )  # fmt: skip


def _fits(text: str, seconds: float, scale: _Scale) -> bool:
    return len(text) * 9 < seconds * SECOND_US / scale.until_us * (WIDTH_PX - LEFT_PX - RIGHT_PX)


def _commits(ax: Axes, history: History, lanes: Sequence[Lane], scale: _Scale) -> None:
    """Mark each commit of a row with a thin tick in the row's lanes."""
    places: dict[str, list[int]] = {}
    for place, lane in enumerate(lanes):
        places.setdefault(lane.entity, []).append(place)
    ticks = [
        (record.time_us / SECOND_US, place)
        for record in history.of("commit")
        for place in places.get(record.entity, ())
    ]
    reach = 1.5 * scale.bar
    ax.vlines(
        [x for x, _ in ticks], [y - reach for _, y in ticks], [y + reach for _, y in ticks],
        colors=INK, linewidth=1.0, zorder=3, label="commits",
    )  # fmt: skip


def _windows(ax: Axes, lanes: Sequence[Lane], scale: _Scale) -> None:
    """Draw the windows, closed ones as bars and open-ended ones as arrows."""
    from matplotlib.collections import PolyCollection

    for cause, (colour, _) in CAUSES.items():
        for censored in (False, True):
            shapes = [
                _shape(window, place, scale)
                for place, lane in enumerate(lanes)
                for window in lane.windows
                if window.cause == cause and window.censored == censored
            ]
            if shapes:
                ax.add_collection(
                    PolyCollection(
                        shapes,
                        facecolor=colour,
                        edgecolor=colour,
                        linewidth=0.8,
                        zorder=2,
                        clip_on=False,
                        label=f"{cause}, {'open end' if censored else 'closed'}",
                    )
                )


def _shape(window: Window, place: int, scale: _Scale) -> list[tuple[float, float]]:
    left = window.start_us / SECOND_US
    right = min(window.end_us, scale.until_us) / SECOND_US
    top, bottom = place - scale.bar, place + scale.bar
    if not window.censored:
        return [(left, top), (right, top), (right, bottom), (left, bottom)]
    tip = right + scale.tip_s
    return [(left, top), (right, top), (tip, place), (right, bottom), (left, bottom)]


def _names(ax: Axes, history: History, lanes: Sequence[Lane]) -> None:
    """Write the client with its role once per group, and the row beside each lane."""
    clients: Mapping[str, Mapping[str, str]] = history.header.get("clients", {})
    rows = ax.get_yaxis_transform()
    for place, lane in enumerate(lanes):
        ax.annotate(
            drawable(lane.entity.replace("/", " "), NAME_CHARACTERS), (0, place), (-12, 0),
            xycoords=rows, textcoords="offset points", ha="right", va="center",
            fontsize=SMALL_PT, color=QUIET,
        )  # fmt: skip
    left = (MARGIN_PX - LEFT_PX) / (WIDTH_PX - LEFT_PX - RIGHT_PX)
    for client, (first, last) in _groups(lanes).items():
        name = ax.annotate(
            drawable(client, NAME_CHARACTERS), (left, first), xycoords=rows, va="center",
            fontsize=13.5, fontweight="bold", color=INK, annotation_clip=False,
        )  # fmt: skip
        role = drawable(clients.get(client, {}).get("role", ""), NAME_CHARACTERS)
        below = last > first
        if below or len(client) + len(role) <= NAME_CHARACTERS:
            ax.annotate(
                role, (0, 0) if below else (1, 0), (0, -5) if below else (7, 0), xycoords=name,
                textcoords="offset points", va="top" if below else "bottom", fontsize=SMALL_PT,
                color=QUIET, annotation_clip=False,
            )  # fmt: skip
        ax.plot(
            [left, 1], [last + 0.5] * 2, transform=rows, color=RULE, linewidth=1.0,
            clip_on=False, zorder=1,
        )  # fmt: skip


def _settle(ax: Axes, history: History, scale: _Scale) -> None:
    """Mark the moment at which everything was healed and the run only waited."""
    for record in history.of("phase"):
        if (record.data or {}).get("phase") == "settle" and record.time_us < scale.until_us:
            x = record.time_us / SECOND_US
            ax.axvline(x, color=FAINT, linewidth=1.2, linestyle=(0, (4, 3)), zorder=1)
            ax.annotate(
                "all healed", (x, 1), (0, 5), xycoords=ax.get_xaxis_transform(),
                textcoords="offset points", ha="center", fontsize=SMALL_PT, color=QUIET,
            )  # fmt: skip
