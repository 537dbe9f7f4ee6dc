"""What pages and figures show of staleness: which windows, and their figures by query."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from syncsim.history.replay import SLICE
from syncsim.staleness import Window, quantiles


class QueryRow(NamedTuple):
    """The windows of one query in figures; lengths are None where none closed."""

    query: str
    windows: int
    p50_us: int | None
    p90_us: int | None
    p99_us: int | None
    censored: int


def in_queries(windows: Iterable[Window]) -> list[Window]:
    """Return the windows of views that stand for a query, as all figures count them.

    The slice store holds a second copy of the same rows; counting its windows too would
    count most old rows twice.
    """
    return [window for window in windows if window.query != SLICE]


def by_query(windows: Iterable[Window]) -> list[QueryRow]:
    """Return one row per query in order of name, then one for all of them."""
    shown = in_queries(windows)
    names = sorted({window.query: None for window in shown})
    rows = [_row(name, [w for w in shown if w.query == name]) for name in names]
    return [*rows, _row("all", shown)] if rows else []


def _row(name: str, windows: list[Window]) -> QueryRow:
    found = quantiles(windows)
    return QueryRow(
        query=name,
        windows=len(windows),
        p50_us=found["p50_us"],
        p90_us=found["p90_us"],
        p99_us=found["p99_us"],
        censored=found["censored"] or 0,
    )
