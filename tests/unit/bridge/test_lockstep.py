"""What a client says becomes outputs, or an error that says what was expected."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncsim.bridge import answers, lockstep, messages
from syncsim.bridge.process import ClientError
from syncsim.client import ports
from syncsim.client.ports import Connect, Note, Request
from syncsim.history import History
from syncsim.net.messages import (
    BATCH_ITEM_BYTES,
    REQUEST_BYTES,
    EventBody,
    ItemResult,
    MutateBody,
    QueryBody,
    ResultBody,
    RowsBody,
)
from syncsim.search import trial
from tests.support.desk import row
from tests.support.scenarios import ENHANCED, SECOND, operator, scenario, step
from tests.unit.bridge.programs import Parrot, parrot

ASK = ports.Ask("op-1.1", "accept", "A1", {})
MUTATE = {"do": "mutate", "action": "accept", "rows": ["appointment/A1"], "intent": "op-1.1"}
QUERY = {"do": "query", "query": "pending"}
NOTE = {"do": "note", "kind": "ready", "view": "pending"}
PAINT = {"do": "note", "kind": "paint", "view": "v", "entity": "appointment/A1"}


def says(monkeypatch, *outputs, event=ASK, cause=5):
    """Return what becomes of these outputs in answer to an ask."""
    client, _ = parrot(monkeypatch, {"out": list(outputs)})
    return client.handle(1_000, event, cause)


def refuses(monkeypatch, answer, event=ASK):
    """Return what was expected and found where an answer must be refused."""
    client, _ = parrot(monkeypatch, answer)
    with pytest.raises(ClientError) as caught:
        client.handle(1_000, event, 5)
    assert len(str(caught.value).splitlines()) == 3
    (problem,) = caught.value.problems
    assert problem.place == "client op-1"
    return problem


# What it is told


ROW = row("A1", version=3, lsn=9, role="operator")
AS_TOLD = {"entity": "appointment/A1", "version": 3, "lsn": 9, "fields": ROW.fields}
INPUTS = [
    (ports.Start(("pending",)), {"do": "start", "views": ["pending"]}),
    (
        ports.Ask("op-1.1", "assign_driver", "A1", {"driver": "dr-1"}),
        {
            "do": "ask", "intent": "op-1.1", "action": "assign_driver", "row": "A1",
            "with": {"driver": "dr-1"},
        },
    ),
    (ports.Show("s", ("active",)), {"do": "show", "step": "s", "views": ["active"]}),
    (ports.Open("s", "A1"), {"do": "open", "step": "s", "row": "A1"}),
    (ports.Close("s"), {"do": "close", "step": "s"}),
    (ports.Refresh("s"), {"do": "refresh", "step": "s"}),
    (
        ports.Received(RowsBody("r", (ROW,), 9), "r/reply"),
        {"do": "rows", "origin": "r/reply", "request": "r", "lsn": 9, "rows": [AS_TOLD]},
    ),
    (
        ports.Received(
            ResultBody("m", (ItemResult("appointment/A1", "ok", "", 3, ROW),), (ROW,), 9), "i"
        ),
        {
            "do": "result", "origin": "i", "request": "m", "lsn": 9, "rows": [AS_TOLD],
            "items": [
                {"entity": "appointment/A1", "result": "ok", "reason": "", "version": 3,
                 "row": AS_TOLD}
            ],
        },
    ),
    (
        ports.Received(
            ResultBody("m", (ItemResult("payment/P", "refused", "gone", -1, None),), (), 9), "i"
        ),
        {
            "do": "result", "origin": "i", "request": "m", "lsn": 9, "rows": [],
            "items": [
                {"entity": "payment/P", "result": "refused", "reason": "gone", "version": -1,
                 "row": None}
            ],
        },
    ),
    (
        ports.Received(EventBody("accept", "i", 9, (("appointment/A1", 3),)), "i"),
        {
            "do": "event", "origin": "i", "action": "accept", "intent": "i", "lsn": 9,
            "rows": [{"entity": "appointment/A1", "version": 3}],
        },
    ),
    (ports.Failed("r", "refused"), {"do": "failed", "request": "r", "reason": "refused"}),
    (ports.Wake(), {"do": "wake"}),
    (ports.SocketOpened(), {"do": "socket-opened"}),
    (ports.SocketClosed(), {"do": "socket-closed"}),
    (ports.Online(), {"do": "online"}),
    (ports.Offline(), {"do": "offline"}),
]  # fmt: skip


@pytest.mark.parametrize(("event", "told"), INPUTS, ids=range(len(INPUTS)))
def test_a_client_is_told_all_of_an_input_and_when_and_why(monkeypatch, event, told):
    client, bird = parrot(monkeypatch)
    assert client.handle(7_000, event, 12) == []
    assert bird.heard[1] == {"id": 2, **told, "at_us": 7_000, "cause": 12}


def test_every_input_that_is_carried_was_told_above():
    assert {type(event) for event, _ in INPUTS} == {ports.Received, *messages._WRITERS}


def test_first_a_client_is_told_who_sits_there_and_in_what(monkeypatch):
    _, bird = parrot(monkeypatch)
    (hello,) = bird.heard
    assert list(hello) == [
        "id", "do", "protocol", "client", "role", "user", "design", "domain",
    ]  # fmt: skip
    assert (hello["client"], hello["role"], hello["user"]) == ("op-1", "operator", "ann")
    assert hello["design"] == json.loads(json.dumps(ENHANCED.facts()))


@pytest.mark.parametrize("spoken", [None, 2, "1", True])
def test_a_client_of_another_protocol_is_refused_and_ended(monkeypatch, spoken):
    ended = []
    monkeypatch.setattr(Parrot, "close", lambda _: ended.append(1))
    line = json.dumps({"id": 1, "protocol": spoken}).encode()
    monkeypatch.setattr(Parrot, "exchange", lambda *_: line)
    with pytest.raises(ClientError, match="speaks protocol 1"):
        parrot(monkeypatch)
    assert ended == [1]


def test_an_interrupt_while_greeting_ends_the_process(monkeypatch):
    ended = []
    monkeypatch.setattr(Parrot, "close", lambda _: ended.append(1))

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Parrot, "exchange", interrupted)
    with pytest.raises(KeyboardInterrupt):
        parrot(monkeypatch)
    assert ended == [1]


# What it says


def test_outputs_keep_their_order_and_follow_from_the_input(monkeypatch):
    out = says(monkeypatch, NOTE, {"do": "connect", "cause": 3}, QUERY, {**MUTATE, "cause": 0})
    assert [type(each) for each in out] == [Note, Connect, Request, Request]
    assert [each.cause for each in out] == [5, 3, 5, 0]


def test_a_query_is_asked_as_it_is_said(monkeypatch):
    (out,) = says(
        monkeypatch,
        {**QUERY, "query": "appointment", "row": "A1", "view": "detail", "name": "op-1:it"},
    )
    assert out == Request(
        "op-1:it", "query", QueryBody("appointment", "A1"), REQUEST_BYTES, "", "", "detail", 5
    )


def test_a_mutation_is_asked_as_it_is_said(monkeypatch):
    (out,) = says(
        monkeypatch,
        {
            **MUTATE, "action": "assign_driver", "with": {"driver": "dr-1"}, "key": "k",
            "if_match": {"appointment/A1": 3}, "by": {"role": "operator", "user": "ann"},
        },
    )  # fmt: skip
    body = MutateBody(
        "assign_driver", ("appointment/A1",), {"driver": "dr-1"}, "k", {"appointment/A1": 3}
    )
    size = REQUEST_BYTES + BATCH_ITEM_BYTES
    assert out == Request("op-1.1/1", "mutate", body, size, "op-1.1", "appointment/A1", "", 5)


def test_a_batch_is_about_no_row_of_its_own(monkeypatch):
    rows = ["appointment/A1", "appointment/A2"]
    (out,) = says(monkeypatch, {**MUTATE, "action": "auto_cancel_overdue", "rows": rows})
    assert (out.entity, out.bytes) == ("", REQUEST_BYTES + 2 * BATCH_ITEM_BYTES)


def test_what_a_person_typed_may_be_anything(monkeypatch):
    typed = "line\none" + "x" * 1_000
    (out,) = says(monkeypatch, {**MUTATE, "action": "assign_driver", "with": {"driver": typed}})
    assert out.body.args == {"driver": typed}


@pytest.mark.parametrize(
    ("event", "origin"),
    [
        (ASK, "op-1.1"), (ports.Refresh("s"), "s"), (ports.Online(), "online"),
        (ports.Received(RowsBody("r", (), 1), "r/reply"), "r/reply"), (ports.Wake(), "wake"),
    ],
)  # fmt: skip
def test_a_request_without_a_name_is_named_after_what_set_it_off(monkeypatch, event, origin):
    names = [each.name for each in says(monkeypatch, QUERY, QUERY, event=event)]
    assert names == [f"op-1:pending@{origin}", f"op-1:pending@{origin}#2"]


def test_no_two_requests_have_the_name_of_one_another_or_of_a_reply(monkeypatch):
    said = [
        QUERY,
        {**QUERY, "view": "pending@op-1.1/reply"},
        {**QUERY, "name": "op-1:pending@op-1.1#3"},
        QUERY,
        QUERY,
        MUTATE,
        MUTATE,
        {**MUTATE, "name": "op-1.1/x"},
        {**MUTATE, "name": "op-1/y"},
    ]
    names = [each.name for each in says(monkeypatch, *said)]
    both = [*names, *(f"{name}/reply" for name in names)]
    assert len(set(both)) == len(both)
    assert names[-4:] == ["op-1.1/1", "op-1.1/1#2", "op-1.1/x", "op-1/y"]


@pytest.mark.parametrize(
    ("said", "name"),
    [
        (QUERY, "op-2:pending"),
        (QUERY, "op-10:pending"),
        (QUERY, "op-1.1/1"),
        (QUERY, "op-1"),
        (MUTATE, "op-1.2/1"),
        (MUTATE, "op-1.1"),
    ],
)
def test_a_name_that_could_be_another_clients_is_refused(monkeypatch, said, name):
    problem = refuses(monkeypatch, {"out": [{**said, "name": name}]})
    assert "begins with" in problem.expected


@pytest.mark.parametrize("again", ["op-1:a", "op-1:a/reply"])
def test_a_name_that_was_given_before_is_refused(monkeypatch, again):
    out = [{**QUERY, "name": "op-1:a"}, {**QUERY, "name": again}]
    assert "no request has had" in refuses(monkeypatch, {"out": out}).expected


def test_the_picture_shows_what_was_painted_last(monkeypatch):
    fields = {"id": "A1", "status": "pending"}
    client, _ = parrot(
        monkeypatch,
        {"out": [{**PAINT, "version": 1, "data": {"fields": fields}}]},
        {"out": [{**PAINT, "version": 2, "data": {"fields": None, "overlays": ["i"]}}]},
        {"out": [{**PAINT, "version": 2}]},
        {"out": [{**PAINT, "data": {"fields": fields}}, {**NOTE, "kind": "unmount", "view": "v"}]},
    )
    view = client.picture.views
    client.handle(1, ASK, 1)
    assert client.picture.find("appointment/A1").fields == fields
    client.handle(2, ASK, 1)
    assert client.picture.find("appointment/A1") is None
    assert view["v"]["appointment/A1"].overlays == ("i",)
    client.handle(3, ASK, 1)
    assert view == {"v": {}}
    client.handle(4, ASK, 1)
    assert view == {}


def test_a_client_is_woken_when_it_says(monkeypatch):
    client, _ = parrot(monkeypatch, {"out": [], "wake_us": 5_001}, {"out": []})
    assert client.wake_us is None
    client.handle(5_000, ASK, 1)
    assert client.wake_us == 5_001
    client.handle(5_001, ports.Wake(), 1)
    assert client.wake_us is None


WRONG = [
    ({}, "under 'out'"),
    ({"out": {}}, "under 'out'"),
    ({"out": [1]}, "under 'out'"),
    ({"out": [{}] * (answers.OUTPUTS_MAX + 1)}, "at most 100000 outputs"),
    ({"out": [], "wake_us": 1_000}, "a time after 1000"),
    ({"out": [], "wake_us": True}, "a time after"),
    ({"out": [], "wake_us": 1 << 60}, "a time after"),
    ({"out": [], "id": 3}, "id 2"),
    ({"out": [], "id": True}, "id 2"),
    (b"", "nothing else on standard output"),
    (b"debug", "nothing else on standard output"),
    (b'{"id": 2, "out": [], "wake_us": 1.5}', "whole numbers"),
    (b'{"id": 2, "out": [], "wake_us": 1e9}', "whole numbers"),
    (b'{"id": 2, "out": NaN}', "whole numbers"),
    (b'{"id": 2, "out": -Infinity}', "whole numbers"),
    (b'{"id": 2, "out": ' + b"9" * 10_000 + b"}", "whole numbers"),
    (b'{"id": 2, "out": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "whole numbers"),
    (b'{"id": 2, "out": "\xff"}', "whole numbers"),
    ('{"id": 2, "out": []}'.encode("utf-16"), "whole numbers"),
    (b'{"id": 2, "out": [{"do": "note", "kind": "ready", "view": "\\ud800"}]}', "whole numbers"),
    (b"[]", "a JSON object"),
    (b"null", "a JSON object"),
    ([{"do": "shout"}], "one of note, query, mutate, connect"),
    ([{}], "one of note, query, mutate, connect"),
    ([{"do": ["note"]}], "under 'do'"),
    ([{**NOTE, "cause": 6}], "a record up to 5"),
    ([{**NOTE, "cause": -1}], "a record up to 5"),
    ([{**NOTE, "cause": True}], "a record up to 5"),
    ([{"do": "connect"}, {"do": "connect"}], "one 'connect'"),
    ([{**QUERY, "query": "secrets"}], "under 'query'"),
    ([{**QUERY, "query": "my-trips"}], "under 'query'"),
    ([{**QUERY, "row": 5}], "under 'row'"),
    ([{**QUERY, "view": "a\x1b[31mb"}], "printable"),
    ([{**QUERY, "name": "x" * 401}], "at most 400"),
    ([{**MUTATE, "action": "explode"}], "under 'action'"),
    ([{**MUTATE, "rows": []}], "different rows"),
    ([{**MUTATE, "rows": "appointment/A1"}], "different rows"),
    ([{**MUTATE, "rows": ["appointment/"]}], "different rows"),
    ([{**MUTATE, "rows": ["payment/P-A1"]}], "different rows"),
    ([{**MUTATE, "rows": ["appointment/A1"] * 2}], "different rows"),
    ([{**MUTATE, "rows": [[]]}], "different rows"),
    ([{**MUTATE, "rows": ["appointment/A1", "appointment/A2"]}], "one row under 'rows'"),
    ([{**MUTATE, "intent": "op-2.1"}], "that the person has asked for"),
    ([{k: v for k, v in MUTATE.items() if k != "intent"}], "under 'intent'"),
    ([{**MUTATE, "by": {"role": "operator", "user": "boss"}}], "ann as operator"),
    ([{**MUTATE, "by": None}], "ann as operator"),
    ([{**MUTATE, "with": []}], "under 'with'"),
    ([{**MUTATE, "with": {"driver": 1}}], "under 'with'"),
    ([{**MUTATE, "action": "assign_driver"}], "'driver' under 'with'"),
    ([{**MUTATE, "key": 1}], "under 'key'"),
    ([{**MUTATE, "if_match": {"appointment/A1": "1"}}], "under 'if_match'"),
    ([{**MUTATE, "if_match": {"appointment/A1": True}}], "under 'if_match'"),
    ([{**NOTE, "kind": "commit"}], "under 'kind'"),
    ([{**NOTE, "version": 1 << 31}], "under 'version'"),
    ([{**NOTE, "lsn": -2}], "under 'lsn'"),
    ([{**NOTE, "message": None}], "under 'message'"),
    ([{**NOTE, "entity": "ship/A1"}], "under 'entity'"),
    ([{**NOTE, "data": []}], "data of a ready"),
    ([{**NOTE, "data": 0}], "data of a ready"),
    ([{**NOTE, "kind": "mount", "data": {"query": "secrets"}}], "as 'query' of a mount"),
    ([{**NOTE, "kind": "mount", "data": {"query": []}}], "as 'query' of a mount"),
    ([{**NOTE, "kind": "mount", "data": {"id": None}}], "as 'id' of a mount"),
    ([{**NOTE, "kind": "fetch", "data": {"generation": True}}], "as 'generation' of a fetch"),
    ([{**NOTE, "kind": "fetch", "data": {"generation": 1 << 60}}], "JavaScript can hold"),
    ([{**NOTE, "kind": "fetched", "data": {"fresh": 1}}], "as 'fresh' of a fetched"),
    ([{**NOTE, "kind": "overlay", "data": {"views": ["a", 1]}}], "as 'views' of a overlay"),
    ([{**NOTE, "kind": "intent", "data": {"args": {"a": []}}}], "as 'args' of a intent"),
    ([{**NOTE, "kind": "outcome", "data": {"result": {}}}], "as 'result' of a outcome"),
    ([{**NOTE, "kind": "overlay", "data": {"fields": json.loads("[" * 10 + "]" * 10)}}], "fields"),
    (
        [
            {
                **NOTE,
                "kind": "overlay",
                "data": {"fields": json.loads('{"a":' * 10 + "1" + "}" * 10)},
            }
        ],
        "levels deep",
    ),
    ([{**PAINT, "entity": ""}], "with an entity and a view"),
    ([{**PAINT, "data": {"fields": {"id": "A2"}}}], "the fields of appointment/A1"),
    ([{**PAINT, "data": {"fields": {"id": "A1", "a": []}}}], "flat"),
    ([{**PAINT, "data": {"overlays": [1]}}], "as 'overlays' of a paint"),
]


@pytest.mark.parametrize(("answer", "expected"), WRONG, ids=range(len(WRONG)))
def test_an_answer_that_does_not_keep_the_protocol_is_refused(monkeypatch, answer, expected):
    problem = refuses(monkeypatch, {"out": answer} if isinstance(answer, list) else answer)
    assert expected in problem.expected
    assert len(problem.found) < 200


def test_inputs_that_cause_one_another_for_ever_are_cut_off(monkeypatch):
    monkeypatch.setattr(lockstep, "EXCHANGES_AT_ONCE_MAX", 3)
    client, _ = parrot(monkeypatch)
    for now_us in (0, 0, 0, 1, 1, 1):
        client.handle(now_us, ports.Wake(), 1)
    with pytest.raises(ClientError, match="at most 3 inputs at one moment"):
        client.handle(1, ports.Wake(), 1)


# Whatever it says

FLAT = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=3)
ANYTHING = st.recursive(
    FLAT | st.integers(-(2**70), 2**70),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=5,
)
ENTITIES = st.sampled_from(["appointment/A1", "appointment/A2", "payment/P-A1", "rejection/R"])
FIELDS = st.none() | st.fixed_dictionaries(
    {"id": st.sampled_from(["A1", "A2", "P-A1"])},
    optional={"status": st.sampled_from(["pending", "paid"]) | FLAT, "overdue": FLAT},
)
NAMES = st.sampled_from(["", "pending", "slice", "op-1.1", "op-1:pending@start", "other"])
DATA = {
    "query": st.sampled_from([None, "pending", "active", "appointment"]),
    "id": NAMES,
    "trigger": st.sampled_from(["mount", "event", "refresh", "retry", "online", "x"]),
    "reason": st.sampled_from(["rollback", "fence", "retrying", "event", ""]),
    "result": st.sampled_from(["ok", "refused", "failed", "unknown", "withheld", "?"]),
    "action": st.sampled_from(["accept", "assign_driver", "explode"]),
    "entities": st.lists(ENTITIES, max_size=2),
    "views": st.lists(NAMES, max_size=2),
    "overlays": st.lists(NAMES, max_size=2),
    "args": st.dictionaries(NAMES, NAMES, max_size=1),
    "items": st.dictionaries(ENTITIES, NAMES, max_size=1),
    "fields": FIELDS,
    "fresh": st.booleans(),
    "generation": st.integers(-1, 3),
}


def members_of(kind):
    """Return what a note of a kind may carry."""
    return st.fixed_dictionaries({}, optional={name: DATA[name] for name in KIND_DATA[kind]})


KIND_DATA = {kind: tuple(answers.KINDS[kind].data) for kind in answers.NOTE_KINDS}
NOTES = st.sampled_from(answers.NOTE_KINDS).flatmap(
    lambda kind: st.fixed_dictionaries(
        {"do": st.just("note"), "kind": st.just(kind), "data": members_of(kind)},
        optional={
            "intent": NAMES, "message": NAMES, "entity": ENTITIES, "view": NAMES,
            "version": st.integers(-1, 4), "lsn": st.integers(-1, 9),
        },
    )
)  # fmt: skip
REQUESTS = st.sampled_from(
    [QUERY, {**QUERY, "query": "appointment", "row": "A1"}, MUTATE, {"do": "connect"}]
)


def whole(note):
    """Return a note that is about a row if it must be, and whose fields are that row's."""
    if note["kind"] not in {"paint", "base"}:
        return note
    note = {"entity": "appointment/A1", **note, "view": note.get("view") or "pending"}
    fields = note["data"].get("fields")
    if fields:
        own = {"id": note["entity"].partition("/")[2]}
        note["data"] = {**note["data"], "fields": {**fields, **own}}
    return note


