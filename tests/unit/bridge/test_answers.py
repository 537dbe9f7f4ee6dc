"""What a client says is held against the protocol, whatever it is."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncsim.bridge import answers
from syncsim.bridge.answers import BadAnswerError
from syncsim.domain import BOOKING

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "out", "wake_us", "kind", "data", "fields", "entity", "view"])
            | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
PAINT = {"kind": "paint", "view": "pending", "entity": "appointment/A1"}


@given(st.binary(max_size=60))
def test_no_line_raises_anything_else(line):
    with contextlib.suppress(BadAnswerError):
        answers.read_answer(line, 1)


@given(st.dictionaries(st.sampled_from(["kind", "data", "view", "entity", "version"]), JSON))
def test_no_note_raises_anything_else(note):
    with contextlib.suppress(BadAnswerError):
        answers.note_fields({"kind": "paint", **note}, BOOKING)


@given(JSON)
def test_no_answer_raises_anything_else(value):
    said = value if isinstance(value, dict) else {"out": value, "wake_us": value}
    for read in (answers.outputs_of, lambda each: answers.wake_of(each, 5)):
        with contextlib.suppress(BadAnswerError):
            read(said)


def test_a_paint_without_data_is_one_of_no_row():
    fields = answers.note_fields(dict(PAINT), BOOKING)
    assert fields["data"] == {"fields": None, "overlays": []}


@pytest.mark.parametrize(
    "wrong",
    [
        {"entity": ""},
        {"view": ""},
        {"entity": "ship/A1"},
        {"version": -2},
        {"version": True},
        {"view": "x" * 500},
        {"data": {"fields": {"id": "A2"}}},
        {"data": {"fields": {"id": "A1", "deep": {}}}},
        {"data": {"overlays": [1]}},
        {"data": {"more": 1}},
        {"data": {"fields": {"id": "A1", "n": 2**60}}},
        {"kind": "audit"},
    ],
    ids=str,
)
def test_what_is_no_paint_is_refused(wrong):
    with pytest.raises(BadAnswerError):
        answers.note_fields({**PAINT, **wrong}, BOOKING)
