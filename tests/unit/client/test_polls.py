"""R0: views on screen are fetched at an interval, counted from the last change of their query."""

from __future__ import annotations

from syncsim.client.ports import Note, Show, Wake
from tests.support.desk import ACTIVE, PENDING, Desk, brief, notes, requests, row
from tests.support.scenarios import MANUAL, SECOND, with_design

POLLING = with_design(
    MANUAL,
    read={"strategy": "poll", "interval_us": 10 * SECOND, "refresh_every_us": 0, "retries": 3},
)


def test_what_is_on_screen_is_fetched_an_interval_after_the_answer():
    desk = Desk(POLLING)
    desk.ready(row("A1"))
    assert requests(desk.wait(9 * SECOND)) == []
    (request,) = requests(desk.wait(SECOND))
    assert request.name == f"op-1:{PENDING}@poll"
    assert notes(desk.out, "fetch")[0].data["trigger"] == "poll"
    desk.wait(SECOND)
    desk.rows(request, row("A1", 2))
    assert requests(desk.wait(9 * SECOND)) == [], "a second later, because the answer was late"
    assert [each.name for each in requests(desk.wait(SECOND))] == [f"op-1:{PENDING}@poll#2"]


def test_a_view_off_screen_is_not_polled():
    desk = Desk(POLLING)
    desk.ready(row("A1"), views=("pending", "active"))
    desk.tell(Show("s1", ("active",)))
    assert [each.view for each in requests(desk.wait(11 * SECOND))] == [ACTIVE]


def test_a_view_that_is_written_to_more_often_than_the_interval_is_never_polled():
    """Every change of the query's state starts its interval anew."""
    desk = Desk(POLLING)
    desk.ready(row("A1"))
    (view,) = desk.client._views.cached()
    for version in range(2, 12):
        made = desk.wait(6 * SECOND)
        assert requests(made) == [], version
        desk.tell(Wake())
        desk.client._views.write(view, {"appointment/A1": row("A1", version)}, "overlay")
    assert requests(desk.wait(11 * SECOND)) != []


def test_polling_is_hope_from_the_start_and_events_are_none():
    desk = Desk(POLLING)
    assert Note("arm", data={"trigger": "poll"}) in desk.start()
    for request in requests(desk.look()):
        desk.rows(request, row("A1"))
    desk.wait()
    assert brief(desk.event("accept", ("A1", 2))) == ["event"]


def test_a_failed_poll_is_tried_again_under_its_own_name():
    desk = Desk(POLLING)
    desk.ready(row("A1"))
    (request,) = requests(desk.wait(10 * SECOND))
    (again,) = requests(desk.wait(11 * SECOND + SECOND // 10))
    assert (request.name, again.name) == (f"op-1:{PENDING}@poll", f"op-1:{PENDING}@poll#2")
    assert [note.data["trigger"] for note in notes(desk.out, "fetch")][-1] == "retry"
