from __future__ import annotations

from syncsim.checks import as_json, judge
from syncsim.checks.slices import causal_slice, says
from syncsim.history.kinds import KINDS
from tests.checks.notation import history

LINE = (
    "A1 op-2.mount(pending) op-2.fetch(pending,f0,mount)^ op-2.fetched(pending,f0,1)^"
    " op-2:pending=A1.1^ op-2.ready(pending)"
    " @100 op-1?i1:accept(A1) op-1.send(backend,m1,mutate)^ @150 backend.receive(op-1,m1)^"
    " +A1{status=accepted}/i1^ backend.publish(A1,2)^ backend.send(op-2,e1,event)^"
    " @200 op-2.lose(backend,e1,event,dropped)[lsn=2]^ settle @900 end"
)


def test_the_causes_of_a_record_belong_to_its_slice_but_for_those_that_say_nothing():
    written = history(LINE)
    assert [written[seq].kind for seq in causal_slice(written, [12])] == [
        "intent", "send", "receive", "commit", "send", "lose",
    ]  # fmt: skip


def test_what_was_over_before_the_rest_began_is_only_the_state_that_was_found():
    written = history(LINE)
    assert causal_slice(written, [4, 12])[:2] == (4, 6)
    assert causal_slice(written, [4]) == (1, 2, 3, 4)


def test_a_record_of_the_story_stays_whatever_its_kind():
    written = history(LINE)
    assert 10 not in causal_slice(written, [12])
    assert 10 in causal_slice(written, [10, 12])


def test_chains_that_meet_are_kept_whole():
    written = history(
        "A1 @100 op-1?i1:accept(A1) op-1.send(backend,m1,mutate)^ @150 backend.receive(op-1,m1)^"
        " +A1{status=accepted}/i1^ @160 backend.send(op-1,r1,result)^2 @200"
        " op-1.receive(backend,r1)^ op-1!i1=ok^"
    )
    assert causal_slice(written, [4, 7]) == (1, 2, 3, 4, 5, 6, 7)


def test_the_refusal_stands_with_the_request_that_it_answers():
    written = history(
        "A1 @100 op-1?i1:accept(A1) op-1.send(backend,m1,mutate)^ @150 backend.receive(op-1,m1)^"
        " -A1/i1:forbidden^ backend.send(op-1,r1,result)^2 @200 op-1.receive(backend,r1)^"
        " op-1!i1=refused:forbidden^"
    )
    assert causal_slice(written, [7]) == (1, 2, 3, 4, 5, 6, 7)


def test_every_kind_of_record_says_something():
    written = history(
        LINE + " backend.rewind(1) op-1.deaf(1) op-1.open(2) op-1.close(2,silence)"
        " op-1.fault(partition) op-1.heal(partition) op-2.event(A1,2)"
        " op-2.invalidate(pending,event)"
        " op-2.freshen(pending,rollback) op-2.fetch_failed(pending,f1,timeout)"
        " op-2.fetch_cancelled(pending,f1,event) op-2.unmount(pending) op-2.forget(i9)"
        " op-1+i1:A1.1{status=accepted}"
        " op-1-i1:A1=rollback op-1:pending<A1.2 op-1:pending<-A1 op-1:pending-A1 op-1!i1=ok"
        " op-1:pending=A1.1{status=accepted}+i1 -A1/i1:forbidden op-1.arm(online)"
        " op-1.disarm(online)"
        " $i1 op-1.broke(x,y,z)"
    )
    assert {record.kind for record in written} == KINDS.keys()
    said = {record.kind: says(written, record) for record in written}
    bare = {kind for kind, text in said.items() if text == kind}
    assert bare == {"ready", "arm", "disarm", "publish", "audit", "broke"}
    assert said["rewind"] == "comes back from a crash with commits up to 1 only"
    assert said["lose"] == "never receives the news of the change from backend (dropped)"
    assert said["unlay"] == "takes the pending change of appointment A1 away (rollback)"
    assert (
        said["paint"] == "pending shows version 1 of appointment A1 (status accepted) with the"
        " pending i1"
    )


def test_a_verdict_as_json_carries_the_slice_and_the_command_for_a_file():
    written = history(LINE.replace("@900", "@90000"), checks=["CONV"])
    (found,) = as_json(judge(written), written, file="my history.jsonl")["findings"]
    story = found["stories"][0]
    assert story["replay"] == "syncsim check 'my history.jsonl'"
    assert [part["seq"] for part in story["slice"]] == list(causal_slice(written, story["records"]))
    assert story["slice"][0] == {
        "seq": 4,
        "at_us": 0,
        "place": "op-2",
        "says": "pending shows version 1 of appointment A1 (status pending)",
    }
