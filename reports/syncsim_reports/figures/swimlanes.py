"""The staleness swimlanes: when each client showed an old version of each row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

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
    at_px,
    axes_px,
    blank,
    drawable,
    key_line,
    run_line,
    say_empty,
    styled,
)
from syncsim_reports.figures.lanes import (
    LEFT_PX,
    PLOT_PX,
    RIGHT_PX,
    Lane,
    Scale,
    groups_of,
    lanes_of,
    scale_of,
)
from syncsim_reports.figures.outages import BACKEND, SOCKET_CLOSED, Outage, outages
from syncsim_reports.windows import in_queries
from syncsim_reports.words import SECOND_US, count, duration, row_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CAPTION = (
    "One lane for each client and row. A bar is a time in which the screen showed an old version "
    "of the row, coloured by what it waited for."
)

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

NAME_CHARACTERS = 18


def swimlanes(history: History, staleness: Staleness, *, lanes_max: int = LANES_MAX) -> Figure:
    """Draw one lane per client and row that was shown old, with outages shaded.

    Windows are coloured by cause. A window not seen to close ends in an arrow, because its
    length is not known. If there are more than `lanes_max` lanes, those with the longest
    total are kept and the figure says how many are missing.
    """
    with styled():
        windows = in_queries(staleness.windows)
        figure = blank(_title(windows), run_line(history.header), CAPTION)
        lanes, hidden = lanes_of(history, windows, lanes_max)
        if not lanes:
            return say_empty(figure, "No client showed an old row in this run.")
        key_line(figure, _key(windows))
        ax = axes_px(figure, LEFT_PX, RIGHT_PX)
        scale = scale_of(history, lanes)
        _set_scale(ax, scale)
        _shade(ax, lanes, outages(history), scale)
        _commits(ax, lanes, scale)
        _windows(ax, lanes, scale)
        _names(ax, history, lanes)
        _settle(ax, history, scale)
        figure.text(*at_px(MARGIN_PX, 30), _note(hidden), color=QUIET, fontsize=SMALL_PT)
        return figure


def _note(hidden: int) -> str:
    note = (
        "in brackets: windows   ·   tick: commit   ·   shaded: cut off   ·   "
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
        length = duration(longest.length_us)
        text += f", the longest {length} on {longest.client}"
    return text + (f", {censored} not seen to close" if censored else "")


def _key(windows: Sequence[Window]) -> dict[str, str]:
    key: dict[str, str] = {}
    for cause, (colour, words) in CAUSES.items():
        of_cause = [window for window in windows if window.cause == cause]
        if of_cause:
            total = sum(window.length_us for window in of_cause)
            key[f"{words} {duration(total)} ({len(of_cause):,})"] = colour
    return key


def _set_scale(ax: Axes, scale: Scale) -> None:
    """Fix the axes: seconds to the right, lanes downwards from the top."""
    ax.set_xlim(0, scale.until_us / SECOND_US)
    ax.set_ylim((HEIGHT_PX - HEAD_PX - FOOT_PX) / scale.lane_px - 0.5, -0.5)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    ax.locator_params(axis="x", steps=[1, 2, 5, 10])
    ax.set_xlabel("virtual time in seconds", loc="right")


def _shade(ax: Axes, lanes: Sequence[Lane], cut: Sequence[Outage], scale: Scale) -> None:
    """Shade each client's outages over its lanes, and the backend's over all of them."""
    from matplotlib.patches import Rectangle

    groups = groups_of(lanes)
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
        if everywhere:
            _above(ax, (left + right) / 2, outage.what)
        elif not _is_part(outage, cut):
            _name_outage(ax, lanes, range(first, last + 1), outage, scale)


def _is_part(outage: Outage, cut: Sequence[Outage]) -> bool:
    """Tell whether a closed socket only follows from another outage that is named already."""
    return outage.what == SOCKET_CLOSED and any(
        other.what != SOCKET_CLOSED
        and other.place in (outage.place, BACKEND)
        and other.start_us <= outage.end_us
        and outage.start_us <= other.end_us
        for other in cut
    )


def _name_outage(
    ax: Axes, lanes: Sequence[Lane], places: Iterable[int], outage: Outage, scale: Scale
) -> None:
    """Write what an outage is in the first of its lanes that has room."""
    end_us = outage.start_us + scale.us_of(len(outage.what) * 8.5 + 10)
    if end_us > outage.end_us:
        return
    for place in places:
        if lanes[place].is_free(outage.start_us, end_us):
            ax.annotate(
                outage.what, (outage.start_us / SECOND_US, place), (6, 0), color=QUIET,
                textcoords="offset points", fontsize=10.5, va="center", zorder=4,
            )  # fmt: skip
            return


def _above(ax: Axes, x: float, text: str) -> None:
    """Write a text above the axes."""
    ax.annotate(
        text, (x, 1), (0, 5), xycoords=ax.get_xaxis_transform(), textcoords="offset points",
        ha="center", fontsize=SMALL_PT, color=QUIET,
    )  # fmt: skip


def _commits(ax: Axes, lanes: Sequence[Lane], scale: Scale) -> None:
    """Mark each commit of a row with a thin tick in the row's lanes."""
    ticks = [
        (time_us / SECOND_US, place)
        for place, lane in enumerate(lanes)
        for time_us in lane.commits_us
    ]
    reach = 1.5 * scale.bar
    ax.vlines(
        [x for x, _ in ticks], [y - reach for _, y in ticks], [y + reach for _, y in ticks],
        colors=INK, linewidth=1.0, zorder=3, label="commits",
    )  # fmt: skip


def _windows(ax: Axes, lanes: Sequence[Lane], scale: Scale) -> None:
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


def _shape(window: Window, place: int, scale: Scale) -> list[tuple[float, float]]:
    left = window.start_us / SECOND_US
    right = min(window.end_us, scale.until_us) / SECOND_US
    top, bottom = place - scale.bar, place + scale.bar
    if not window.censored:
        return [(left, top), (right, top), (right, bottom), (left, bottom)]
    tip = right + scale.tip_s
    return [(left, top), (right, top), (tip, place), (right, bottom), (left, bottom)]


def _names(ax: Axes, history: History, lanes: Sequence[Lane]) -> None:
    """Write the client with its role once per group, and the row beside each lane."""
    clients: Mapping[str, Mapping[str, str]] = history.header.get("clients") or {}
    rows = ax.get_yaxis_transform()
    for place, lane in enumerate(lanes):
        ax.annotate(
            drawable(row_name(lane.entity, NAME_CHARACTERS)), (0, place), (-12, 0),
            xycoords=rows, textcoords="offset points", ha="right", va="center",
            fontsize=SMALL_PT, color=QUIET,
        )  # fmt: skip
    left = (MARGIN_PX - LEFT_PX) / PLOT_PX
    for client, (first, last) in groups_of(lanes).items():
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


def _settle(ax: Axes, history: History, scale: Scale) -> None:
    """Mark the moment from which everything was healed and the run only waited."""
    for record in history.of("phase"):
        if (record.data or {}).get("phase") == "settle" and record.time_us < scale.until_us:
            x = record.time_us / SECOND_US
            ax.axvline(x, color=FAINT, linewidth=1.2, linestyle=(0, (4, 3)), zorder=1)
            _above(ax, x, "settle")
