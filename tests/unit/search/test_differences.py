"""What is said of two designs: a word only where the paired runs show it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncsim.search.differences import PAIRS_MIN, differences, differences_over_all
from syncsim.staleness import MEASURES
from tests.unit.search.records import run, two_designs

SPREAD = [10, 14, 9, 12, 13, 8, 11, 10]


def of(found, measure):
    (line,) = (line for line in found if line.measure == measure)
    return line


def says(measure, before, after):
    return of(differences(two_designs(measure, before, after)), measure).says


def test_a_difference_is_of_the_same_seeds_and_against_the_first_design():
    line = of(differences(two_designs("flickers", SPREAD, [n - 5 for n in SPREAD])), "flickers")
    assert (line.design, line.against, line.pairs, line.unpaired) == ("after", "before", 8, 0)
    assert (line.difference, line.low, line.high, line.says) == (-5.0, -5.0, -5.0, "better")
    assert line.value - line.against_value == line.difference


def test_better_is_what_the_measure_calls_better():
    higher = [value + 0.05 for value in (0.5, 0.6, 0.7, 0.5, 0.6, 0.7)]
    lower = [value - 0.05 for value in higher]
    assert says("coherent_share", lower, higher) == "better"
    assert says("coherent_share", higher, lower) == "worse"
    assert says("censored_share", lower, higher) == "worse"
    assert says("censored_share", higher, lower) == "better"


def test_an_interval_that_holds_zero_shows_nothing():
    assert says("flickers", SPREAD, [9, 15, 10, 11, 14, 7, 12, 9]) == "not shown"
    assert says("flickers", SPREAD, SPREAD) == "not shown"
    # Its median differs, but not in so many seeds that luck could not have made it.
    assert says("staleness_p50_us", [1, 1, 1, 9, 9, 9], [1, 1, 1, 9, 9, 9]) == "not shown"


def test_with_fewer_than_six_pairs_nothing_is_said():
    few = PAIRS_MIN - 1
    assert says("flickers", [9] * few, [1] * few) == "too few runs"
    assert says("flickers", [9] * PAIRS_MIN, [1] * PAIRS_MIN) == "better"


def test_seeds_that_only_one_design_has_are_counted_and_say_nothing():
    before = [100, 100, 100, 100, 100, 100, 100, None]
    after = [50, 50, 50, 50, 50, 50, None, 900]
    line = of(differences(two_designs("staleness_p50_us", before, after)), "staleness_p50_us")
    assert (line.pairs, line.unpaired, line.difference, line.says) == (6, 2, -50.0, "better")
    assert (line.against_value, line.value) == (100.0, 50.0)


def test_a_measure_that_nobody_has_is_left_out_and_one_without_pairs_is_said():
    found = differences(two_designs("staleness_p50_us", [None, 5], [7, None]))
    assert "reconnect_peak_per_s" not in [line.measure for line in found]
    line = of(found, "staleness_p50_us")
    assert (line.pairs, line.unpaired, line.difference, line.low) == (0, 2, None, None)
    assert line.says == "too few runs"


def test_runs_of_other_scenarios_and_networks_are_no_pairs():
    runs = two_designs("flickers", SPREAD, SPREAD)
    elsewhere = [replace(r, network="3g") if r.design == "after" else r for r in runs]
    assert differences(elsewhere) == []
    found = of(differences_over_all(elsewhere)[: len(MEASURES)], "flickers")
    assert (found.pairs, found.unpaired) == (0, 16)


def test_each_scenario_and_network_has_its_own_differences():
    runs = two_designs("flickers", SPREAD, [n + 1 for n in SPREAD])
    more = [replace(run, scenario="seed/offline", flickers=run.flickers * 2) for run in runs]
    found = [line for line in differences([*runs, *more]) if line.measure == "flickers"]
    assert [(line.scenario, line.difference) for line in found] == [
        ("seed/payment", 1.0), ("seed/offline", 2.0),
    ]  # fmt: skip


def test_over_all_scenarios_every_two_designs_are_compared_both_ways():
    runs = [run(design, seed) for design in ("a", "b", "c") for seed in range(6)]
    found = [line for line in differences_over_all(runs) if line.measure == "flickers"]
    assert [(line.design, line.against) for line in found] == [
        ("a", "b"), ("a", "c"), ("b", "a"), ("b", "c"), ("c", "a"), ("c", "b"),
    ]  # fmt: skip
    assert {(line.scenario, line.network) for line in found} == {("all", "all")}


@pytest.mark.parametrize("designs", [("only",), ()])
def test_without_two_designs_there_is_no_difference(designs):
    assert differences([run(design) for design in designs]) == []
