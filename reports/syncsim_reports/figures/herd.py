"""The herd: how many clients connect again in each second after a backend was down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from syncsim_reports.figures.canvas import (
    FAINT,
    HEIGHT_PX,
    INK,
    MARGIN_PX,
    QUIET,
    SERIES,
    SHADE,
    SMALL_PT,
    WIDTH_PX,
    blank,
    drawable,
    styled,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CAPTION = (
    "Clients whose sockets open again, by the second, after a backend was down. A tall bar is a "
    "herd: so many ask for everything at once."
)

COLUMNS = 3
LEFT_PX, TOP_PX, FOOT_PX = 116, 196, 92
GAP_PX, ROW_GAP_PX = 44, 104
_QUIETLY: dict[str, Any] = {"va": "top", "color": QUIET, "fontsize": SMALL_PT}


class Herd(NamedTuple):
    """The clients of one stack: how many opened a socket and how many tried, by the second.

    Second 0 is the one in which the backend went down.
    """

    name: str
    opened: tuple[int, ...]
    tried: tuple[int, ...]
    clients: int

    @property
    def peak(self) -> int:
        """Return the most clients of one second."""
        return max(self.opened)

    @property
    def all_back_s(self) -> int | None:
        """Return the second in which the last of them is back, None if some are not."""
        if sum(self.opened) < self.clients:
            return None
        return max(second for second, count in enumerate(self.opened) if count)


def herds(series: Sequence[Herd], *, down_s: int, subtitle: str) -> Figure:
    """Draw one panel a stack, all on the same scales, with the time that the backend is down."""
    assert 0 < len(series) <= 2 * COLUMNS, len(series)
    with styled():
        figure = blank(_title(series), subtitle, CAPTION)
        top = max(one.peak for one in series) * 1.08
        for place, one in enumerate(series):
            ax = _axes(figure, place)
            _set_scale(ax, len(one.opened), top, down_s)
            if place % COLUMNS:
                ax.yaxis.set_major_formatter("")
            elif place:
                ax.text(down_s / 2, top * 0.72, "backend down", ha="center", **_QUIETLY)
            _fill(ax, one, SERIES[place % len(SERIES)])
            _above(ax, one, top)
            _label(ax, one, SERIES[place % len(SERIES)], down_s)
        figure.text(
            1 - MARGIN_PX / WIDTH_PX, 28 / HEIGHT_PX, "seconds after the backend went down",
            ha="right", fontsize=14, color=QUIET,
        )  # fmt: skip
        return figure


def _title(series: Sequence[Herd]) -> str:
    """Return the finding: the worst second and the best."""
    worst = max(series, key=lambda one: one.peak)
    best = min(series, key=lambda one: one.peak)
    every = "all " if worst.peak == worst.clients else ""
    return (
        f"{worst.name} brings {every}{worst.peak:,} clients back in one second, {best.name} at"
        f" most {best.peak:,}"
    )


def _axes(figure: Figure, place: int) -> Axes:
    wide = (WIDTH_PX - LEFT_PX - MARGIN_PX - GAP_PX * (COLUMNS - 1)) / COLUMNS
    high = (HEIGHT_PX - TOP_PX - FOOT_PX - ROW_GAP_PX) / 2
    row, column = divmod(place, COLUMNS)
    left = LEFT_PX + column * (wide + GAP_PX)
    bottom = FOOT_PX + (1 - row) * (high + ROW_GAP_PX)
    return figure.add_axes((left / WIDTH_PX, bottom / HEIGHT_PX, wide / WIDTH_PX, high / HEIGHT_PX))


def _set_scale(ax: Axes, seconds: int, top: float, down_s: int) -> None:
    ax.axvspan(0, down_s, color=SHADE, linewidth=0, zorder=0)
    ax.set_xlim(0, seconds)
    ax.set_ylim(0, top)
    ax.set_xticks(range(0, seconds + 1, 15))
    ax.locator_params(axis="y", nbins=4)
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    ax.tick_params(labelsize=SMALL_PT)
    ax.grid(axis="y")
    ax.spines["left"].set_visible(False)


def _fill(ax: Axes, one: Herd, colour: str) -> None:
    """Draw who is back as an area, and who tries as a thin line."""
    seconds = [*range(len(one.opened))]
    ax.fill_between(seconds, one.opened, step="post", color=colour, linewidth=0, zorder=3)
    ax.plot(seconds, one.tried, drawstyle="steps-post", color=FAINT, linewidth=1.3, zorder=2)


def _above(ax: Axes, one: Herd, top: float) -> None:
    """Say how many try in a second that is too high for the panel."""
    if max(one.tried) > top:
        second = one.tried.index(max(one.tried))
        text = f"tries: {max(one.tried):,} in second {second}"
        ax.text(len(one.tried), top * 0.97, text, ha="right", **_QUIETLY)


def _label(ax: Axes, one: Herd, colour: str, down_s: int) -> None:
    ax.annotate(
        drawable(one.name, 32), (0, 1), (0, 24), xycoords="axes fraction",
        textcoords="offset points", color=colour, fontsize=15, fontweight="bold",
    )  # fmt: skip
    missing = one.clients - sum(one.opened)
    when = f"{missing:,} not back"
    if one.all_back_s is not None:
        when = f"all back within {one.all_back_s + 1 - down_s} s"
    told = f"at most {one.peak:,} in a second, {when}"
    ax.annotate(
        told, (0, 1), (0, 8), xycoords="axes fraction", textcoords="offset points", color=INK,
        fontsize=SMALL_PT,
    )  # fmt: skip
