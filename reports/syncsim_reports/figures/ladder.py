"""The ladder of consistency models: which rungs hold for what each client showed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from syncsim.checks import Status
from syncsim.checks.models import ALL, IMPLIES, Models, Standing
from syncsim.history import Header
from syncsim_reports.figures.canvas import (
    FAINT,
    GREEN,
    HEIGHT_PX,
    INK,
    QUIET,
    RULE,
    SHADE,
    SMALL_PT,
    VERMILLION,
    WIDTH_PX,
    blank,
    drawable,
    key_line,
    run_line,
    say_empty,
    styled,
)
from syncsim_reports.words import listed, moment

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CAPTION = (
    "Each ladder is one client, the first one everybody together. A rung is a consistency model,"
    " stronger ones higher up; beside a broken rung stands when it first broke. A model holds only"
    " if all that it implies hold. The thick rungs are the strongest that hold."
)

CLIENTS_MAX = 9
"""More ladders than this leave no room for their names."""

LEFT_PX, RIGHT_PX, TOP_PX, BOTTOM_PX = 530, 1530, 650, 70
LABEL_PX = 64

FILL = {Status.PASS: GREEN, Status.FAIL: VERMILLION, Status.UNKNOWN: SHADE}
KEY = {"holds": GREEN, "broken": VERMILLION, "never met what it is about": FAINT}


def ladder(found: Mapping[str, Models], header: Header) -> Figure:
    """Draw a ladder for everybody and one for each client, in the header's order."""
    with styled():
        figure = blank(_headline(found), run_line(header), CAPTION)
        if not found:
            return say_empty(figure, "Nothing can be judged from this history.")
        names = list(found)[: CLIENTS_MAX + 1]
        ax = _axes(figure)
        heights = _heights()
        _labels(ax, heights)
        step = (RIGHT_PX - LEFT_PX) / len(names)
        for place, name in enumerate(names):
            x = LEFT_PX + step * (place + 0.5)
            _one(ax, found[name], x, min(step * 0.36, 48), heights, step)
            title = drawable(name or "everybody", max(int(step / 9), 6))
            ax.text(x, TOP_PX + 40, title, fontsize=14, fontweight="bold", ha="center", color=INK)
        key_line(figure, KEY)
        hidden = len(found) - len(names)
        if hidden:
            text = f"and {hidden} more clients"
            ax.text(RIGHT_PX, 24, text, color=QUIET, fontsize=SMALL_PT, ha="right")
        return figure


def _headline(found: Mapping[str, Models]) -> str:
    """Say what the whole run held to."""
    if not found:
        return "No model can be named"
    whole = found[ALL]
    if whole.strongest:
        return f"What all screens together held to: {listed(list(whole.strongest))}"
    broken = len(whole.ruled_out)
    return f"No named model held for all screens; {broken} of {len(IMPLIES)} are ruled out"


def _axes(figure: Figure) -> Axes:
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set_xlim(0, WIDTH_PX)
    ax.set_ylim(0, HEIGHT_PX)
    ax.set_axis_off()
    return ax


def _heights() -> dict[str, float]:
    step = (TOP_PX - BOTTOM_PX) / (len(IMPLIES) - 1)
    return {model: TOP_PX - step * place for place, model in enumerate(IMPLIES)}


def _labels(ax: Axes, heights: Mapping[str, float]) -> None:
    """Write the models at the left, each with those that it implies directly."""
    for model, y in heights.items():
        ax.text(LABEL_PX, y + 5, model, fontsize=15, fontweight="bold", va="center", color=INK)
        implied = IMPLIES[model]
        if implied:
            text = drawable(f"implies {listed(_short(implied))}", 70)
            ax.text(LABEL_PX, y - 17, text, fontsize=9.5, va="center", color=QUIET)
        ax.plot([LABEL_PX, RIGHT_PX], [y - 32, y - 32], color=RULE, linewidth=1, zorder=0.1)


def _short(models: Sequence[str]) -> list[str]:
    return [model.replace("monotonic-", "monotonic ").replace("-", " ") for model in models]


def _one(
    ax: Axes, of: Models, x: float, half: float, heights: Mapping[str, float], step: float
) -> None:
    """Draw one ladder: two rails, and a rung for each model."""
    for side in (-1, 1):
        ax.plot(
            [x + side * half] * 2, [BOTTOM_PX - 18, TOP_PX + 18], color=FAINT, linewidth=2.4,
            zorder=1, solid_capstyle="round",
        )  # fmt: skip
    for model, standing in of.standings.items():
        y = heights[model]
        if standing.status is Status.FAIL:
            _broken(ax, x, y, half)
            ax.text(
                x, y - 16, _since(standing, step), fontsize=9.5, ha="center", va="center",
                color=VERMILLION,
            )  # fmt: skip
            continue
        is_strongest = model in of.strongest
        ax.plot(
            [x - half, x + half], [y, y], color=FILL[standing.status], zorder=2,
            linewidth=11 if is_strongest else 5, solid_capstyle="butt",
        )  # fmt: skip
        if standing.status is Status.UNKNOWN:
            ax.text(x, y, "?", fontsize=11, ha="center", va="center", color=QUIET, zorder=3)


def _broken(ax: Axes, x: float, y: float, half: float) -> None:
    """Draw the two stumps of a broken rung."""
    for side in (-1, 1):
        ax.plot(
            [x + side * half, x + side * half * 0.3], [y, y - 7], color=VERMILLION, linewidth=5,
            zorder=2, solid_capstyle="butt",
        )  # fmt: skip


def _since(standing: Standing, step: float) -> str:
    stories = standing.finding.stories
    if not stories or step < 70:
        return ""
    return moment(min(story.at_us for story in stories))
