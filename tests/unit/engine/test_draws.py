"""Keyed draws: the same on every machine, unbiased, and blind to what else is drawn."""

from __future__ import annotations

import math
from collections import Counter

import pytest

from syncsim.engine import Draws

MANY = 20_000
SPREAD = 4.5
"""Standard deviations that a sound draw stays within; the draws are fixed, so it always does."""

ROWS = [f"appointment/A{n}" for n in range(1, 41)]


@pytest.mark.parametrize(
    ("seed", "name", "bits"),
    [
        (0, "", 3164836424105135198),
        (1, "op-1.accept/1", 12979794023823172906),
        (7, "op-1.accept/1", 12448543822038344629),
        (2**63, "ß→🚕", 4912469473473453817),
    ],
)
def test_bits_are_the_same_on_every_python(seed, name, bits):
    assert Draws(seed).bits(name) == bits


def test_what_is_made_of_the_bits_is_the_same_on_every_python():
    draws = Draws(7)
    names = [f"m{n}" for n in range(4)]
    assert [draws.below(1_000_000, name) for name in names] == [683917, 42960, 353888, 428800]
    assert [draws.exponential_us(40_000, name) for name in names] == [15197, 125899, 41551, 33871]
    assert [draws.first(ROWS, name) for name in names] == [ROWS[35], ROWS[31], ROWS[0], ROWS[38]]


def test_a_draw_hangs_on_the_seed_and_its_own_name_alone():
    ahead, alone = Draws(3), Draws(3)
    for n in range(100):
        ahead.bits(f"something else {n}")
    assert ahead.bits("x") == alone.bits("x")
    assert Draws(4).bits("x") != alone.bits("x")
    assert alone.bits("y") != alone.bits("x")


def test_below_is_uniform_and_stays_below():
    draws = Draws(11)
    limit = 10
    counts = Counter(draws.below(limit, f"n{n}") for n in range(MANY))

    assert sorted(counts) == list(range(limit))
    assert _surplus(list(counts.values())) < SPREAD
    assert {draws.below(1, f"n{n}") for n in range(100)} == {0}


def test_exponential_has_its_mean_its_shape_and_whole_microseconds():
    draws = Draws(12)
    mean_us = 50_000
    drawn = [draws.exponential_us(mean_us, f"n{n}") for n in range(MANY)]

    assert all(type(value) is int and value >= 0 for value in drawn)
    assert abs(sum(drawn) / MANY - mean_us) < SPREAD * mean_us / math.sqrt(MANY)
    for times in (0.1, 1, 3):
        share = math.exp(-times)
        longer = sum(value > times * mean_us for value in drawn)
        assert abs(longer - MANY * share) < SPREAD * math.sqrt(MANY * share * (1 - share)), times
    assert draws.exponential_us(0, "n") == 0


@pytest.mark.parametrize(
    "names", [["accept", "cancel"], ["dr-1", "dr-2", "dr-3"], ROWS[:9], ROWS], ids=len
)
def test_every_name_comes_first_equally_often(names):
    draws = Draws(13)
    counts = Counter(draws.first(names, f"load/op-1/{n}/row") for n in range(MANY))

    assert sorted(counts) == sorted(names)
    assert _surplus(list(counts.values())) < SPREAD


def test_taking_a_name_away_changes_the_first_only_if_it_was_that_one():
    draws = Draws(14)
    for n in range(300):
        first = draws.first(ROWS, f"s{n}")
        for gone in ROWS[:: n % 7 + 1]:
            if gone != first:
                assert draws.first([name for name in ROWS if name != gone], f"s{n}") == first
        assert draws.first(ROWS[::-1], f"s{n}") == first


def test_nothing_is_drawn_from_nothing():
    draws = Draws(1)
    with pytest.raises(AssertionError):
        draws.below(0, "x")
    with pytest.raises(AssertionError):
        draws.first([], "x")
    with pytest.raises(AssertionError):
        draws.exponential_us(-1, "x")
    with pytest.raises(AssertionError):
        Draws(-1)


def _surplus(counts: list[int]) -> float:
    """Return how far counts are from equal: chi-square, in its own standard deviations."""
    expected = sum(counts) / len(counts)
    chi_square = sum((count - expected) ** 2 for count in counts) / expected
    freedom = len(counts) - 1
    return (chi_square - freedom) / math.sqrt(2 * freedom)
