"""W: how intents are sent, sent again, held back, and what the person is told."""

from __future__ import annotations

import pytest

from syncsim.client.ports import Failed, Note, Offline, Online, Received, Refresh
from syncsim.net.messages import ItemResult, MutateBody, ResultBody
from tests.support.desk import PENDING, REJECTIONS, Desk, notes, painted, requests, row
from tests.support.scenarios import DESIGNS, ENHANCED, HARDENED, MANUAL, SECOND, with_design

EVERY = pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
ONCE = pytest.mark.parametrize("design", [MANUAL, ENHANCED], ids=lambda design: design.name)
ACCEPTED = {"status": "therapist_accepted"}


def sent(out) -> list[str]:
    """Return the names of the mutate requests."""
    return [request.name for request in requests(out, "mutate")]


def outcomes(out) -> list[tuple[str, str, str]]:
    """Return intent, result and reason of the outcomes."""
    return [
        (note.intent, note.data["result"], note.data.get("reason", ""))
        for note in notes(out, "outcome")
    ]


@EVERY
def test_an_intent_is_noted_and_sent_at_once(design):
    desk = Desk(design)
    desk.ready(row("A1"))
    out = desk.ask("i1", "assign_driver", "A1", driver="dr-2")
    assert notes(out, "intent") == [
        Note(
            "intent", "i1", "", "appointment/A1",
            data={
                "action": "assign_driver", "entities": ["appointment/A1"],
                "args": {"driver": "dr-2"},
            },
        )
    ]  # fmt: skip
    (request,) = requests(out)
    assert (request.name, request.what, request.intent) == ("i1/1", "mutate", "i1")
    assert (request.entity, request.bytes) == ("appointment/A1", 480)
    assert request.body[:3] == ("assign_driver", ("appointment/A1",), {"driver": "dr-2"})


@ONCE
def test_the_app_sends_no_key_and_no_version(design):
    desk = Desk(design)
    desk.ready(row("A1", 4))
    (request,) = requests(desk.ask("i1", "accept", "A1"))
    assert request.body == MutateBody("accept", ("appointment/A1",), {}, "", {})


def test_a_hardened_write_has_a_key_and_the_newest_version_it_was_told():
    desk = Desk(HARDENED)
    first, second = requests(desk.start("pending", "overdue"))
    desk.rows(second, row("A1", 5), lsn=5)
    desk.rows(first, row("A1", 4), lsn=4)
    desk.wait()
    (request,) = requests(desk.ask("i1", "accept", "A1"), "mutate")
    assert request.body == MutateBody(
        "accept", ("appointment/A1",), {}, "i1", {"appointment/A1": 5}
    )


@EVERY
def test_the_person_is_told_the_result_and_the_version(design):
    desk = Desk(design)
    desk.ready(row("A1"), row("A2"))
    (first,) = requests(desk.ask("i1", "accept", "A1"), "mutate")
    (second,) = requests(desk.ask("i2", "accept", "A2"), "mutate")
    out = desk.ok(first, row("A1", 2, lsn=12, **ACCEPTED))
    assert notes(out, "outcome") == [
        Note("outcome", "i1", "", "appointment/A1", 2, 12, data={"result": "ok"})
    ]
    out = desk.refuse(second, row("A2", 7), "version-conflict")
    data = {"result": "refused", "reason": "version-conflict"}
    assert notes(out, "outcome") == [Note("outcome", "i2", "", "appointment/A2", data=data)]
    assert desk.ok(first, row("A1", 2, **ACCEPTED)) == [], "an answer counts once"


