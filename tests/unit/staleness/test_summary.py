from __future__ import annotations

import pytest

from syncsim.staleness import Window, frame, quantiles, survival


def window(length_us, ended="painted", query="one"):
    return Window(
        client="op-1",
        role="operator",
        user="olga",
        view="one/A1",
        query=query,
        entity="appointment/A1",
        version=2,
        start_us=1_000,
        commit_us=1_000,
        receipt_us=-1,
        paint_us=1_000 + length_us if ended == "painted" else -1,
        end_us=1_000 + length_us,
        ended=ended,
        cause="propagation",
    )


def test_a_quantile_is_the_smallest_length_that_enough_windows_do_not_exceed():
    windows = [window(length_us) for length_us in (40, 10, 30, 20)]
    assert quantiles(windows, (0.25, 0.5, 0.51, 0.99, 1.0)) == {
        "p25_us": 10,
        "p50_us": 20,
        "p51_us": 30,
        "p99_us": 40,
        "p100_us": 40,
        "uncensored": 4,
        "censored": 0,
    }


def test_censored_windows_are_counted_apart_and_the_slice_store_not_at_all():
    windows = [
        window(10),
        window(900, ended="end"),
        window(800, ended="left"),
        window(20, ended="reverted"),
        window(700, query="slice"),
    ]
    figures = quantiles(windows)
    assert list(figures) == ["p50_us", "p90_us", "p99_us", "uncensored", "censored"]
    assert list(figures.values()) == [10, 20, 20, 2, 2]


def test_without_windows_there_are_no_quantiles():
    assert quantiles([window(5, ended="end")])["p50_us"] is None
    assert quantiles([]) == {
        "p50_us": None,
        "p90_us": None,
        "p99_us": None,
        "uncensored": 0,
        "censored": 0,
    }


def test_survival_is_that_of_an_example_worked_by_hand():
    # Six windows. At 1 one of six closes. The one seen for 2 leaves those at risk. At 3 two of
    # four close. The one seen for 4 leaves. At 5 the last one closes.
    windows = [
        window(3),
        window(1),
        window(5),
        window(2, ended="end"),
        window(4, ended="left"),
        window(3),
        window(9, query="slice"),
    ]
    times_us, share = survival(windows)
    assert times_us == [0, 1, 3, 5]
    assert share == pytest.approx([1, 5 / 6, 5 / 12, 0])


def test_a_window_seen_as_long_as_another_lasted_was_still_at_risk():
    times_us, share = survival([window(3), window(3, ended="end")])
    assert (times_us, share) == ([0, 3], [1.0, 0.5])


def test_without_censoring_survival_is_the_share_of_longer_windows():
    lengths = [7, 7, 8, 12, 30]
    times_us, share = survival([window(length) for length in lengths])
    assert times_us == [0, 7, 8, 12, 30]
    assert share == pytest.approx([sum(other > us for other in lengths) / 5 for us in times_us])


def test_survival_of_nothing_and_of_nothing_but_censored_windows_stays_whole():
    assert survival([]) == ([0], [1.0])
    assert survival([window(4, ended="end")]) == ([0], [1.0])


def test_the_table_has_a_row_for_each_window():
    table = frame([window(10), window(20, ended="end")])
    assert list(table.columns)[: len(Window._fields)] == list(Window._fields)
    assert list(table["length_us"]) == [10, 20]
    assert list(table["censored"]) == [False, True]
    assert list(table["view"]) == ["one/A1", "one/A1"]


def test_the_table_of_no_windows_has_the_same_columns():
    assert list(frame([]).columns) == list(frame([window(1)]).columns)
