"""The coherence curve: the share of screens that showed the truth, over the run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from syncsim.staleness import Staleness
from syncsim_reports.figures.canvas import (
    INK,
    MARGIN_PX,
    QUIET,
    RULE,
    SERIES,
    SMALL_PT,
    axes_px,
    blank,
    drawable,
    say_empty,
    styled,
)
from syncsim_reports.words import SECOND_US, duration, share

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CAPTION = (
    "The share of screens that showed what the backend held. A notch is a time of old data, and "
    "its depth tells on how many screens."
)

LEFT_PX = 330
BAND = 0.78
"""Height of a band; the rest of its unit is air."""


def coherence_curve(series: Mapping[str, Staleness], *, subtitle: str = "") -> Figure:
    """Draw one band per run: full where all screens are coherent, eaten into where not.

    A screen is coherent while it shows what the backend holds; screens that have not shown
    their first data yet do not count.
    """
    with styled():
        kept = {name: run for name, run in series.items() if len(run.steps.times_us) > 1}
        figure = blank(_title(kept), subtitle, CAPTION)
        if not kept:
            return say_empty(figure, "No screen ever showed data.")
        ax = axes_px(figure, LEFT_PX, MARGIN_PX, head=170)
        _set_scale(ax, kept)
        for place, (name, run) in enumerate(kept.items()):
            _band(ax, place, run, SERIES[place % len(SERIES)])
            _label(ax, place, name, run, SERIES[place % len(SERIES)])
        return figure


def _title(series: Mapping[str, Staleness]) -> str:
    known = sorted((run.phi, name) for name, run in series.items() if run.phi is not None)
    if not known:
        return "Share of screens that show the truth"
    worst, best = known[0], known[-1]
    text = f"Screens show the truth {share(best[0])} of the time"
    if worst[0] == best[0]:
        return text
    return f"{text} under {best[1]}, {share(worst[0])} under {worst[1]}"


def _set_scale(ax: Axes, series: Mapping[str, Staleness]) -> None:
    """Fix the axes: seconds to the right, one unit per band downwards."""
    last_us = max(_last_change_us(run) for run in series.values())
    end_us = max(run.steps.times_us[-1] for run in series.values())
    ax.set_xlim(0, max(1, min(end_us, last_us * 1.12)) / SECOND_US)
    ax.set_ylim(len(series), -0.08)
    ax.set_yticks([])
    ax.locator_params(axis="x", steps=[1, 2, 5, 10])
    ax.spines["left"].set_visible(False)
    ax.set_xlabel("virtual time in seconds", loc="right")


def _last_change_us(run: Staleness) -> int:
    """Return when the last incoherence began or ended; the last repeat of values is none."""
    return run.steps.times_us[-2] or run.steps.times_us[-1]


def _band(ax: Axes, place: int, run: Staleness, colour: str) -> None:
    """Fill a band up to the share of coherent screens, over a rule at all and at none."""
    steps = run.steps
    bottom = place + BAND
    times = [time_us / SECOND_US for time_us in steps.times_us]
    tops = [
        bottom - BAND * coherent / ready if ready else float("nan")
        for coherent, ready in zip(steps.coherent, steps.ready, strict=True)
    ]
    ax.hlines([place, bottom], 0, 1, transform=ax.get_yaxis_transform(), colors=RULE, zorder=1)
    ax.fill_between(times, tops, bottom, step="post", color=colour, alpha=0.22, linewidth=0)
    ax.plot(times, tops, drawstyle="steps-post", color=colour, linewidth=1.6, zorder=3)


def _label(ax: Axes, place: int, name: str, run: Staleness, colour: str) -> None:
    rows = ax.get_yaxis_transform()
    lines = (
        (drawable(name, 22), 2, colour, 15.0, "bold"),
        (f"{share(run.phi)} coherent", -18, INK, SMALL_PT, "normal"),
        (f"mean age {duration(run.mean_age_us)}", -36, QUIET, SMALL_PT, "normal"),
    )
    for text, down, ink, points, weight in lines:
        ax.annotate(
            text, (0, place + BAND / 2), (-58, down), xycoords=rows, textcoords="offset points",
            color=ink, fontsize=points, fontweight=weight, ha="right",
        )  # fmt: skip
    for height, text in ((0.0, "all"), (BAND, "none")):
        ax.annotate(
            text, (0, place + height), (-8, 0), xycoords=rows, textcoords="offset points",
            color=QUIET, fontsize=SMALL_PT, ha="right", va="center",
        )  # fmt: skip
