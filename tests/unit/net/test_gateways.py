"""Gateways: where a connection ends, what each closes, and what its faults do."""

from __future__ import annotations

from collections import Counter

import pytest

from syncsim.engine import Draws
from syncsim.net.gateways import Gateways
from syncsim.net.stacks import STACKS
from tests.support.scenarios import MS, SECOND
from tests.support.wire import Wire, event

THREE = Gateways(count=3)
MUTE = STACKS["reconnecting-websocket"]
MINUTE = 60 * SECOND


def opened(gateways, stack=STACKS["socket.io-client"], seed=1):
    """Return a wire with an open socket of op-1."""
    wire = Wire(stack=stack, gateways=gateways, seed=seed)
    wire.open()
    return wire


def gateway_of(wire, client="op-1"):
    """Return the gateway at which a client's socket ends."""
    return next(link.socket.gateway for link in wire.net.links if link.client == client)


def closes(wire):
    """Return when and why sockets closed."""
    return [(record.time_us, record.data["reason"]) for record in wire.records("close")]


def test_one_gateway_takes_all_and_no_record_names_it():
    wire = opened(Gateways())
    assert gateway_of(wire) == "gateway-1"
    assert [record.data for record in wire.records("open")] == [{"epoch": 1}]


def test_a_connection_is_led_to_any_gateway_that_is_up():
    draws = Counter(
        Wire(gateways=THREE, seed=seed).net.entrance.choose("op-1/socket/1") for seed in range(300)
    )
    assert sorted(draws) == ["gateway-1", "gateway-2", "gateway-3"]
    assert min(draws.values()) > 70
    entrance = Wire(gateways=THREE).net.entrance
    entrance.go_down("gateway-1", (), -1)
    entrance.cut("gateway-3")
    assert {entrance.choose(f"op-1/socket/{n}") for n in range(50)} == {"gateway-2"}
    entrance.go_down("gateway-2", (), -1)
    assert entrance.choose("op-1/socket/1") == ""
    entrance.mend("gateway-3")
    assert entrance.choose("op-1/socket/1") == "gateway-3"


def test_the_record_of_an_opening_names_one_of_several():
    wire = opened(THREE)
    assert [r.data for r in wire.records("open")] == [{"epoch": 1, "gateway": gateway_of(wire)}]
    assert gateway_of(wire) == f"gateway-{Draws(1).below(3, 'op-1/socket/1/gateway') + 1}"


def test_a_restart_ends_its_sockets_and_no_others_and_they_come_back_elsewhere():
    wire = opened(THREE)
    wire.open("op-2")
    home, other = gateway_of(wire), gateway_of(wire, "op-2")
    assert home != other, "take another seed"
    wire.net.frame(event("e1"), cause=-1)
    wire.net.entrance.go_down(home, wire.net.links, -1)
    at_us = wire.now_us
    wire.run(at_us + MINUTE)
    # What was sent before it still arrives, ahead of the news.
    assert [name for _, name in wire.arrived] == ["e1"]
    assert closes(wire) == [(at_us + 20 * MS, "down")]
    assert gateway_of(wire) not in ("", home)
    assert gateway_of(wire, "op-2") == other


def test_while_every_gateway_is_down_no_try_succeeds():
    wire = opened(Gateways())
    wire.net.entrance.go_down("gateway-1", wire.net.links, -1)
    wire.run(MINUTE)
    assert len(wire.records("open")) == 1
    wire.net.entrance.come_up("gateway-1")
    wire.run(2 * MINUTE)
    assert len(wire.records("open")) == 2


@pytest.mark.parametrize("unnoticed", [False, True])
def test_a_drop_breaks_every_socket_of_a_gateway_and_leaves_it_up(unnoticed):
    wire = opened(THREE)
    wire.open("op-2")
    home = gateway_of(wire)
    wire.net.entrance.drop(home, wire.net.links, -1, unnoticed=unnoticed)
    wire.run(wire.now_us + MINUTE)
    assert [r.at for r in wire.records("close")] == ["op-1"]
    assert len(wire.records("deaf")) == unnoticed
    assert home in {wire.net.entrance.choose(f"try/{n}") for n in range(50)}


def test_a_gateway_that_is_cut_off_passes_nothing_and_closes_nothing():
    wire = opened(THREE)
    home = gateway_of(wire)
    wire.net.frame(event("e1"), cause=-1)
    wire.net.entrance.cut(home)
    wire.net.frame(event("e2"), cause=-1)
    wire.run(10 * MINUTE)
    wire.net.entrance.mend(home)
    wire.net.frame(event("e3"), cause=-1)
    wire.run(11 * MINUTE)
    assert [name for _, name in wire.arrived] == ["e1", "e3"]
    assert [(name, why) for _, name, why in wire.lost()] == [("e2", "silent")]
    assert wire.records("close", "deaf") == []


