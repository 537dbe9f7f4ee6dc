"""R5: events are applied in the order of the log; what is behind a gap waits or is fetched."""

from __future__ import annotations

from typing import Any

from syncsim.client.ports import Output, Received, Show, SocketClosed, SocketOpened
from syncsim.design import Feed
from syncsim.net.messages import EventBody, Patch, ResumedBody
from tests.support.desk import ACTIVE, PENDING, Desk, notes, requests, row
from tests.support.scenarios import HARDENED, with_design

LOG = with_design(
    HARDENED,
    read={"strategy": "delta-log"},
    recovery={"strategy": "cursor"},
    feed=Feed(payload="rows", delivery="log"),
    outbox=True,
)


def hear(
    desk: Desk, offset: int, previous: int, name: str = "A1", version: int = 2, **fields: Any
) -> list[Output]:
    """Tell of one event of the log, which brings a whole row."""
    whole = row(name, version, offset, **fields).fields
    patch = Patch(f"appointment/{name}", version, offset, whole)
    named = ((patch.entity, version),)
    event = EventBody("accept", "i", offset, named, None, (patch,), offset, previous)
    return desk.tell(Received(event, "i"))


def shown(desk: Desk, name: str = PENDING) -> dict[str, int]:
    """Return the version of each row on a list."""
    (view,) = [view for view in desk.client._views.cached() if view.view == name]
    return {entity.partition("/")[2]: row.version for entity, row in view.confirmed.items()}


def ready(*rows: Any) -> Desk:
    """Return a desk whose pending list is as of commit 60, and whose socket has told it all."""
    desk = Desk(LOG)
    (request,) = requests(desk.start("pending"))
    desk.rows(request, *(rows or (row("A1"),)), lsn=60)
    desk.tell(SocketOpened())
    desk.tell(Received(ResumedBody(is_whole=True, offset=60), "resumed"))
    desk.wait()
    desk.look()
    return desk


def test_what_follows_what_is_held_is_applied_and_nothing_is_fetched():
    desk = ready()
    made = hear(desk, 61, 58) + hear(desk, 63, 61, version=3)
    assert requests(made) == []
    assert shown(desk) == {"A1": 3}


def test_a_row_comes_onto_a_list_that_does_not_hold_it():
    desk = ready()
    assert requests(hear(desk, 61, 60, "A2", 4)) == []
    assert shown(desk) == {"A1": 1, "A2": 4}
    hear(desk, 62, 61, "A2", 5, status="cancelled")
    assert shown(desk) == {"A1": 1}


def test_what_comes_too_early_while_resuming_waits_for_its_turn():
    desk = Desk(LOG)
    (request,) = requests(desk.start("pending"))
    desk.rows(request, row("A1"), lsn=60)
    desk.tell(SocketOpened())
    assert requests(hear(desk, 63, 62, version=4)) == []
    assert shown(desk) == {"A1": 1}
    hear(desk, 61, 60, version=2)
    assert shown(desk) == {"A1": 2}
    hear(desk, 62, 61, version=3)
    assert shown(desk) == {"A1": 4}


def test_a_gap_that_nobody_fills_makes_everything_be_fetched_once():
    desk = ready()
    (request,) = requests(hear(desk, 63, 62, version=4))
    assert request.view == PENDING
    assert requests(hear(desk, 64, 63, version=5)) == [], "an answer is on its way"
    assert shown(desk) == {"A1": 1}
    desk.rows(request, row("A1", 3), lsn=62)
    assert shown(desk) == {"A1": 5}, "what waited follows the answer"


def test_an_answer_from_before_what_is_shown_is_not_the_last_word():
    desk = ready()
    (request,) = requests(desk.tell(Show("s1", ("active",))))
    hear(desk, 61, 60)
    desk.rows(request, lsn=60)
    assert [each.view for each in requests(desk.look())] == [ACTIVE, ACTIVE]


def test_an_action_of_its_own_fetches_nothing():
    desk = ready()
    desk.ask("op-1/1", "accept", "A1")
    (request,) = requests(desk.look(), "mutate")
    made = desk.ok(request, row("A1", 2, 61, status="therapist_accepted"))
    assert requests(made) == []
    assert shown(desk) == {}
    assert notes(hear(desk, 61, 60, status="therapist_accepted"), "base") == []


def test_while_the_socket_is_closed_an_action_of_its_own_fetches():
    desk = ready()
    desk.ask("op-1/1", "accept", "A1")
    (request,) = requests(desk.look(), "mutate")
    desk.tell(SocketClosed())
    made = desk.ok(request, row("A1", 2, 61, status="therapist_accepted"))
    assert [each.view for each in requests(made)] == [PENDING]
