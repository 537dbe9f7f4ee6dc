"""Lateness: how many messages have not arrived a time after they were sent, by network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from syncsim_reports.figures.canvas import (
    INK,
    MARGIN_PX,
    QUIET,
    SERIES,
    SMALL_PT,
    axes_px,
    blank,
    drawable,
    styled,
)
from syncsim_reports.words import MILLISECOND_US, duration

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CAPTION = (
    "The share of messages that have not arrived a time after they were sent. The thin line is the "
    "same network without losses: the distance between the two is what resending costs."
)

RARE = 0.001
"""The axis ends at one message in a thousand."""
FINDING = 0.01
"""The share of late messages that the title speaks of."""


class Lateness(NamedTuple):
    """How long messages took on one network, and on the same one if it lost nothing."""

    name: str
    facts: str
    took_us: Sequence[int]
    without_us: Sequence[int]

    def quantile_us(self, late: float) -> int:
        """Return the time after which this share of the messages has not arrived."""
        ordered = sorted(self.took_us)
        return ordered[min(int((1 - late) * len(ordered)), len(ordered) - 1)]


def lateness(series: Sequence[Lateness], *, subtitle: str) -> Figure:
    """Draw one curve a network, with the same network without losses as a thin line."""
    with styled():
        figure = blank(_title(series), subtitle, CAPTION)
        ax = axes_px(figure, MARGIN_PX + 82, MARGIN_PX, head=236)
        _set_scale(ax, series)
        for place, one in enumerate(series):
            colour = SERIES[place % len(SERIES)]
            _curve(ax, one.without_us, colour, width=1.3, dashes=(4, 3))
            _curve(ax, one.took_us, colour, width=2.8)
        for place, one in enumerate(series):
            _label(ax, one, SERIES[place % len(SERIES)])
        return figure


def _title(series: Sequence[Lateness]) -> str:
    """Return the finding: the tail of the worst network and of the best."""
    tails = sorted((one.quantile_us(FINDING), one.name) for one in series)
    (best_us, best), (worst_us, worst) = tails[0], tails[-1]
    return (
        f"One event in a hundred takes more than {duration(worst_us)} on {worst}, "
        f"{duration(best_us)} on {best}"
    )


def _set_scale(ax: Axes, series: Sequence[Lateness]) -> None:
    shortest = min(min(one.took_us) for one in series)
    longest = max(one.quantile_us(RARE) for one in series)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlim(max(shortest * 0.8, MILLISECOND_US), longest * 1.6)
    ax.set_ylim(RARE, 1.15)
    ax.xaxis.set_major_formatter(lambda value, _: duration(value))
    ax.set_yticks([1, 0.1, 0.01, RARE], ["all", "1 in 10", "1 in 100", "1 in 1,000"])
    ax.minorticks_off()
    ax.grid(axis="both")
    ax.spines["left"].set_visible(False)
    ax.set_xlabel("time since the event was sent", loc="right")
    ax.annotate(
        "events that have not arrived", (0, 1), (0, 50), xycoords="axes fraction",
        textcoords="offset points", color=QUIET, fontsize=SMALL_PT,
    )  # fmt: skip


def _curve(
    ax: Axes,
    took_us: Sequence[int],
    colour: str,
    *,
    width: float,
    dashes: tuple[float, float] | None = None,
) -> None:
    ordered = sorted(took_us)
    late = [1 - place / len(ordered) for place in range(len(ordered))]
    (line,) = ax.plot(ordered, late, drawstyle="steps-pre", color=colour, linewidth=width)
    if dashes is not None:
        line.set_dashes(dashes)


def _label(ax: Axes, one: Lateness, colour: str) -> None:
    """Write the name of a network and its facts above the beginning of its curve."""
    for text, up, ink, points, weight in (
        (drawable(one.name, 30), 24, colour, 15.0, "bold"),
        (drawable(one.facts, 60), 7, INK, SMALL_PT, "normal"),
    ):
        ax.annotate(
            text, (min(one.took_us), 1), (0, up), xycoords=ax.get_xaxis_transform(),
            textcoords="offset points", color=ink, fontsize=points, fontweight=weight,
        )  # fmt: skip
