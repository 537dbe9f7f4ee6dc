"""A time axis that is true where things happen and short where nothing does."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise

from syncsim_reports.words import MILLISECOND_US

CUT_SHARE = 0.15
"""A gap in which nothing happens is cut if it is longer than this share of what is not."""

CUT_US = 150 * MILLISECOND_US
"""Shorter gaps are never cut."""

DRAWN_SHARE, DRAWN_US = 0.08, 50 * MILLISECOND_US
"""A cut gap is drawn as long as this share of what is not cut, and at least this long."""

TICKS_MAX = 9
_NICE = (1, 2, 5)


class Timeline:
    """Maps times to shares of an axis, 0 for `from_us` and 1 for `until_us`.

    All parts that are not cut have one scale, so slopes and distances compare. `cuts` are the
    gaps that were shortened, each with its start and end.

        events   | | |                                  | ||
        true     ├─┴─┴──────────────────────────────────┴─┴┤
        drawn    ├──┴──┴───//───┴──┴┤
    """

    def __init__(self, times_us: Iterable[int], from_us: int, until_us: int) -> None:
        inside = [time_us for time_us in times_us if from_us < time_us < until_us]
        self._knots = sorted(dict.fromkeys([from_us, *inside, max(until_us, from_us + 1)]))
        gaps = list(pairwise(self._knots))
        limit_us = _limit_us([end - start for start, end in gaps])
        self.cuts = [(start, end) for start, end in gaps if end - start > limit_us]
        true_us = sum(end - start for start, end in gaps if end - start <= limit_us)
        cut_us = max(DRAWN_SHARE * true_us, DRAWN_US)
        self._drawn = [
            cut_us if end - start > limit_us else float(end - start) for start, end in gaps
        ]
        self._total = sum(self._drawn)

    def share(self, time_us: float) -> float:
        """Return where a time stands; times outside go on at the scale of the true parts."""
        knots, drawn = self._knots, self._drawn
        if time_us <= knots[0] or time_us >= knots[-1]:
            edge, base = (knots[0], 0.0) if time_us <= knots[0] else (knots[-1], self._total)
            return (base + time_us - edge) / self._total
        index = bisect_right(knots, time_us) - 1
        part = (time_us - knots[index]) / (knots[index + 1] - knots[index])
        return (sum(drawn[:index]) + part * drawn[index]) / self._total

    def ticks(self) -> list[int]:
        """Return round times, evenly spaced, that lie in the parts that are not cut."""
        step = _step(int(self._total))
        first = -(-self._knots[0] // step) * step
        times_us = []
        for before, after in zip(self._starts(), self._ends(), strict=True):
            start = max(first, -(-before // step) * step)
            times_us += list(range(start, after + 1, step))
        return times_us

    def _starts(self) -> list[int]:
        return [self._knots[0], *(end for _, end in self.cuts)]

    def _ends(self) -> list[int]:
        return [*(start for start, _ in self.cuts), self._knots[-1]]


def _limit_us(gaps_us: Sequence[int]) -> float:
    """Return the length from which on gaps are cut; cutting some can make others too long."""
    limit_us = float("inf")
    while True:
        kept_us = sum(gap_us for gap_us in gaps_us if gap_us <= limit_us)
        lower_us = min(limit_us, max(CUT_US, CUT_SHARE * kept_us))
        if lower_us == limit_us:
            return limit_us
        limit_us = lower_us


def _step(span_us: int) -> int:
    """Return the smallest round step that makes at most `TICKS_MAX` ticks."""
    power = 1
    while True:
        for nice in _NICE:
            if span_us // (nice * power) < TICKS_MAX:
                return nice * power
        power *= 10
