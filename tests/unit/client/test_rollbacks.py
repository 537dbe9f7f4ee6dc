"""O2, O3, O5, O6: what each strategy leaves of a pending intent, and of what others did."""

from __future__ import annotations

from syncsim.client.ports import Refresh, Show
from tests.support.desk import ACTIVE, PENDING, Desk, notes, painted, requests, row
from tests.support.scenarios import HARDENED, MS, SECOND, with_design

ACCEPTED = {"status": "therapist_accepted"}

BY_ID = with_design(HARDENED, overlay={"strategy": "inverse", "cancel_fetches": False})
BY_INDEX = with_design(BY_ID, overlay={"address": "index"})
REVISION = with_design(BY_ID, overlay={"strategy": "revision"})
REBASE = with_design(BY_ID, overlay={"strategy": "rebase"}, write={"strategy": "fifo"})
FREEZE = with_design(BY_ID, overlay={"strategy": "freeze"})


def shown(out, view=PENDING):
    """Return driver, status and overlays of each row painted in a view, by id."""
    return {
        note.entity.partition("/")[2]: (
            note.data["fields"] and (note.data["fields"]["driver"], note.data["fields"]["status"]),
            note.data["overlays"],
        )
        for note in notes(out, "paint")
        if note.view == view
    }


def overlaid(out):
    """Return fields and views of the overlay notes."""
    return [(note.data["fields"], note.data["views"]) for note in notes(out, "overlay")]


def refused_after_a_row_came_in(design):
    """A2's driver is changed, A3 comes in at the top, and the change is refused."""
    desk = Desk(design)
    desk.ready(row("A1", driver="dr-1"), row("A2", driver="dr-2"))
    (mutate,) = requests(desk.ask("i1", "assign_driver", "A2", driver="dr-9"), "mutate")
    (fetch,) = requests(desk.event("deny_rejection", ("A3", 3)))
    came = row("A3", 3, driver="dr-3")
    desk.rows(fetch, row("A1", driver="dr-1"), row("A2", driver="dr-9"), came)
    desk.wait()
    desk.look()
    desk.refuse(mutate, row("A2", driver="dr-2"))
    desk.wait()
    return shown(desk.look())


# Inverse patches


def test_an_inverse_by_id_finds_its_row_wherever_it_stands():
    assert refused_after_a_row_came_in(BY_ID) == {"A2": (("dr-2", "pending"), [])}


def test_an_inverse_by_index_hits_the_row_that_stands_there_now():
    """A2 was at the top; now A3 is."""
    assert refused_after_a_row_came_in(BY_INDEX) == {"A3": (("dr-2", "pending"), [])}


def test_an_inverse_by_index_beyond_the_end_does_nothing():
    desk = Desk(BY_INDEX)
    desk.ready(row("A1"), row("A2"))
    (mutate,) = requests(desk.ask("i1", "assign_driver", "A1", driver="dr-9"), "mutate")
    (fetch,) = requests(desk.event("accept", ("A2", 2)))
    desk.rows(fetch, row("A1", driver="dr-9"))
    desk.wait()
    desk.look()
    desk.refuse(mutate, row("A1"))
    assert shown(desk.wait()) == {}


def test_an_inverse_sets_back_its_own_fields_and_leaves_other_rows_alone():
    desk = Desk(BY_ID)
    desk.ready(row("A1"), row("A2"))
    (first,) = requests(desk.ask("i1", "assign_driver", "A1", driver="dr-9"), "mutate")
    desk.ask("i2", "assign_driver", "A2", driver="dr-8")
    desk.wait()
    desk.refuse(first, row("A1"))
    assert shown(desk.wait()) == {"A1": (("dr-1", "pending"), [])}


# Snapshot with a revision token


def test_a_snapshot_goes_back_if_nothing_was_written_since():
    desk = Desk(REVISION)
    desk.ready(row("A1"), row("A2"))
    (mutate,) = requests(desk.ask("i1", "accept", "A1"), "mutate")
    desk.wait()
    out = desk.refuse(mutate, row("A1"))
    assert painted(desk.wait()) == {"A1": "pending"}
    assert [note.data["reason"] for note in notes(out, "invalidate")] == ["settle"]