@EVERY
def test_a_batch_is_about_every_fitting_row_and_answers_for_each(design):
    desk = Desk(design)
    old = {"overdue": True}
    desk.ready(row("A1", **old), row("A2"), row("A3", **old), row("A4", status="confirmed", **old))
    out = desk.ask("i1", "auto_cancel_overdue")
    both = ("appointment/A1", "appointment/A3")
    assert notes(out, "intent")[0].data["entities"] == list(both)
    (request,) = requests(out, "mutate")
    assert (request.body.entities, request.entity, request.bytes) == (both, "", 510)

    gone = row("A1", 2, lsn=9, status="cancelled", **old)
    items = (
        ItemResult(both[0], "ok", "", 2, gone),
        ItemResult(both[1], "refused", "illegal-state", 3, row("A3", 3, status="rejected")),
    )
    out = desk.tell(Received(ResultBody("i1/1", items, (gone,), 9), "i1"))
    (outcome,) = notes(out, "outcome")
    assert (outcome.entity, outcome.version) == ("", -1)
    assert outcome.data == {"result": "ok", "items": {both[0]: "ok", both[1]: "refused"}}


@ONCE
def test_a_write_of_unknown_fate_is_not_sent_again(design):
    for reason in ("refused", "timeout"):
        desk = Desk(design)
        desk.ready(row("A1"))
        (request,) = requests(desk.ask("i1", "accept", "A1"))
        out = (
            desk.tell(Failed(request.name, reason))
            if reason == "refused"
            else desk.wait(10 * SECOND)
        )
        assert outcomes(out) == [("i1", "unknown", reason)]
        assert sent(desk.wait(60 * SECOND)) == []
        assert desk.ok(request, row("A1", 2, **ACCEPTED)) == [], "a late answer is ignored"


def test_a_rollback_follows_an_unknown_fate():
    desk = Desk(ENHANCED)
    desk.ready(row("A1"))
    desk.ask("i1", "accept", "A1")
    desk.wait()
    out = desk.wait(10 * SECOND)
    assert painted(out) == {"A1": "pending"}
    (fetch,) = requests(out, "query")
    assert fetch.name.endswith("@i1"), "the look at the truth is named after the intent"


def test_a_hardened_write_is_sent_again_with_the_same_key_after_1_2_and_4_seconds():
    desk = Desk(HARDENED)
    desk.ready(row("A1"))
    (request,) = requests(desk.ask("i1", "accept", "A1"))
    tries = [request]
    for wait_us in (SECOND, 2 * SECOND, 4 * SECOND):
        assert outcomes(desk.tell(Failed(tries[-1].name, "refused"))) == []
        assert sent(desk.wait(wait_us - 1)) == []
        tries += requests(desk.wait(1), "mutate")
    assert [each.name for each in tries] == ["i1/1", "i1/2", "i1/3", "i1/4"]
    assert [each.body.key for each in tries] == ["i1"] * 4
    assert desk.ok(tries[0], row("A1", 2, **ACCEPTED)) == [], "given up already"
    assert outcomes(desk.tell(Failed("i1/4", "refused"))) == [("i1", "unknown", "refused")]
    assert sent(desk.wait(60 * SECOND)) == []


def test_a_write_is_tried_again_as_often_as_the_design_says():
    for retries in (0, 1, 2):
        desk = Desk(with_design(HARDENED, write={"retries": retries}))
        desk.ready(row("A1"))
        desk.ask("i1", "accept", "A1")
        for attempt in range(1, retries + 1):
            assert outcomes(desk.tell(Failed(f"i1/{attempt}", "refused"))) == []
            assert sent(desk.wait(4 * SECOND)) == [f"i1/{attempt + 1}"]
        out = desk.tell(Failed(f"i1/{retries + 1}", "refused"))
        assert outcomes(out) == [("i1", "unknown", "refused")]


def test_a_hardened_write_waits_ten_seconds_for_each_answer():
    desk = Desk(HARDENED)
    desk.ready(row("A1"))
    desk.ask("i1", "accept", "A1")
    assert sent(desk.wait(11 * SECOND - 1)) == []
    assert sent(desk.wait(1)) == ["i1/2"]
    out = desk.ok(requests(desk.out, "mutate")[-1], row("A1", 2, **ACCEPTED))
    assert outcomes(out) == [("i1", "ok", "")]
    assert outcomes(desk.wait(60 * SECOND)) == []


