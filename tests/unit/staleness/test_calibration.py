"""The instrument against closed forms of freshness and age, on histories drawn to fit them."""

from __future__ import annotations

import bisect
import math
import random

import pytest

from syncsim.history import History
from syncsim.staleness import measure
from tests.checks.notation import HEADER

EVERY_US = 1_000_000
"""Mean time between changes, which come as a Poisson process."""

SPAN_US = 5_000 * EVERY_US


def poisson(seed, mean_us):
    """Return the times of a Poisson process until `SPAN_US`."""
    draw = random.Random(seed)  # noqa: S311 - a seeded sequence is what is wanted
    times_us, now_us = [], 0.0
    while now_us < SPAN_US:
        now_us += draw.expovariate(1 / mean_us)
        times_us.append(round(now_us))
    return times_us


CHANGES = [0, *poisson(7, EVERY_US)]


def measured(looks):
    """Return phi and age of a view whose paints show version `v` at time `t`, for (t, v)."""
    events = [(us, "commit", version) for version, us in enumerate(CHANGES, start=1)]
    events += [(us, "paint", version) for us, version in looks]
    history = History(HEADER)
    history.append(0, "mount", at="op-1", view="one/A1", data={"query": "one", "id": "A1"})
    for time_us, kind, version in sorted(events, key=lambda event: event[0]):
        row = {"fields": {"id": "A1", "status": str(version), "overdue": False}}
        place = {"at": "op-1", "view": "one/A1"} if kind == "paint" else {"at": "backend"}
        entity = "appointment/A1"
        history.append(time_us, kind, entity=entity, version=version, lsn=1, data=row, **place)
        if kind == "commit" and version == 1:
            history.append(0, "paint", "op-1", view="one/A1", entity=entity, version=1, data=row)
            history.append(0, "ready", "op-1", view="one/A1")
    staleness = measure(history)
    return staleness.phi, staleness.mean_age_us


def polled(times_us):
    """Return what a view shows that is fetched at once at each of these times."""
    return [(us, bisect.bisect_right(CHANGES, us)) for us in times_us]


@pytest.mark.parametrize("ratio", [0.5, 2.0])
def test_polling_at_a_fixed_interval(ratio):
    # Cho and Garcia-Molina, SIGMOD 2000: r changes in each interval, on average.
    interval_us = round(ratio * EVERY_US)
    phi, age_us = measured(polled(range(interval_us, SPAN_US, interval_us)))
    fresh = (1 - math.exp(-ratio)) / ratio
    assert phi == pytest.approx(fresh, rel=0.02)
    assert age_us == pytest.approx(interval_us * (0.5 - 1 / ratio + fresh / ratio), rel=0.03)


@pytest.mark.parametrize("ratio", [0.5, 2.0])
def test_polling_as_a_poisson_process(ratio):
    # The same paper: refreshes at random, r changes between two of them, on average.
    interval_us = ratio * EVERY_US
    phi, age_us = measured(polled(poisson(11, interval_us)))
    assert phi == pytest.approx(1 / (1 + ratio), rel=0.03)
    assert age_us == pytest.approx(interval_us * ratio / (1 + ratio), rel=0.05)


@pytest.mark.parametrize("delay_us", [100_000, 1_000_000])
def test_push_with_a_constant_delay(delay_us):
    # A view is fresh when nothing has changed within the delay: exp(-rate * delay).
    looks = [(us + delay_us, version) for version, us in enumerate(CHANGES, start=1)]
    phi, _ = measured(looks)
    assert phi == pytest.approx(math.exp(-delay_us / EVERY_US), rel=0.03)
