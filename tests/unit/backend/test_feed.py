"""The feed: what an event carries of a commit, and what that weighs."""

from __future__ import annotations

from syncsim.net.messages import EVENT_BYTES, FIELD_BYTES, Patch
from tests.support.scenarios import appointments
from tests.support.server import Server


def test_an_event_names_rows_and_nothing_else_by_default():
    (publish,) = Server(appointments(1)).ask("op-1", "accept", "A1").published
    assert publish.told_to("therapist") == (publish.event, EVENT_BYTES)
    assert publish.event.patches == ()


def test_an_event_with_changes_tells_each_role_what_it_may_see():
    server = Server(appointments(1), payload="changes")
    (publish,) = server.ask("op-1", "accept", "A1").published
    event, size = publish.told_to("therapist")
    assert event.patches == (Patch("appointment/A1", 2, 3, {"status": "therapist_accepted"}),)
    assert size == EVENT_BYTES + FIELD_BYTES
    assert event.rows == (("appointment/A1", 2),)


def test_a_row_that_is_hidden_from_a_role_is_not_told_of():
    server = Server(appointments(1, status="in_progress"), payload="changes")
    server.ask("th-1", "start_session", "A1")
    server.ask("th-1", "complete_session", "A1")
    (publish,) = server.ask("th-1", "request_payment", "A1").published
    told = {
        role: [patch.entity for patch in publish.told_to(role)[0].patches]
        for role in ("operator", "driver")
    }
    assert told == {"operator": ["appointment/A1", "payment/P-A1"], "driver": ["appointment/A1"]}


def test_a_row_that_is_new_is_told_of_as_a_whole():
    server = Server(appointments(1), payload="changes")
    server.ask("op-1", "accept", "A1")
    (publish,) = server.ask("th-1", "reject_booking", "A1", args={"reason": "ill"}).published
    made = [patch for patch in publish.told_to("operator")[0].patches if patch.version == 1]
    assert [patch.fields["reason"] for patch in made] == ["ill"]
    assert made[0].fields.keys() >= {"id", "appointment", "status", "by"}
