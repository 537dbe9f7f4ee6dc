"""WebSockets: order, nothing lost while open, an uncertain tail at a break, and another try."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace

import pytest

from syncsim.engine import Draws
from syncsim.net import BACKEND, Profile
from syncsim.net.gateways import Gateways
from syncsim.net.messages import Message
from syncsim.net.profile import MILLION
from syncsim.net.reconnector import Reconnector
from syncsim.net.stacks import SOCKET_IO
from tests.support.scenarios import EVEN, MS, SHAKY
from tests.support.wire import Wire, event, request, response

SEEDS = range(12)
NAMES = [f"e{n:02}" for n in range(30)]
WILD = Profile(name="wild", title="", source="", delay_us=50 * MS, jitter_us=200 * MS)


def opened(profile: Profile = EVEN, seed: int = 1) -> Wire:
    """Return a wire with an open socket of op-1, at its time 0 of the test."""
    wire = Wire(profile, seed)
    wire.open()
    return wire


def test_a_handshake_takes_its_round_trips_and_both_ends_are_told():
    wire = Wire()
    wire.net.connect("op-1", -1)
    wire.run(1_000 * MS)

    assert wire.sockets == [(120 * MS, "op-1", True)]
    assert wire.sessions == [(120 * MS, "op-1", True)]
    (record,) = wire.records("open")
    assert (record.at, record.peer, record.data) == ("op-1", BACKEND, {"epoch": 1})


def test_frames_arrive_in_the_order_of_sending_whatever_their_own_luck():
    wire = opened(WILD)
    for name in NAMES:
        wire.net.http(response(f"http {name}"), cause=-1)
        wire.net.frame(event(name), cause=-1)
        wire.run(wire.now_us + 5 * MS)
    wire.run(60_000 * MS)

    frames = [name for _, name in wire.arrived if not name.startswith("http")]
    letters = [name for _, name in wire.arrived if name.startswith("http")]
    assert frames == NAMES
    assert letters != sorted(letters), "the network would have reordered them"
    assert wire.lost() == []


def test_the_directions_do_not_wait_for_each_other():
    wire = opened(WILD)
    for name in NAMES:
        wire.net.frame(event(name), cause=-1)
    wire.net.frame(Message("up", "op-1", BACKEND, "event", None, 1), cause=-1)
    alone = opened(WILD)
    alone.net.frame(Message("up", "op-1", BACKEND, "event", None, 1), cause=-1)
    for each in (wire, alone):
        each.run(60_000 * MS)

    (expected,) = alone.arrived
    assert expected in wire.arrived
    assert expected[0] < max(at_us for at_us, _ in wire.arrived)


def test_an_open_connection_loses_nothing_however_lossy_the_network():
    wire = opened(replace(SHAKY, http_loss_ppm=MILLION))
    for name in NAMES:
        wire.net.frame(event(name), cause=-1)
        wire.net.http(request(f"http {name}"), cause=-1)
    wire.run(60_000 * MS)

    assert [name for _, name in wire.arrived] == NAMES
    assert {name for _, name, _ in wire.lost()} == {f"http {name}" for name in NAMES}


def test_delay_and_lose_are_about_http_only():
    wire = opened()
    start_us = wire.now_us
    wire.net.slow("op-1", 500 * MS)
    wire.net.lose("op-1", "both")
    wire.net.frame(event("e"), cause=-1)
    wire.run(1_000 * MS)
    assert wire.arrived == [(start_us + 20 * MS, "e")]


def drop_amid_frames(seed: int) -> tuple[Wire, int]:
    """Send a frame each millisecond, break in the middle; return the wire and the time."""
    wire = opened(seed=seed)
    for name in NAMES[:20]:
        wire.net.frame(event(name), cause=-1)
        wire.run(wire.now_us + MS)
    broken_us = wire.now_us
    wire.net.drop("op-1", cause=-1)
    for name in NAMES[20:]:
        wire.net.frame(event(name), cause=-1)
        wire.run(wire.now_us + MS)
    wire.run(60_000 * MS)
    return wire, broken_us


def test_a_drop_cuts_off_the_tail_at_an_unknown_point():
    tails = []
    for seed in SEEDS:
        wire, broken_us = drop_amid_frames(seed)
        arrived = [name for _, name in wire.arrived]
        lost = [name for _, name, _ in wire.lost()]

        assert arrived == NAMES[: len(arrived)], "what arrives is a prefix"
        assert sorted(arrived + lost) == NAMES, "the rest is lost, each once"
        assert {reason for _, _, reason in wire.lost()} == {"dropped"}
        tails.append(len(arrived))
        (closed_us,) = [at_us for at_us, _, is_open in wire.sockets if not is_open]
        assert broken_us <= closed_us <= broken_us + EVEN.delay_us
        assert all(at_us <= closed_us for at_us, _ in wire.arrived), "then the client is told"
    assert len(set(tails)) > 3, "the point differs"
    assert min(tails) < 20, "some frames that were under way are lost"
    assert max(tails) > 0, "some arrive"


@pytest.mark.parametrize("seed", SEEDS)
def test_the_client_is_told_of_a_break_after_the_last_frame_that_passed(seed):
    wire = opened(WILD, seed)
    for name in NAMES:
        wire.net.frame(event(name), cause=-1)
        wire.run(wire.now_us + 10 * MS)
    wire.net.drop("op-1", cause=-1)
    wire.run(60_000 * MS)
    kinds = [record.kind for record in wire.records("receive", "close")]
    assert kinds == ["receive"] * len(wire.arrived) + ["close"]


def test_the_sender_learns_of_a_drop_later_and_cannot_know_what_arrived():
    ignorant = 0
    for seed in SEEDS:
        wire, broken_us = drop_amid_frames(seed)
        (told_us,) = [at_us for at_us, _, is_open in wire.sessions if not is_open]
        assert broken_us <= told_us <= broken_us + EVEN.delay_us
        ignorant += sum(
            record.time_us < told_us and record.message in {name for _, name, _ in wire.lost()}
            for record in wire.records("send")
        )
    assert ignorant > 0, "frames are sent into a connection that is broken already"


def test_the_news_of_a_drop_travels_from_the_break_to_each_end():
    waits = []
    for seed in SEEDS:
        wire = opened(seed=seed)
        broken_us = wire.now_us
        wire.net.drop("op-1", cause=-1)
        wire.run(1_000 * MS)
        (client_us,) = [at_us - broken_us for at_us, _, is_open in wire.sockets if not is_open]
        (server_us,) = [at_us - broken_us for at_us, _, is_open in wire.sessions if not is_open]
        assert abs(client_us + server_us - EVEN.delay_us) <= 1, "near one end is far from the other"
        waits.append(client_us)
    assert min(waits) < EVEN.delay_us // 3 < 2 * EVEN.delay_us // 3 < max(waits)


def test_a_drop_is_noted_once_and_needs_an_open_socket():
    wire = opened()
    wire.net.drop("op-2", cause=-1)
    wire.net.drop("op-1", cause=-1)
    wire.net.drop("op-1", cause=-1)
    wire.run(1_000 * MS)

    (record,) = wire.records("close")
    assert record.data == {"epoch": 1, "reason": "dropped", "code": 1006}
    assert [is_open for _, _, is_open in wire.sockets] == [True, False]


def test_a_partition_loses_the_frames_under_way_and_tells_both_ends_at_once():
    wire = opened()
    wire.open("op-2")
    wire.net.frame(event("e1"), cause=-1)
    wire.net.frame(event("other", "op-2"), cause=-1)
    now_us = wire.now_us
    wire.net.cut("op-1", cause=-1)
    wire.net.frame(event("e2"), cause=-1)
    wire.run(1_000 * MS)

    assert wire.lost() == [(now_us, "e1", "offline"), (now_us, "e2", "dropped")]
    assert [name for _, name in wire.arrived] == ["other"]
    assert wire.sockets[-1] == (now_us, "op-1", False)
    assert wire.sessions[-1] == (now_us, "op-1", False)
    assert [r.data for r in wire.records("close")] == [
        {"epoch": 1, "reason": "offline", "code": 1006}
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_partition_also_takes_what_a_drop_had_let_pass(seed):
    wire = opened(seed=seed)
    for name in NAMES:
        wire.net.frame(event(name), cause=-1)
        wire.run(wire.now_us + MS // 2)
    wire.net.drop("op-1", cause=-1)
    wire.net.cut("op-1", cause=-1)
    cut_us = wire.now_us
    wire.run(1_000 * MS)

    assert all(at_us <= cut_us for at_us, _ in wire.arrived), "nothing passes a link that is down"
    assert len(wire.arrived) + len(wire.lost()) == len(NAMES)
    assert len(wire.records("close")) == 1


def test_a_restart_closes_every_socket_and_what_was_sent_still_arrives():
    wire = opened()
    wire.open("op-2")
    wire.net.frame(event("e1"), cause=-1)
    now_us = wire.now_us
    wire.net.crash(cause=-1)
    wire.run(1_000 * MS)

    assert wire.arrived == [(now_us + 20 * MS, "e1")]
    assert wire.sessions[-2:] == [(now_us, "op-1", False), (now_us, "op-2", False)]
    assert wire.sockets[-2:] == [
        (now_us + 20 * MS, "op-1", False),
        (now_us + 20 * MS, "op-2", False),
    ]
    closes = wire.records("close")
    assert [r.data for r in closes] == [{"epoch": 1, "reason": "down", "code": 1006}] * 2
    kinds = [r.kind for r in wire.records("receive", "close") if r.at == "op-1"]
    assert kinds == ["receive", "close"], "the frame comes before the news"


def test_epochs_count_the_connections_and_each_keeps_its_own_frames():
    wire = opened()
    for epoch in (2, 3):
        wire.net.frame(event(f"of epoch {epoch - 1}"), cause=-1)
        wire.net.crash(cause=-1)
        wire.net.backend_up = True
        wire.run(wire.now_us + 5_000 * MS)
    wire.net.frame(event("of epoch 3"), cause=-1)
    wire.run(60_000 * MS)

    assert [r.data["epoch"] for r in wire.records("open")] == [1, 2, 3]
    assert [r.data["epoch"] for r in wire.records("close")] == [1, 2]
    assert [name for _, name in wire.arrived] == [f"of epoch {n}" for n in (1, 2, 3)]


def test_late_news_of_an_old_epoch_does_not_end_the_session_of_a_new_one():
    late = 0
    for seed in SEEDS:
        wire = Wire(replace(EVEN, delay_us=8_000 * MS, handshake_rtts=0), seed)
        wire.open()
        broken_us = wire.now_us
        wire.net.drop("op-1", cause=-1)
        wire.run(60_000 * MS)
        closed_us, opened_us = (at_us for at_us, _, _ in wire.sockets[1:])
        news_us = broken_us + 8_000 * MS - (closed_us - broken_us)
        late += news_us > opened_us
        assert [s for s in wire.sessions if s[0] > opened_us] == [], seed
    assert late > 0, "the backend now and then hears of the break after the next opening"


# Another try


def tries_of(wire: Wire) -> list[int]:
    """Return a list to which the times of all tries to connect will be added."""
    tries: list[int] = []
    connect = wire.net.connect

    def watched(client: str, cause: int) -> None:
        tries.append(wire.now_us)
        connect(client, cause)

    wire.net.connect = watched
    return tries


@pytest.mark.parametrize("seed", SEEDS)
def test_tries_are_those_of_the_stack(seed):
    wire = Wire(replace(EVEN, handshake_rtts=0), seed)
    tries = tries_of(wire)
    wire.net.crash(cause=-1)
    wire.net.connect("op-1", -1)
    wire.run(120_000 * MS)

    waits = [later - earlier for earlier, later in pairwise(tries)]
    assert len(waits) > 15, "it never gives up"
    page = Reconnector(SOCKET_IO, "op-1", Draws(seed))
    assert waits == [page.failed(at_us) for at_us in tries[:-1]]
    assert all(500 * MS <= wait_us <= 5_000 * MS for wait_us in waits)
    assert wire.sockets == [], "nobody is told of tries"
    assert wire.records("open", "close") == []


def test_no_socket_opens_without_a_link_or_a_backend():
    wire = Wire()
    wire.net.crash(cause=-1)
    wire.net.connect("op-1", -1)
    wire.run(30_000 * MS)
    wire.net.cut("op-1", cause=-1)
    wire.net.backend_up = True
    wire.run(60_000 * MS)
    assert wire.sockets == wire.sessions == []
    wire.net.mend("op-1")
    wire.run(70_000 * MS)
    assert [is_open for _, _, is_open in wire.sockets] == [True]


@pytest.mark.parametrize("how", ["drop", "cut", "crash"])
def test_a_socket_that_closed_is_opened_again_and_the_waits_begin_anew(how):
    wire = opened(replace(EVEN, handshake_rtts=0))
    for _ in range(5):
        tries = tries_of(wire)
        if how == "crash":
            wire.net.crash(cause=-1)
        else:
            getattr(wire.net, how)("op-1", cause=-1)
        wire.run(wire.now_us + 100 * MS)
        closed_us, _, is_open = wire.sockets[-1]
        assert not is_open
        wire.net.mend("op-1")
        wire.net.backend_up = True
        wire.run(wire.now_us + 1_500 * MS)
        assert wire.sockets[-1][2]
        assert 500 * MS <= tries[0] - closed_us < 1_500 * MS
        del wire.net.connect


def test_a_socket_follows_from_the_wish_and_each_later_one_from_the_end_of_the_one_before():
    wire = Wire()
    wire.net.connect("op-1", 7)
    wire.run(1_000 * MS)
    wire.net.crash(cause=-1)
    wire.run(20_000 * MS)
    wire.net.backend_up = True
    wire.run(60_000 * MS)
    (first, second), (closed,) = wire.records("open"), wire.records("close")
    assert (first.cause, second.cause) == (7, closed.seq)


def test_a_frame_that_is_too_long_closes_its_socket_behind_what_came_before():
    wire = Wire(gateways=Gateways(max_frame_bytes=120))
    wire.open()
    start_us = wire.now_us
    wire.net.frame(event("e1"), cause=-1)
    wire.net.frame(event("e2")._replace(bytes=121), cause=-1)
    wire.net.frame(event("e3"), cause=-1)
    wire.run(start_us + 19 * MS)
    assert wire.sessions[-1] == (start_us, "op-1", False), "the backend's end knows at once"
    wire.run(start_us + 2 * EVEN.delay_us)

    assert [name for _, name in wire.arrived] == ["e1"]
    assert [(name, why) for _, name, why in wire.lost()] == [("e2", "too-big"), ("e3", "dropped")]
    (close,) = wire.records("close")
    assert close.time_us == start_us + 20 * MS
    assert close.data == {"epoch": 1, "reason": "too-big", "code": 1009}


def test_the_stack_is_told_the_code_of_the_close():
    told = []
    wire = Wire(gateways=Gateways(max_frame_bytes=100))
    wire.open()
    wire.net.dialler("op-1")._reconnector = SimpleNamespace(
        closed=lambda _, code: told.append(code)
    )
    wire.net.frame(event("e"), cause=-1)
    wire.run(wire.now_us + 100 * MS)
    assert told == [1009]


def test_a_missed_event_is_lost_without_having_been_sent():
    wire = Wire()
    wire.net.missed(event("e"), cause=-1)
    (record,) = list(wire.history)
    assert (record.kind, record.at, record.peer, record.message) == (
        "lose", "op-1", BACKEND, "e",
    )  # fmt: skip
    assert record.data == {"reason": "away", "what": "event"}
