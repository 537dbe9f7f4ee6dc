"""V3: a client says what it knows, and looks at everything only if it was not told the rest."""

from __future__ import annotations

from syncsim.client.ports import Frame, Note, Received, SocketClosed, SocketOpened
from syncsim.design import Feed
from syncsim.net.messages import EventBody, ResumeBody, ResumedBody
from tests.support.desk import Desk, notes, requests, row
from tests.support.scenarios import HARDENED, SECOND, with_design

REPLAY = with_design(
    HARDENED, recovery={"strategy": "replay"}, feed=Feed(retention_us=120 * SECOND)
)
ARM, DISARM = (Note(kind, data={"trigger": "reconnect-resync"}) for kind in ("arm", "disarm"))


def opened(desk: Desk) -> Frame:
    """Open the socket and return the one frame that the client sends."""
    (frame,) = [out for out in desk.tell(SocketOpened()) if isinstance(out, Frame)]
    return frame


def resumed(desk: Desk, offset: int, *, is_whole: bool) -> list[str]:
    """Answer the client, and return the views that it fetches."""
    made = desk.tell(Received(ResumedBody(is_whole, offset), "resumed"))
    return [request.view for request in requests(made)]


def hear(desk: Desk, offset: int) -> None:
    """Tell of a change of a row that no view lists."""
    event = EventBody("accept", "i", offset, (("appointment/A9", 2),), offset=offset)
    desk.tell(Received(event, "i"))


def ready() -> Desk:
    """Return a desk with one view whose socket is open, and which knows of events up to 4."""
    desk = Desk(REPLAY)
    desk.ready(row("A1"))
    opened(desk)
    for name in resumed(desk, 4, is_whole=False):
        desk.rows(notes(desk.out, "fetch")[-1].message, row("A1"))
        assert name == "appointments/list/pending"
    desk.look()
    return desk


def test_a_page_that_was_just_loaded_knows_nothing_and_looks_at_everything():
    desk = Desk(REPLAY)
    desk.ready(row("A1"))
    frame = opened(desk)
    assert (frame.name, frame.what, frame.body) == ("op-1:resume@open", "resume", ResumeBody(-1))
    assert len(resumed(desk, 0, is_whole=False)) == 1


def test_who_was_told_all_fetches_nothing():
    desk = ready()
    assert notes(desk.tell(SocketClosed()), "arm") == [ARM]
    assert opened(desk).body == ResumeBody(4)
    assert notes(desk.out, "disarm") == [], "it is not sure before the answer"
    desk.look()
    assert resumed(desk, 9, is_whole=True) == []
    assert notes(desk.out) == [DISARM]
    desk.tell(SocketClosed())
    assert opened(desk).body == ResumeBody(9)


def test_who_was_not_told_all_looks_at_everything():
    desk = ready()
    desk.tell(SocketClosed())
    opened(desk)
    assert resumed(desk, 9, is_whole=False) == ["appointments/list/pending"]


def test_an_event_moves_the_cursor_only_while_nothing_can_be_missing_before_it():
    desk = ready()
    hear(desk, 5)
    desk.tell(SocketClosed())
    assert opened(desk).body == ResumeBody(5)
    hear(desk, 9)
    desk.tell(SocketClosed())
    assert opened(desk).body == ResumeBody(5), "6 to 8 have not been heard of"
    hear(desk, 12)
    resumed(desk, 10, is_whole=True)
    desk.tell(SocketClosed())
    assert opened(desk).body == ResumeBody(12)
