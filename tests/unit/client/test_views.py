"""Views: coming on screen, fetching, painting at frames, leaving, and the slice store's copy."""

from __future__ import annotations

import pytest

from syncsim.client.ports import Close, Connect, Note, Open, Refresh, Request, Show
from syncsim.net.messages import QueryBody
from tests.support.desk import (
    ACTIVE,
    FRAME_US,
    PENDING,
    Desk,
    brief,
    connects,
    notes,
    painted,
    requests,
    row,
)
from tests.support.scenarios import DESIGNS, ENHANCED, HARDENED, MANUAL, MS, SECOND, with_design

EVERY = pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
QUERY_CORE = pytest.mark.parametrize("design", [ENHANCED, HARDENED], ids=lambda design: design.name)
FIRST = f"op-1:{PENDING}@start"


def test_the_page_loads_it_mounts_its_views_and_fetches_them():
    out = Desk(MANUAL).start("pending")
    assert out[:3] == [
        Note("mount", view=PENDING, data={"query": "pending", "id": ""}),
        Note("fetch", "", FIRST, view=PENDING, data={"trigger": "mount", "generation": 0}),
        Request(FIRST, "query", QueryBody("pending", ""), 450, view=PENDING),
    ]
    assert connects(out) == [], "the app before has no socket"


def test_a_dashboard_with_push_opens_a_socket_and_has_a_slice_store():
    out = Desk(ENHANCED).start("pending")
    assert notes(out)[:2] == [
        Note("mount", view="slice", data={"query": None, "id": ""}),
        Note("ready", view="slice"),
    ]
    assert connects(out) == [Connect()]


@EVERY
def test_nothing_is_painted_before_a_frame_and_everything_in_it(design):
    desk = Desk(design)
    (request,) = requests(desk.start())
    out = desk.rows(request, row("A1"), row("A2"), lsn=7)

    (fetched,) = notes(out, "fetched")
    assert fetched == Note("fetched", "", FIRST, lsn=7, view=PENDING, data={"fresh": True})
    base = [note for note in notes(out, "base") if note.view == PENDING]
    assert base == [
        Note("base", "", "", f"appointment/{name}", 1, 1, PENDING, {"fields": row(name).fields})
        for name in ("A1", "A2")
    ]
    assert notes(out, "paint", "ready") == []
    assert desk.wait(FRAME_US - 1) == []

    out = [note for note in notes(desk.wait(1)) if note.view == PENDING]
    assert out == [
        Note(
            "paint", "", "", f"appointment/{name}", 1, -1, PENDING,
            {"fields": row(name).fields, "overlays": []},
        )
        for name in ("A1", "A2")
    ] + [Note("ready", view=PENDING)]  # fmt: skip


@EVERY
def test_an_empty_view_is_ready_too(design):
    desk = Desk(design)
    (request,) = requests(desk.start())
    desk.rows(request)
    assert notes(desk.wait(), "ready", "paint") == [Note("ready", view=PENDING)]


@EVERY
def test_a_frame_shows_only_what_changed_and_only_the_last_value(design):
    desk = Desk(design)
    desk.ready(row("A1"), row("A2"), row("A3"))
    (request,) = requests(desk.tell(Refresh("r1")))
    desk.rows(request, row("A1"), row("A2", 2, driver="dr-8"))
    (request,) = requests(desk.tell(Refresh("r2")))
    desk.rows(request, row("A1"), row("A2", 3, driver="dr-9"))

    paints = [note for note in notes(desk.wait(), "paint") if note.view == PENDING]
    assert [(note.entity, note.version) for note in paints] == [
        ("appointment/A2", 3),
        ("appointment/A3", -1),
    ]
    assert paints[0].data["fields"]["driver"] == "dr-9"
    assert paints[1].data == {"fields": None, "overlays": []}


@EVERY
def test_an_answer_that_brings_nothing_new_paints_nothing(design):
    desk = Desk(design)
    desk.ready(row("A1"))
    (request,) = requests(desk.tell(Refresh("r1")))
    out = desk.rows(request, row("A1"), lsn=5) + desk.wait()
    assert brief(out) == ["fetched"]


@EVERY
def test_an_answer_that_brings_nothing_new_asks_for_no_frame(design):
    desk = Desk(design)
    desk.ready(row("A1"))
    (request,) = requests(desk.tell(Refresh("r1")))
    desk.rows(request, row("A1"), lsn=5)
    due_us = desk.client.wake_us
    assert due_us is None or due_us > desk.now_us + FRAME_US


