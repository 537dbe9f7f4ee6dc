from __future__ import annotations

import pytest

from syncsim_reports import words


@pytest.mark.parametrize(
    ("time_us", "text"),
    [
        (None, "–"),
        (0, "0 s"),
        (250, "250 µs"),
        (999, "999 µs"),
        (1_000, "1 ms"),
        (84_000, "84 ms"),
        (999_400, "999 ms"),
        (999_500, "1.0 s"),
        (1_234_000, "1.2 s"),
        (9_960_000, "10 s"),
        (84_000_000, "84 s"),
        (119_600_000, "2.0 min"),
        (210_000_000, "3.5 min"),
    ],
)
def test_durations_have_two_or_three_digits_and_never_round_across_a_unit(time_us, text):
    assert words.duration(time_us) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (None, "–"),
        (0, "0 B"),
        (512, "512 B"),
        (999.6, "1.0 kB"),
        (12_345, "12.3 kB"),
        (4e6, "4.0 MB"),
    ],
)
def test_sizes_are_decimal(number, text):
    assert words.size(number) == text


@pytest.mark.parametrize(
    ("part", "text"),
    [(None, "–"), (0, "0 %"), (1, "100 %"), (0.5, "50.0 %"), (0.99996, "99.9 %"), (1e-9, "0.1 %")],
)
def test_only_the_whole_is_a_hundred_percent_and_only_none_is_zero(part, text):
    assert words.share(part) == text


def test_counts_agree_with_their_noun():
    assert words.count(1, "window") == "1 window"
    assert words.count(1204, "window") == "1,204 windows"


def test_plain_text_has_no_control_characters_and_an_end():
    assert words.plain("a\x1b[31mb\n\x00c\ud800") == "a?[31mb??c?"
    assert words.plain("x" * 300, 10) == "x" * 9 + "…"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (-26_000, "us", "−26 ms"),
        (0.0, "us", "0 s"),
        (1_500.0, "bytes", "+1.5 kB"),
        (-0.126, "count", "−0.13"),
        (0.0, "count", "0.00"),
        (0.053, "share", "+5.3 points"),
        (-1.0, "share", "−100.0 points"),
        (None, "share", "–"),
    ],
)
def test_a_difference_has_its_sign_and_that_of_shares_is_in_points(value, unit, text):
    assert words.change(value, unit) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (84_000, "us", "84 ms"),
        (0.5, "share", "50.0 %"),
        (512, "bytes", "512 B"),
        (7.25, "count", "7.2"),
    ],
)
def test_a_measure_is_written_in_its_unit(value, unit, text):
    assert words.amount(value, unit) == text


@pytest.mark.parametrize(
    ("names", "text"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (list("abc"), "a, b and c")],
)
def test_names_are_listed_as_in_a_sentence(names, text):
    assert words.listed(names) == text
