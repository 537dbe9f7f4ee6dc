"""R2 and R3: what an event brings is written over the rows held; only R3 sees that one is missing.

What they cost is requests: none for a row that is held, one for each list of one that is not.
"""

from __future__ import annotations

from typing import Any

import pytest

from syncsim.client.ports import Received
from syncsim.design import Feed
from syncsim.net.messages import EventBody, Patch
from tests.support.desk import PENDING, Desk, notes, requests, row
from tests.support.scenarios import HARDENED, with_design

PATCH = with_design(HARDENED, read={"strategy": "patch"}, feed=Feed(payload="changes"))
VERSIONED = with_design(PATCH, read={"strategy": "versioned-patch"})
BOTH = pytest.mark.parametrize("design", [PATCH, VERSIONED], ids=["patch", "versioned-patch"])


def tell(desk: Desk, name: str, version: int, **fields: Any) -> list[Any]:
    """Tell a desk what a commit changed of a row."""
    entity = f"appointment/{name}"
    patch = Patch(entity, version, 10 + version, fields)
    named = ((entity, version),)
    return desk.tell(Received(EventBody("accept", "i", 10 + version, named, None, (patch,)), "i"))


def shown(desk: Desk) -> dict[str, tuple[int, str]]:
    """Return the version and the status of each row on the pending list."""
    (view,) = [view for view in desk.client._views.cached() if view.view == PENDING]
    return {
        entity.partition("/")[2]: (row.version, row.fields["status"])
        for entity, row in view.confirmed.items()
    }


@BOTH
def test_the_next_change_is_written_without_asking(design):
    desk = Desk(design)
    desk.ready(row("A1"), row("A2"))
    made = tell(desk, "A1", 2, note="ring twice")
    assert requests(made) == []
    (base,) = [note for note in notes(made, "base") if note.view == PENDING]
    assert (base.entity, base.version, base.data["fields"]["note"]) == (
        "appointment/A1", 2, "ring twice",
    )  # fmt: skip
    assert base.data["fields"]["status"] == "pending"


@BOTH
def test_a_change_takes_a_row_off_the_list_that_it_no_longer_belongs_to(design):
    desk = Desk(design)
    desk.ready(row("A1"), row("A2"))
    assert requests(tell(desk, "A1", 2, status="confirmed")) == []
    assert shown(desk) == {"A2": (1, "pending")}


@BOTH
def test_a_change_that_is_known_already_changes_nothing(design):
    desk = Desk(design)
    desk.ready(row("A1", 3))
    assert notes(tell(desk, "A1", 2, status="confirmed"), "base", "invalidate") == []
    assert shown(desk) == {"A1": (3, "pending")}


@BOTH
def test_what_is_not_held_is_asked_for(design):
    desk = Desk(design)
    desk.ready(row("A1"))
    assert [each.view for each in requests(tell(desk, "A9", 4, note="new here"))] == [PENDING]


@BOTH
def test_a_row_that_was_just_made_is_whole_and_needs_no_asking(design):
    desk = Desk(design)
    desk.ready(row("A1"))
    assert requests(tell(desk, "A9", 1, **row("A9").fields)) == []
    assert shown(desk)["A9"] == (1, "pending")
    assert requests(tell(desk, "A8", 1, **row("A8", status="cancelled").fields)) == []
    assert "A8" not in shown(desk)


def test_after_a_missed_change_patch_shows_a_row_that_never_was():
    """Version 2 confirmed the appointment; its event is lost, and the list still shows it."""
    desk = Desk(PATCH)
    desk.ready(row("A1"))
    assert requests(tell(desk, "A1", 3, note="ring twice")) == []
    assert shown(desk) == {"A1": (3, "pending")}


def test_after_a_missed_change_versioned_patch_asks():
    desk = Desk(VERSIONED)
    desk.ready(row("A1"))
    (request,) = requests(tell(desk, "A1", 3, note="ring twice"))
    assert shown(desk) == {"A1": (1, "pending")}, "old, but a row that was"
    desk.rows(request, lsn=13)
    assert shown(desk) == {}


def test_a_change_missed_during_a_fetch_is_asked_for_again():
    """The answer is from before both changes, and the second one does not fit on it."""
    desk = Desk(VERSIONED)
    desk.ready(row("A1"))
    (request,) = requests(tell(desk, "A1", 3, note="ring twice"))
    tell(desk, "A1", 4, note="ring once")
    desk.rows(request, row("A1", 2))
    desk.wait()
    assert len(requests(desk.out, "query")) == 2


@BOTH
def test_a_frozen_row_takes_changes_below_and_shows_them_when_it_thaws(design):
    """A1 is frozen by an own action, and the change by another lies under it."""
    desk = Desk(with_design(design, overlay={"strategy": "freeze", "cancel_fetches": False}))
    desk.ready(row("A1"), row("A2"))
    (write,) = requests(desk.ask("i1", "assign_driver", "A1", driver="dr-2"), "mutate")
    tell(desk, "A1", 2, overdue=True)
    desk.wait()
    painted = desk.client.picture.views[PENDING]["appointment/A1"].fields
    assert (painted["driver"], painted["overdue"]) == ("dr-2", False)
    both = row("A1", 3, lsn=13, driver="dr-2", overdue=True)
    (fetch,) = requests(desk.ok(write, both), "query")
    desk.rows(fetch, both, row("A2"), lsn=13)
    desk.wait()
    painted = desk.client.picture.views[PENDING]["appointment/A1"].fields
    assert (painted["driver"], painted["overdue"]) == ("dr-2", True)
