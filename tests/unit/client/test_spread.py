"""V2: a client waits for its own share of the spread, and is armed until it has looked."""

from __future__ import annotations

from syncsim.client.ports import Note, SocketClosed, SocketOpened, Start
from tests.support.desk import PENDING, Desk, notes, requests, row
from tests.support.scenarios import HARDENED, SECOND, with_design

SPREAD = with_design(HARDENED, recovery={"strategy": "invalidate-spread", "spread_us": 8 * SECOND})
ARM, DISARM = (Note(kind, data={"trigger": "reconnect-resync"}) for kind in ("arm", "disarm"))


def ready(luck: int) -> Desk:
    """Return a desk with one view, loaded with this number."""
    desk = Desk(SPREAD)
    (request,) = requests(desk.tell(Start(("pending",), luck)))
    desk.rows(request, row("A1"))
    desk.wait()
    desk.look()
    return desk


def test_the_wait_is_the_clients_share_of_the_spread():
    for luck, share_us in ((1 << 54, 7_000), (1 << 63, 4 * SECOND), (1 << 62, 2 * SECOND)):
        desk = ready(luck)
        assert requests(desk.tell(SocketOpened())) == []
        assert requests(desk.wait(share_us - 1000)) == []
        made = desk.wait(1000)
        assert [request.name for request in requests(made)] == [f"op-1:{PENDING}@open#2"]
        assert notes(made)[0] == DISARM
        assert notes(made, "fetch")[0].data["trigger"] == "reconnect"


def test_a_socket_that_closes_in_between_takes_the_wait_with_it():
    desk = ready(1 << 63)
    desk.tell(SocketOpened())
    desk.wait(3 * SECOND)
    desk.tell(SocketClosed())
    assert requests(desk.wait(5 * SECOND)) == []
    assert notes(desk.out, "arm", "disarm") == [], "armed since the page was loaded"
    desk.tell(SocketOpened())
    assert len(requests(desk.wait(4 * SECOND))) == 1
    assert notes(desk.tell(SocketClosed()), "arm") == [ARM]
