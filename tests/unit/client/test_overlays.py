"""O: how a pending intent is shown, and what is left of it when the answer comes."""

from __future__ import annotations

from syncsim.client.ports import Note, Refresh, Show
from tests.support.desk import ACTIVE, PENDING, Desk, brief, notes, painted, requests, row
from tests.support.scenarios import ENHANCED, HARDENED, MANUAL, with_design

OVERDUE = "appointments/list/overdue"
ACCEPTED = {"status": "therapist_accepted"}


def test_pessimistic_shows_nothing_before_the_answer():
    desk = Desk(MANUAL)
    desk.ready(row("A1"))
    assert notes(desk.ask("i1", "accept", "A1"), "overlay") == []
    assert desk.wait() == []


# Snapshot


def test_a_snapshot_design_paints_the_change_in_every_view_that_lists_the_row():
    desk = Desk(ENHANCED)
    desk.ready(row("A1", 3), row("A2"), views=("pending", "overdue"))
    out = desk.ask("i1", "accept", "A1")
    assert notes(out, "overlay") == [
        Note(
            "overlay", "i1", "", "appointment/A1", 3,
            data={"fields": ACCEPTED, "views": [PENDING, OVERDUE]},
        )
    ]  # fmt: skip
    paints = notes(desk.wait(), "paint")
    assert [(note.view, note.entity, note.version) for note in paints] == [
        (PENDING, "appointment/A1", 3), (OVERDUE, "appointment/A1", 3),
    ]  # fmt: skip
    assert paints[0].data == {
        "fields": row("A1", **ACCEPTED).fields, "overlays": ["i1"],
    }  # fmt: skip
    assert painted(desk.out, "slice") == {}, "the slice store is not told"


def test_a_snapshot_is_forgotten_on_success_and_the_paint_stays():
    desk = Desk(ENHANCED)
    desk.ready(row("A1"))
    (request,) = requests(desk.ask("i1", "accept", "A1"))
    desk.wait()
    out = desk.ok(request, row("A1", 2, **ACCEPTED))
    assert notes(out, "unlay", "outcome") == [
        Note("unlay", "i1", "", "appointment/A1", data={"reason": "response"}),
        Note("outcome", "i1", "", "appointment/A1", 2, 2, data={"result": "ok"}),
    ]
    out = desk.wait()
    assert painted(out) == {}, "until the refetch, the row stays in the pending list"
    assert painted(out, "slice") == {"A1": "therapist_accepted"}


def test_a_rollback_restores_the_whole_query_and_erases_what_others_changed():
    desk = Desk(ENHANCED)
    desk.ready(row("A1"), row("A2"))
    (mutate,) = requests(desk.ask("i1", "accept", "A1"))
    (fetch,) = requests(desk.event("assign_driver", ("A2", 2)))
    desk.rows(fetch, row("A1", 2), row("A2", 2, driver="dr-2"))
    assert notes(desk.wait(), "paint")[1].data["fields"]["driver"] == "dr-2"

    out = desk.refuse(mutate, row("A1", 2, status="cancelled"))
    assert notes(out, "unlay")[0].data == {"reason": "rollback"}
    paints = [note for note in notes(desk.wait(), "paint") if note.view == PENDING]
    assert [(note.entity, note.version) for note in paints] == [
        ("appointment/A1", 1),
        ("appointment/A2", 1),
    ]
    assert paints[1].data["fields"]["driver"] == "dr-1", "the other's change is gone again"


def test_a_fetch_in_flight_overwrites_the_optimistic_update():
    desk = Desk(ENHANCED)
    desk.ready(row("A1"))
    (fetch,) = requests(desk.tell(Refresh("r")))
    out = desk.ask("i1", "accept", "A1")
    assert notes(out, "fetch_cancelled") == [], "nothing stops it"
    assert painted(desk.wait()) == {"A1": "therapist_accepted"}
    desk.rows(fetch, row("A1"))
    assert painted(desk.wait()) == {"A1": "pending"}, "while the intent is still pending"


def test_a_local_write_erases_the_flag():
    desk = Desk(ENHANCED)
    desk.ready(row("A1"), row("A2"), views=("pending", "overdue"))
    desk.tell(Show("s1", ("pending",)))
    desk.event("accept", ("A2", 2))
    out = desk.ask("i1", "accept", "A1")
    assert notes(out, "freshen") == [
        Note("freshen", view=view, data={"reason": "overlay"}) for view in (PENDING, OVERDUE)
    ], "what is off screen is marked fresh too"
    out = desk.tell(Show("s2", ("pending", "overdue")))
    assert requests(out) == [], "and comes back unasked"
    assert painted(desk.wait(), OVERDUE) == {"A1": "therapist_accepted", "A2": "pending"}


