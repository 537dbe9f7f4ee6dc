"""The clock on the wall: ahead, behind, drifting, and when it shows a reading."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncsim.engine import WallClock

SECOND = 1_000_000


def clock(since_us: int = 0, skew_us: int = 0, drift_ppm: int = 0) -> WallClock:
    """Return a clock that was set at a moment."""
    made = WallClock()
    made.set(since_us, skew_us, drift_ppm)
    return made


def test_a_clock_that_nobody_set_is_right():
    assert WallClock().reading_us(7) == 7
    assert WallClock().when_us(7) == 7


@pytest.mark.parametrize(
    ("skew_us", "drift_ppm", "reading_us"),
    [
        (3 * SECOND, 0, 13 * SECOND),
        (-3 * SECOND, 0, 7 * SECOND),
        (0, 1000, 10 * SECOND + 5000),
        (0, -1000, 10 * SECOND - 5000),
        (SECOND, 200_000, 12 * SECOND),
    ],
)
def test_a_clock_set_at_5_s_shows_at_10_s(skew_us, drift_ppm, reading_us):
    assert clock(5 * SECOND, skew_us, drift_ppm).reading_us(10 * SECOND) == reading_us


@given(
    st.integers(0, 10**9),
    st.integers(-(10**9), 10**9),
    st.integers(-500_000, 500_000),
    st.integers(0, 10**10),
)
def test_it_shows_a_reading_first_at_the_moment_it_says(since_us, skew_us, drift_ppm, reading_us):
    made = clock(since_us, skew_us, drift_ppm)
    when_us = made.when_us(reading_us)
    assert made.reading_us(when_us - 1) < reading_us <= made.reading_us(when_us)
