"""HTTP: each half of an exchange travels alone, late, out of order or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncsim.net.profile import MILLION
from tests.support.scenarios import EVEN, MS, SHAKY
from tests.support.wire import Wire, request, response

NAMES = [f"q{n}" for n in range(40)]


def test_a_message_takes_the_delay_and_is_caused_by_its_sending():
    wire = Wire()
    wire.run(5 * MS)
    wire.net.http(request("q1"), cause=-1)
    wire.run(100 * MS)

    assert wire.arrived == [(25 * MS, "q1")]
    sent, received = wire.history
    assert (sent.kind, sent.at, sent.peer, sent.message) == ("send", "op-1", "backend", "q1")
    assert sent.data == {"what": "query", "bytes": 450}
    assert (received.kind, received.at, received.peer) == ("receive", "backend", "op-1")
    assert (received.time_us, received.cause) == (25 * MS, sent.seq)


def test_requests_overtake_each_other_and_so_do_responses():
    for make in (request, response):
        wire = Wire(replace(SHAKY, http_loss_ppm=0))
        for name in NAMES:
            wire.net.http(make(name), cause=-1)
        wire.run(60_000 * MS)

        order = [name for _, name in wire.arrived]
        assert sorted(order) == sorted(NAMES), "all arrive"
        assert order != NAMES, "not in the order of sending"
        assert min(at_us for at_us, _ in wire.arrived) >= SHAKY.delay_us


def test_the_luck_of_a_message_is_its_own():
    def arrivals(names: list[str]) -> dict[str, int]:
        wire = Wire(SHAKY)
        for name in names:
            wire.net.http(request(name), cause=-1)
        wire.run(60_000 * MS)
        return {name: at_us for at_us, name in wire.arrived}

    everything, odd, backwards = arrivals(NAMES), arrivals(NAMES[1::2]), arrivals(NAMES[::-1])
    assert odd == {name: at_us for name, at_us in everything.items() if name in NAMES[1::2]}
    assert backwards == everything


def test_loss_has_its_chance_each_way_and_the_sender_is_not_told():
    wire = Wire(replace(SHAKY, http_loss_ppm=200_000))
    count = 2_000
    for number in range(count):
        wire.net.http(request(f"q{number}"), cause=-1)
        wire.net.http(response(f"q{number}/reply"), cause=-1)
    wire.run(60_000 * MS)

    lost = [name for _, name, reason in wire.lost() if reason == "lossy"]
    for leg in ("", "/reply"):
        of_leg = [name for name in lost if name.endswith("/reply") == bool(leg)]
        assert abs(len(of_leg) / count - 0.2) < 0.03, leg
    assert len(lost) + len(wire.arrived) == 2 * count
    assert (wire.resets, wire.sockets) == ([], [])


@pytest.mark.parametrize(("loss_ppm", "arrive"), [(0, True), (MILLION, False)])
def test_certain_loss_and_no_loss(loss_ppm, arrive):
    wire = Wire(replace(EVEN, http_loss_ppm=loss_ppm))
    wire.net.http(request("q"), cause=-1)
    wire.run(100 * MS)
    assert bool(wire.arrived) == arrive


@pytest.mark.parametrize(
    ("leg", "lost"), [("request", ["q"]), ("response", ["q/reply"]), ("both", ["q", "q/reply"])]
)
def test_lose_takes_the_legs_it_names_of_one_client_until_told_to_stop(leg, lost):
    wire = Wire()
    wire.net.lose("op-1", leg)
    wire.net.http(request("q"), cause=-1)
    wire.net.http(response("q/reply"), cause=-1)
    wire.net.http(request("other", "op-2"), cause=-1)
    wire.net.lose("op-1", "")
    wire.net.http(request("later"), cause=-1)
    wire.run(100 * MS)

    assert [name for _, name, _ in wire.lost()] == lost
    assert {reason for _, _, reason in wire.lost()} == {"lossy"}
    assert {"other", "later"} <= {name for _, name in wire.arrived}


def test_delay_slows_what_is_sent_while_it_lasts_both_ways():
    wire = Wire()
    wire.net.http(request("before"), cause=-1)
    wire.net.slow("op-1", 300 * MS)
    wire.net.http(request("slow"), cause=-1)
    wire.net.http(response("slow/reply"), cause=-1)
    wire.net.http(request("other", "op-2"), cause=-1)
    wire.net.slow("op-1", 0)
    wire.net.http(request("after"), cause=-1)
    wire.run(1_000 * MS)

    assert wire.arrived == [
        (20 * MS, "before"),
        (20 * MS, "other"),
        (20 * MS, "after"),
        (320 * MS, "slow"),
        (320 * MS, "slow/reply"),
    ]


def test_a_partition_loses_both_halves_under_way_and_all_that_follow():
    wire = Wire()
    wire.net.http(request("q1"), cause=-1)
    wire.net.http(response("q0/reply"), cause=-1)
    wire.net.http(request("other", "op-2"), cause=-1)
    wire.run(10 * MS)
    wire.net.cut("op-1", cause=-1)
    wire.net.http(request("q2"), cause=-1)
    wire.net.http(response("q9/reply"), cause=-1)
    wire.net.mend("op-1")
    wire.net.http(request("q3"), cause=-1)
    wire.run(100 * MS)

    now_us = 10 * MS
    assert wire.lost() == [
        (now_us, name, "offline") for name in ("q1", "q0/reply", "q2", "q9/reply")
    ]
    assert wire.arrived == [(20 * MS, "other"), (30 * MS, "q3")]


def test_a_machine_without_a_backend_refuses_and_says_so():
    wire = Wire()
    wire.net.http(request("early"), cause=-1)
    wire.net.http(response("answer"), cause=-1)
    wire.run(10 * MS)
    wire.net.crash(cause=-1)
    wire.run(25 * MS)
    wire.net.backend_up = True
    wire.net.http(request("late"), cause=-1)
    wire.run(100 * MS)

    assert wire.lost() == [(20 * MS, "early", "down")]
    assert wire.resets == [(40 * MS, "early")]
    assert wire.arrived == [(20 * MS, "answer"), (45 * MS, "late")], "what was sent travels on"


def test_a_refusal_does_not_reach_a_client_that_is_offline_by_then():
    wire = Wire()
    wire.net.backend_up = False
    wire.net.http(request("q"), cause=-1)
    wire.run(25 * MS)
    wire.net.cut("op-1", cause=-1)
    wire.run(100 * MS)
    assert wire.resets == []


def test_two_messages_of_one_name_are_a_mistake():
    wire = Wire()
    wire.net.http(request("q"), cause=-1)
    with pytest.raises(AssertionError):
        wire.net.http(request("q"), cause=-1)
