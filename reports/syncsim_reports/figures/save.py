"""Saves figures so that equal figures are equal bytes, in every process."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from syncsim_reports.figures.canvas import styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def png(figure: Figure) -> bytes:
    """Return a figure as a PNG of 1600 by 900 pixels, without the name of its maker."""
    return _rendered(figure, "png", {"Software": None})


def svg(figure: Figure) -> bytes:
    """Return a figure as an SVG with outlined letters, without a date."""
    return _rendered(figure, "svg", {"Date": None, "Creator": None})


RENDERED = {".png": png, ".svg": svg}
"""What draws a file, by the end of its name."""


def save(figure: Figure, folder: Path, stem: str) -> list[Path]:
    """Write `stem.png` and `stem.svg` into an existing folder and return their paths."""
    paths = [folder / f"{stem}.png", folder / f"{stem}.svg"]
    paths[0].write_bytes(png(figure))
    paths[1].write_bytes(svg(figure))
    return paths


def _rendered(figure: Figure, form: str, metadata: dict[str, None]) -> bytes:
    out = BytesIO()
    with styled():
        figure.savefig(out, format=form, metadata=metadata)
    return out.getvalue()
