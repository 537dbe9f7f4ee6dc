from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncsim.scenario.values import (
    MAX_DURATION_US,
    UNITS_US,
    BadValueError,
    expand_range,
    format_duration,
    natural_order,
    parse_duration,
)


@pytest.mark.parametrize(
    ("text", "duration_us"),
    [
        ("0s", 0),
        ("1us", 1),
        ("16.667ms", 16_667),
        ("1.5s", 1_500_000),
        ("0.1s", 100_000),
        ("0.000001s", 1),
        ("1.000000s", 1_000_000),
        ("5m", 300_000_000),
        ("0.5h", 1_800_000_000),
        ("720h", MAX_DURATION_US),
    ],
)
def test_a_duration_is_exact(text, duration_us):
    assert parse_duration(text) == duration_us


def test_a_duration_that_binary_fractions_cannot_hold_is_exact():
    assert int(1.000001 * 1_000_000) == 1_000_000
    assert parse_duration("1.000001s") == 1_000_001


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (5, "missing-unit"),
        (1.5, "missing-unit"),
        (0, "missing-unit"),
        ("5", "bad-duration"),
        ("5 s", "bad-duration"),
        ("5sec", "bad-duration"),
        ("s", "bad-duration"),
        (".5s", "bad-duration"),
        ("1.s", "bad-duration"),
        ("1.2.3s", "bad-duration"),
        ("1e3s", "bad-duration"),
        ("٣s", "bad-duration"),  # a digit, but not one of ours
        ("5s\n", "bad-duration"),
        ("", "bad-duration"),
        (None, "bad-duration"),
        (True, "bad-duration"),
        (["5s"], "bad-duration"),
        ("0.5us", "bad-duration"),
        ("1.0000001s", "bad-duration"),
        ("-5s", "negative-time"),
        (-5, "negative-time"),
        (-0.5, "negative-time"),
        ("720.001h", "too-long"),
        ("9999999999999h", "too-long"),
        ("9" * 10_000 + "s", "bad-duration"),
    ],
)
def test_what_is_no_duration_says_why(value, code):
    with pytest.raises(BadValueError) as caught:
        parse_duration(value)
    assert caught.value.code == code


def test_a_number_without_a_unit_is_told_to_take_one():
    with pytest.raises(BadValueError) as caught:
        parse_duration(20)
    assert caught.value.hint == "write a unit: 20ms, 20s or 20m"


@given(st.integers(0, MAX_DURATION_US))
def test_a_written_duration_reads_back(duration_us):
    assert parse_duration(format_duration(duration_us)) == duration_us


@given(st.decimals(0, 1_000, places=4, allow_nan=False), st.sampled_from(sorted(UNITS_US)))
def test_a_duration_is_a_decimal_times_its_unit(number, unit):
    exact_us = number * UNITS_US[unit]
    if exact_us == int(exact_us) and exact_us <= MAX_DURATION_US:
        assert Decimal(parse_duration(f"{number:f}{unit}")) == exact_us
    else:
        with pytest.raises(BadValueError):
            parse_duration(f"{number:f}{unit}")


@pytest.mark.parametrize(
    ("duration_us", "text"),
    [(0, "0s"), (90_000_000, "90s"), (60_000_000, "1m"), (1_500_000, "1500ms"), (7, "7us")],
)
def test_a_duration_is_written_in_the_largest_unit_that_divides_it(duration_us, text):
    assert format_duration(duration_us) == text


@pytest.mark.parametrize(
    ("key", "ids"),
    [
        ("A1", ("A1",)),
        ("A2..A4", ("A2", "A3", "A4")),
        ("A9..A10", ("A9", "A10")),
        ("A08..A10", ("A08", "A09", "A10")),
        ("7..7", ("7",)),
        ("B2-1..B2-2", ("B2-1", "B2-2")),
    ],
)
def test_a_range_expands(key, ids):
    assert expand_range(key, 100) == ids


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("A9..A2", "bad-range"),
        ("A1..B2", "bad-range"),
        ("A..B", "bad-range"),
        ("A1..", "bad-range"),
        ("A1..A2..A3", "bad-range"),
        ("1" * 100_000 + "..2", "bad-range"),
        ("A 1..A 2", "bad-name"),
        ("A/1", "bad-name"),
        ("", "bad-name"),
        ("A" * 65, "bad-name"),
        ("A1..A101", "too-many"),
        ("A1..A99999999999999999999", "too-many"),
    ],
)
def test_what_is_no_range_says_why(key, code):
    with pytest.raises(BadValueError) as caught:
        expand_range(key, 100)
    assert caught.value.code == code


def test_ids_are_ordered_as_people_count():
    names = ["B1", "A10", "A9", "A09", "10", "9", "A"]
    assert sorted(names, key=natural_order) == ["A", "A09", "A9", "A10", "B1", "9", "10"]
