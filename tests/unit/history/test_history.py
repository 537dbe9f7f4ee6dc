"""Histories in memory: columns that read back as the records that were appended."""

from __future__ import annotations

import pytest

from syncsim.history import History, Record, compile_conditions
from syncsim.history import history as module


def test_records_read_back_as_they_were_appended_across_chunks(monkeypatch):
    monkeypatch.setattr(module, "CHUNK", 3)
    history = History()
    expected = []
    for number in range(10):
        fields = {"at": f"op-{number % 2}", "cause": number - 1, "data": {"n": number}}
        assert history.append(number * 7, "fault", **fields) == number
        expected.append(Record(number, number * 7, "fault", **fields))
        assert history.end_us == number * 7
    assert list(history) == expected
    assert len(history) == 10
    assert [record.seq for record in history.of("fault", "heal")] == list(range(10))
    assert list(history.of("heal")) == []
    assert [record.seq for record in history.causes(3)] == [2, 1, 0]


def test_an_unknown_kind_cannot_be_asked_for():
    with pytest.raises(AssertionError, match="faults"):
        list(History().of("faults"))


def test_the_frame_has_a_row_a_record():
    history = History()
    history.append(0, "phase", data={"phase": "safety"})
    history.append(5, "intent", "op-1", intent="i1", entity="appointment/A1")
    frame = history.frame()
    assert list(frame["kind"]) == ["phase", "intent"]
    assert list(frame["entity"]) == ["", "appointment/A1"]
    assert frame["time_us"].tolist() == [0, 5]


ROW = {"id": "A1", "status": "pending", "therapist": "th-1", "overdue": False}


@pytest.mark.parametrize(
    ("where", "holds"),
    [
        ((), True),
        ((("status", "is", "pending"),), True),
        ((("status", "is", "rejected"),), False),
        ((("therapist", "is", "$user"),), True),
        ((("id", "is", "$id"),), False),
        ((("status", "in", ["pending", "rejected"]),), True),
        ((("status", "in", ["rejected"]),), False),
        ((("status", "not in", ["rejected"]),), True),
        ((("status", "not in", ["pending"]),), False),
        ((("hidden", "is", None),), True),
        ((("hidden", "in", ["x"]),), False),
        ((("overdue", "is", False), ("status", "is", "pending")), True),
        ((("overdue", "is", True), ("status", "is", "pending")), False),
    ],
)
def test_conditions_hold_or_not(where, holds):
    assert compile_conditions(where, {"$user": "th-1", "$id": "A2"})(ROW) is holds