def test_a_rollback_erases_the_flag_too():
    desk = Desk(with_design(ENHANCED, read={"retries": 0}))
    desk.ready(row("A1"))
    (mutate,) = requests(desk.ask("i1", "accept", "A1"))
    desk.event("accept", ("A2", 2))
    out = desk.refuse(mutate, row("A1"))
    assert [note.data for note in notes(out, "freshen")] == [{"reason": "rollback"}]


def test_two_snapshots_restore_each_other():
    desk = Desk(ENHANCED)
    desk.ready(row("A1"), row("A2"))
    (first,) = requests(desk.ask("i1", "accept", "A1"))
    (second,) = requests(desk.ask("i2", "accept", "A2"))
    desk.wait()
    desk.refuse(first, row("A1"))
    assert painted(desk.wait()) == {"A1": "pending", "A2": "pending"}, "i2 is still pending"
    desk.refuse(second, row("A2"))
    assert painted(desk.wait()) == {"A1": "therapist_accepted"}, "and i1 is over"


# Layers


def test_layers_hide_a_row_from_a_list_and_show_it_in_another_at_once():
    desk = Desk(HARDENED)
    desk.ready(row("A1", 3), views=("pending",))
    desk.rows(requests(desk.tell(Show("s", ("pending", "active"))))[0])
    desk.wait()
    out = desk.ask("i1", "accept", "A1")
    assert notes(out, "overlay")[0].data == {
        "fields": ACCEPTED, "views": [PENDING, ACTIVE, "slice"],
    }  # fmt: skip
    out = desk.wait()
    assert painted(out) == {"A1": None}
    assert painted(out, ACTIVE) == {"A1": "therapist_accepted"}
    assert painted(out, "slice") == {"A1": "therapist_accepted"}
    assert {tuple(note.data["overlays"]) for note in notes(out, "paint")} == {("i1",)}
    assert {note.version for note in notes(out, "paint")} == {3}


def test_layers_survive_a_change_of_the_confirmed_rows():
    desk = Desk(HARDENED)
    desk.ready(row("A1"), row("A2"))
    desk.ask("i1", "assign_driver", "A1", driver="dr-9")
    desk.wait()
    (fetch,) = requests(desk.event("assign_driver", ("A2", 2)))
    desk.rows(fetch, row("A1", 2, overdue=True), row("A2", 2, driver="dr-2"))
    paints = [note for note in notes(desk.wait(), "paint") if note.view == PENDING]
    assert [(n.version, n.data["fields"]["driver"], n.data["overlays"]) for n in paints] == [
        (2, "dr-9", ["i1"]), (2, "dr-2", []),
    ]  # fmt: skip
    assert paints[0].data["fields"]["overdue"] is True


def test_a_refused_layer_takes_itself_away_and_learns_the_current_row_everywhere():
    desk = Desk(HARDENED)
    desk.ready(row("A1"), row("A2"))
    (mutate,) = requests(desk.ask("i1", "assign_driver", "A1", driver="dr-9"))
    desk.wait()
    (fetch,) = requests(desk.event("assign_driver", ("A2", 2)))
    desk.rows(fetch, row("A1"), row("A2", 2, driver="dr-2"))
    desk.wait()

    out = desk.refuse(mutate, row("A1", 5, driver="dr-5"), "version-conflict")
    assert brief(out)[:4] == ["base", "base", "unlay", "outcome"], "the base first"
    assert notes(out, "unlay")[0].data == {"reason": "rollback"}
    assert notes(out, "outcome")[0].data == {"result": "refused", "reason": "version-conflict"}
    paints = notes(desk.wait(), "paint")
    assert [(n.view, n.entity, n.version) for n in paints] == [
        (PENDING, "appointment/A1", 5), ("slice", "appointment/A1", 5),
    ]  # fmt: skip
    assert paints[0].data == {"fields": row("A1", driver="dr-5").fields, "overlays": []}


