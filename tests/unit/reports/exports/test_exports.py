"""Each format by its own rules, re-stated here, and by readers that know nothing of syncsim."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter, defaultdict
from io import StringIO

import junitparser
import pytest

from syncsim.checks import judge
from syncsim.errors import InputError
from syncsim.history import History, jsonl, parquet
from syncsim.history.record import Record
from syncsim.staleness import measure
from syncsim_reports.exports import FORMATS, itf


def written(history, name):
    return FORMATS[name].write(history).decode("utf-8")


@pytest.mark.parametrize("name", FORMATS)
def test_equal_histories_give_equal_files_and_each_says_what_it_lacks(raced, name):
    form = FORMATS[name]
    copy = History(json.loads(json.dumps(raced.header)))
    for record in raced:
        copy.append(*record[1:])
    assert form.write(raced) == form.write(copy)
    assert form.cannot_hold
    assert form.holds
    assert form.readers


@pytest.mark.parametrize("name", FORMATS)
def test_a_history_without_records_is_written(name):
    assert isinstance(FORMATS[name].write(History({"clients": {}})), bytes)


@pytest.mark.parametrize("name", FORMATS)
def test_the_kind_of_a_format_is_as_it_says(raced, name):
    data = FORMATS[name].write(raced)
    assert FORMATS[name].is_text == (b"\0" not in data and data.endswith(b"\n"))


# csv


def test_csv_gives_every_record_back(history):
    rows = [*csv.reader(StringIO(written(history, "csv")))]
    assert rows[0] == list(Record._fields)
    numbers = {"seq", "time_us", "cause", "version", "lsn"}
    made = [
        Record(
            **{
                name: (int(text) if text else -1)
                if name in numbers
                else (json.loads(text) if text else None)
                if name == "data"
                else text
                for name, text in zip(rows[0], row, strict=True)
            }
        )
        for row in rows[1:]
    ]
    assert made == json_of(history)


def json_of(history):
    """Return the records with their data as JSON gives them back."""
    return [
        record._replace(data=None if record.data is None else json.loads(json.dumps(record.data)))
        for record in history
    ]


# Parquet


def test_parquet_holds_every_column_and_is_read_as_the_same_history(history, tmp_path):
    pq = pytest.importorskip("pyarrow.parquet", reason="pyarrow")
    path = tmp_path / "history.parquet"
    path.write_bytes(FORMATS["parquet"].write(history))
    table = pq.read_table(path)
    assert table.num_rows == len(history)
    assert set(table.column_names) == set(Record._fields)
    for name in ("time_us", "cause", "version", "lsn"):
        found = [-1 if value is None else value for value in table.column(name).to_pylist()]
        assert found == [getattr(record, name) for record in history]
    for name in ("kind", "at", "entity", "intent"):
        found = [value or "" for value in table.column(name).to_pylist()]
        assert found == [getattr(record, name) for record in history]
    assert [*jsonl.lines(parquet.read(path))] == [*jsonl.lines(history)]


# ShiViz


DEFAULT = re.compile(r"(?P<event>.*)\n(?P<host>\S*) (?P<clock>{.*})")


def test_shiviz_would_take_the_log_and_draw_the_causes(history):
    """The rules of ShiViz's parser and of the graph that it builds."""
    log = written(history, "shiviz")
    found = [*DEFAULT.finditer(log)]
    assert len(found) == len(history)
    assert sum(len(match[0]) + 1 for match in found) == len(log)
    own = Counter()
    clocks = []
    for match in found:
        clock, host = json.loads(match["clock"]), match["host"]
        own[host] += 1
        assert clock[host] == own[host], "a host's own count rises by one"
        clocks.append(clock)
    for clock in clocks:
        for host, count in clock.items():
            assert 1 <= count <= own[host], "a clock names only events that are in the log"
    last = {}
    for record, match, clock in zip(history, found, clocks, strict=True):
        host = match["host"]
        parents = [last[host]] if host in last else []
        parents += [clocks[record.cause]] if record.cause >= 0 else []
        merged = Counter()
        for parent in parents:
            merged |= Counter(parent)
        merged[host] += 1
        assert dict(merged) == clock, "the clock is what the edges imply"
        last[host] = clock
        assert str(record.time_us) in match["event"]
        assert record.kind in match["event"]


