"""M: which of two writes counts, and what the other is told."""

from __future__ import annotations

import pytest

from syncsim.client.stamps import HybridClock, WallClock
from syncsim.design import Merge
from syncsim.net.messages import Stamp
from tests.support.scenarios import appointments
from tests.support.server import Server

MINUTE = 60_000_000
BY_CLOCK = Merge(strategy="client-clock")


def assign(server: Server, client: str, stamp: Stamp | None, driver: str = "dr-1", **more):
    return server.ask(
        client, "assign_driver", "A1", args={"driver": driver}, stamp=stamp, **more
    )  # fmt: skip


def result(did) -> tuple[str, str]:
    (item,) = did.answer.items
    return item.result, item.reason


def test_a_write_that_is_stamped_earlier_than_the_row_is_superseded():
    server = Server(appointments(1), merge=BY_CLOCK)
    assert result(assign(server, "op-1", Stamp(MINUTE, 0, "op-1"))) == ("ok", "")
    did = assign(server, "op-2", Stamp(MINUTE - 1, 0, "op-2"), "dr-2")
    assert result(did) == ("superseded", "superseded")
    assert did.notes("commit") == []
    (refuse,) = did.notes("refuse")
    assert refuse.data["reason"] == "superseded"
    assert did.answer.items[0].row.fields["driver"] == "dr-1", "the row as it is"
    assert result(assign(server, "op-2", Stamp(MINUTE + 1, 0, "op-2"), "dr-2")) == ("ok", "")


def test_equal_times_are_told_apart_by_name_and_an_equal_stamp_counts():
    server = Server(appointments(1), merge=BY_CLOCK)
    assign(server, "op-2", Stamp(5, 0, "op-2"))
    assert result(assign(server, "op-1", Stamp(5, 0, "op-1")))[0] == "superseded"
    assert result(assign(server, "op-2", Stamp(5, 0, "op-2")))[0] == "ok"


def test_the_guard_is_asked_first():
    """A late write that is not allowed is refused as such: only legal writes can be too late."""
    server = Server(appointments(1), merge=BY_CLOCK)
    server.ask("op-1", "accept", "A1", stamp=Stamp(9, 0, "op-1"))
    did = server.ask("op-2", "accept", "A1", stamp=Stamp(1, 0, "op-2"))
    assert result(did) == ("refused", "illegal-state")


@pytest.mark.parametrize(("stamps", "told"), [("row", "superseded"), ("field", "ok")])
def test_a_stamp_is_of_a_row_or_of_a_field(stamps, told):
    server = Server(appointments(1), merge=Merge(strategy="client-clock", stamps=stamps))
    server.ask("op-1", "accept", "A1", stamp=Stamp(9, 0, "op-1"))
    assert result(assign(server, "op-2", Stamp(1, 0, "op-2")))[0] == told


def test_what_carries_no_stamp_counts_and_moves_none():
    server = Server(appointments(1), merge=BY_CLOCK)
    assign(server, "op-1", Stamp(9, 0, "op-1"))
    assert result(assign(server, "op-2", None, "dr-2"))[0] == "ok"
    assert result(assign(server, "op-2", Stamp(8, 0, "op-2")))[0] == "superseded"


def test_on_arrival_stamps_count_for_nothing_and_nobody_is_told_the_time():
    server = Server(appointments(1))
    assign(server, "op-1", Stamp(9, 0, "op-1"))
    did = assign(server, "op-2", Stamp(1, 0, "op-2"))
    assert result(did)[0] == "ok"
    assert did.answer.clock is None
    assert server.view("op-1", "pending").clock is None


def test_answers_and_events_tell_the_hybrid_clock():
    server = Server(appointments(1), merge=Merge(strategy="hybrid-clock"))
    did = assign(server, "op-1", Stamp(9, 2, "op-1"))
    assert did.answer.clock == did.published[0].event.clock == Stamp(9, 2, "op-1")
    assert server.view("op-2", "pending").clock == Stamp(9, 2, "op-1")
    assert result(assign(server, "op-2", Stamp(9, 1, "op-2")))[0] == "superseded"


def test_a_slow_clock_loses_by_wall_time_and_wins_once_it_has_seen_the_row():
    slow_us = 10
    wall = WallClock("op-2", lambda: slow_us)
    hybrid = HybridClock("op-2", lambda: slow_us)
    for clock in (wall, hybrid):
        clock.see(Stamp(MINUTE, 0, "op-1"))
    assert wall.tick() < Stamp(MINUTE, 0, "op-1") < hybrid.tick()
    assert hybrid.tick() == Stamp(MINUTE, 2, "op-2"), "ticks count where the time stands"


def test_a_hybrid_clock_follows_its_own_where_that_is_ahead():
    clock = HybridClock("op-2", lambda: 7)
    clock.see(Stamp(5, 3, "op-1"))
    clock.see(None)
    assert clock.tick() == Stamp(7, 0, "op-2")


def test_reject_on_version_wants_a_version():
    server = Server(appointments(1), merge=Merge(strategy="version"))
    assert result(server.ask("op-1", "accept", "A1")) == ("refused", "version-required")
    named = {"appointment/A1": 1}
    assert result(server.ask("op-1", "accept", "A1", if_match=named)) == ("ok", "")
    old = server.ask("op-1", "assign_driver", "A1", args={"driver": "dr-2"}, if_match=named)
    assert result(old) == ("refused", "version-conflict")


def test_an_answer_tells_the_number_of_the_askers_last_intent():
    server = Server(appointments(2))
    assert server.view("op-1", "pending").last_intent == 0
    server.ask("op-1", "accept", "A1", number=1)
    server.ask("op-1", "accept", "A1", number=2)
    assert server.view("op-1", "pending").last_intent == 2, "a refusal is a decision too"
    assert server.view("op-2", "pending").last_intent == 0
