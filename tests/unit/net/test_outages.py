"""Outages: when a link is down, and for how long."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import islice, pairwise

import pytest

from syncsim.engine import Draws
from syncsim.net.loss import GilbertElliott
from syncsim.net.outages import Stay, UpDown, outages

SECOND = 1_000_000
MANY = 10_000
SPREAD = 5
PROCESS = UpDown(up=Stay(mean_us=90 * SECOND), down=Stay(mean_us=4 * SECOND))


def some(process: UpDown, count: int = MANY, name: str = "op-1") -> list[tuple[int, int]]:
    return [*islice(outages(process, Draws(5), name), count)]


def test_outages_come_in_order_and_do_not_touch():
    found = some(PROCESS)
    assert found[0][0] > 0, "the link starts up"
    assert all(down_us < up_us for down_us, up_us in found)
    assert all(before[1] < after[0] for before, after in pairwise(found))
    assert all(type(at_us) is int for interval in found for at_us in interval)


def test_stays_are_exponential_with_their_means():
    found = some(PROCESS)
    ups = [after[0] - before[1] for before, after in pairwise([(0, 0), *found])]
    downs = [up_us - down_us for down_us, up_us in found]
    for stays, mean_us in ((ups, 90 * SECOND), (downs, 4 * SECOND)):
        assert abs(sum(stays) / MANY - mean_us) < SPREAD * mean_us / math.sqrt(MANY)
        for times in (0.2, 1, 2.5):
            share = math.exp(-times)
            longer = sum(stay > times * mean_us for stay in stays)
            assert abs(longer - MANY * share) < SPREAD * math.sqrt(MANY * share * (1 - share))


def test_the_share_of_time_that_a_link_is_down_has_the_closed_form():
    found = some(PROCESS)
    share = sum(up_us - down_us for down_us, up_us in found) / found[-1][1]
    assert PROCESS.down_share == Fraction(4, 94)
    # The share of n pairs of stays has a relative deviation of about the root of 2 / n.
    assert abs(share - 4 / 94) < SPREAD * 4 / 94 * math.sqrt(2 / MANY)


def test_fixed_stays_are_fixed():
    process = UpDown(
        up=Stay(mean_us=60 * SECOND, kind="fixed"), down=Stay(mean_us=SECOND, kind="fixed")
    )
    assert some(process, 3) == [
        (60 * SECOND, 61 * SECOND),
        (121 * SECOND, 122 * SECOND),
        (182 * SECOND, 183 * SECOND),
    ]
    assert some(process, 3, "op-2") == some(process, 3)


def test_one_kind_of_stay_does_not_touch_the_luck_of_the_other():
    fixed = UpDown(up=Stay(mean_us=60 * SECOND, kind="fixed"), down=PROCESS.down)
    assert [up_us - down_us for down_us, up_us in some(fixed, 50)] == [
        up_us - down_us for down_us, up_us in some(PROCESS, 50)
    ]


def test_a_long_time_up_says_nothing_of_the_time_down():
    found = some(PROCESS)
    ups = [after[0] - before[1] for before, after in pairwise([(0, 0), *found])]
    downs = [up_us - down_us for down_us, up_us in found]
    both = sum(
        up > 90 * SECOND * math.log(2) and down > 4 * SECOND * math.log(2)
        for up, down in zip(ups, downs, strict=True)
    )
    assert abs(both - MANY / 4) < SPREAD * math.sqrt(MANY * 3 / 16)


def test_the_luck_of_a_link_is_its_own():
    assert some(PROCESS, 20) == some(PROCESS, 30)[:20]
    assert some(PROCESS, 20, "op-2") != some(PROCESS, 20)


def test_a_chain_of_seconds_gives_its_mean_stays():
    process = UpDown.of_chain(GilbertElliott(good_to_bad_ppm=5_000, bad_to_good_ppm=250_000))
    assert process == UpDown(up=Stay(mean_us=200 * SECOND), down=Stay(mean_us=4 * SECOND))
    chain = GilbertElliott(good_to_bad_ppm=5_000, bad_to_good_ppm=250_000)
    assert process.down_share == chain.stationary_loss


def test_a_stay_lasts_and_a_chain_without_outages_is_none():
    with pytest.raises(AssertionError):
        Stay(mean_us=0)
    with pytest.raises(AssertionError):
        UpDown.of_chain(GilbertElliott(good_to_bad_ppm=0, bad_to_good_ppm=1))
    assert min(Stay(mean_us=1).drawn_us(Draws(1), f"n{n}") for n in range(100)) == 1
