from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from syncsim_reports.figures.placing import Box, freest, spread
from syncsim_reports.figures.timeline import CUT_US, Timeline

PLACES = st.lists(st.floats(0, 100, allow_nan=False), max_size=20).map(sorted)


@given(PLACES)
def test_spread_places_keep_their_order_their_gap_and_the_limits(wanted):
    placed = spread(wanted, 4.0, 0.0, 100.0)
    assert len(placed) == len(wanted)
    assert all(after - before >= 4.0 - 1e-6 for before, after in pairwise(placed))
    assert all(-1e-6 <= place <= 100.0 + 1e-6 for place in placed)


def test_places_that_are_far_apart_stay_where_they_are():
    assert spread([10.0, 50.0], 4.0, 0.0, 100.0) == [10.0, 50.0]


def test_places_that_collide_move_equally_far():
    assert spread([50.0, 50.0], 4.0, 0.0, 100.0) == [48.0, 52.0]


def test_the_gap_shrinks_if_there_is_no_room():
    assert spread([5.0] * 11, 4.0, 0.0, 10.0) == [float(place) for place in range(11)]


def test_a_label_goes_where_it_covers_nothing():
    boxes = [Box(0, 0, 10, 10), Box(100, 100, 110, 110), Box(200, 200, 210, 210)]
    assert freest(boxes, [Box(5, 5, 8, 8)], own=[(105.0, 105.0)], others=[]) == 2


def test_a_label_keeps_away_from_lines_that_are_not_its_own():
    boxes = [Box(0, 0, 10, 10), Box(100, 100, 110, 110)]
    assert freest(boxes, [], own=[], others=[(20.0, 5.0)]) == 1


def test_a_silence_is_cut_and_everything_else_keeps_its_scale():
    busy = [*range(0, 100_000, 10_000), *range(9_900_000, 10_000_000, 10_000)]
    line = Timeline(busy, 0, 10_000_000)
    assert line.cuts == [(90_000, 9_900_000)]
    assert (
        abs(
            (line.share(20_000) - line.share(10_000))
            - (line.share(9_920_000) - line.share(9_910_000))
        )
        < 1e-9
    )
    assert line.share(90_000) > 0.3
    assert (line.share(0), line.share(10_000_000)) == (0.0, 1.0)


@given(st.lists(st.integers(1, 10**9), max_size=30))
def test_times_never_change_their_order_on_the_axis(times_us):
    line = Timeline(times_us, 0, 10**9)
    shares = [line.share(time_us) for time_us in sorted(times_us)]
    assert shares == sorted(shares)
    assert all(0 <= share <= 1 for share in shares)
    assert all(end - start > CUT_US for start, end in line.cuts)


@given(st.lists(st.integers(1, 10**8), max_size=30))
def test_ticks_are_few_and_lie_outside_of_the_cuts(times_us):
    line = Timeline(times_us, 0, 10**8)
    ticks = line.ticks()
    assert ticks == sorted(ticks)
    assert not any(start < tick < end for tick in ticks for start, end in line.cuts)


def test_a_label_comes_close_to_many_before_it_lies_on_one():
    on_one, near_two = Box(0, 0, 10, 10), Box(100, 0, 110, 10)
    taken = [Box(5, 5, 15, 15), Box(112, 0, 120, 10), Box(90, 0, 98, 10)]
    assert freest([on_one, near_two], taken, own=[], others=[]) == 1
