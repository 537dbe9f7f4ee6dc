"""Records of strangers: what is wrong is said of the record, and every check answers unknown."""

from __future__ import annotations

import pytest

from syncsim.checks import CHECKS, as_json, judge
from syncsim.checks.records import PROMISES
from syncsim.checks.verdict import Status
from syncsim.history import History, files, parquet
from syncsim.history.stored import Stored
from tests.checks.notation import history

LINE = (
    "A1 op-1.mount(pending) op-1.ready(pending) op-1:pending=A1.1 @100 op-1?i1:accept(A1)"
    " op-1+i1:A1.1{status=accepted} op-1:pending=A1.1{status=accepted}+i1"
    " @150 +A1{status=accepted}/i1 $i1 @200 op-1!i1=ok op-1-i1:A1=response op-1:pending=A1.2 end"
)
HOSTILE = (7, "text", [], [1], {"a": 1}, True, None)


def changed(seq: int, change) -> History:
    """Return the history of the line with one record changed."""
    whole = history(LINE)
    again = History(whole.header)
    for record in whole:
        again.append(*(change(record) if record.seq == seq else record)[1:])
    return again


@pytest.mark.parametrize(
    ("kind", "key", "value", "expected"),
    [
        ("commit", "fields", None, "has 'None' under 'fields' in its data, where an object"),
        ("row", "fields", 7, "has '7' under 'fields' in its data, where an object"),
        ("paint", "fields", [1], "under 'fields' in its data, where an object or null"),
        ("paint", "overlays", "i1", "under 'overlays' in its data, where a list of texts"),
        ("intent", "entities", [["A1"]], "under 'entities' in its data, where a list of texts"),
        ("outcome", "items", {"A1": []}, "under 'items' in its data, where an object of texts"),
        ("mount", "query", {}, "under 'query' in its data, where text"),
    ],
)
def test_the_record_and_what_is_wrong_are_named(kind, key, value, expected):
    seq = next(record.seq for record in history(LINE).of(kind))
    damaged = changed(seq, lambda r: r._replace(data={**(r.data or {}), key: value}))
    for finding in judge(damaged, list(CHECKS)).findings:
        assert finding.status is Status.UNKNOWN
        assert finding.why.startswith(f"record {seq}, of kind {kind}, ")
        assert expected in finding.why


def test_a_record_without_data_is_named():
    damaged = changed(0, lambda record: record._replace(data=None))
    assert "has nothing under 'fields'" in judge(damaged, ["CONV"]).findings[0].why


def test_a_long_value_is_not_told_whole():
    damaged = changed(0, lambda record: record._replace(data={"fields": "x" * 10_000}))
    assert len(judge(damaged, ["CONV"]).findings[0].why) < 300


@pytest.mark.parametrize("value", HOSTILE, ids=repr)
def test_every_promised_key_may_hold_anything_and_no_check_stumbles(value):
    for record in history(LINE):
        for promise in PROMISES.get(record.kind, ()):
            data = {**(record.data or {}), promise.key: value}
            damaged = changed(record.seq, lambda r, data=data: r._replace(data=data))
            verdict = judge(damaged, list(CHECKS))
            assert as_json(verdict, damaged)
            assert not any("itself failed" in finding.why for finding in verdict.findings)


def test_what_several_records_share_is_asked_of_each_kind(tmp_path):
    """In a file, equal data is one object: that of a base may be no data for a paint."""
    pytest.importorskip("pyarrow")
    whole = history(LINE.removesuffix("end") + "op-1:pending<A1.2 op-1:pending=A1.2 end")
    base, paint = [record.seq for record in whole.of("base", "paint")][-2:]
    data = {"fields": None, "overlays": 7}
    damaged = History(whole.header)
    for record in whole:
        is_one = record.seq in (base, paint)
        damaged.append(*(record._replace(data=data) if is_one else record)[1:])
    path = tmp_path / "history.parquet"
    parquet.write(damaged, path)
    for read in (damaged, files.read(path), Stored(parquet.open_stream(path))):
        why = judge(read, ["CONV"]).findings[0].why
        assert why.startswith(f"record {paint}, of kind paint, has '7' under 'overlays'")