def spoilt(output, name, value):
    """Return an output of which one member is something else."""
    return {**output, name: value}


SPOILT = st.builds(
    spoilt, NOTES | REQUESTS, st.sampled_from(["do", "kind", "data", "rows", "with"]), ANYTHING
)


@given(st.lists(SPOILT, max_size=3), ANYTHING)
def test_no_answer_causes_any_other_error(out, wake_us):
    with pytest.MonkeyPatch.context() as patch:
        client, _ = parrot(patch, {"out": out, "wake_us": wake_us})
        with contextlib.suppress(ClientError):
            client.handle(1_000, ASK, 5)


@given(st.lists(st.lists(NOTES.map(whole) | st.just(QUERY), max_size=6), max_size=8))
def test_whatever_a_client_may_say_the_run_is_recorded_and_judged(said):
    theirs = replace(operator("op-1", "pending"), runs=("-",))
    world = scenario(
        clients=(operator("op-0"), theirs),
        steps=(
            step(SECOND, "op-1", "accept", "A1", id="op-1.1"),
            step(SECOND, "op-0", "accept", "A1", id="op-0.1"),
            step(2 * SECOND, "op-1", "refresh"),
        ),
        until_us=3 * SECOND,
    )
    bird = Parrot(iter([{"out": out} for out in said]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("syncsim.bridge.lockstep.Process", bird)
        done = trial(world, allow_commands=True)
    assert isinstance(done.history, History)
    broke = list(done.history.of("broke"))
    assert broke == []
    assert [each for each in done.verdict.findings if "itself failed" in each.why] == []