def test_each_write_has_its_own_deadline():
    desk = Desk(ENHANCED)
    desk.ready(row("A1"), row("A2"), row("A3"))
    desk.ask("i1", "accept", "A1")
    desk.wait(4 * SECOND)
    (second,) = requests(desk.ask("i2", "accept", "A2"))
    desk.wait(SECOND)
    desk.ask("i3", "accept", "A3")
    desk.ok(second, row("A2", 2, **ACCEPTED))
    assert outcomes(desk.wait(5 * SECOND)) == [("i1", "unknown", "timeout")]
    assert outcomes(desk.wait(5 * SECOND - 1)) == []
    assert outcomes(desk.wait(1)) == [("i3", "unknown", "timeout")]


@ONCE
def test_offline_an_intent_fails_at_once_and_one_under_way_is_unknown(design):
    desk = Desk(design)
    desk.ready(row("A1"), row("A2"))
    desk.ask("i1", "accept", "A1")
    assert outcomes(desk.tell(Offline())) == [("i1", "unknown", "offline")]
    desk.wait()
    out = desk.ask("i2", "accept", "A2")
    assert outcomes(out) == [("i2", "failed", "offline")]
    assert requests(out) == []
    assert sent(desk.tell(Online())) == []


def test_offline_hardened_intents_wait_and_are_sent_in_the_order_they_were_asked():
    """One that was under way before comes last: the promises of another try are a longer chain."""
    desk = Desk(HARDENED)
    desk.ready(row("A1"), row("A2"), row("A3"))
    desk.ask("i1", "accept", "A1")
    assert outcomes(desk.tell(Offline())) == []
    assert Note("arm", data={"trigger": "online"}) in desk.wait(SECOND), "when it is due again"
    desk.ask("i2", "accept", "A3")
    desk.ask("i3", "accept", "A2")
    out = desk.wait(60 * SECOND)
    assert sent(out) == []
    assert painted(desk.out) == {"A1": None, "A3": None, "A2": None}, "shown meanwhile"
    out = desk.tell(Online())
    assert sent(out) == ["i2/1", "i3/1", "i1/2"]
    assert Note("disarm", data={"trigger": "online"}) in out
    assert sent(desk.tell(Online())) == []


def test_online_again_nothing_is_refetched_before_the_intents_that_waited_are_answered():
    desk = Desk(HARDENED)
    desk.ready(row("A1"), row("A2"), views=("pending", "rejections"))
    desk.tell(Offline())
    desk.tell(Refresh("r"))
    desk.ask("i1", "accept", "A1")
    desk.ask("i2", "accept", "A2")
    first, second = requests(desk.tell(Online()))
    assert (first.what, second.what) == ("mutate", "mutate")
    assert requests(desk.wait(5 * SECOND)) == []
    out = desk.ok(first, row("A1", 2, **ACCEPTED))
    assert [request.view for request in requests(out)] == [PENDING], "which its end invalidates"
    out = desk.ok(second, row("A2", 3, **ACCEPTED))
    assert [request.view for request in requests(out)] == [REJECTIONS], "when all are over"


def test_online_again_intents_that_fail_in_the_end_do_not_keep_the_views_waiting_for_ever():
    desk = Desk(HARDENED)
    desk.ready(row("A1"), views=("pending", "rejections"))
    desk.tell(Offline())
    desk.tell(Refresh("r"))
    desk.ask("i1", "accept", "A1")
    assert sent(desk.tell(Online())) == ["i1/1"]
    for attempt, wait_us in ((1, SECOND), (2, 2 * SECOND), (3, 4 * SECOND)):
        out = desk.tell(Failed(f"i1/{attempt}", "refused")) + desk.wait(wait_us)
        assert [request.name for request in requests(out)] == [f"i1/{attempt + 1}"]
    out = desk.tell(Failed("i1/4", "refused"))
    assert outcomes(out) == [("i1", "unknown", "refused")]
    assert [request.view for request in requests(out)] == [PENDING, REJECTIONS]


