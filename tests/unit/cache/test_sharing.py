"""Structural sharing: what is equal keeps its identity, and nothing else does."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from syncsim.client.cache.utils import (
    SHARING_DEPTH_MAX,
    UNDEFINED,
    replace_data,
    replace_equal_deep,
    strictly_equal,
)

VALUES = st.recursive(
    st.sampled_from([None, True, False, 0, 1, 1.5, "", "a"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab0"), inner, max_size=3)
    ),
    max_leaves=12,
)


def same(a: Any, b: Any) -> bool:
    """Compare in depth, as JSON texts would compare: 1 is neither True nor "1"."""
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[name], b[name]) for name in a)
    return strictly_equal(a, b)


@given(VALUES, VALUES)
def test_the_result_says_what_the_new_value_says(old, new):
    assert same(replace_equal_deep(old, new), new)


@given(VALUES)
def test_an_equal_value_is_the_old_one_itself(value):
    assert replace_equal_deep(value, copy.deepcopy(value)) is value


@given(VALUES, VALUES)
def test_neither_value_is_changed(old, new):
    before = copy.deepcopy((old, new))
    replace_equal_deep(old, new)
    assert same([old, new], list(before))


def test_each_part_that_is_equal_is_kept():
    old = {"rows": [{"id": 1}, {"id": 2}], "more": {"n": 1}}
    new = replace_equal_deep(old, {"rows": [{"id": 1}, {"id": 3}], "more": {"n": 1}})
    assert new["rows"][0] is old["rows"][0]
    assert new["rows"][1] is not old["rows"][1]
    assert new["more"] is old["more"]
    assert new is not old


def test_a_list_that_grows_or_shrinks_is_another_list_of_the_old_items():
    old = [{"id": 1}, {"id": 2}]
    assert replace_equal_deep(old, [{"id": 1}])[0] is old[0]
    assert replace_equal_deep(old, [{"id": 1}, {"id": 2}, {"id": 3}])[1] is old[1]
    assert replace_equal_deep({"a": old, "b": 1}, {"a": [{"id": 1}, {"id": 2}]})["a"] is old


def test_a_list_and_a_record_share_nothing():
    new = {"0": {"id": 1}}
    assert replace_equal_deep([{"id": 1}], new) is new
    assert replace_equal_deep(UNDEFINED, new) is not UNDEFINED


def test_too_deep_a_value_is_taken_as_it_is():
    def nested(depth: int) -> Any:
        value: Any = []
        for _ in range(depth):
            value = [value]
        return value

    old, deep = nested(SHARING_DEPTH_MAX - 1), nested(SHARING_DEPTH_MAX + 1)
    assert replace_equal_deep(old, nested(SHARING_DEPTH_MAX - 1)) is old
    assert replace_equal_deep(deep, nested(SHARING_DEPTH_MAX + 1)) is not deep


def test_sharing_can_be_switched_off():
    old = {"n": 1}
    new = {"n": 1}
    assert replace_data(old, new, structural_sharing=None) is old
    assert replace_data(old, new, structural_sharing=False) is new
