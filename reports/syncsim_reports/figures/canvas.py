"""What all figures share: the style sheet, the size, the title block and the colours."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from syncsim_reports.words import plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

STYLE = Path(__file__).parent.parent / "style" / "syncsim.mplstyle"

WIDTH_PX, HEIGHT_PX = 1600, 900
MARGIN_PX = 64
FOOT_PX = 92
HEAD_PX = 200
"""Room for title, subtitle and one line of key above the axes."""

INK = "#22272e"
QUIET = "#5c6670"
FAINT = "#9aa3ad"
RULE = "#e6e9ed"
SHADE = "#eceef1"

# The palette of Okabe and Ito, chosen to stay apart for colour-blind readers.
BLUE, SKY, GREEN = "#0072B2", "#56B4E9", "#009E73"
ORANGE, VERMILLION, PURPLE = "#E69F00", "#D55E00", "#CC79A7"
SERIES = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, "#000000")

TITLE_PT, SUBTITLE_PT, SMALL_PT = 23.0, 14.5, 12.0
TITLE_CHARACTERS = 78
"""A title of this length fills the width; a longer one is set smaller, never cut in half."""
LEGIBLE_CHARACTERS = 110
"""A title longer than this would be smaller than what stands below it, and says less instead."""

_STYLE_LOCK = threading.RLock()
"""The parameters of matplotlib are global to the process; one figure is drawn at a time."""


@contextmanager
def styled() -> Iterator[None]:
    """Draw in syncsim's style, whatever the user's own settings are, and restore those."""
    from matplotlib import style

    with _STYLE_LOCK, style.context(STYLE, after_reset=True):
        yield


def blank(title: str, subtitle: str, caption: str) -> Figure:
    """Return a figure that has its title block and nothing else.

    Its label is the caption, which tells how to read it where it stands in a page.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure()
    FigureCanvasAgg(figure)
    figure.set_label(caption)
    title = drawable(title, 160)
    figure.text(
        *at_px(MARGIN_PX, HEIGHT_PX - 78),
        title,
        fontsize=TITLE_PT * min(1.0, TITLE_CHARACTERS / max(len(title), 1)),
        fontweight="bold",
    )
    figure.text(
        *at_px(MARGIN_PX, HEIGHT_PX - 114),
        drawable(subtitle, 150),
        fontsize=SUBTITLE_PT,
        color=QUIET,
    )
    return figure


def legible(*titles: str) -> str:
    """Return the first of several titles that is short enough, the last if none is."""
    assert titles, "there is something to say"
    return next((title for title in titles if len(title) <= LEGIBLE_CHARACTERS), titles[-1])


def axes_px(figure: Figure, left: float, right: float, *, head: float = HEAD_PX) -> Axes:
    """Add axes with these margins in pixels; top and bottom are the same in all figures."""
    return figure.add_axes(
        (
            left / WIDTH_PX,
            FOOT_PX / HEIGHT_PX,
            1 - (left + right) / WIDTH_PX,
            1 - (head + FOOT_PX) / HEIGHT_PX,
        )
    )


def at_px(x: float, y: float) -> tuple[float, float]:
    """Return a place given in pixels from the lower left in figure coordinates."""
    return x / WIDTH_PX, y / HEIGHT_PX


def say_empty(figure: Figure, why: str) -> Figure:
    """Say in the middle of a figure why there is nothing to draw."""
    figure.text(0.5, 0.45, drawable(why), fontsize=20, color=FAINT, ha="center", va="center")
    return figure


def key_line(figure: Figure, parts: Mapping[str, str]) -> None:
    """Write one line under the subtitle: each text after a swatch of its colour."""
    from matplotlib.offsetbox import AnchoredOffsetbox, DrawingArea, HPacker, TextArea
    from matplotlib.patches import Rectangle

    children: list[Any] = []
    for text, colour in parts.items():
        swatch = DrawingArea(14, 14)
        swatch.add_artist(Rectangle((0, 1), 14, 11, facecolor=colour, edgecolor="none"))
        words = TextArea(drawable(text), textprops={"fontsize": 13.5, "color": INK})
        children.append(HPacker(children=[swatch, words], pad=0, sep=6, align="center"))
    if not children:
        return
    figure.add_artist(
        AnchoredOffsetbox(
            loc="center left",
            child=HPacker(children=children, pad=0, sep=24, align="center"),
            pad=0,
            borderpad=0,
            frameon=False,
            bbox_to_anchor=at_px(MARGIN_PX, HEIGHT_PX - 146),
            bbox_transform=figure.transFigure,
        )
    )


def run_line(header: Mapping[str, Any]) -> str:
    """Return the subtitle of a figure about one run: scenario, design, network and seed."""
    title = plain(str(header.get("title") or header.get("scenario") or "a run"), 60)
    parts = [title]
    for part in ("design", "network"):
        name = (header.get(part) or {}).get("name")
        if name:
            parts.append(f"{part} {plain(str(name), 30)}")
    if "seed" in header:
        parts.append(f"seed {header['seed']}")
    return "  ·  ".join(parts)


def drawable(text: str, limit: int = 200) -> str:
    """Return text that the figures' typeface can draw; other characters become `?`."""
    glyphs = _glyphs()
    return "".join(char if ord(char) in glyphs else "?" for char in plain(text, limit))


@cache
def _glyphs() -> frozenset[int]:
    from matplotlib.font_manager import findfont, get_font

    return frozenset(get_font(findfont("DejaVu Sans")).get_charmap())
