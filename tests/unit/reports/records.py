"""Single records of the kinds that figures, pages and tables are made from."""

from __future__ import annotations

from types import SimpleNamespace

from syncsim.staleness import Window
from tests.unit.reports.sample import SECOND


def window(client="op-1", entity="appointment/A1", **changes):
    """Return a window of one second that was closed by a paint."""
    values = {
        "client": client,
        "role": "operator",
        "user": "olga",
        "view": "appointments/list/pending",
        "query": "pending",
        "entity": entity,
        "version": 2,
        "start_us": SECOND,
        "commit_us": SECOND,
        "receipt_us": 2 * SECOND,
        "paint_us": 2 * SECOND,
        "end_us": 2 * SECOND,
        "ended": "painted",
        "cause": "propagation",
    }
    return Window(**{**values, **changes})


def row(**changes):
    """Return a row of a comparison in which one check failed."""
    values = {
        "scenario": "seed/offline",
        "design": "enhanced",
        "network": "office",
        "runs": 1,
        "failed": ("CONV",),
        "unknown": (),
        "windows": 12,
        "censored": 1,
        "p50_us": 84_000,
        "p99_us": None,
        "phi": 0.93,
        "requests_per_commit": 12.3,
        "bytes_per_commit": 43_210.0,
    }
    return SimpleNamespace(**{**values, **changes})


def claim(name="coherence", design="enhanced", *, holds=False, where="CONV in offline"):
    """Return a claim that does not hold."""
    return SimpleNamespace(name=name, design=design, holds=holds, where=where)


def words(figure):
    """Return every text in a figure, in the order of drawing."""
    return [artist.get_text() for artist in figure.findobj() if hasattr(artist, "get_text")]