# The idle time-out

IDLE = Gateways(idle_us=60 * SECOND)


def test_a_quiet_connection_without_heartbeats_is_closed_after_the_time_out():
    wire = opened(IDLE, MUTE)
    (opening,) = wire.records("open")
    wire.run(MINUTE * 3 // 2)
    assert closes(wire) == [(opening.time_us + MINUTE + 20 * MS, "idle")]
    assert len(wire.records("open")) == 2


def test_what_is_sent_keeps_a_connection_open_for_as_long_again():
    wire = opened(IDLE, MUTE)
    for number in range(1, 6):
        wire.run(number * 50 * SECOND)
        wire.net.frame(event(f"e{number}"), cause=-1)
    wire.run(309 * SECOND)
    assert closes(wire) == []
    wire.run(311 * SECOND)
    assert closes(wire) == [(310 * SECOND + 20 * MS, "idle")]


@pytest.mark.parametrize("name", STACKS)
def test_heartbeats_that_come_often_enough_keep_a_connection_open(name):
    heartbeat = STACKS[name].heartbeat
    wire = opened(IDLE, STACKS[name])
    wire.run(20 * MINUTE)
    is_kept = 0 < heartbeat.interval_us <= 60 * SECOND
    assert (closes(wire) == []) is is_kept
    if is_kept:
        # And nothing was simulated for it.
        assert wire.engine._environment._queue == []


def test_heartbeats_that_come_too_seldom_are_too_late():
    stack = STACKS["pusher-js"]
    interval_us = stack.heartbeat.interval_us
    wire = opened(Gateways(idle_us=interval_us - SECOND), stack)
    (opening,) = wire.records("open")
    wire.run(interval_us + SECOND)
    assert closes(wire) == [(opening.time_us + interval_us - SECOND + 20 * MS, "idle")]


def test_a_socket_that_is_gone_is_not_closed_again():
    wire = opened(IDLE, MUTE)
    wire.run(30 * SECOND)
    wire.net.drop("op-1", cause=-1)
    wire.run(MINUTE + 10 * SECOND)
    assert [why for _, why in closes(wire)] == ["dropped"]


# The queue

SHORT = Gateways(queue=3)


def test_one_event_too_many_closes_the_connection_and_those_before_it_arrive():
    wire = opened(SHORT)
    for number in range(1, 6):
        wire.net.frame(event(f"e{number}"), cause=-1)
    at_us = wire.now_us
    wire.run(at_us + MINUTE)
    assert [name for _, name in wire.arrived] == ["e1", "e2", "e3"]
    assert [(name, why) for _, name, why in wire.lost()] == [("e4", "overflow"), ("e5", "dropped")]
    assert closes(wire) == [(at_us + 20 * MS, "overflow")]
    assert [is_open for _, _, is_open in wire.sessions] == [True, False, True]


def test_a_client_that_keeps_up_is_never_closed():
    wire = opened(SHORT)
    for number in range(30):
        wire.net.frame(event(f"e{number}"), cause=-1)
        wire.run(wire.now_us + 10 * MS)
    assert (len(wire.arrived), closes(wire)) == (29, [])


def test_what_is_held_waits_in_the_queue():
    wire = opened(SHORT)
    wire.net.hold("op-1")
    for number in range(1, 5):
        wire.net.frame(event(f"e{number}"), cause=-1)
    wire.run(wire.now_us + SECOND)
    assert [why for _, why in closes(wire)] == ["overflow"]


def test_a_silent_gateway_loses_what_finds_no_room_and_nothing_else():
    wire = opened(SHORT)
    wire.net.entrance.be_silent("gateway-1")
    for number in range(1, 6):
        wire.net.frame(event(f"e{number}"), cause=-1)
    wire.run(wire.now_us + SECOND)
    assert [name for _, name in wire.arrived] == ["e1", "e2", "e3"]
    assert [(name, why) for _, name, why in wire.lost()] == [("e4", "overflow"), ("e5", "overflow")]
    assert closes(wire) == []
    wire.net.entrance.be_honest("gateway-1")
    for number in range(6, 10):
        wire.net.frame(event(f"e{number}"), cause=-1)
    wire.run(wire.now_us + SECOND)
    assert [why for _, why in closes(wire)] == ["overflow"]