def test_a_name_that_would_break_a_line_does_not():
    history = History({"clients": {}})
    history.append(0, "phase", data={"phase": "safe\nty"})
    history.append(1, "open", at="a b\nc", data={"epoch": 1})
    assert len([*DEFAULT.finditer(written(history, "shiviz"))]) == 2


# Perfetto, by the messages of its own package


def trace_of(history):
    from perfetto.protos.perfetto.trace import perfetto_trace_pb2

    trace = perfetto_trace_pb2.Trace()
    trace.ParseFromString(FORMATS["perfetto"].write(history))
    return trace, perfetto_trace_pb2.TrackEvent


def test_perfetto_reads_every_record_with_all_its_fields(history):
    trace, kind = trace_of(history)
    names, parents = tracks(trace)
    found = []
    for packet in trace.packet:
        event = packet.track_event
        if not packet.HasField("track_event") or event.type != kind.TYPE_INSTANT:
            continue
        facts = {
            note.name: note.int_value if note.HasField("int_value") else note.string_value
            for note in event.debug_annotations
        }
        place = names[parents[event.track_uuid]]
        found.append(
            Record(
                facts.pop("seq"),
                packet.timestamp // 1000,
                event.name.split(" ")[0],
                "" if place == "world" else place,
                data=json.loads(facts.pop("data")) if "data" in facts else None,
                **facts,
            )
        )
    assert sorted(found) == json_of(history)


def tracks(trace):
    """Return the name and the parent of each track; a parent is described first."""
    names, parents = {}, {}
    for packet in trace.packet:
        if packet.HasField("track_descriptor"):
            about = packet.track_descriptor
            assert about.uuid not in names
            assert about.uuid
            names[about.uuid] = about.process.process_name or about.name
            if about.HasField("parent_uuid"):
                assert about.parent_uuid in names
                parents[about.uuid] = about.parent_uuid
            else:
                assert about.process.pid > 0
        else:
            assert not packet.HasField("track_event") or packet.track_event.track_uuid in names
    return names, parents