def test_online_again_the_app_refetches_at_once_since_no_thunk_waits():
    desk = Desk(ENHANCED)
    desk.ready(row("A1"))
    desk.tell(Offline())
    desk.tell(Refresh("r"))
    desk.ask("i1", "accept", "A1")
    assert [request.view for request in requests(desk.tell(Online()))] == [PENDING]


def test_an_intent_that_is_due_again_while_offline_waits_for_the_network():
    desk = Desk(HARDENED)
    desk.ready(row("A1"))
    (request,) = requests(desk.ask("i1", "accept", "A1"))
    desk.tell(Failed(request.name, "refused"))
    desk.tell(Offline())
    assert sent(desk.wait(5 * SECOND)) == []
    assert sent(desk.tell(Online())) == ["i1/2"]


def test_serial_writes_on_one_row_wait_for_each_other_and_others_do_not():
    desk = Desk(HARDENED)
    desk.ready(row("A1"), row("A2"))
    (first,) = requests(desk.ask("i1", "assign_driver", "A1", driver="dr-2"), "mutate")
    desk.wait()
    assert sent(desk.ask("i2", "assign_driver", "A1", driver="dr-3")) == []
    assert sent(desk.ask("i3", "assign_driver", "A1", driver="dr-4")) == []
    assert sent(desk.ask("i4", "assign_driver", "A2", driver="dr-5")) == ["i4/1"]
    out = desk.wait()
    assert painted(out) == {"A1": "pending", "A2": "pending"}
    assert notes(out, "paint")[0].data["overlays"] == ["i1", "i2", "i3"]

    out = desk.ok(first, row("A1", 2, driver="dr-2"))
    (second,) = requests(out, "mutate")
    assert (second.name, second.body.if_match) == ("i2/1", {"appointment/A1": 2})
    out = desk.refuse(second, row("A1", 3, driver="dr-8"), "version-conflict")
    (third,) = requests(out, "mutate")
    assert (third.name, third.body.if_match) == ("i3/1", {"appointment/A1": 3})


def test_serial_writes_also_wait_for_the_rows_that_an_action_changes_beside_its_own():
    desk = Desk(HARDENED)
    pending, rejections = requests(desk.start("pending", "rejections"))
    desk.rows(pending, row("A1"))
    review = {"id": "R1", "appointment": "A1", "status": "open", "by": "th-1", "reason": "ill"}
    desk.rows(rejections, row("A1")._replace(entity="rejection/R1", fields=review))
    desk.wait()
    assert sent(desk.ask("i1", "deny_rejection", "R1")) == ["i1/1"]
    assert sent(desk.ask("i2", "assign_driver", "A1", driver="dr-2")) == []


def test_serial_writes_also_wait_for_one_that_waits():
    desk = Desk(HARDENED)
    desk.ready(row("A1", overdue=True), row("A2", overdue=True))
    (first,) = requests(desk.ask("i1", "assign_driver", "A1", driver="dr-2"), "mutate")
    assert sent(desk.ask("i2", "auto_cancel_overdue")) == [], "A1 is busy"
    assert sent(desk.ask("i3", "assign_driver", "A2", driver="dr-2")) == [], "A2 is spoken for"
    assert sent(desk.ok(first, row("A1", 2, driver="dr-2"))) == ["i2/1"]


@ONCE
def test_parallel_writes_do_not_wait(design):
    desk = Desk(design)
    desk.ready(row("A1"))
    for number in (1, 2, 3):
        out = desk.ask(f"i{number}", "assign_driver", "A1", driver="dr-2")
        assert sent(out) == [f"i{number}/1"]


def test_the_same_intent_is_asked_once():
    desk = Desk(ENHANCED)
    desk.ready(row("A1"))
    desk.ask("i1", "assign_driver", "A1", driver="dr-2")
    with pytest.raises(AssertionError):
        desk.ask("i1", "assign_driver", "A1", driver="dr-2")
