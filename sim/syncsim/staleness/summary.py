"""Windows in figures: a table, quantiles, and the survival curve."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from syncsim.history.replay import SLICE
from syncsim.staleness.window import Window

if TYPE_CHECKING:
    import pandas as pd


def frame(windows: Iterable[Window]) -> pd.DataFrame:
    """Return the windows as a table, one row a window, with their lengths."""
    import pandas as pd

    columns = [*Window._fields, "length_us", "censored"]
    rows = [(*window, window.length_us, window.censored) for window in windows]
    return pd.DataFrame(rows, columns=columns)


def quantiles(
    windows: Iterable[Window], shares: Sequence[float] = (0.5, 0.9, 0.99)
) -> dict[str, int | None]:
    """Return quantiles of window lengths, with the counts they rest on.

    The slice store is left out. Censored windows are kept apart: their lengths are lower
    bounds, so they are counted under `censored` and enter no quantile; where there are many,
    `survival` is the honest figure. A quantile is the smallest length that at least that
    share of the `uncensored` windows does not exceed (nearest rank), None without any.

    Returns:
        `p50_us`, `p90_us` and so on as whole microseconds, `uncensored` and `censored`.
    """
    queries = [window for window in windows if window.query != SLICE]
    lengths = sorted(window.length_us for window in queries if not window.censored)
    figures: dict[str, int | None] = {}
    for share in shares:
        rank = max(1, math.ceil(share * len(lengths)))
        figures[f"p{100 * share:g}_us"] = lengths[rank - 1] if lengths else None
    figures["uncensored"] = len(lengths)
    figures["censored"] = len(queries) - len(lengths)
    return figures


def survival(windows: Iterable[Window]) -> tuple[list[int], list[float]]:
    """Return the share of windows that stay open longer than each time.

    The slice store is left out. A censored window counts as open for as long as it was
    seen and then leaves those at risk, so it neither shortens nor lengthens the curve. The
    result is a step function: from `times_us[i]` on the share is `share[i]`, and it starts
    with 1 at 0. It does not reach 0 if the longest window is censored.

    Source: Kaplan and Meier, Nonparametric Estimation from Incomplete Observations, 1958.
    """
    seen = sorted((w.length_us, w.censored) for w in windows if w.query != SLICE)
    times_us, share = [0], [1.0]
    at_risk = len(seen)
    for length_us, group in groupby(seen, key=itemgetter(0)):
        ends = [censored for _, censored in group]
        closed = ends.count(False)
        if closed:
            times_us.append(length_us)
            share.append(share[-1] * (at_risk - closed) / at_risk)
        at_risk -= len(ends)
    return times_us, share
