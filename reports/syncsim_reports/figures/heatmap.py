"""Designs by networks: how old the screens are, and how many checks fail."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from syncsim_reports.figures.canvas import (
    BLUE,
    HEIGHT_PX,
    INK,
    MARGIN_PX,
    SHADE,
    SMALL_PT,
    VERMILLION,
    WIDTH_PX,
    at_px,
    blank,
    drawable,
    say_empty,
    styled,
)
from syncsim_reports.rows import Typical
from syncsim_reports.words import NOTHING, count, duration, ratio, share

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CAPTION = (
    "Above, the average age of what screens show; below, how many checks fail in a run, on "
    "average. The darker a field, the worse. Beside the age: how long the windows of old data were "
    "that closed, and how many never did, which the age counts in full."
)

ROWS_MAX, COLUMNS_MAX = 12, 8
LEFT_PX = 300
TOP_PX, BOTTOM_PX, BETWEEN_PX = 176, 40, 76
FACTS_PX = 62
"""In lower fields only the number stands, without what it rests on."""
FACTS_COLUMNS = 5
DARK = 0.55
"""From this share of the full colour on, letters are white."""
FAINTEST = 0.08


class Field(NamedTuple):
    """One field: how dark it is, 0 to 1 or None without a value, and what stands in it."""

    shade: float | None
    text: str
    facts: str


def heat_map(cells: Iterable[Typical], *, subtitle: str = "") -> Figure:
    """Draw two tables in colour: designs down, networks across."""
    with styled():
        cells = list(cells)
        designs = list(dict.fromkeys(cell.design for cell in cells))
        networks = list(dict.fromkeys(cell.network for cell in cells))
        figure = blank(_title(cells), subtitle or _subtitle(designs, networks), CAPTION)
        if not cells:
            return say_empty(figure, "Nothing was run.")
        designs, networks = designs[:ROWS_MAX], networks[:COLUMNS_MAX]
        high = (HEIGHT_PX - TOP_PX - BOTTOM_PX - BETWEEN_PX) / 2
        panels = (
            ("average age of a screen", "mean_age_us", BLUE),
            ("checks failed in a run", "checks_failed", VERMILLION),
        )
        for place, (name, measure, colour) in enumerate(panels):
            bottom = HEIGHT_PX - TOP_PX - high - place * (high + BETWEEN_PX)
            x, y = at_px(LEFT_PX, bottom)
            wide = (WIDTH_PX - LEFT_PX - MARGIN_PX) / WIDTH_PX
            ax = figure.add_axes((x, y, wide, high / HEIGHT_PX))
            _frame(ax, name, designs, networks)
            fields = _fields(cells, measure)
            pixels = high / len(designs)
            for (design, network), field in fields.items():
                if design in designs and network in networks:
                    spot = networks.index(network), designs.index(design)
                    _field(ax, spot, field, colour, roomy=_roomy(pixels, networks))
        return figure


def _title(cells: Sequence[Typical]) -> str:
    """Return the finding: the oldest screens, and where most checks fail."""
    old = _worst(cells, "mean_age_us")
    broken = _worst(cells, "checks_failed")
    if old is None:
        return "No screen was ever ready"
    text = f"On average, screens are oldest under {_where(old, cells, 'mean_age_us')}"
    if broken is None or not broken.values["checks_failed"]:
        return f"{text}; no check failed"
    return f"{text}; most checks fail under {_where(broken, cells, 'checks_failed')}"


def _worst(cells: Sequence[Typical], measure: str) -> Typical | None:
    known = [cell for cell in cells if cell.values[measure] is not None]
    return max(known, key=lambda cell: cell.values[measure] or 0, default=None)


def _where(cell: Typical, cells: Sequence[Typical], measure: str) -> str:
    if [other.values[measure] for other in cells].count(cell.values[measure]) > 1:
        return "several designs"
    one = len(dict.fromkeys(other.network for other in cells)) == 1
    return cell.design if one else f"{cell.design} on {cell.network}"


def _subtitle(designs: Sequence[str], networks: Sequence[str]) -> str:
    parts = [count(len(designs), "design"), count(len(networks), "network")]
    hidden = max(0, len(designs) - ROWS_MAX) + max(0, len(networks) - COLUMNS_MAX)
    return "  ·  ".join([*parts, f"{hidden} of them not drawn"] if hidden else parts)


def _fields(cells: Sequence[Typical], measure: str) -> dict[tuple[str, str], Field]:
    """Return the field of each cell; ages are shaded by their order of magnitude."""
    known = [value for cell in cells if (value := cell.values[measure]) is not None]
    is_age = measure == "mean_age_us"
    scaled = [math.log10(max(value, 1)) if is_age else value for value in known]
    low, high = (min(scaled), max(scaled)) if scaled else (0.0, 0.0)
    low = low if is_age else 0.0
    fields = {}
    for cell in cells:
        value = cell.values[measure]
        if value is None:
            fields[cell.design, cell.network] = Field(None, NOTHING, "nothing to measure")
            continue
        level = math.log10(max(value, 1)) if is_age else value
        shade = (level - low) / (high - low) if high > low else float(level > low)
        text = duration(value) if is_age else ratio(value)
        fields[cell.design, cell.network] = Field(shade, text, _facts(cell, is_age=is_age))
    return fields


def _facts(cell: Typical, *, is_age: bool) -> str:
    if not is_age:
        return f"in {count(cell.runs, 'run')}"
    p99, censored = cell.values["staleness_p99_us"], cell.values["censored_share"]
    return f"p99 {duration(p99)}, {share(censored)} censored"


def _roomy(pixels: float, networks: Sequence[str]) -> bool:
    return pixels >= FACTS_PX and len(networks) <= FACTS_COLUMNS


def _frame(ax: Axes, name: str, designs: Sequence[str], networks: Sequence[str]) -> None:
    ax.set_xlim(0, len(networks))
    ax.set_ylim(len(designs), 0)
    ax.set_xticks([place + 0.5 for place in range(len(networks))])
    ax.set_xticklabels([drawable(network, 16) for network in networks], color=INK)
    ax.xaxis.tick_top()
    ax.set_yticks([place + 0.5 for place in range(len(designs))])
    ax.set_yticklabels([drawable(design, 22) for design in designs], fontweight="bold", color=INK)
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.annotate(
        name, (0, 1), (-LEFT_PX + MARGIN_PX, 12), xycoords="axes fraction",
        textcoords="offset pixels", fontsize=SMALL_PT + 1.5, color=INK, ha="left",
    )  # fmt: skip


def _field(ax: Axes, spot: tuple[int, int], field: Field, colour: str, *, roomy: bool) -> None:
    from matplotlib.colors import to_rgb
    from matplotlib.patches import Rectangle

    column, row = spot
    strength = 0.0 if field.shade is None else FAINTEST + (1 - FAINTEST) * field.shade
    face = tuple(1 - strength * (1 - part) for part in to_rgb(colour))
    shape = Rectangle((column + 0.01, row + 0.02), 0.98, 0.96)
    shape.set(facecolor=SHADE if field.shade is None else face, edgecolor="none")
    ax.add_patch(shape)
    ink = "white" if strength > DARK else INK
    ax.text(
        column + 0.5, row + (0.4 if roomy else 0.5), field.text, ha="center", va="center",
        color=ink, fontsize=18 if roomy else 13, fontweight="bold",
    )  # fmt: skip
    if roomy:
        ax.text(
            column + 0.5, row + 0.75, field.facts, ha="center", va="center", color=ink,
            fontsize=10.5,
        )  # fmt: skip
