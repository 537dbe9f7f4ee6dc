"""The socket as the client hears of it, and V: what the client does when it is open again."""

from __future__ import annotations

import pytest

from syncsim.client.ports import Connect, Note, Show, SocketClosed, SocketOpened
from tests.support.desk import ACTIVE, PENDING, Desk, connects, notes, requests, row
from tests.support.scenarios import DESIGNS, ENHANCED, HARDENED, SECOND, with_design

EVERY = pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
RESYNC = {"trigger": "reconnect-resync"}


@EVERY
def test_a_socket_is_wished_for_once_and_where_there_is_push(design):
    desk = Desk(design)
    desk.cause = 4
    assert connects(desk.start()) == ([Connect(4)] if design.push else [])
    desk.tell(SocketOpened())
    desk.tell(SocketClosed())
    desk.wait(600 * SECOND)
    assert len(connects(desk.out)) == design.push, "the net opens it again by itself"


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
        assert notes(out, "fetch")[0].data["trigger"] == "reconnect"
        desk.rows(request, row("A1", number + 1, status="confirmed"))
        assert notes(desk.tell(SocketClosed())) == [Note("arm", data=RESYNC)]
        desk.wait(2 * SECOND)


@pytest.mark.parametrize("strategy", ["nothing", "invalidate-all"])
def test_a_client_is_armed_only_if_it_will_look(strategy):
    desk = Desk(with_design(ENHANCED, recovery={"strategy": strategy}))
    armed = notes(desk.start(), "arm")
    assert bool(armed) == (strategy == "invalidate-all")
    assert bool(notes(desk.tell(SocketClosed()), "arm")) is False, "once is enough"