@EVERY
def test_a_view_leaves_the_screen_and_comes_back_with_what_is_cached(design):
    desk = Desk(with_design(design, read={"stale_time_us": SECOND}))
    desk.ready(row("A1"))
    out = desk.tell(Show("s1", ("active",)))
    assert notes(out)[:2] == [
        Note("unmount", view=PENDING),
        Note("mount", view=ACTIVE, data={"query": "active", "id": ""}),
    ]
    assert [request.name for request in requests(out)] == [f"op-1:{ACTIVE}@s1"]

    desk.wait(100 * MS)
    out = desk.tell(Show("s2", ("pending",)))
    assert requests(out) == [], "young enough"
    assert [note.entity for note in notes(out, "base")] == ["appointment/A1"]
    out = notes(desk.wait(), "paint", "ready")
    assert [(note.kind, note.entity) for note in out if note.view == PENDING] == [
        ("paint", "appointment/A1"),
        ("ready", ""),
    ]

    desk.tell(Show("s3", ()))
    desk.wait(SECOND)
    out = desk.tell(Show("s4", ("pending",)))
    assert [request.name for request in requests(out)] == [f"op-1:{PENDING}@s4"], "too old"


@EVERY
def test_a_view_that_stays_is_not_mounted_again(design):
    desk = Desk(design)
    desk.ready(row("A1"))
    out = desk.tell(Show("s", ("pending", "active")))
    assert [note.view for note in notes(out, "mount")] == [ACTIVE]
    assert notes(out, "unmount") == []


@EVERY
def test_an_answer_to_a_view_that_left_is_kept_and_not_painted(design):
    desk = Desk(design)
    (request,) = requests(desk.start())
    desk.tell(Show("s1", ()))
    desk.look()
    out = desk.rows(request, row("A1")) + desk.wait()
    assert [note for note in notes(out, "base", "paint", "ready") if note.view == PENDING] == []
    desk.tell(Show("s2", ("pending",)))
    assert painted(desk.wait()) == {"A1": "pending"}


@EVERY
def test_one_row_is_opened_beside_the_lists_and_another_takes_its_place(design):
    desk = Desk(design)
    desk.ready(row("A1"))
    out = desk.tell(Open("o1", "A1"))
    (request,) = requests(out)
    assert request.body == QueryBody("appointment", "A1")
    detail = "appointments/detail/A1"
    assert notes(out, "mount") == [
        Note("mount", view=detail, data={"query": "appointment", "id": "A1"})
    ]
    desk.rows(request, row("A1"))
    assert painted(desk.wait(), detail) == {"A1": "pending"}

    desk.tell(Show("s", ("active",)))
    out = desk.tell(Open("o2", "A2"))
    assert [(note.kind, note.view) for note in notes(out, "mount", "unmount")] == [
        ("unmount", detail),
        ("mount", "appointments/detail/A2"),
    ]
    out = desk.tell(Close("c"))
    assert notes(out, "unmount") == [Note("unmount", view="appointments/detail/A2")]
    assert desk.tell(Close("c2")) == []


@EVERY
def test_a_refresh_fetches_all_on_screen_from_the_start(design):
    desk = Desk(design)
    desk.ready(views=("pending", "active"))
    first = requests(desk.tell(Refresh("r1")))
    out = desk.tell(Refresh("r2"))
    assert [note.view for note in notes(out, "invalidate")] == [PENDING, ACTIVE]
    assert {note.data["reason"] for note in notes(out, "invalidate")} == {"refresh"}
    assert [note.message for note in notes(out, "fetch_cancelled")] == [r.name for r in first]
    assert [request.name for request in requests(out)] == [
        f"op-1:{view}@r2" for view in (PENDING, ACTIVE)
    ]
    out = [note for note in notes(desk.rows(first[0], row("A1"))) if note.view != "slice"]
    assert out == [], "no view takes the answer to an abandoned fetch"
    assert painted(desk.wait()) == {}


@QUERY_CORE
def test_the_slice_store_shows_its_own_copy_of_what_is_on_screen(design):
    desk = Desk(design)
    requests_of = {request.view: request for request in requests(desk.start("pending", "active"))}
    out = desk.rows(requests_of[PENDING], row("A1"))
    assert [note.view for note in notes(out, "base")] == ["slice", PENDING]
    assert painted(desk.wait(), "slice") == {"A1": "pending"}

    (request,) = requests(desk.tell(Refresh("r")))[:1]
    desk.rows(request, lsn=3)
    assert painted(desk.wait(), "slice") == {"A1": None}, "no view shows it any more"


def test_an_older_row_goes_back_in_the_slice_store_unless_the_newest_is_kept():
    shown = {}
    for design in (ENHANCED, HARDENED):
        desk = Desk(design)
        first, second = requests(desk.start("pending", "active"))
        newer = row("A1", 3, status="therapist_accepted")
        desk.rows(second, newer, lsn=3)
        desk.rows(first, row("A1", 2), lsn=2)
        desk.wait()
        shown[design.name] = [(note.view, note.version) for note in notes(desk.out, "paint")]
    assert ("slice", 2) in shown["enhanced"]
    assert shown["hardened"] == [(ACTIVE, 3), ("slice", 3)], "the old answer does not count"


