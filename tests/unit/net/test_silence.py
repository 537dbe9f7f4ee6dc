"""Half-open sockets, silent and one-way partitions, holding back, outages of a profile."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncsim.engine import Draws
from syncsim.net import STACKS
from syncsim.net.outages import outages
from syncsim.net.silence import KERNEL_GIVES_UP_US, heartbeat_closes_us
from syncsim.net.stacks import SECOND, SOCKET_IO
from tests.support.scenarios import EVEN, MS
from tests.support.wire import Wire, event, request, response

MUTE = STACKS["reconnecting-websocket"]
HOUR = 3_600 * SECOND
STALL_US = 240 * MS
"""The first retransmission comes a round trip and 200 ms after the segment that was lost."""


def opened(*, seed: int = 1, **profile: int) -> Wire:
    """Return a wire with an open socket of op-1."""
    wire = Wire(replace(EVEN, **profile), seed)
    wire.open()
    return wire


@pytest.mark.parametrize("stack", STACKS.values())
def test_a_silence_is_noticed_after_the_time_out_and_at_most_an_interval_later(stack):
    heartbeat = stack.heartbeat
    if heartbeat.pinged_by == "nobody":
        assert heartbeat_closes_us(heartbeat, 0, 5) is None
        return
    waits = [
        heartbeat_closes_us(heartbeat, 7, 7 + step * heartbeat.interval_us // 10)
        - (7 + step * heartbeat.interval_us // 10)
        for step in range(40)
    ]
    assert max(waits) == heartbeat.dead_after_us
    assert min(waits) == heartbeat.timeout_us + heartbeat.interval_us // 10


def test_a_half_open_socket_is_deaf_from_the_break_to_the_missed_heartbeat():
    wire = opened()
    opened_us = wire.now_us
    wire.run(opened_us + 30 * SECOND)
    wire.net.frame(event("under way"), cause=-1)
    broken_us = wire.now_us
    wire.net.half_open("op-1", cause=-1)
    wire.net.frame(event("later"), cause=-1)
    wire.run(HOUR)

    (deaf,) = wire.records("deaf")
    assert (deaf.time_us, deaf.at, deaf.data) == (broken_us, "op-1", {"epoch": 1})
    (close,) = wire.records("close")
    assert close.data == {"epoch": 1, "reason": "silent", "code": 1006}
    # The last ping came 25 s after the opening; the next had 25 + 20 s to come.
    expected_us = wire.records("open")[0].time_us + (25 + 45) * SECOND
    assert (close.time_us, close.cause) == (expected_us, deaf.seq)
    assert wire.arrived == []
    assert [(name, reason) for _, name, reason in wire.lost()] == [
        ("under way", "silent"),
        ("later", "dropped"),
    ]
    assert [is_open for _, _, is_open in wire.sockets] == [True, False, True], "and it returns"
    assert [is_open for _, _, is_open in wire.sessions] == [True, False, True]


def test_without_a_heartbeat_only_the_kernel_of_who_sends_gives_up():
    wire = Wire(stack=MUTE)
    wire.open()
    wire.net.half_open("op-1", cause=-1)
    wire.run(HOUR)
    assert wire.sessions == wire.sockets[:1], "nobody has sent anything"
    wire.net.frame(event("e1"), cause=-1)
    wire.run(HOUR + 60 * SECOND)
    wire.net.frame(event("e2"), cause=-1)
    wire.run(2 * HOUR)
    assert wire.sessions[1:] == [(HOUR + KERNEL_GIVES_UP_US, "op-1", False)]
    assert len(wire.sockets) == 1, "the client never sends, and never learns"


@pytest.mark.parametrize(("direction", "arrives"), [("up", "down"), ("down", "up"), ("both", "")])
def test_a_one_way_partition_takes_one_direction_and_tells_nobody(direction, arrives):
    wire = opened()
    wire.net.silence("op-1", direction, cause=-1)
    wire.net.http(request("up"), cause=-1)
    wire.net.http(response("down"), cause=-1)
    wire.net.frame(event("frame"), cause=-1)
    wire.run(wire.now_us + SECOND)

    told = [name for _, name in wire.arrived]
    assert told == {"up": ["up"], "down": ["down", "frame"], "": []}[arrives]
    assert bool(wire.records("deaf")) == (direction != "up")
    assert wire.sockets[1:] == []
    assert wire.resets == []


def test_what_is_under_way_vanishes_with_its_direction():
    wire = opened()
    wire.net.http(request("up"), cause=-1)
    wire.net.http(response("down"), cause=-1)
    wire.net.silence("op-1", "up", cause=-1)
    wire.run(wire.now_us + SECOND)
    assert [name for _, name in wire.arrived] == ["down"]


@pytest.mark.parametrize(("length_us", "closes"), [(5 * SECOND, False), (60 * SECOND, True)])
def test_a_client_that_is_not_heard_is_closed_only_if_a_heartbeat_is_missed(length_us, closes):
    wire = opened()
    wire.net.silence("op-1", "up", cause=-1)
    wire.run(wire.now_us + length_us)
    wire.net.speak("op-1")
    wire.run(HOUR)
    assert bool(wire.records("close")) == closes
    assert wire.sockets[-1][2], "in the end it is open"


def test_a_handshake_on_a_silent_path_asks_again_until_it_is_heard_or_gives_up():
    wire = Wire()
    wire.net.silence("op-1", "both", cause=-1)
    wire.net.connect("op-1", -1)
    wire.run(10 * SECOND)
    wire.net.speak("op-1")
    wire.run(60 * SECOND)
    # Asked at 0, 1, 3, 7 and 15 s; each try takes 120 ms, and socket.io would wait for 20 s.
    assert wire.sockets == [(15 * SECOND + 120 * MS, "op-1", True)]

    given_up = Wire()
    given_up.net.silence("op-1", "both", cause=-1)
    given_up.net.connect("op-1", -1)
    given_up.run(HOUR)
    assert given_up.sockets == []
    given_up.net.speak("op-1")
    given_up.run(HOUR + 30 * SECOND)
    assert given_up.sockets[-1][2]


def test_a_partition_that_the_browser_sees_closes_a_half_open_socket_at_once():
    wire = opened()
    wire.net.half_open("op-1", cause=-1)
    wire.net.cut("op-1", cause=-1)
    wire.run(HOUR)
    (close,) = wire.records("close")
    assert close.data == {"epoch": 1, "reason": "offline", "code": 1006}


def test_what_is_held_comes_in_order_after_the_release_and_nothing_is_lost():
    wire = opened(jitter_us=200 * MS)
    wire.net.hold("op-1")
    for number in range(10):
        wire.net.frame(event(f"e{number}"), cause=-1)
    wire.net.http(request("q"), cause=-1)
    wire.net.frame(event("of another", "op-2"), cause=-1)
    wire.run(wire.now_us + 5 * SECOND)
    assert wire.arrived == []
    wire.net.release("op-1")
    wire.run(HOUR)
    assert [name for _, name in wire.arrived if name != "q"] == [f"e{n}" for n in range(10)]
    assert "q" in [name for _, name in wire.arrived]
    assert len(wire.lost()) == 1, "op-2 has no socket"


def test_a_held_frame_never_arrives_on_a_later_connection():
    wire = opened()
    wire.net.hold("op-1")
    wire.net.frame(event("old"), cause=-1)
    wire.net.drop("op-1", cause=-1)
    wire.run(wire.now_us + 10 * SECOND)
    assert wire.sockets[-1][2]
    wire.net.release("op-1")
    wire.run(HOUR)
    assert wire.arrived == []
    assert [(name, reason) for _, name, reason in wire.lost()] == [("old", "dropped")]


def test_loss_on_a_link_delays_a_stream_and_loses_nothing_on_it():
    wire = opened(good_to_bad_ppm=100_000, bad_to_good_ppm=300_000)
    sent_us = {}
    for number in range(100):
        sent_us[f"e{number}"] = wire.now_us
        wire.net.frame(event(f"e{number}"), cause=-1)
        wire.run(wire.now_us + SECOND)
    wire.run(HOUR)
    assert [name for _, name in wire.arrived] == list(sent_us)
    delays = [at_us - sent_us[name] for at_us, name in wire.arrived]
    assert min(delays) == 20 * MS
    assert max(delays) >= 20 * MS + STALL_US


def test_a_narrow_link_makes_large_answers_wait_for_each_other():
    wire = opened(down_bps=80_000)
    start_us = wire.now_us
    for number in range(3):
        wire.net.http(response(f"r{number}"), cause=-1)
    wire.run(HOUR)
    # 900 bytes at 80 kbit/s take 90 ms.
    assert [at_us - start_us for at_us, _ in wire.arrived] == [110 * MS, 200 * MS, 290 * MS]


def test_a_short_outage_is_a_stall_and_a_long_one_leaves_the_socket_half_open():
    short = opened(outage_every_us=30 * SECOND, outage_us=2 * SECOND)
    for number in range(400):
        short.net.frame(event(f"e{number}"), cause=-1)
        short.run(short.now_us + SECOND)
    short.net.calm(("op-1", "op-2"))
    short.run(HOUR)
    assert [name for _, name in short.arrived] == [f"e{n}" for n in range(400)]
    assert short.records("deaf", "close") == []

    long = opened(outage_every_us=60 * SECOND, outage_us=300 * SECOND)
    long.run(2 * HOUR)
    deaf, closes = long.records("deaf"), long.records("close")
    assert len(deaf) > 3
    pairs = list(zip(deaf, closes, strict=False))
    assert all(0 < close.time_us - one.time_us <= 45 * SECOND for one, close in pairs)
    assert all(close.cause == one.seq for one, close in pairs)
    assert SOCKET_IO.heartbeat.dead_after_us == 45 * SECOND


def test_no_outage_begins_after_the_calm_and_other_links_have_their_own():
    wire = opened(outage_every_us=60 * SECOND, outage_us=300 * SECOND)
    wire.open("op-2")
    wire.run(HOUR)
    ours = [r.time_us for r in wire.records("deaf") if r.at == "op-1"]
    theirs = [r.time_us for r in wire.records("deaf") if r.at == "op-2"]
    assert ours
    assert theirs
    assert not set(ours) & set(theirs)
    wire.net.calm(("op-1", "op-2"))
    told = len(wire.records("deaf"))
    wire.run(2 * HOUR)
    assert len(wire.records("deaf")) == told
    assert wire.sockets[-1][2]


def test_what_waits_for_an_outage_tries_again_in_time_when_the_calm_ends_it_early():
    wire = Wire(replace(EVEN, outage_every_us=60 * SECOND, outage_us=HOUR), 1, MUTE)
    wire.open()
    down_us = next(outages(replace(EVEN, outage_every_us=60 * SECOND, outage_us=HOUR).outages,
                           Draws(1), "op-1/outage"))[0]  # fmt: skip
    wire.run(down_us + SECOND)
    sent_us = wire.now_us
    wire.net.http(request("asked"), cause=-1)
    wire.net.frame(event("e1"), cause=-1)
    wire.run(sent_us + 5 * SECOND)
    wire.net.frame(event("e2"), cause=-1)
    wire.net.http(request("asked later"), cause=-1)
    wire.run(sent_us + 10 * SECOND)
    assert wire.arrived == []

    wire.net.calm(("op-1", "op-2"))
    wire.run(3 * HOUR)
    # The time-out is 240 ms, and doubles: the tries are 15.12 s and 7.44 s after the sending.
    first_us = sent_us + 63 * STALL_US + 20 * MS
    later_us = sent_us + 5 * SECOND + 31 * STALL_US + 20 * MS
    assert wire.arrived == [
        (later_us, "asked later"),
        (first_us, "asked"),
        (first_us, "e1"),
        (first_us, "e2"),
    ]
    assert wire.lost() == []


def test_what_was_sent_before_an_outage_is_not_delayed_by_its_early_end():
    profile = replace(EVEN, delay_us=2 * SECOND, outage_every_us=60 * SECOND, outage_us=HOUR)
    wire = Wire(profile, 1, MUTE)
    wire.open()
    down_us, _ = next(outages(profile.outages, Draws(1), "op-1/outage"))
    wire.run(down_us - SECOND)
    wire.net.http(request("asked"), cause=-1)
    wire.net.frame(event("e1"), cause=-1)
    wire.run(down_us + SECOND // 2)
    wire.net.calm(("op-1", "op-2"))
    wire.run(3 * HOUR)
    assert wire.arrived == [(down_us + SECOND, "asked"), (down_us + SECOND, "e1")]
