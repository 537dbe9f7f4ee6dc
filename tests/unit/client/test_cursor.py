"""V4: a client says which commit its rows stand for, and owes a snapshot if it was not told all."""

from __future__ import annotations

from syncsim.client.ports import Frame, Note, Received, Show, SocketClosed, SocketOpened
from syncsim.design import Feed
from syncsim.net.messages import EventBody, ResumeBody, ResumedBody
from tests.support.desk import ACTIVE, PENDING, Desk, notes, requests, row
from tests.support.scenarios import HARDENED, with_design

CURSOR = with_design(
    HARDENED, recovery={"strategy": "cursor"}, feed=Feed(delivery="log"), outbox=True
)
DISARM = Note("disarm", data={"trigger": "reconnect-resync"})


def opened(desk: Desk) -> int:
    """Open the socket, and return the cursor that the client tells."""
    (frame,) = [out for out in desk.tell(SocketOpened()) if isinstance(out, Frame)]
    assert (frame.what, type(frame.body)) == ("resume", ResumeBody)
    cursor: int = frame.body.cursor
    return cursor


def resumed(desk: Desk, offset: int, *, is_whole: bool) -> list[str]:
    """Answer the client, and return the requests that it sends."""
    made = desk.tell(Received(ResumedBody(is_whole, offset), "resumed"))
    return [request.name for request in requests(made)]


def hear(desk: Desk, lsn: int) -> None:
    """Tell of a change of a row that no view lists."""
    event = EventBody("verify_payment", "i", lsn, (("payment/P-A9", 2),), offset=lsn)
    desk.tell(Received(event, "i"))


def again(desk: Desk) -> int:
    """Lose the socket and open it again; return the cursor."""
    desk.tell(SocketClosed())
    return opened(desk)


def ready(lsn: int = 60) -> Desk:
    """Return a desk with one view, as it was at a commit."""
    desk = Desk(CURSOR)
    (request,) = requests(desk.start("pending"))
    desk.rows(request, row("A1"), lsn=lsn)
    desk.look()
    return desk


def test_a_page_that_was_just_loaded_stands_for_a_commit():
    desk = ready()
    assert opened(desk) == 60
    assert resumed(desk, 62, is_whole=True) == []
    assert notes(desk.out, "disarm") == [DISARM]
    assert again(desk) == 62


def test_a_page_whose_rows_are_not_there_yet_stands_for_none():
    desk = Desk(CURSOR)
    desk.start("pending")
    assert opened(desk) == -1


def test_the_oldest_view_counts():
    desk = Desk(CURSOR)
    for request, lsn in zip(requests(desk.start("pending", "active")), (60, 58), strict=True):
        desk.rows(request, lsn=lsn)
    assert opened(desk) == 58


def test_a_snapshot_is_owed_until_every_view_is_as_new_as_the_log_was():
    desk = ready()
    opened(desk)
    (request,) = resumed(desk, 80, is_whole=False)
    hear(desk, 85)
    assert again(desk) == 60, "what was heard lies on rows that lack earlier changes"
    desk.rows(request, row("A1"), lsn=79)
    assert again(desk) == 79, "the snapshot was read from a copy that was too old"


def test_once_the_snapshot_is_there_events_move_the_cursor():
    desk = ready()
    opened(desk)
    (request,) = resumed(desk, 80, is_whole=False)
    hear(desk, 85)
    desk.rows(request, row("A1"), lsn=81)
    assert again(desk) == 85


def test_a_view_off_screen_owes_nothing():
    desk = ready()
    opened(desk)
    (request,) = requests(desk.tell(Show("s1", ("active",))))
    assert request.view == ACTIVE
    desk.rows(request, lsn=61)
    (fetched,) = resumed(desk, 80, is_whole=False)
    assert PENDING not in fetched, "it is fetched when it is shown again"
    desk.rows(fetched, lsn=80)
    assert again(desk) == 80


def test_an_event_from_before_the_answer_says_nothing_of_what_was_missed():
    desk = ready()
    opened(desk)
    resumed(desk, 60, is_whole=True)
    desk.tell(SocketClosed())
    opened(desk)
    hear(desk, 70)
    assert again(desk) == 60