def test_a_snapshot_does_not_go_back_over_what_is_newer_but_is_fetched():
    desk = Desk(REVISION)
    desk.ready(row("A1"), row("A2"))
    (first,) = requests(desk.ask("i1", "accept", "A1"), "mutate")
    desk.ask("i2", "assign_driver", "A2", driver="dr-9")
    desk.wait()
    out = desk.refuse(first, row("A1"))
    assert [note.data["reason"] for note in notes(out, "invalidate")] == ["error", "settle"]
    assert shown(desk.wait()) == {}, "the failed change stays until the answer comes"
    (fetch,) = requests(out, "query")
    desk.rows(fetch, row("A1"), row("A2"))
    assert painted(desk.wait())["A1"] == "pending"


# Rebase


def test_an_intent_is_run_again_on_new_rows():
    desk = Desk(REBASE)
    desk.ready(row("A1"), row("A2"))
    assert overlaid(desk.ask("i1", "assign_driver", "A1", driver="dr-9")) == [
        ({"driver": "dr-9"}, [PENDING, "slice"])
    ]
    desk.wait()
    (fetch,) = requests(desk.event("mark_overdue", ("A1", 2)))
    desk.rows(fetch, row("A1", 2, overdue=True), row("A2"))
    assert shown(desk.wait()) == {"A1": (("dr-9", "pending"), ["i1"])}


def test_an_intent_whose_guard_fails_on_the_new_rows_shows_nothing_more():
    desk = Desk(REBASE)
    desk.ready(row("A1"), row("A2"), views=("pending",))
    desk.rows(requests(desk.tell(Show("s", ("pending", "active"))))[0])
    desk.ask("i1", "accept", "A1")
    desk.wait()
    pending, active = requests(desk.event("accept", ("A1", 2)), "query")
    out = desk.rows(active, row("A1", 2, status="confirmed"))
    assert overlaid(out) == [(ACCEPTED, [PENDING])], "said before it is painted"
    assert shown(desk.wait(), ACTIVE) == {"A1": (("dr-1", "confirmed"), [])}
    desk.rows(pending, row("A2"))
    assert desk.client.picture.find("appointment/A1").fields["status"] == "confirmed"


def test_a_base_that_contains_the_intent_drops_it_before_its_answer():
    desk = Desk(REBASE)
    desk.ready(row("A1"), row("A2"))
    (mutate,) = requests(desk.ask("i1", "assign_driver", "A1", driver="dr-9"), "mutate")
    desk.wait()
    (fetch,) = requests(desk.event("assign_driver", ("A1", 3)))
    out = desk.rows(fetch, row("A1", 3, driver="dr-5"), row("A2"), last_intent=1)
    assert [note.data["reason"] for note in notes(out, "unlay")] == ["fence"]
    assert shown(desk.wait()) == {"A1": (("dr-5", "pending"), [])}, "what came after it counts"
    out = desk.ok(mutate, row("A1", 2, driver="dr-9"))
    assert notes(out, "unlay") == []
    assert shown(desk.wait()) == {}


def test_an_intent_stays_over_a_view_whose_answer_is_from_before_it():
    desk = Desk(REBASE)
    desk.ready(row("A1", overdue=True), views=("pending", "overdue"))
    desk.ask("i1", "assign_driver", "A1", driver="dr-9")
    desk.wait()
    first, second = requests(desk.event("assign_driver", ("A1", 2)), "query")
    desk.rows(first, row("A1", 3, driver="dr-9", overdue=True), last_intent=1)
    out = desk.rows(second, row("A1", 2, driver="dr-5", overdue=True))
    assert overlaid(desk.look())[-1] == ({"driver": "dr-9"}, ["appointments/list/overdue"])
    assert notes(out, "unlay") == []
    last = shown(desk.wait(), "appointments/list/overdue")
    assert last == {"A1": (("dr-9", "pending"), ["i1"])}


def test_a_refused_intent_goes_and_those_after_it_are_run_without_it():
    desk = Desk(REBASE)
    desk.ready(row("A1", overdue=True))
    (first,) = requests(desk.ask("i1", "assign_driver", "A1", driver="dr-9"), "mutate")
    desk.ask("i2", "assign_driver", "A1", driver="dr-8")
    desk.wait()
    out = desk.refuse(first, row("A1", 4, status="cancelled"))
    assert [note.data["reason"] for note in notes(out, "unlay")] == ["rollback"]
    assert overlaid(out)[-1] == ({}, []), "a cancelled appointment gets no driver"
    assert shown(desk.wait()) == {"A1": (None, [])}