def test_perfetto_slices_nest_and_arrows_have_two_ends(history):
    trace, kind = trace_of(history)
    names, _ = tracks(trace)
    assert trace.packet[0].sequence_flags == 1
    assert {packet.trusted_packet_sequence_id for packet in trace.packet} == {1}
    now, stacks, slices, starts, ends = 0, defaultdict(list), [], Counter(), Counter()
    for packet in trace.packet:
        if not packet.HasField("track_event"):
            continue
        event = packet.track_event
        assert packet.timestamp >= now
        now = packet.timestamp
        if event.type == kind.TYPE_SLICE_BEGIN:
            assert not stacks[event.track_uuid], "each track has one slice at a time"
            stacks[event.track_uuid].append((event.name, now))
        elif event.type == kind.TYPE_SLICE_END:
            name, began = stacks[event.track_uuid].pop()
            place = names[event.track_uuid].split(" (")[0]
            slices.append((place, name, began // 1000, now // 1000))
        starts.update(event.flow_ids)
        ends.update(event.terminating_flow_ids)
    assert not any(stacks.values())
    assert ends.keys() <= starts.keys()
    windows = Counter(
        (w.entity, f"v{w.version} unseen", w.start_us, w.end_us) for w in measure(history).windows
    )
    assert windows <= Counter(slices)


# Porcupine


def test_porcupine_gets_closed_operations_and_an_order_that_time_allows(history):
    data = json.loads(written(history, "porcupine"))
    assert data["Partitions"]
    ranks = {}
    for part in data["Partitions"]:
        operations = part["History"]
        for operation in operations:
            assert operation["Start"] % 100 == operation["End"] % 100 == 0
            assert operation["Start"] <= operation["End"]
            for key in ("Start", "End"):
                time_us = int(operation[f"Original{key}"])
                assert ranks.setdefault(time_us, operation[key]) == operation[key]
        (order,) = part["PartialLinearizations"]
        places = [step["Index"] for step in order]
        assert len(set(places)) == len(places)
        assert part["Largest"] == {str(place): 0 for place in places}
        versions = [int(step["StateDescription"][1:]) for step in order]
        assert versions == sorted(versions)
        for number, place in enumerate(places):
            for earlier in places[:number]:
                assert operations[place]["End"] >= operations[earlier]["Start"]
    assert sorted(ranks, key=ranks.get) == sorted(ranks)
    notes = [note for note in data["Annotations"] if note["Tag"] != "faults"]
    assert len(notes) == len(measure(history).windows)
    assert all(note["Annotation"] and note["Start"] <= note["End"] for note in notes)


def test_porcupine_order_stops_where_time_contradicts_it(raced):
    """Without damage every known operation is in the order; a read moved back is not."""
    whole = json.loads(written(raced, "porcupine"))
    for part in whole["Partitions"]:
        known = [o for o in part["History"] if not o["Description"].endswith("?")]
        assert len(part["PartialLinearizations"][0]) == len(known)
    commit = next(raced.of("commit"))
    copy = History(raced.header)
    for record in raced:
        if record.kind == "base" and record.entity == commit.entity and record.version > 1:
            copy.append(*record._replace(version=1, lsn=1)[1:])
        else:
            copy.append(*record[1:])
    broken = json.loads(written(copy, "porcupine"))
    assert any(
        len(part["PartialLinearizations"][0]) < len(part["History"])
        for part in broken["Partitions"]
    )


# ITF


def plain(value):
    """Return a value of ITF as Python has it; refuse what ITF does not know."""
    if isinstance(value, str):
        return value
    assert isinstance(value, dict), value
    ((tag, content),) = value.items()
    if tag == "#bigint":
        return int(content)
    if tag == "#set":
        return frozenset(map(plain, content))
    assert tag == "#map"
    made = {plain(key): plain(item) for key, item in content}
    assert len(made) == len(content)
    return made


def test_itf_has_the_states_of_the_run(history):
    trace = json.loads(written(history, "itf"))
    states = trace["states"]
    assert trace["#meta"]["format"] == "ITF"
    for index, state in enumerate(states):
        assert state.pop("#meta") == {"index": index}
        assert state.keys() == set(trace["vars"])
    changes = [
        *history.of("row", "commit", "paint", "mount", "unmount", "intent", "outcome")
    ]  # fmt: skip
    assert len(states) == len(changes)
    store, pending = {}, set()
    for record, state in zip(changes, states, strict=True):
        if record.kind in ("row", "commit"):
            store[record.entity] = record.version
        pending |= {record.intent} if record.kind == "intent" else set()
        pending -= {record.intent} if record.kind == "outcome" else set()
        assert plain(state["store"]) == store
        assert plain(state["pending"]) == pending
        assert plain(state["now_us"]) == record.time_us
        painted = plain(state["painted"])
        if record.kind == "paint":
            shown = painted[record.at][record.view].get(record.entity)
            assert shown == (None if record.data["fields"] is None else record.version)


def test_itf_refuses_what_would_not_fit(raced, monkeypatch):
    monkeypatch.setattr(itf, "CELLS_MAX", 100)
    with pytest.raises(InputError, match="too-large"):
        written(raced, "itf")


# JUnit


def test_junit_says_what_the_verdict_says(history, tmp_path):
    path = tmp_path / "verdict.xml"
    path.write_bytes(FORMATS["junit"].write(history))
    (suite,) = junitparser.JUnitXml.fromfile(str(path))
    verdict = judge(history)
    findings = [*verdict.findings, *verdict.sometimes]
    assert [case.name for case in suite] == [finding.check for finding in findings]
    kinds = {"pass": [], "fail": [junitparser.Failure], "unknown": [junitparser.Skipped]}
    for case, finding in zip(suite, findings, strict=True):
        assert [type(result) for result in case.result] == kinds[finding.status.value]
        for result in case.result:
            assert result.message == finding.why
    assert suite.failures == sum(f.status == "fail" for f in findings)
    assert suite.skipped == sum(f.status == "unknown" for f in findings)
    assert suite.tests == len(findings)
