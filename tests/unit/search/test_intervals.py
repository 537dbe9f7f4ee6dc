"""Intervals: against published values, exact enumeration, and their own promise."""

from __future__ import annotations

from itertools import product
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncsim.engine import Draws
from syncsim.search import intervals
from syncsim.search.intervals import paired_difference, wilson


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17, 1998, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_a_share_has_the_published_interval(hits, of, low, high):
    found = wilson(hits, of)
    assert found.estimate == hits / of
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@given(st.integers(0, 50), st.integers(1, 50))
def test_an_interval_of_a_share_holds_the_share_and_lies_within_0_and_1(hits, more):
    of = hits + more
    low, high = wilson(hits, of)[1:]
    assert 0 <= low <= hits / of <= high <= 1
    mirror = wilson(of - hits, of)
    assert mirror.low == pytest.approx(1 - high)
    assert mirror.high == pytest.approx(1 - low)


@pytest.mark.parametrize(("hits", "of"), [(0, 0), (3, 2), (-1, 2)])
def test_there_is_no_share_of_nothing(hits, of):
    with pytest.raises(ValueError, match="of"):
        wilson(hits, of)


def test_few_pairs_have_the_ends_of_all_resamples():
    pairs = [(10.0, 10.0), (10.0, 11.0), (10.0, 15.0), (10.0, 12.0)]
    means = sorted(fmean(b - a for a, b in drawn) for drawn in product(pairs, repeat=4))
    found = paired_difference([pairs], "mean", "x")
    assert found.estimate == 2.0
    # 256 resamples: the exact ends lie between these ranks, give or take the luck of 2 000.
    assert means[2] <= found.low <= means[10]
    assert means[-11] <= found.high <= means[-3]


def test_what_both_share_does_not_widen_the_interval():
    pairs = [(float(seed * 1000), float(seed * 1000 + 7)) for seed in range(8)]
    assert paired_difference([pairs], "mean", "x") == (7.0, 7.0, 7.0)


def test_medians_are_of_each_design_and_not_of_the_differences():
    pairs = [(0.0, 9.0), (1.0, 1.0), (10.0, 12.0)]
    assert paired_difference([pairs], "median", "x").estimate == 8.0


def test_pairs_are_drawn_again_within_their_stratum():
    strata = [[(0.0, 0.0)] * 5, [(0.0, 10.0)] * 5]
    assert paired_difference(strata, "mean", "x") == (5.0, 5.0, 5.0)


def test_equal_input_gives_equal_ends_and_another_name_other_luck():
    pairs = [(0.0, float(n * n % 17)) for n in range(9)]
    assert paired_difference([pairs], "mean", "a") == paired_difference([pairs], "mean", "a")
    assert paired_difference([pairs], "mean", "a") != paired_difference([pairs], "mean", "b")


def test_these_ends_are_the_same_on_every_machine():
    pairs = [(0.0, float(n * n % 17)) for n in range(9)]
    assert paired_difference([pairs], "mean", "a") == (7.555555556, 3.666666667, 11.333333333)


def test_many_pairs_are_taken_in_rounds(monkeypatch):
    pairs = [(0.0, float(n * n % 17)) for n in range(9)]
    at_once = paired_difference([pairs], "mean", "a")
    monkeypatch.setattr(intervals, "CELLS_MAX", 50)
    assert paired_difference([pairs], "mean", "a") == at_once


def test_where_there_is_no_difference_one_is_shown_in_about_one_of_twenty():
    wrong = 0
    rounds = 300
    for number in range(rounds):
        draws = Draws(number)
        pairs = [
            (float(draws.below(1000, f"a{seed}")), float(draws.below(1000, f"b{seed}")))
            for seed in range(20)
        ]
        _, low, high = paired_difference([pairs], "mean", str(number))
        wrong += not low <= 0 <= high
    assert 0.02 < wrong / rounds < 0.1
