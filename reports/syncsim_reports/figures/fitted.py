"""A fit over its trace: the delays, their tail and the bursts of loss, each with its distance."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from syncsim_reports.figures.canvas import (
    BLUE,
    FOOT_PX,
    HEIGHT_PX,
    INK,
    MARGIN_PX,
    QUIET,
    SMALL_PT,
    VERMILLION,
    WIDTH_PX,
    blank,
    drawable,
    key_line,
    styled,
)
from syncsim_reports.words import MILLISECOND_US, SECOND_US, count, duration

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CAPTION = (
    "How long the packets of a trace took and how many were lost in a row, and what was fitted to "
    "them. Where the lines part, the network is not like the trace."
)

LEFT_PX, GAP_PX, TOP_PX = MARGIN_PX + 78, 148, 244
TRACE, WIDE = QUIET, 4.5
"""The trace is drawn wide, so that it is seen on both sides of a curve that covers it."""
FINDING = 99
"""The percentage of packets after which the tail begins that the title speaks of."""
RARE = 1e-5
"""The tail is drawn down to one packet in so many, or to the rarest of a shorter trace."""
DECADES_MAX = 1e6
"""A logarithmic axis has no zero; delays shorter than the longest by more stand at its left end."""
STEPS = 600
"""Points of a curve; with more of them it would look the same."""
LONE = 400
"""So many of the longest delays are all drawn: in the tail each of them is a step."""


class Law(NamedTuple):
    """A distribution that was fitted.

    `share(x)` is the share of values up to `x`, and `distance` the largest difference between
    this and the trace (Kolmogorov–Smirnov), both from 0 to 1. Values are microseconds, or the
    lengths of bursts in packets.
    """

    name: str
    share: Callable[[float], float]
    distance: float


class Fitted(NamedTuple):
    """A trace and its fit; `delays_us` is of the packets that arrived, in order of length.

    `network` is what the network file uses, `nearest` a nearer family if there is one.
    `bursts` are the lengths of runs of losses, and `chain` None if nothing was lost.
    """

    name: str
    lost: int
    delays_us: Sequence[int]
    network: Law
    nearest: Law | None
    bursts: Sequence[int]
    chain: Law | None

    def laws(self) -> list[tuple[Law, str]]:
        """Return what was fitted to the delays, with its colour; the network comes first."""
        return [(self.network, BLUE), *([(self.nearest, VERMILLION)] if self.nearest else [])]


def fitted(one: Fitted) -> Figure:
    """Draw the delays, their tail and the bursts of loss, if there are any.

    The trace must have at least one packet that arrived.
    """
    assert one.delays_us, "a packet arrived"
    with styled():
        figure = blank(_title(one), _subtitle(one), CAPTION)
        key_line(figure, _key(one))
        panels = 2 if one.chain is None else 3
        _draw_delays(_axes(figure, 0, panels), one)
        _draw_tail(_axes(figure, 1, panels), one)
        if one.chain is not None:
            _draw_bursts(_axes(figure, 2, panels), sorted(one.bursts), one.chain)
        return figure


def _title(one: Fitted) -> str:
    """Return the finding: where the tail begins, in the trace and in the network."""
    start = f"One packet in a hundred takes more than {duration(_quantile_us(one.delays_us))}"
    network = duration(_until_us(one.network, one.delays_us[-1]))
    if network == duration(_quantile_us(one.delays_us)):
        return f"{start}, in the trace and in the network"
    return f"{start} in the trace, {network} in the network"


def _quantile_us(ordered: Sequence[int]) -> int:
    return ordered[max(-(-FINDING * len(ordered) // 100) - 1, 0)]


def _until_us(law: Law, longest_us: int) -> float:
    """Return by when so many packets have arrived, to the microsecond."""
    least, most = 0, max(longest_us, 1)
    while law.share(most) * 100 < FINDING:
        least, most = most, 2 * most
    while least < most:
        middle = (least + most) // 2
        if law.share(middle) * 100 < FINDING:
            least = middle + 1
        else:
            most = middle
    return most


def _subtitle(one: Fitted) -> str:
    packets = len(one.delays_us) + one.lost
    lost = f"{one.lost:,} lost" if one.lost else "none lost"
    return (
        f"{drawable(one.name, 40)}  ·  {count(packets, 'packet')}, {lost}  ·  KS: the largest "
        "difference of two shares (Kolmogorov–Smirnov)"
    )


def _key(one: Fitted) -> dict[str, str]:
    key = {"trace": TRACE, f"network: {one.network.name}, KS {one.network.distance:.3f}": BLUE}
    if one.nearest is not None:
        key[f"nearest family: {one.nearest.name}, KS {one.nearest.distance:.3f}"] = VERMILLION
    return key


def _axes(figure: Figure, place: int, panels: int) -> Axes:
    wide = (WIDTH_PX - LEFT_PX - MARGIN_PX - GAP_PX * (panels - 1)) / panels
    left = LEFT_PX + place * (wide + GAP_PX)
    high = HEIGHT_PX - TOP_PX - FOOT_PX
    ax = figure.add_axes((left / WIDTH_PX, FOOT_PX / HEIGHT_PX, wide / WIDTH_PX, high / HEIGHT_PX))
    ax.grid(axis="both")
    ax.spines["left"].set_visible(False)
    return ax


def _head(ax: Axes, name: str, facts: str) -> None:
    for text, up, points, weight in ((name, 32, 15.0, "bold"), (facts, 13, SMALL_PT, "normal")):
        ax.annotate(
            text, (0, 1), (0, up), xycoords="axes fraction", textcoords="offset points",
            color=INK, fontsize=points, fontweight=weight,
        )  # fmt: skip


def _draw_delays(ax: Axes, one: Fitted) -> None:
    """Draw the share that has arrived; the longest in a hundred are left to the tail."""
    ordered = one.delays_us
    last = max(_quantile_us(ordered), _until_us(one.network, ordered[-1]))
    spare = max(0.04 * (last - ordered[0]), 0.02 * last, 1.0)
    least, most = max(ordered[0] - spare, 0.0), last + spare
    ax.set_xlim(least, most)
    ax.set_ylim(0, 1.03)
    values = [least + step * (most - least) / STEPS for step in range(STEPS + 1)]
    seen = [bisect_right(ordered, value) / len(ordered) for value in values]
    ax.plot(values, seen, drawstyle="steps-post", color=TRACE, linewidth=WIDE)
    for law, colour in one.laws():
        ax.plot(values, [law.share(value) for value in values], color=colour, linewidth=2.0)
    ax.locator_params(axis="x", nbins=5)
    ax.yaxis.set_major_formatter(lambda value, _: f"{value * 100:.0f} %")
    _say_delay(ax, most)
    _head(ax, "Delays", "packets that have arrived, of those that do")


def _draw_tail(ax: Axes, one: Fitted) -> None:
    """Draw the share that takes longer, both axes logarithmic."""
    ordered = one.delays_us
    packets = len(ordered)
    most = max(ordered[-1] * 1.15, 2.0)
    least = max(ordered[0] * 0.9, most / DECADES_MAX, 1.0)
    _rarely(ax, packets)
    ax.set_xscale("log")
    ax.set_xlim(least, most)
    ranks = [*range(0, packets, packets // STEPS + 1), *range(max(packets - LONE, 0), packets)]
    values = [ordered[rank] for rank in sorted(set(ranks))]
    late = [1 - bisect_right(ordered, value) / packets for value in values]
    ax.plot([least, *values], [1, *late], drawstyle="steps-post", color=TRACE, linewidth=WIDE)
    points = [least * (most / least) ** (step / STEPS) for step in range(STEPS + 1)]
    for law, colour in one.laws():
        ax.plot(points, [1 - law.share(point) for point in points], color=colour, linewidth=2.0)
    _mark_decades(ax, least, most)
    _head(ax, "Their tail", "packets that take longer, logarithmic")


def _draw_bursts(ax: Axes, ordered: Sequence[int], chain: Law) -> None:
    """Draw the share of bursts that are at least so long, in the trace and on the chain."""
    from matplotlib.ticker import MaxNLocator

    longest = ordered[-1]
    _rarely(ax, len(ordered))
    ax.set_xlim(0.5, max(longest, 4) + 0.5)
    lengths = sorted({1 + step * (longest - 1) // STEPS for step in range(STEPS + 1)})
    for of, marker, width, colour in (
        (lambda length: bisect_right(ordered, length) / len(ordered), 9, 0, TRACE),
        (chain.share, 4, 2, BLUE),
    ):
        ax.plot(
            lengths, [1 - of(length - 1) for length in lengths], "o-", color=colour,
            markersize=marker, linewidth=width, clip_on=False,
        )  # fmt: skip
    ax.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    ax.set_xlabel("lost in a row, or more", loc="right")
    facts = f"{count(len(ordered), 'burst')}; {chain.name}, KS {chain.distance:.3f}"
    _head(ax, "Bursts of loss", facts)


def _rarely(ax: Axes, of: int) -> None:
    """Set the axis of a share so that one in so many is still on it."""
    ax.set_yscale("log")
    names = ["all", *(f"1 in {10**power:,}" for power in range(1, 6))]
    ax.set_yticks([10.0**-power for power in range(6)], names)
    ax.set_ylim(min(max(0.5 / of, RARE), 0.08), 1.15)
    ax.minorticks_off()


def _mark_decades(ax: Axes, least: float, most: float) -> None:
    """Set ticks at powers of ten; if few are in sight also at 2 and 5, or else evenly."""
    from matplotlib.ticker import LogLocator, MaxNLocator

    if most > 1_000 * least:
        ax.xaxis.set_major_locator(LogLocator(numticks=4))
        ax.xaxis.set_major_formatter(lambda value, _: duration(value))
        ax.set_xlabel("one-way delay", loc="right")
    else:
        ax.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0), numticks=8))
        if sum(least <= tick <= most for tick in ax.get_xticks()) < 3:
            ax.xaxis.set_major_locator(MaxNLocator(nbins=4))
        _say_delay(ax, most)
    ax.minorticks_off()


def _say_delay(ax: Axes, longest_us: float) -> None:
    """Write delays in the one unit that fits the axis."""
    unit, of = "µs", 1
    for name, unit_us in (("ms", MILLISECOND_US), ("s", SECOND_US)):
        if longest_us >= 2 * unit_us:
            unit, of = name, unit_us
    ax.xaxis.set_major_formatter(lambda value, _: f"{value / of:g}")
    ax.set_xlabel(f"one-way delay, in {unit}", loc="right")
