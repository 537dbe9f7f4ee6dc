"""Commits: versions, one lsn a transaction, audit, events, repeated requests, the clock."""

from __future__ import annotations

import pytest

from syncsim.domain import BOOKING
from syncsim.net.messages import EventBody
from syncsim.scenario.scenario import Row
from tests.support.scenarios import SECOND, appointment, appointments
from tests.support.server import Server

OVERDUE = {"overdue": True, "overdue_at_us": SECOND}


def review(status: str = "open") -> tuple[Row, ...]:
    """Return a rejected appointment and the rejection that waits for review."""
    fields = {"id": "R1", "appointment": "A1", "status": status, "by": "th-1", "reason": "ill"}
    return (
        *appointment("A1", status="rejected", rejection="R1"),
        Row(entity="rejection", id="R1", fields=fields),
    )


def test_the_rows_of_the_start_are_versions_one_with_an_lsn_each():
    server = Server(appointments(2))
    rows = [(out.kind, out.entity, out.version, out.lsn) for out in server.started]
    assert rows == [
        ("row", "appointment/A1", 1, 1),
        ("row", "payment/P-A1", 1, 2),
        ("row", "appointment/A2", 1, 3),
        ("row", "payment/P-A2", 1, 4),
    ]
    assert server.view("op-1", "pending").lsn == 4


def test_a_commit_of_one_row():
    did = Server(appointments(1)).ask("op-1", "accept", "A1")

    (commit,) = did.notes("commit")
    assert commit[:6] == ("commit", "op-1", "i1", "appointment/A1", 2, 3)
    assert commit.data["fields"]["status"] == "therapist_accepted"
    assert set(commit.data["fields"]) == {"id", *BOOKING.entities["appointment"].fields}
    who = {"action": "accept", "role": "operator", "user": "op-1"}
    assert {**who, "fields": commit.data["fields"]} == commit.data
    (audit,) = did.notes("audit")
    assert audit == ("audit", "op-1", "i1", "appointment/A1", 2, 3, who)
    (publish,) = did.published
    assert (publish.origin, publish.name) == ("op-1", "i1/1/A1")
    assert publish.event == EventBody("accept", "i1", 3, (("appointment/A1", 2),))
    assert [type(out).__name__ for out in did.outputs] == ["Note", "Note", "Publish", "Reply"]


def test_the_answer_names_the_request_and_holds_the_row():
    did = Server(appointments(1)).ask("op-1", "accept", "A1")
    reply, answer = did.reply, did.answer
    assert (reply.name, reply.sender, reply.recipient) == ("i1/1/reply", "backend", "op-1")
    assert (reply.what, reply.intent, reply.lsn, reply.view) == ("result", "i1", 3, "the view")
    assert answer.request == "i1/1"
    (item,), (row,) = answer.items, answer.rows
    assert (item.entity, item.result, item.version) == ("appointment/A1", "ok", 2)
    assert item.row is row
    assert row.fields["status"] == "therapist_accepted"
    assert reply.bytes > row.bytes > 100


def test_an_action_on_two_rows_is_one_transaction():
    did = Server(review()).ask("op-1", "approve_rejection", "rejection/R1")
    commits = did.notes("commit")
    assert [(note.entity, note.version, note.lsn) for note in commits] == [
        ("rejection/R1", 2, 4), ("appointment/A1", 2, 4),
    ]  # fmt: skip
    assert commits[1].data["fields"]["status"] == "cancelled"
    assert len(did.notes("audit")) == 1
    (publish,) = did.published
    assert publish.event.rows == (("rejection/R1", 2), ("appointment/A1", 2))
    assert [row.entity for row in did.answer.rows] == ["rejection/R1", "appointment/A1"]


def test_a_denied_rejection_makes_the_appointment_pending_again():
    server = Server(review())
    server.ask("op-1", "deny_rejection", "rejection/R1")
    assert list(server.rows("op-1", "pending")) == ["appointment/A1"]
    assert server.rows("op-1", "pending")["appointment/A1"]["rejection"] is None
    assert server.rows("op-1", "rejections") == {}


def test_an_action_may_make_a_row():
    server = Server(appointments(1))
    did = server.ask("th-1", "reject_booking", "A1", args={"reason": "ill"})
    assert [(n.entity, n.version) for n in did.notes("commit")] == [
        ("appointment/A1", 2), ("rejection/rejection-i1", 1),
    ]  # fmt: skip
    assert server.rows("op-1", "rejections") == {
        "rejection/rejection-i1": {
            "id": "rejection-i1", "appointment": "A1", "status": "open", "by": "th-1",
            "reason": "ill",
        }
    }  # fmt: skip
    assert [row.entity for row in did.answer.rows] == ["appointment/A1"], "not for a therapist"
    assert did.published[0].event.rows[1] == ("rejection/rejection-i1", 1), "the event names all"


