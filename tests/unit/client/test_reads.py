"""R: what makes a client look again, and whether an answer counts as fresh."""

from __future__ import annotations

import pytest

from syncsim.client.ports import Note, Show
from tests.support.desk import (
    ACTIVE,
    PENDING,
    REJECTIONS,
    Desk,
    brief,
    notes,
    painted,
    requests,
    row,
)
from tests.support.scenarios import ENHANCED, HARDENED, MANUAL, SECOND, with_design

PUSHED = pytest.mark.parametrize("design", [ENHANCED, HARDENED], ids=lambda design: design.name)


def names(out) -> list[str]:
    """Return the names of the requests sent."""
    return [request.name for request in requests(out)]


def test_manual_refetches_what_is_on_screen_when_its_own_action_is_accepted():
    desk = Desk(MANUAL)
    desk.ready(row("A1"), views=("pending", "rejections"))
    (request,) = requests(desk.ask("i1", "accept", "A1"))
    out = desk.ok(request, row("A1", 2, status="therapist_accepted"))
    assert names(out) == [f"op-1:{PENDING}@i1", f"op-1:{REJECTIONS}@i1"], "related or not"


def test_manual_does_not_refetch_when_its_own_action_is_refused():
    desk = Desk(MANUAL)
    desk.ready(row("A1"))
    (request,) = requests(desk.ask("i1", "accept", "A1"))
    out = desk.refuse(request, row("A1", 2, status="therapist_accepted"))
    assert brief(out) == ["outcome"]
    assert painted(desk.wait()) == {}, "nor does it look at the row in the refusal"


def test_manual_paints_the_row_of_the_answer_wherever_it_is_listed():
    desk = Desk(MANUAL)
    desk.ready(row("A1"), views=("pending", "overdue"))
    (request,) = requests(desk.ask("i1", "accept", "A1"))
    out = desk.ok(request, row("A1", 2, status="therapist_accepted"))
    assert [note.view for note in notes(out, "base")] == [PENDING, "appointments/list/overdue"]
    assert painted(desk.wait()) == {"A1": "therapist_accepted"}, "in the pending list, until asked"


def test_manual_ignores_events():
    desk = Desk(MANUAL)
    desk.ready(row("A1"))
    assert brief(desk.event("accept", ("A1", 2))) == ["event"]


@PUSHED
def test_an_event_is_noted_for_each_row_and_invalidates_the_related_views_only(design):
    desk = Desk(design)
    desk.ready(row("A1"), views=("pending", "rejections", "active"))
    out = desk.event("accept", ("A1", 2), ("A2", 5))
    assert notes(out, "event") == [
        Note("event", "other/1", "", f"appointment/A{n}", version, 9, data={"action": "accept"})
        for n, version in ((1, 2), (2, 5))
    ]
    assert [(note.view, note.data) for note in notes(out, "invalidate")] == [
        (PENDING, {"reason": "event"}),
        (ACTIVE, {"reason": "event"}),
    ]
    assert names(out) == [f"op-1:{PENDING}@other/1", f"op-1:{ACTIVE}@other/1"]
    assert [note.data["trigger"] for note in notes(out, "fetch")] == ["event", "event"]


@PUSHED
@pytest.mark.parametrize("is_ok", [True, False])
def test_the_end_of_an_own_action_invalidates_the_related_views_only(design, is_ok):
    desk = Desk(design)
    desk.ready(row("A1"), views=("pending", "rejections"))
    (request,) = requests(desk.ask("i1", "accept", "A1"))
    newer = row("A1", 2, status="therapist_accepted")
    out = desk.ok(request, newer) if is_ok else desk.refuse(request, newer)
    assert [(note.view, note.data) for note in notes(out, "invalidate")] == [
        (PENDING, {"reason": "settle"})
    ]
    assert names(out) == [f"op-1:{PENDING}@i1"]


@PUSHED
def test_a_view_off_screen_is_only_marked_and_fetched_when_it_comes_back(design):
    desk = Desk(design)
    desk.ready(row("A1"))
    desk.tell(Show("s1", ()))
    out = desk.event("accept", ("A1", 2))
    assert [note.view for note in notes(out, "invalidate")] == [PENDING]
    assert requests(out) == []
    assert names(desk.tell(Show("s2", ("pending",)))) == [f"op-1:{PENDING}@s2"]