def test_an_accepted_layer_goes_when_the_base_holds_its_commit():
    desk = Desk(HARDENED)
    desk.ready(row("A1"), views=("pending",))
    desk.rows(requests(desk.tell(Show("s", ("pending", "active"))))[0])
    (mutate,) = requests(desk.ask("i1", "accept", "A1"))
    desk.wait()
    out = desk.ok(mutate, row("A1", 2, **ACCEPTED))
    assert [(note.kind, note.view, note.version) for note in notes(out, "base")] == [
        ("base", "slice", 2), ("base", PENDING, -1), ("base", ACTIVE, 2),
    ]  # fmt: skip
    assert notes(out, "unlay")[0].data == {"reason": "fence"}
    out = desk.wait()
    assert [(n.view, n.data["overlays"]) for n in notes(out, "paint")] == [
        (PENDING, []), (ACTIVE, []), ("slice", []),
    ]  # fmt: skip
    assert painted(out, ACTIVE) == {"A1": "therapist_accepted"}


def test_fetches_are_cancelled_before_the_layer_goes_on():
    desk = Desk(HARDENED)
    desk.ready(row("A1"))
    (fetch,) = requests(desk.tell(Refresh("r")))
    out = desk.ask("i1", "accept", "A1")
    assert brief(out) == ["intent", "fetch_cancelled", "overlay"]
    assert notes(out, "fetch_cancelled") == [
        Note("fetch_cancelled", message=fetch.name, view=PENDING, data={"reason": "overlay"})
    ]
    assert desk.rows(fetch, row("A1")) == []


def test_a_fetch_that_is_restarted_later_is_not_said_to_be_cancelled_for_an_overlay():
    desk = Desk(with_design(HARDENED, read={"strategy": "invalidate"}))
    desk.ready(row("A1"))
    desk.tell(Refresh("r"))
    out = desk.ask("i1", "accept", "A1")
    assert [note.data["reason"] for note in notes(out, "fetch_cancelled")] == ["overlay"]
    desk.event("accept", ("A2", 2))
    out = desk.event("accept", ("A3", 2), intent="other/2")
    assert [note.data["reason"] for note in notes(out, "fetch_cancelled")] == ["restarted"]


def test_only_a_fetch_that_the_end_of_the_intent_repeats_is_cancelled():
    """Starting an appointment touches no pending list; its refetch must not be lost."""
    desk = Desk(HARDENED)
    pending, active = requests(desk.start("pending", "active"))
    desk.rows(pending, row("A1"))
    desk.rows(active, row("A2", status="confirmed"))
    desk.wait()
    in_flight = requests(desk.event("mark_overdue", ("A1", 2)))
    out = desk.ask("i1", "start_appointment", "A2")
    assert [note.view for note in notes(out, "fetch_cancelled")] == [ACTIVE]
    desk.rows(in_flight[0], row("A1", 2, overdue=True))
    shown = [note for note in notes(desk.wait(), "paint") if note.entity == "appointment/A1"]
    assert shown[0].data["fields"]["overdue"] is True


def test_a_first_load_is_not_cancelled():
    desk = Desk(HARDENED)
    pending, _ = requests(desk.start("pending", "active"))
    desk.rows(pending, row("A1"))
    desk.wait()
    assert notes(desk.ask("i1", "accept", "A1"), "fetch_cancelled") == []


def test_an_answer_read_before_an_own_commit_does_not_bring_the_row_back():
    desk = Desk(HARDENED)
    desk.ready(row("A1"), row("A2"))
    (mutate,) = requests(desk.ask("i1", "accept", "A1"))
    (fetch,) = requests(desk.tell(Refresh("r")))
    desk.ok(mutate, row("A1", 2, lsn=9, **ACCEPTED))
    assert painted(desk.wait()) == {"A1": None}
    desk.rows(fetch, row("A1"), row("A2"), lsn=8)
    assert painted(desk.wait()) == {}


def test_an_old_answer_to_a_repeated_request_does_not_bring_an_old_row_back():
    desk = Desk(HARDENED)
    desk.ready(row("A1"))
    (mutate,) = requests(desk.ask("i1", "assign_driver", "A1", driver="dr-9"))
    for version, fields in ((3, {}), (4, ACCEPTED)):
        (fetch,) = requests(desk.tell(Refresh(f"r{version}")))
        answer = [row("A1", version, **fields)] if not fields else []
        desk.rows(fetch, *answer, lsn=version)
    desk.wait()
    desk.ok(mutate, row("A1", 2, driver="dr-9"))
    assert painted(desk.wait()) == {}, "version 2 is not news to who has seen version 3 leave"
