"""The socket's end at the client, and V: what the client does when it is open again."""

from __future__ import annotations

import pytest

from syncsim.client.ports import Note, SetTimer, Show, SocketClosed, SocketOpened
from tests.support.desk import ACTIVE, PENDING, Desk, connects, notes, requests, row
from tests.support.scenarios import ENHANCED, HARDENED, SECOND, with_design

RESYNC = {"trigger": "reconnect-resync"}


def test_a_lost_socket_is_opened_again_after_1_2_4_and_5_seconds_more_or_less_half():
    desk = Desk(ENHANCED)
    desk.start()
    desk.tell(SocketOpened())
    waits = []
    for attempt in (1, 2, 3, 4, 5):
        (timer,) = [out for out in desk.tell(SocketClosed()) if isinstance(out, SetTimer)]
        assert (timer.key, timer.luck) == ("reconnect", f"op-1/socket/{attempt}/wait")
        waits.append((timer.delay_us, timer.delay_us + timer.spread_us))
        (connect,) = connects(desk.wait(timer.delay_us + timer.spread_us))
        assert connect.attempt == f"op-1/socket/{attempt + 1}"
    half = SECOND // 2
    assert waits == [
        (wait * SECOND - wait * half, wait * SECOND + wait * half) for wait in (1, 2, 4, 5, 5)
    ]


def test_the_waits_begin_anew_when_the_socket_was_open():
    desk = Desk(ENHANCED)
    desk.start()
    desk.tell(SocketClosed())
    desk.wait(2 * SECOND)
    desk.tell(SocketOpened())
    (timer,) = [out for out in desk.tell(SocketClosed()) if isinstance(out, SetTimer)]
    assert timer.delay_us == SECOND // 2


def test_nothing_is_done_about_what_was_missed():
    desk = Desk(ENHANCED)
    desk.ready(row("A1"))
    desk.tell(SocketOpened())
    desk.tell(SocketClosed())
    desk.wait(5 * SECOND)
    assert desk.tell(SocketOpened()) == []


def test_everything_is_invalidated_whenever_the_socket_opens_and_what_is_seen_refetched():
    desk = Desk(HARDENED)
    assert Note("arm", data=RESYNC) in desk.start("pending", "active")
    for request in requests(desk.look()):
        desk.rows(request, row("A1"))
    desk.tell(Show("s", ("active",)))
    for number, name in ((1, "open"), (2, "open#2")):
        out = desk.tell(SocketOpened())
        assert notes(out)[0] == Note("disarm", data=RESYNC)
        assert [(note.view, note.data["reason"]) for note in notes(out, "invalidate")] == [
            (PENDING, "reconnect"), (ACTIVE, "reconnect"),
        ]  # fmt: skip
        (request,) = requests(out)
        assert request.name == f"op-1:{ACTIVE}@{name}"
        desk.rows(request, row("A1", number + 1, status="confirmed"))
        assert notes(desk.tell(SocketClosed())) == [Note("arm", data=RESYNC)]
        desk.wait(2 * SECOND)


@pytest.mark.parametrize("strategy", ["nothing", "invalidate-all"])
def test_a_client_is_armed_only_if_it_will_look(strategy):
    desk = Desk(with_design(ENHANCED, recovery={"strategy": strategy}))
    armed = notes(desk.start(), "arm")
    assert bool(armed) == (strategy == "invalidate-all")
    assert bool(notes(desk.tell(SocketClosed()), "arm")) is False, "once is enough"
