"""Rows as numbers: equal rows, and only those, have one number."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from syncsim.timelines.rows import LACKS, NO_ROW, Rows

values = st.one_of(
    st.none(), st.booleans(), st.integers(0, 2), st.sampled_from(["", "a", "b"]),
    st.lists(st.integers(0, 1), max_size=2),
    st.dictionaries(st.sampled_from("xy"), st.integers(0, 1), max_size=2),
)  # fmt: skip
fields = st.one_of(st.none(), st.dictionaries(st.sampled_from("pqr"), values, max_size=3))


@given(st.lists(fields, max_size=8))
def test_rows_have_one_number_exactly_if_they_are_equal(drawn):
    rows = Rows()
    numbers = [rows.number(each) for each in drawn]
    for one, its in zip(drawn, numbers, strict=True):
        for other, theirs in zip(drawn, numbers, strict=True):
            assert (one == other) == (its == theirs)
        assert rows.fields(its) == one


@given(st.lists(fields, max_size=8), st.sets(st.sampled_from("pqrz")))
def test_a_projection_is_the_row_with_these_fields_and_nothing_for_what_it_lacks(drawn, names):
    rows = Rows()
    numbers = [rows.number(each) for each in drawn if each is not None]
    cut = [{name: each.get(name) for name in names} for each in drawn if each is not None]
    assert rows.project(sorted(names), numbers) == [rows.number(each) for each in cut]


def test_no_row_is_a_number_of_its_own():
    rows = Rows()
    assert rows.number(None) == NO_ROW
    assert rows.number({}) != NO_ROW
    assert rows.fields(NO_ROW) is None


def test_the_order_of_fields_makes_no_difference():
    rows = Rows()
    assert rows.number({"a": 1, "b": 2}) == rows.number({"b": 2, "a": 1})


def test_values_of_a_field():
    rows = Rows()
    numbers = [rows.number(each) for each in ({"a": [1]}, {"b": 1}, {"a": 2, "b": 1})]
    values = rows.values("a", numbers)
    assert values[1] is LACKS
    assert [Rows.given(value) for value in (values[0], values[2])] == [[1], 2]


def test_names_of_fields():
    rows = Rows()
    numbers = [rows.number(each) for each in ({"b": 1}, {"a": 1, "b": 2}, None, {"b": 3})]
    assert rows.names(numbers) == ["b", "a"]
    assert rows.names(numbers[2:3]) == []