@pytest.mark.parametrize(
    ("design", "version"), [(ENHANCED, 1), (HARDENED, 2)], ids=["enhanced", "hardened"]
)
def test_the_answer_to_an_abandoned_fetch_still_goes_into_the_slice_store(design, version):
    """A reducer that does not look at the request takes the slow old answer last."""
    desk = Desk(design)
    desk.ready(row("A1", 1))
    (slow,) = requests(desk.tell(Refresh("r1")))
    (quick,) = requests(desk.tell(Refresh("r2")))
    desk.rows(quick, row("A1", 2, driver="dr-2"))
    desk.wait()
    out = desk.rows(slow, row("A1", 1), lsn=1) + desk.wait()
    assert [note.view for note in notes(out)] == ([] if version == 2 else ["slice", "slice"])
    shown = {note.view: note.version for note in notes(desk.out, "paint")}
    assert shown == {PENDING: 2, "slice": version}


def test_a_hardened_slice_store_does_not_take_an_abandoned_answer_even_if_it_is_newer():
    """The view would not have the row's newer version, and the two copies would differ."""
    desk = Desk(HARDENED)
    desk.ready(row("A1", 1))
    (abandoned,) = requests(desk.tell(Refresh("r1")))
    desk.tell(Refresh("r2"))
    assert desk.rows(abandoned, row("A1", 2)) + desk.wait() == []


def test_the_slice_store_takes_the_rows_before_the_query_does():
    desk = Desk(ENHANCED)
    (request,) = requests(desk.start())
    out = [(note.kind, note.view) for note in notes(desk.rows(request, row("A1")))]
    assert out == [("base", "slice"), ("fetched", PENDING), ("base", PENDING)]


# What nobody looks at for a while


@QUERY_CORE
def test_a_view_that_nobody_looked_at_for_five_minutes_is_dropped(design):
    desk = Desk(with_design(design, read={"stale_time_us": 3_600 * SECOND}))
    desk.ready(row("A1"))
    desk.tell(Show("s1", ()))
    desk.wait(300 * SECOND - 1)
    assert [note.view for note in notes(desk.event("accept", ("A1", 2)), "invalidate")] == [PENDING]
    desk.wait(1)
    assert brief(desk.event("accept", ("A1", 3))) == ["event"], "there is nothing to mark"
    out = desk.tell(Show("s2", ("pending",)))
    assert brief(out) == ["mount", "fetch"], "no rows to begin with"
    assert painted(desk.wait()) == {}
    desk.rows(requests(out)[0], row("A1"))
    assert painted(desk.wait()) == {"A1": "pending"}


@QUERY_CORE
def test_a_look_in_between_begins_the_five_minutes_anew(design):
    desk = Desk(with_design(design, read={"stale_time_us": 3_600 * SECOND}))
    desk.ready(row("A1"))
    for number in (1, 2):
        desk.tell(Show(f"s{number}", ()))
        desk.wait(200 * SECOND)
        out = desk.tell(Show(f"s{number}", ("pending",)))
        assert requests(out) == []
        desk.wait(200 * SECOND)
        assert painted(desk.out) == {"A1": "pending"}
        desk.look()


@QUERY_CORE
def test_a_row_that_was_open_is_dropped_like_any_view(design):
    desk = Desk(design)
    desk.ready(row("A1"))
    (request,) = requests(desk.tell(Open("o1", "A1")))
    desk.rows(request, row("A1"))
    desk.tell(Close("c"))
    desk.wait(301 * SECOND)
    assert brief(desk.tell(Open("o2", "A1"))) == ["mount", "fetch"]


@QUERY_CORE
def test_a_view_on_screen_is_never_dropped(design):
    desk = Desk(design)
    desk.ready(row("A1"))
    desk.wait(3_600 * SECOND)
    assert desk.out == []
    assert len(requests(desk.event("accept", ("A1", 2)))) == 1


def test_a_hardened_client_knows_a_row_even_if_all_its_views_were_dropped():
    """The slice store forgets nothing, so a write still says which version it is based on."""
    desk = Desk(HARDENED)
    pending, active = requests(desk.start("pending", "active"))
    desk.rows(active, row("A1", 7, status="confirmed"))
    desk.rows(pending)
    desk.tell(Show("s1", ("pending",)))
    desk.wait(301 * SECOND)
    (fetch,) = requests(desk.tell(Show("s2", ("active",))))
    desk.rows(fetch, row("A1", 6, status="confirmed"), lsn=6)
    shown = [note.version for note in notes(desk.wait(), "paint") if note.view == ACTIVE]
    assert shown == [7], "an answer from before its commit does not count"


def test_the_app_before_keeps_its_lists_for_ever():
    desk = Desk(MANUAL)
    desk.ready(row("A1"))
    desk.tell(Show("s1", ()))
    desk.wait(3_600 * SECOND)
    desk.tell(Show("s2", ("pending",)))
    assert painted(desk.wait()) == {"A1": "pending"}, "until the fetch is answered"


def test_the_habit_of_looking_again_is_armed_where_the_design_has_one():
    armed = Note("arm", data={"trigger": "refresh-habit"})
    assert armed in Desk(MANUAL).start()
    for design in (ENHANCED, with_design(MANUAL, read={"refresh_every_us": 0})):
        assert armed not in Desk(design).start()