def test_an_invalidation_is_absorbed_by_the_first_load():
    """The answer was read before the change, and yet it lowers the flag."""
    desk = Desk(ENHANCED)
    (request,) = requests(desk.start())
    out = desk.event("accept", ("A1", 2))
    assert brief(out) == ["event", "invalidate"], "joined: no data yet, no new fetch"
    out = desk.rows(request, row("A1", 1), lsn=1)
    assert notes(out, "fetched")[0].data == {"fresh": True}
    assert requests(out) == []
    desk.tell(Show("s1", ()))
    assert requests(desk.tell(Show("s2", ("pending",)))) == [], "and nothing mends it"


def test_an_invalidation_restarts_a_refetch_where_there_is_data():
    desk = Desk(ENHANCED)
    desk.ready(row("A1"))
    (first,) = requests(desk.event("accept", ("A1", 2)))
    out = desk.event("accept", ("A2", 2), intent="other/2")
    assert notes(out, "fetch_cancelled") == [
        Note("fetch_cancelled", message=first.name, view=PENDING, data={"reason": "restarted"})
    ]
    assert names(out) == [f"op-1:{PENDING}@other/2"]
    out = desk.rows(first, row("A1", 9))
    assert [(note.kind, note.view) for note in notes(out)] == [("base", "slice")]
    assert painted(desk.wait()) == {}, "the query does not take the answer that it gave up"


def test_a_generation_notices_an_invalidation_during_a_fetch_and_fetches_once_more():
    desk = Desk(HARDENED)
    (first,) = requests(desk.start())
    for number in (1, 2, 3):
        out = desk.event("accept", ("A1", number), intent=f"other/{number}")
        assert brief(out) == ["event", "invalidate"], "nothing is cancelled"
    out = desk.rows(first, row("A1", 1), lsn=1)
    assert notes(out, "fetched")[0].data == {"fresh": False}
    (trailing,) = notes(out, "fetch")
    assert trailing.data == {"trigger": "trailing", "generation": 3}
    assert names(out) == [f"op-1:{PENDING}@other/3"], "named after what made it necessary"
    out = desk.rows(trailing.message, row("A1", 3), lsn=3)
    assert notes(out, "fetched")[0].data == {"fresh": True}
    assert requests(out) == []
    assert painted(desk.wait()) == {"A1": "pending"}


def test_an_old_answer_is_shown_but_stays_marked_if_the_view_has_left():
    desk = Desk(HARDENED)
    (first,) = requests(desk.start())
    desk.event("accept", ("A1", 2))
    desk.tell(Show("s1", ()))
    assert requests(desk.rows(first, row("A1"))) == []
    assert names(desk.tell(Show("s2", ("pending",)))) == [f"op-1:{PENDING}@s2"]


@pytest.mark.parametrize(
    ("design", "shown"),
    [(ENHANCED, {"A1": "pending", "A2": "pending"}), (HARDENED, {"A2": "pending"})],
    ids=["enhanced", "hardened"],
)
def test_a_view_that_comes_back_shows_what_the_client_knew_then_or_knows_now(design, shown):
    desk = Desk(design)
    desk.ready(row("A1"), row("A2"), views=("pending", "active"))
    desk.tell(Show("s1", ("active",)))
    (request,) = requests(desk.event("accept", ("A1", 2)))
    desk.rows(request, row("A1", 2, status="therapist_accepted"))
    desk.tell(Show("s2", ("pending", "active")))
    assert painted(desk.wait()) == shown, "before the fetch of the view is answered"


def test_generation_may_wait_before_the_trailing_fetch_so_that_one_serves_many_events():
    desk = Desk(with_design(HARDENED, read={"trailing_us": 2 * SECOND}))
    (request,) = requests(desk.start())
    desk.event("accept", ("A2", 2))
    out = desk.rows(request, row("A1"))
    assert notes(out, "fetched")[0].data == {"fresh": False}
    assert requests(desk.wait(SECOND)) == []
    (trailing,) = requests(desk.wait(SECOND))
    assert trailing.name == f"op-1:{PENDING}@other/1"
    assert notes(desk.out, "fetch")[-1].data["trigger"] == "trailing"


def test_a_trailing_fetch_is_left_out_if_another_one_has_done_its_work():
    desk = Desk(with_design(HARDENED, read={"trailing_us": 2 * SECOND}))
    (request,) = requests(desk.start())
    desk.event("accept", ("A2", 2))
    desk.rows(request, row("A1"))
    (request,) = requests(desk.event("accept", ("A3", 2), intent="other/2"))
    desk.rows(request, row("A1", 2))
    assert requests(desk.wait(5 * SECOND)) == []