def test_versions_count_by_row_and_the_lsn_by_commit():
    server = Server(appointments(2))
    server.ask("op-1", "accept", "A1")
    server.ask("op-1", "accept", "A1")  # refused: it costs nothing
    server.ask("op-1", "accept", "A2")
    (commit,) = server.ask("dr-1", "accept_trip", "A1").notes("commit")
    assert (commit.version, commit.lsn) == (3, 7)


@pytest.mark.parametrize(("push", "audit"), [(False, True), (True, False)])
def test_without_push_nothing_is_published_and_without_audit_nothing_entered(push, audit):
    did = Server(appointments(1), push=push, audit=audit).ask("op-1", "accept", "A1")
    assert bool(did.published) == push
    assert bool(did.notes("audit")) == audit
    assert len(did.notes("commit")) == 1


def test_a_repeated_key_gets_the_same_answer_and_commits_once():
    server = Server(appointments(1))
    first = server.ask("op-1", "accept", "A1", key="k1", intent="i")
    server.ask("dr-1", "accept_trip", "A1")
    again = server.ask("op-1", "accept", "A1", key="k1", intent="i")

    assert [type(out).__name__ for out in again.outputs] == ["Reply"], "no notes, no event"
    assert again.answer == first.answer
    assert again.answer.items[0].version == 2, "the answer of then, not the row of now"
    assert again.reply.bytes == first.reply.bytes
    other = server.ask("op-1", "accept", "A1", key="k2")
    assert other.answer.items[0].reason == "illegal-state"


def test_a_repeated_key_gets_the_same_refusal_and_the_name_of_its_own_request():
    server = Server(appointments(1, status="confirmed"))
    first = server.ask("op-1", "accept", "A1", key="k", intent="one")
    again = server.ask("op-1", "accept", "A1", key="k", intent="two")
    assert again.answer.items == first.answer.items
    assert (first.answer.request, again.answer.request) == ("one/1", "two/1")
    assert again.notes("refuse") == []


def test_without_a_key_a_repeated_request_is_a_new_one():
    server = Server(appointments(1))
    server.ask("op-1", "assign_driver", "A1", args={"driver": "dr-2"})
    again = server.ask("op-1", "assign_driver", "A1", args={"driver": "dr-2"})
    assert again.notes("commit")[0].version == 3


def test_a_batch_answers_for_each_row():
    server = Server((*appointments(3, **OVERDUE), *appointment("B1")))
    server.ask("th-1", "reject_booking", "A2", args={"reason": "ill"})
    did = server.ask("op-1", "auto_cancel_overdue", "A1", "A2", "A3", "B1", "Z9")

    results = [(item.entity[-2:], item.result, item.reason) for item in did.answer.items]
    assert results == [
        ("A1", "ok", ""),
        ("A2", "refused", "illegal-state"),
        ("A3", "ok", ""),
        ("B1", "refused", "illegal-state"),
        ("Z9", "refused", "not-found"),
    ]
    assert [note.lsn for note in did.notes("commit")] == [10, 11], "a transaction each"
    assert [note.lsn for note in did.notes("audit")] == [10, 11]
    assert [publish.name for publish in did.published] == ["i2/1/A1", "i2/1/A3"]
    assert [row.entity for row in did.answer.rows] == ["appointment/A1", "appointment/A3"]
    assert did.answer.lsn == 11


def test_the_clock_asks_to_be_told_and_acts_if_the_guard_still_holds():
    server = Server(
        (*appointment("A1", overdue_at_us=SECOND), *appointment("A2", overdue_at_us=2 * SECOND))
    )
    assert [(alarm.at_us, alarm.due) for alarm in server.alarms] == [
        (SECOND, ("mark_overdue", "appointment/A1")),
        (2 * SECOND, ("mark_overdue", "appointment/A2")),
    ]
    did = server.strike("mark_overdue", "appointment/A1")
    (commit,) = did.notes("commit")
    assert (commit.peer, commit.intent, commit.version) == ("", "", 2)
    assert (commit.data["role"], commit.data["user"]) == ("system", "")
    assert did.notes("audit")[0].data["role"] == "system"
    (publish,) = did.published
    assert (publish.origin, publish.name) == ("", "system/mark_overdue/A1")
    assert list(server.rows("op-1", "overdue")) == ["appointment/A1"]

    server.ask("op-1", "accept", "A2")
    server.ask("dr-1", "accept_trip", "A2")
    assert server.strike("mark_overdue", "appointment/A2").outputs == []
    assert server.strike("mark_overdue", "appointment/A1").outputs == [], "once is enough"


def test_a_row_without_a_due_time_sets_no_alarm():
    assert Server(appointments(3)).alarms == []
