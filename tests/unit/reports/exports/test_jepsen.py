"""EDN and the JSON of elle-cli: read by an independent reader, and judged again."""

from __future__ import annotations

import json

import pytest

import syncsim
from syncsim.checks import Evidence, judge
from syncsim.checks.realtime import tally
from syncsim.history import History
from syncsim.jepsen import judge_operations, read_text
from syncsim_reports.exports import FORMATS
from tests.unit.reports.exports.edn_reader import Word, read_all


def events_of(history, name):
    text = FORMATS[name].write(history).decode("utf-8")
    return read_all(text) if name == "edn" else json.loads(text)


def again(history):
    """Return the judgement on a history once it has been to Jepsen and back."""
    return judge_operations(read_text(FORMATS["edn"].write(history).decode()), "list-append")


def changed(history, change):
    """Return a history whose records have been through `change`."""
    copy = History(history.header)
    for record in history:
        copy.append(*change(record)[1:])
    return copy


@pytest.mark.parametrize("name", ["edn", "elle-json"])
def test_the_events_keep_the_rules_of_a_history(history, name):
    events = events_of(history, name)
    assert [event["index"] for event in events] == list(range(len(events)))
    times = [event["time"] for event in events]
    assert times == sorted(times)
    open_by, retired, appended = {}, set(), set()
    for event in events:
        assert event["type"] in ("invoke", "ok", "fail", "info")
        if event["process"] == "nemesis":
            assert event["type"] == "info"
            continue
        assert event["f"] == "txn"
        process, steps = event["process"], event["value"]
        if event["type"] == "invoke":
            assert process not in open_by
            assert process not in retired
            open_by[process] = steps
            for f, key, value in steps:
                assert value is None if f == "r" else (key, value) not in appended
                if f == "append":
                    appended.add((key, value))
        else:
            asked = open_by.pop(process)
            assert [step[:2] for step in asked] == [step[:2] for step in steps]
            if event["type"] == "ok":
                assert all(isinstance(v, list) for f, _, v in steps if f == "r")
            if event["type"] == "info":
                retired.add(process)
    clients = [event for event in events if event["process"] != "nemesis"]
    reads = [step for event in clients for step in event["value"] if step[0] == "r"]
    read = {(key, element) for _, key, held in reads for element in held or ()}
    assert read <= appended


def test_edn_writes_words_as_keywords_and_names_as_texts(raced):
    event = next(e for e in events_of(raced, "edn") if e["type"] == "ok" and e["value"])
    assert {type(event["type"]), type(event["f"]), type(event["value"][0][0])} == {Word}
    assert type(event["value"][0][1]) is str


def test_both_forms_hold_the_same_events(history):
    assert events_of(history, "edn") == events_of(history, "elle-json")
    edn = read_text(FORMATS["edn"].write(history).decode())
    elle = read_text(FORMATS["elle-json"].write(history).decode())
    assert [(o.index, o.time_ns, o.type, o.process, o.f, o.value) for o in edn] == [
        (o.index, o.time_ns, o.type, o.process, o.f, o.value) for o in elle
    ]


def test_every_intent_that_was_sent_and_every_answer_is_in_it(raced):
    events = events_of(raced, "edn")
    ended = [e for e in events if e["type"] != "invoke" and e["process"] != "nemesis"]
    results = {"ok": 0, "fail": 0}
    for outcome in raced.of("outcome"):
        told = outcome.data.get("items", {"": outcome.data["result"]})
        for result in told.values():
            results["ok" if result == "ok" else "fail"] += 1
    writes = [e for e in ended if e["value"] and e["value"][0][0] == "append"]
    for kind, count in results.items():
        by_people = [e for e in writes if e["type"] == kind and e["client"] != "backend"]
        assert len(by_people) == count
    reads = [e for e in ended if e not in writes]
    assert len(reads) == len([*raced.of("fetched", "fetch_failed", "fetch_cancelled")])
    assert any(step[2] for event in reads for step in event["value"])
    refusal = next(e for e in writes if e["type"] == "fail")
    assert refusal["error"] == "illegal-state"


@pytest.mark.parametrize("design", ["manual-refresh", "enhanced", "hardened"])
@pytest.mark.parametrize("scenario", ["seed/two-operators", "seed/offline", "seed/payment"])
def test_a_backend_that_keeps_its_order_is_strict_serializable_there_too(scenario, design):
    history = syncsim.run(scenario, design=design, seed=3).trial.history
    assert tally(Evidence(history)).finding().status == "pass"
    assert again(history).verdict.status == "pass"


def test_an_answer_from_the_past_fails_here_and_there(raced):
    """The last answers of one view hold what was there before all commits."""
    late = max(record.seq for record in raced.of("fetched") if record.at == "op-1")
    old = raced[late]
    first = {row.entity: row for row in raced.of("row")}

    def turn_back(record):
        is_part = (record.at, record.view, record.cause) == (old.at, old.view, old.cause)
        if record.seq == late:
            return record._replace(lsn=len(first))
        if record.kind == "base" and is_part and record.version > 1:
            return record._replace(version=1, lsn=first[record.entity].lsn)
        return record

    damaged = changed(raced, turn_back)
    assert tally(Evidence(damaged)).finding().status == "fail"
    # The rows that the answer left out say nothing, so an old one is put in.
    moved = next(c for c in raced.of("commit") if c.time_us < old.time_us - 1_000_000)
    copy = History(damaged.header)
    for record in damaged:
        copy.append(*record[1:])
        if record.seq == late:
            row = first[moved.entity]
            copy.append(
                record.time_us, "base", at=record.at, cause=record.cause, entity=moved.entity,
                version=1, lsn=row.lsn, view=record.view, data=row.data,
            )  # fmt: skip
    judgement = again(copy)
    assert judgement.verdict.status == "fail"
    assert "strong-session-read-uncommitted" in judgement.remaining or judgement.ruled_out


def test_an_intent_that_took_effect_twice_is_a_duplicate_element(raced):
    commit = next(raced.of("commit"))
    versions = [c.version for c in raced.of("commit") if c.entity == commit.entity]

    def push_up(record):
        if record.entity == commit.entity and record.version >= commit.version:
            return record._replace(version=record.version + 1)
        return record

    copy = History(raced.header)
    for record in raced:
        copy.append(*push_up(record)[1:])
        if record.seq == commit.seq:
            copy.append(*record[1:])
    assert versions
    assert judge(copy, ["ONCE"]).status == "fail"
    assert again(copy).verdict["duplicate-elements"].status == "fail"
