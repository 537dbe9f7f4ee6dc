"""Crashes: what dies with the process, what the outbox keeps, and commits that are lost."""

from __future__ import annotations

import pytest

from syncsim.backend.ports import Boot, Crash, Died, SetClock, Trap
from tests.support.scenarios import SECOND, appointment, appointments
from tests.support.server import Server


def kinds(did) -> list[str]:
    """Return what was caused, by type."""
    return [type(out).__name__ for out in did.outputs]


@pytest.mark.parametrize(
    ("after", "gets_out"),
    [("commit", ["Note", "Note", "Died"]), ("reply", ["Note", "Note", "Reply", "Died"])],
)
def test_the_trap_lets_the_process_die_after_the_next_commit(after, gets_out):
    server = Server(appointments(2))
    assert server.tell(Trap(after)).outputs == []
    server.ask("dr-1", "accept_trip", "A1")  # refused: no commit, so it lives on
    assert kinds(server.ask("op-1", "accept", "A1")) == gets_out
    assert "Publish" in kinds(server.ask("op-1", "accept", "A2")), "it springs once"


def test_a_trap_can_be_taken_back():
    server = Server(appointments(1))
    server.tell(Trap("commit"))
    server.tell(Trap(""))
    assert Died() not in server.ask("op-1", "accept", "A1").outputs


@pytest.mark.parametrize("outbox", [False, True])
def test_an_event_that_had_not_gone_out_is_kept_by_the_outbox_alone(outbox):
    server = Server(appointments(1), outbox=outbox)
    server.tell(Trap("commit"))
    server.ask("op-1", "accept", "A1")
    server.tell(Crash())
    booted = server.tell(Boot())
    assert [out.event.lsn for out in booted.published] == ([3] if outbox else [])
    assert server.tell(Boot()).outputs == [], "it goes out once"
    assert server.rows("op-1", "active") != {}, "the commit itself is safe"


def lossy(**settings) -> Server:
    """Return a backend that accepted A1 at 1 s and A2 at 4 s, and may lose 2 s."""
    server = Server(appointments(2), now_us=SECOND, journal_us=2 * SECOND, **settings)
    server.ask("op-1", "accept", "A1", key="k1")
    server.now_us = 4 * SECOND
    server.ask("op-1", "accept", "A2", key="k2")
    server.tell(Crash(2 * SECOND), 5 * SECOND)
    return server


def test_a_crash_takes_back_what_the_disk_had_not_kept():
    booted = lossy().tell(Boot(), 8 * SECOND)
    rewind, commit = booted.outputs
    assert (rewind.kind, rewind.lsn) == ("rewind", 5)
    assert (commit.kind, commit.entity, commit.version, commit.lsn) == (
        "commit", "appointment/A2", 3, 7,
    )  # fmt: skip
    assert commit.data["fields"]["status"] == "pending"
    assert (commit.data["action"], commit.data["role"]) == ("rewind", "system")


def test_the_rows_are_as_before_and_can_be_acted_on_again():
    server = lossy()
    server.tell(Boot())
    assert list(server.rows("op-1", "pending")) == ["appointment/A2"]
    assert list(server.rows("op-1", "active")) == ["appointment/A1"]
    again = server.ask("op-1", "accept", "A2", key="k2")
    assert [note.version for note in again.notes("commit")] == [4], "its answer was lost, too"
    assert server.ask("op-1", "accept", "A1", key="k1").notes("commit") == []


def test_a_crash_that_loses_nothing_undoes_nothing():
    server = Server(appointments(1), journal_us=2 * SECOND)
    server.ask("op-1", "accept", "A1")
    server.tell(Crash(), SECOND)
    assert server.tell(Boot()).outputs == []


def test_a_row_that_a_lost_commit_had_made_is_gone_and_may_come_again():
    server = Server(appointments(1), journal_us=2 * SECOND)
    server.ask("th-1", "reject_booking", "A1", args={"reason": "ill"}, intent="i")
    assert len(server.rows("op-1", "rejections")) == 1
    server.tell(Crash(SECOND), 0)
    undone = server.tell(Boot()).notes("commit")
    assert [(note.entity, note.version) for note in undone] == [
        ("appointment/A1", 3), ("rejection/rejection-i", 2),
    ]  # fmt: skip
    assert server.rows("op-1", "rejections") == {}
    refused = server.ask("op-1", "approve_rejection", "rejection/rejection-i")
    assert refused.answer.items[0].reason == "not-found"
    server.ask("th-1", "reject_booking", "A1", args={"reason": "ill"}, intent="i")
    assert len(server.rows("op-1", "rejections")) == 1


def test_the_outbox_does_not_tell_of_a_commit_that_was_lost_itself():
    server = Server(appointments(1), outbox=True, journal_us=2 * SECOND)
    server.tell(Trap("commit"))
    server.ask("op-1", "accept", "A1")
    server.tell(Crash(SECOND))
    assert server.tell(Boot()).published == []


def test_what_the_clock_had_done_it_does_again():
    rows = appointment("A1", overdue_at_us=SECOND)
    server = Server(rows, journal_us=SECOND)
    assert len(server.strike(*server.alarms[0].due).notes("commit")) == 1
    server.tell(Crash(SECOND))
    booted = server.tell(Boot())
    (alarm,) = [out for out in booted.outputs if type(out).__name__ == "Alarm"]
    assert alarm.at_us == server.now_us, "it is overdue at once"
    assert len(server.tell(alarm.due).notes("commit")) == 1


def test_a_clock_that_is_ahead_strikes_early_and_each_alarm_once():
    server = Server(appointment("A1", overdue_at_us=10 * SECOND))
    due = server.alarms[0].due
    assert server.tell(due, 2 * SECOND).outputs == [], "not yet"
    (alarm,) = server.tell(SetClock(8 * SECOND)).outputs
    assert alarm.at_us == 2 * SECOND
    assert len(server.tell(alarm.due).notes("commit")) == 1
    assert server.tell(due, 10 * SECOND).outputs == []


def test_a_clock_that_is_behind_strikes_late():
    server = Server(appointment("A1", overdue_at_us=10 * SECOND))
    (alarm,) = server.tell(SetClock(-3 * SECOND), 2 * SECOND).outputs
    assert alarm.at_us == 13 * SECOND
    assert server.tell(alarm.due, 10 * SECOND).outputs == []
    assert len(server.tell(alarm.due, 13 * SECOND).notes("commit")) == 1
