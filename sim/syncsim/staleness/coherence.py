"""How many screens were coherent at each moment, and the averages over time."""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import itemgetter
from typing import NamedTuple


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """The coherence curve: from `times_us[i]` on, so many of the ready screens were coherent."""

    times_us: array[int]
    coherent: array[int]
    ready: array[int]


class Old(NamedTuple):
    """A stretch in which a screen lacked a change, which was committed at `commit_us`."""

    screen: int
    start_us: int
    end_us: int
    commit_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Coherence:
    """The curve, and the averages over the time that counts.

    `phi` is the time-weighted share of ready screens that were coherent, `mean_age_us` the
    time-weighted mean age of a ready screen, a coherent one having age 0; both are None if no
    screen was ready.
    """

    steps: Steps
    phi: float | None
    mean_age_us: float | None


class _Change(NamedTuple):
    """By how much the numbers of ready and of old screens change.

    Of the ages only the sum of the oldest unseen changes is kept, because the age of all old
    screens together grows by one for each of them in each microsecond.
    """

    time_us: int
    ready: int
    old: int
    sum_oldest_us: int


def coherence(
    shown: Iterable[tuple[int, int]],
    old: Iterable[Old],
    *,
    from_us: int,
    until_us: int,
    end_us: int,
) -> Coherence:
    """Return how coherent screens were, in whole microseconds until the last division.

    Args:
        shown: From when and until when each screen was ready.
        old: What they lacked, screen by screen.
        from_us: Since when the averages are taken.
        until_us: Until when; not after `from_us` for no averages.
        end_us: When the record ends; what goes on until then ends later.
    """
    steps = Steps(times_us=array("q"), coherent=array("q"), ready=array("q"))
    ready_area = coherent_area = twice_age_area = 0
    ready = stale = sum_oldest_us = 0
    for change, (next_us, *_) in pairwise(
        [*_by_time(shown, old, end_us), _Change(end_us, 0, 0, 0)]
    ):
        ready, stale = ready + change.ready, stale + change.old
        sum_oldest_us += change.sum_oldest_us
        if change.time_us < end_us and _last(steps) != (ready - stale, ready):
            _step(steps, change.time_us, ready - stale, ready)
        since_us, till_us = max(change.time_us, from_us), min(next_us, until_us)
        if since_us < till_us:
            span_us = till_us - since_us
            ready_area += ready * span_us
            coherent_area += (ready - stale) * span_us
            twice_age_area += span_us * (stale * (till_us + since_us) - 2 * sum_oldest_us)
    _step(steps, end_us, ready - stale, ready)
    return Coherence(
        steps=steps,
        phi=coherent_area / ready_area if ready_area else None,
        mean_age_us=twice_age_area / (2 * ready_area) if ready_area else None,
    )


def _by_time(
    shown: Iterable[tuple[int, int]], old: Iterable[Old], end_us: int
) -> Iterator[_Change]:
    """Yield one change for each time until the end, the first at time 0."""
    changes = [_Change(0, 0, 0, 0)]
    for start_us, stop_us in shown:
        changes += [_Change(start_us, 1, 0, 0), _Change(stop_us, -1, 0, 0)]
    for _, stretches in groupby(old, key=itemgetter(0)):
        for start_us, stop_us, oldest_us in _oldest(stretches):
            changes += [_Change(start_us, 0, 1, oldest_us), _Change(stop_us, 0, -1, -oldest_us)]
    changes.sort(key=itemgetter(0))
    for time_us, together in groupby(changes, key=itemgetter(0)):
        if time_us <= end_us:
            _, *sums = map(sum, zip(*together, strict=True))
            yield _Change(time_us, *sums)


def _oldest(stretches: Iterable[Old]) -> Iterator[tuple[int, int, int]]:
    """Yield when one screen was old, with the oldest change that it lacked then."""
    lacking: list[tuple[int, int]] = []
    now_us = 0
    for _, start_us, stop_us, commit_us in sorted(stretches):
        while lacking and now_us < start_us:
            oldest_us, until_us = lacking[0]
            if until_us <= now_us:
                heapq.heappop(lacking)
                continue
            until_us = min(until_us, start_us)
            yield now_us, until_us, oldest_us
            now_us = until_us
        now_us = start_us
        heapq.heappush(lacking, (commit_us, stop_us))
    while lacking:
        oldest_us, until_us = heapq.heappop(lacking)
        if until_us > now_us:
            yield now_us, until_us, oldest_us
            now_us = until_us


def _last(steps: Steps) -> tuple[int, int] | None:
    return (steps.coherent[-1], steps.ready[-1]) if steps.times_us else None


def _step(steps: Steps, time_us: int, coherent: int, ready: int) -> None:
    steps.times_us.append(time_us)
    steps.coherent.append(coherent)
    steps.ready.append(ready)
