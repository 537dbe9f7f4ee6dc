"""Paired differences as dots with their intervals: where a design is better, and how sure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from syncsim.staleness import MEASURES, Measure
from syncsim_reports.figures.canvas import (
    FAINT,
    GREEN,
    INK,
    MARGIN_PX,
    QUIET,
    RULE,
    SMALL_PT,
    VERMILLION,
    axes_px,
    blank,
    drawable,
    key_line,
    legible,
    say_empty,
    styled,
)
from syncsim_reports.rows import Difference, place
from syncsim_reports.text import difference_with_interval
from syncsim_reports.words import change, count, listed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CAPTION = (
    "Each dot is the difference of a design from the first one, under the same luck, with its "
    "interval of 95 %. Where the interval touches the line at zero, no difference is shown."
)

LINES_MAX = 24
LEFT_PX, RIGHT_PX = 560, 400
TELLING = ("better", "worse")
COLOURS = {"better": GREEN, "worse": VERMILLION, "not shown": FAINT, "too few runs": FAINT}
NAMES = {"not shown": "no difference shown"}
DECADES_MAX = 4
"""Differences more orders of magnitude below the largest are drawn on the linear middle."""


def difference_plot(
    differences: Iterable[Difference], measure: str, *, subtitle: str = ""
) -> Figure:
    """Draw the differences of one measure, a line for each scenario, network and design."""
    with styled():
        of = MEASURES[measure]
        lines = [
            line for line in differences if line.measure == measure and line.difference is not None
        ]
        figure = blank(_title(lines, of), subtitle or _subtitle(lines, of), CAPTION)
        if not lines:
            return say_empty(figure, "No two designs have this measure in the same run.")
        parts = dict.fromkeys(line.says for line in lines)
        key_line(
            figure,
            {NAMES.get(says, says): colour for says, colour in COLOURS.items() if says in parts},
        )
        shown = _drawn(lines)
        ax = axes_px(figure, LEFT_PX, RIGHT_PX)
        _set_scale(ax, shown, of)
        before = ""
        for row, line in enumerate(shown):
            _line(ax, row, line)
            _names(ax, row, line, heading=place(line) if place(line) != before else "")
            before = place(line)
        return figure


def _drawn(lines: Sequence[Difference]) -> list[Difference]:
    """Return the lines that there is room for, in their order; those that tell least are left out.

    First go those that show no difference, the last of them before the others.
    """
    places = sorted(range(len(lines)), key=lambda row: (lines[row].says not in TELLING, row))
    return [lines[row] for row in sorted(places[:LINES_MAX])]


def _title(lines: Sequence[Difference], measure: Measure) -> str:
    """Return the finding: how often each design is shown to be better and worse."""
    if not lines:
        return f"{measure.title}: nothing to compare"
    names = dict.fromkeys(line.design for line in lines)
    each = {name: _found([line.says for line in lines if line.design == name]) for name in names}
    groups: dict[str, list[str]] = {}
    for design, found in each.items():
        groups.setdefault(found, []).append(design)
    alike = sorted(groups.items(), key=lambda group: -len(group[1]))
    name = _capital(measure.title)
    return legible(
        f"{name}: {'; '.join(f'{design} {found}' for design, found in each.items())}",
        f"{name}: {'; '.join(f'{listed(designs)} {found}' for found, designs in alike)}",
        f"{name}: {'; '.join(f'{_many(designs)} {found}' for found, designs in alike)}",
        f"{name}: {_overall(lines)}",
    )


def _found(says: Sequence[str]) -> str:
    found = [f"{word} in {says.count(word)}" for word in TELLING if word in says]
    return f"{', '.join(found) or 'not shown to differ'} of {len(says)}"


def _many(designs: Sequence[str]) -> str:
    return designs[0] if len(designs) == 1 else count(len(designs), "design")


def _overall(lines: Sequence[Difference]) -> str:
    """Say how many designs are better anywhere, and how many worse."""
    parts = [count(len(dict.fromkeys(line.design for line in lines)), "design")]
    for word in TELLING:
        designs = dict.fromkeys(line.design for line in lines if line.says == word)
        parts.append(f"{len(designs)} {word} somewhere")
    return ", ".join(parts)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _subtitle(lines: Sequence[Difference], measure: Measure) -> str:
    if not lines:
        return ""
    pairs = sorted(dict.fromkeys(line.pairs for line in lines))
    many = count(pairs[0], "pair") if len(pairs) == 1 else f"{pairs[0]} to {pairs[-1]} pairs"
    text = f"{measure.title} less that of {lines[0].against}  ·  {many} of runs each"
    hidden = len(lines) - LINES_MAX
    if hidden <= 0:
        return text
    do_tell = sum(line.says in TELLING for line in lines) > LINES_MAX
    which = count(hidden, "line") + ("" if do_tell else " that show no difference")
    return f"{text}  ·  {which} not drawn, see differences.csv"


def _set_scale(ax: Axes, lines: Sequence[Difference], measure: Measure) -> None:
    """Fix the axes: zero in sight, and small differences apart from none."""
    ends = [end for line in lines for end in _ends(line)]
    sizes = [abs(end) for end in ends if end]
    most = max(sizes, default=1.0)
    least = max(min(sizes, default=1.0), most / 10**DECADES_MAX)
    if most / least > 100:
        linear = 10.0 ** math.floor(math.log10(least))
        ax.set_xscale("symlog", linthresh=linear, linscale=0.6)
        low = min(0.0, *ends) * 1.8 - linear
        high = max(0.0, *ends) * 1.8 + linear
        ax.set_xticks(_decades(low, high, linear))
    else:
        air = 0.08 * (max(0.0, *ends) - min(0.0, *ends)) or most
        low, high = min(0.0, *ends) - air, max(0.0, *ends) + air
        ax.locator_params(axis="x", nbins=7)
    ax.set_xlim(low, high)
    ax.set_ylim(len(lines) - 0.4, -0.6)
    ax.set_yticks([])
    ax.minorticks_off()
    ax.spines["left"].set_visible(False)
    ax.xaxis.set_major_formatter(lambda value, _: _tick(value, measure))
    ax.tick_params(axis="x", labelsize=12)
    ax.axvline(0, color=INK, linewidth=1.2, zorder=2)
    lower = measure.better == "lower"
    ax.set_xlabel(
        "better is to the left" if lower else "better is to the right",
        loc="left" if lower else "right",
    )


def _tick(value: float, measure: Measure) -> str:
    text = change(value, measure.unit) if value else "0"
    return text.removesuffix(" points") if measure.unit == "share" else text


def _decades(low: float, high: float, linear: float) -> list[float]:
    """Return zero and powers of ten up to both ends, so many that their names do not touch."""
    ticks = [0.0]
    for sign, end in ((-1, -low), (1, high)):
        powers = [linear * 10**n for n in range(1, 13) if linear * 10**n <= end]
        step = max(1, math.ceil(len(powers) / 3))
        ticks += [sign * power for power in powers[::-1][::step]]
    return sorted(ticks)


def _ends(line: Difference) -> tuple[float, float, float]:
    return line.difference or 0.0, line.low or 0.0, line.high or 0.0


def _line(ax: Axes, row: int, line: Difference) -> None:
    middle, low, high = _ends(line)
    colour = COLOURS[line.says]
    ax.axhline(row, color=RULE, linewidth=1.0, zorder=1)
    ax.plot([low, high], [row, row], color=colour, linewidth=4, zorder=3)
    ax.plot(
        [middle], [row], "o", markersize=10, zorder=4, color=colour, markeredgecolor="white",
        label=f"{line.design} in {place(line)}",
    )  # fmt: skip


def _names(ax: Axes, row: int, line: Difference, *, heading: str) -> None:
    """Write where and who to the left, and the numbers to the right."""
    rows = ax.get_yaxis_transform()
    colour = COLOURS[line.says]
    found = INK if colour == FAINT else colour
    for text, share, offset, ink, weight, side in (
        (drawable(heading, 38), 0.0, MARGIN_PX - LEFT_PX, QUIET, "normal", "left"),
        (drawable(line.design, 18), 0.0, -16, INK, "bold", "right"),
        (difference_with_interval(line), 1.0, 20, found, "normal", "left"),
    ):
        ax.annotate(
            text, (share, row), (offset, 0), xycoords=rows, textcoords="offset pixels",
            color=ink, fontsize=SMALL_PT, fontweight=weight, ha=side, va="center",
        )  # fmt: skip
