"""Keys: what names a query, and which keys a filter's key is a part of."""

from __future__ import annotations

import pytest

from syncsim.client.cache.utils import (
    UNDEFINED,
    hash_key,
    is_valid_timeout,
    members_of,
    partial_match_key,
    strictly_equal,
    time_until_stale,
)


def test_the_order_of_members_is_nothing_in_a_hash():
    assert hash_key(["a", {"x": 1, "b": [2]}]) == hash_key(["a", {"b": [2], "x": 1}])
    assert hash_key(["a", {"b": 1}]) == '["a",{"b":1}]'
    assert hash_key(["é"]) == '["é"]'


@pytest.mark.parametrize(
    ("key", "prefix", "fits"),
    [
        (["a", "list"], [], True),
        (["a", "list"], ["a"], True),
        (["a", "list"], ["a", "list"], True),
        (["a", "list"], ["a", "list", "x"], False),
        (["a", "list"], ["list"], False),
        (["a", {"page": 1, "by": "n"}], ["a", {"page": 1}], True),
        (["a", {"page": 1}], ["a", {"page": 1, "by": "n"}], False),
        (["a", {"page": 1}], ["a", {"page": True}], False),
        (["a", {"page": 1}], ["a", {"page": "1"}], False),
        (["a", {"in": {"x": [1, 2]}}], ["a", {"in": {"x": [1]}}], True),
        (["a", None], ["a", None], True),
        (["a", None], ["a", {}], False),
        (["a", ["x"]], ["a", {"0": "x"}], True),
        (["a", {"0": "x", "1": "y"}], ["a", ["x"]], True),
        (["a", "x"], ["a", {"0": "x"}], False),
    ],
)
def test_a_prefix_fits_the_keys_that_it_is_a_part_of(key, prefix, fits):
    assert partial_match_key(key, prefix) is fits


def test_values_are_compared_as_in_javascript():
    assert strictly_equal(1, 1.0)
    assert not strictly_equal(1, True)
    assert not strictly_equal(0, False)
    assert not strictly_equal("1", 1)
    assert strictly_equal("text", "".join(reversed("txet")))
    assert not strictly_equal([], [])
    assert not strictly_equal(None, UNDEFINED)


def test_texts_and_lists_have_their_places_as_members():
    assert members_of("ab") == {"0": "a", "1": "b"}
    assert members_of(["x"]) == {"0": "x"}
    assert members_of(None) == members_of(5) == {}


@pytest.mark.parametrize(
    ("value", "valid"),
    [(0, True), (10, True), (0.5, True), (-1, False), (float("inf"), False)]
    + [(value, False) for value in (True, False, None, "static")],
)
def test_only_a_finite_number_sets_a_timer(value, valid):
    assert is_valid_timeout(value) is valid


def test_data_is_stale_once_its_time_has_passed():
    assert time_until_stale(100, 50, 149) == 1
    assert time_until_stale(100, 50, 150) == 0
    assert time_until_stale(100, None, 100) == 0
    assert time_until_stale(100, float("inf"), 10_000) == float("inf")
