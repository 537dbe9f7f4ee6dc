"""Fetches that fail: retries, deadlines, and the time without a network."""

from __future__ import annotations

import pytest

from syncsim.client.ports import Failed, Note, Offline, Online, Refresh, Show
from tests.support.desk import PENDING, Desk, brief, notes, painted, requests, row
from tests.support.scenarios import ENHANCED, HARDENED, MANUAL, MS, SECOND, with_design

FIRST = f"op-1:{PENDING}@start"
QUERY_CORE = pytest.mark.parametrize("design", [ENHANCED, HARDENED], ids=lambda design: design.name)


@QUERY_CORE
def test_a_failed_fetch_is_tried_again_after_1_2_and_4_seconds_and_then_given_up(design):
    desk = Desk(design)
    (request,) = requests(desk.start())
    sent = [request.name]
    for wait_us in (SECOND, 2 * SECOND, 4 * SECOND):
        out = desk.tell(Failed(sent[-1], "refused"))
        assert notes(out) == [
            Note("fetch_failed", message=sent[-1], view=PENDING, data={"reason": "retrying"})
        ]
        assert requests(desk.wait(wait_us - 1)) == []
        out = desk.wait(1)
        assert notes(out, "fetch")[0].data["trigger"] == "retry"
        sent += [request.name for request in requests(out)]
    assert sent == [FIRST, f"{FIRST}#2", f"{FIRST}#3", f"{FIRST}#4"], "named after what began it"

    out = desk.tell(Failed(sent[-1], "refused"))
    assert notes(out) == [
        Note("fetch_failed", message=sent[-1], view=PENDING, data={"reason": "refused"})
    ]
    assert requests(desk.wait(60 * SECOND)) == [], "nothing tries again by itself"
    desk.tell(Show("s1", ()))
    out = desk.tell(Show("s2", ("pending",)))
    assert brief(out) == ["mount", "fetch"], "it stayed marked stale, and nothing is under way"


def test_the_waits_end_at_half_a_minute():
    desk = Desk(with_design(ENHANCED, read={"retries": 7}))
    (request,) = requests(desk.start())
    for wait_us in (SECOND, 2 * SECOND, 4 * SECOND, 8 * SECOND, 16 * SECOND, *[30 * SECOND] * 2):
        desk.tell(Failed(request.name, "x"))
        assert requests(desk.wait(wait_us - 1)) == []
        (request,) = requests(desk.wait(1))


def test_the_app_before_does_not_try_again():
    desk = Desk(MANUAL)
    desk.ready(row("A1"))
    (request,) = requests(desk.tell(Refresh("r")))
    out = desk.tell(Failed(request.name, "refused"))
    assert notes(out) == [
        Note("fetch_failed", message=request.name, view=PENDING, data={"reason": "refused"})
    ]
    assert requests(desk.wait(5 * SECOND)) == []
    assert painted(desk.wait()) == {}, "what was there stays"


@QUERY_CORE
def test_each_try_has_ten_seconds_and_each_request_its_own_deadline(design):
    desk = Desk(design)
    desk.start("pending")
    desk.wait(4 * SECOND)
    desk.tell(Show("s", ("pending", "active")))
    out = desk.wait(6 * SECOND)
    assert [note.message for note in notes(out, "fetch_failed")] == [FIRST]
    out = desk.wait(3 * SECOND)
    assert [note.message for note in notes(out, "fetch")] == [f"{FIRST}#2"]
    assert notes(out, "fetch_failed") == []
    out = desk.wait(SECOND)
    assert [note.view for note in notes(out, "fetch_failed")] == ["appointments/list/active"]
    failed = [note.message for note in notes(desk.wait(60 * SECOND), "fetch_failed")]
    assert failed.count(f"{FIRST}#4") == 1


def test_the_last_reason_is_the_one_that_is_told():
    desk = Desk(MANUAL)
    desk.start()
    desk.look()
    desk.wait(10 * SECOND)
    assert [note.data for note in notes(desk.out, "fetch_failed")] == [{"reason": "timeout"}]


@QUERY_CORE
def test_an_answer_in_time_ends_the_watch(design):
    desk = Desk(design)
    (request,) = requests(desk.start())
    desk.wait(9 * SECOND)
    desk.rows(request, row("A1"))
    assert notes(desk.wait(30 * SECOND), "fetch_failed") == []
    assert desk.rows(request, row("A2")) == [], "a second answer is ignored"


@QUERY_CORE
def test_a_refresh_abandons_a_fetch_that_waits_to_be_tried_again(design):
    desk = Desk(design)
    (request,) = requests(desk.start())
    desk.tell(Failed(request.name, "refused"))
    out = desk.tell(Refresh("r"))
    assert brief(out) == ["invalidate", "fetch_cancelled", "fetch"]
    (again,) = requests(out)
    desk.rows(again, row("A1"))
    assert requests(desk.wait(5 * SECOND)) == []


@QUERY_CORE
def test_offline_fails_what_is_in_flight_and_pauses_until_online(design):
    desk = Desk(design)
    (request,) = requests(desk.start())
    out = desk.tell(Offline())
    assert notes(out) == [
        Note("fetch_failed", message=request.name, view=PENDING, data={"reason": "retrying"})
    ]
    out = desk.wait(10 * SECOND)
    assert notes(out) == [Note("arm", data={"trigger": "online"})]
    assert requests(out) == []
    out = desk.tell(Online())
    assert brief(out) == ["disarm", "fetch"]
    assert notes(out, "fetch")[0].data["trigger"] == "online"
    assert [request.name for request in requests(out)] == [f"op-1:{PENDING}@online"]


@QUERY_CORE
def test_what_is_asked_for_offline_waits_too_and_is_fetched_once(design):
    desk = Desk(design)
    desk.ready(row("A1"))
    desk.tell(Offline())
    assert requests(desk.tell(Refresh("r1"))) == []
    assert requests(desk.tell(Refresh("r2"))) == []
    assert len(requests(desk.tell(Online()))) == 1
    desk.tell(Offline())
    desk.wait(SECOND)
    (request,) = requests(desk.tell(Online()))
    assert request.name == f"op-1:{PENDING}@online#2"


def test_online_again_a_view_is_refetched_only_if_it_counts_as_stale():
    desk = Desk(ENHANCED)
    desk.ready(row("A1"))
    desk.tell(Offline())
    desk.wait(60 * SECOND)
    assert requests(desk.tell(Online())) == [], "young, and nobody said otherwise"
    desk.tell(Offline())
    desk.wait(300 * SECOND)
    assert len(requests(desk.tell(Online()))) == 1


def test_the_app_before_fails_at_once_and_stays_as_it_was():
    desk = Desk(MANUAL)
    desk.ready(row("A1"))
    (request,) = requests(desk.tell(Refresh("r1")))
    out = desk.tell(Offline())
    assert notes(out, "fetch_failed") == [
        Note("fetch_failed", message=request.name, view=PENDING, data={"reason": "offline"})
    ]
    out = desk.tell(Refresh("r2"))
    assert notes(out, "fetch_failed") == [
        Note("fetch_failed", view=PENDING, data={"reason": "offline"})
    ]
    desk.wait(MS)
    assert notes(desk.tell(Online()), "fetch") == []