# Freeze


def frozen(design=FREEZE):
    """Return a desk on which A1 is frozen as accepted, with its request."""
    desk = Desk(design)
    desk.ready(row("A1"), row("A2"), views=("pending",))
    desk.rows(requests(desk.tell(Show("s", ("pending", "active"))))[0])
    (mutate,) = requests(desk.ask("i1", "accept", "A1"), "mutate")
    desk.wait()
    desk.look()
    return desk, mutate


def test_a_frozen_row_is_pinned_as_a_whole():
    desk = Desk(FREEZE)
    desk.ready(row("A1", 3))
    ((fields, views),) = overlaid(desk.ask("i1", "assign_driver", "A1", driver="dr-9"))
    assert fields == row("A1", driver="dr-9").fields
    assert views == [PENDING, "slice"]
    desk.wait()
    (fetch,) = requests(desk.tell(Refresh("r")))
    desk.rows(fetch, row("A1", 4, overdue=True))
    assert shown(desk.wait()) == {}, "nothing moves it"


def test_a_frozen_row_thaws_when_every_view_on_screen_holds_the_commit():
    desk, mutate = frozen()
    out = desk.ok(mutate, row("A1", 2, lsn=9, **ACCEPTED))
    assert notes(out, "unlay") == []
    pending, active = requests(out, "query")
    assert notes(desk.rows(pending, row("A2"), lsn=9), "unlay") == []
    assert shown(desk.wait(), ACTIVE) == {}, "the other view is still short of it"
    out = desk.rows(active, row("A1", 3, lsn=10, driver="dr-7", **ACCEPTED))
    assert [note.data["reason"] for note in notes(out, "unlay")] == ["fence"]
    assert shown(desk.wait(), ACTIVE) == {"A1": (("dr-7", "therapist_accepted"), [])}


def test_an_answer_from_before_the_commit_thaws_nothing():
    desk, mutate = frozen(with_design(FREEZE, keep_newest=False))
    out = desk.ok(mutate, row("A1", 2, lsn=9, **ACCEPTED))
    pending, active = requests(out, "query")
    desk.rows(pending, row("A1"), row("A2"), lsn=8)
    desk.rows(active, lsn=8)
    assert notes(desk.look(), "unlay") == []
    assert desk.client.picture.find("appointment/A1").fields["status"] == "therapist_accepted"


def test_a_frozen_row_that_waits_too_long_thaws_and_goes_back():
    desk, mutate = frozen(with_design(FREEZE, overlay={"fence_timeout_us": 2 * SECOND}))
    desk.ok(mutate, row("A1", 2, lsn=9, **ACCEPTED))
    assert notes(desk.wait(2 * SECOND - MS), "unlay") == []
    out = desk.wait(20 * MS)
    assert [note.data["reason"] for note in notes(out, "unlay")] == ["timeout"]
    assert painted(out) == {"A1": "pending"}


def test_a_refused_freeze_thaws_at_once_and_later_ones_are_frozen_anew_without_it():
    desk = Desk(FREEZE)
    desk.ready(row("A1", overdue=True))
    (first,) = requests(desk.ask("i1", "accept", "A1"), "mutate")
    desk.ask("i2", "assign_driver", "A1", driver="dr-8")
    desk.wait()
    desk.look()
    out = desk.refuse(first, row("A1"))
    assert [note.data["reason"] for note in notes(out, "unlay")] == ["rollback"]
    ((fields, _),) = overlaid(out)
    assert (fields["status"], fields["driver"]) == ("pending", "dr-8")
    assert shown(desk.wait()) == {"A1": (("dr-8", "pending"), ["i2"])}


def test_a_row_that_a_frozen_intent_ended_does_not_come_back_from_its_answer():
    """The view is from after the commit and does not list the row, so it has left."""
    desk = Desk(FREEZE)
    desk.ready(row("A1"), row("A2"))
    (mutate,) = requests(desk.ask("i1", "assign_driver", "A1", driver="dr-9"), "mutate")
    (fetch,) = requests(desk.event("accept", ("A1", 3)))
    desk.rows(fetch, row("A2"), lsn=10)
    desk.wait()
    desk.ok(mutate, row("A1", 2, lsn=8, driver="dr-9"))
    assert painted(desk.wait()) == {"A1": None}
