"""Groups and neighbours, against what a loop finds."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from syncsim.timelines import joins

FAR = 2**62
keys = st.lists(st.integers(-1, 3), min_size=1, max_size=12)
wide = st.lists(st.sampled_from([-1, 0, 5, FAR - 1, FAR]), min_size=12, max_size=12)


@given(keys, wide, wide)
def test_groups_are_numbered_in_order_of_the_keys_however_large(first, second, third):
    columns = [np.array(each[: len(first)]) for each in (second, first, third)]
    together = [*zip(*(column.tolist() for column in columns), strict=True)]
    place = {key: number for number, key in enumerate(sorted(set(together)))}
    assert joins.groups(*columns).tolist() == [place[key] for key in together]


sorts = st.lists(st.integers(0, 2), min_size=1, max_size=16)


@given(sorts, sorts, st.data())
def test_the_last_before_and_the_first_after(groups, others, data):
    order = data.draw(st.permutations(range(len(groups) + len(others))))
    seq, of_seq = order[: len(groups)], order[len(groups) :]
    if data.draw(st.booleans()):
        seq[0] = FAR
    before = [
        max((s for s, g in zip(of_seq, others, strict=True) if g == group and s < own), default=-1)
        for own, group in zip(seq, groups, strict=True)
    ]
    after = [
        min((s for s, g in zip(of_seq, others, strict=True) if g == group and s > own), default=-1)
        for own, group in zip(seq, groups, strict=True)
    ]
    given_ = [np.array(each) for each in (groups, seq, others, of_seq)]
    for found, wanted in (
        (joins.last_before(*given_), before),
        (joins.first_after(*given_), after),
    ):
        assert [of_seq[place] if place >= 0 else -1 for place in found.tolist()] == wanted


def test_small_columns_with_large_numbers_do_not_run_over():
    most = 2**31 - 1
    one, other = np.array([0, 1], dtype=np.int32), np.array([-1, most], dtype=np.int32)
    assert joins.groups(one, other).tolist() == [0, 1]
    assert joins.groups(np.array([1, 0], dtype=np.int32), other[::-1]).tolist() == [1, 0]
    seq, ends = np.array([5, most], dtype=np.int32), np.array([0, most], dtype=np.int32)
    group = np.zeros(2, dtype=np.int64)
    assert joins.last_before(group, seq, group, ends).tolist() == [0, 0]
    assert joins.first_after(group, seq, group, ends).tolist() == [1, -1]


def test_where_there_are_no_others_there_is_none_before():
    none = np.zeros(0, dtype=np.int64)
    assert joins.last_before(np.array([0, 1]), np.array([3, 4]), none, none).tolist() == [-1, -1]
    assert joins.first_after(np.array([0]), np.array([3]), none, none).tolist() == [-1]


@given(st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=16))
def test_the_latest_that_is_marked(drawn):
    drawn.sort(key=lambda each: each[0])
    group = np.array([each[0] for each in drawn], dtype=np.int64)
    marked = np.array([each[1] for each in drawn], dtype=bool)
    wanted = [
        max((i for i in range(n + 1) if marked[i] and group[i] == group[n]), default=-1)
        for n in range(len(drawn))
    ]
    assert joins.latest(marked, joins.starts(group)).tolist() == wanted


def pairs(**how):
    return st.lists(st.tuples(st.integers(0, 2), st.sampled_from([-1, 0, 5, FAR])), **how)


def columns(drawn):
    """Return the groups and the values of what was drawn."""
    return np.array(drawn, dtype=np.int64).reshape(-1, 2).T


@given(pairs(max_size=16))
def test_the_previous_and_the_highest_so_far(drawn):
    group, value = columns(drawn)
    earlier = [[i for i in range(n + 1) if drawn[i][0] == drawn[n][0]] for n in range(len(drawn))]
    assert joins.previous(group).tolist() == [([-1, *each])[-2] for each in earlier]
    highest = [max(drawn[i][1] for i in each) for each in earlier]
    assert joins.highest_so_far(group, value).tolist() == highest


@given(pairs(min_size=1, max_size=16), pairs(max_size=16))
def test_the_first_with_the_same_keys(drawn, others):
    wanted = [n for n in range(len(drawn)) if drawn[n] not in drawn[:n]]
    assert joins.firsts(*columns(drawn)).tolist() == wanted
    found = joins.first_of(*joins.groups_of_both(columns(drawn), columns(others)))
    wanted = [others.index(each) if each in others else -1 for each in drawn]
    assert found.tolist() == wanted
