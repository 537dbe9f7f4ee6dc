"""Where lists are the only copy, what has left one is not brought back by mistake."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncsim.checks import Status, judge
from syncsim.client.picture import Rows
from syncsim.client.ports import Show
from syncsim.scenario import load
from syncsim.world import run
from tests.support.desk import PENDING, Desk, requests, row
from tests.support.scenarios import HARDENED, with_design

ONE_COPY = replace(
    with_design(HARDENED, write={"strategy": "fifo"}, overlay={"cancel_fetches": False}),
    store="slice",
)
OVERLAYS = pytest.mark.parametrize("strategy", ["layers", "rebase", "freeze"])


def seen(desk: Desk) -> Rows:
    """Return what the pending list shows."""
    shown = desk.client.picture.views[PENDING]
    return {entity: row for entity, row in shown.items() if row.fields is not None}


@OVERLAYS
def test_an_answer_from_before_an_own_action_does_not_bring_back_what_that_took_off(strategy):
    desk = Desk(with_design(ONE_COPY, overlay={"strategy": strategy}))
    desk.ready(row("A1"), row("A2"))
    (fetch,) = requests(desk.event("assign_driver", ("A2", 2)), "query")
    (write,) = requests(desk.ask("i1", "accept", "A1"), "mutate")
    desk.ok(write, row("A1", 2, lsn=6, status="therapist_accepted"))
    desk.wait()
    assert list(seen(desk)) == ["appointment/A2"]
    desk.rows(fetch, row("A1"), row("A2", 2, lsn=5), lsn=5)
    desk.wait()
    assert list(seen(desk)) == ["appointment/A2"]


def test_a_frozen_row_leaves_the_list_with_its_answer_whatever_else_is_frozen():
    """The answer is taken into the list first, and the row does not belong there any more."""
    desk = Desk(with_design(ONE_COPY, overlay={"strategy": "freeze"}))
    desk.ready(row("A1"), row("A2"))
    (write,) = requests(desk.ask("i1", "accept", "A1"), "mutate")
    desk.ask("i2", "accept", "A2")
    desk.ok(write, row("A1", 2, lsn=6, status="therapist_accepted"))
    desk.wait()
    assert "appointment/A1" not in desk.client.picture.views[PENDING]


def test_the_answer_to_a_repeated_write_does_not_take_a_row_back_to_what_it_was_then():
    """The key makes the backend say what it had said at first; another change came since."""
    desk = Desk(with_design(ONE_COPY, overlay={"strategy": "layers"}))
    desk.ready(row("A1"))
    (write,) = requests(desk.ask("i1", "assign_driver", "A1", driver="dr-2"), "mutate")
    (fetch,) = requests(desk.event("assign_driver", ("A1", 3)), "query")
    desk.rows(fetch, row("A1", 3, lsn=6, driver="dr-3"), lsn=6)
    desk.ok(write, row("A1", 2, lsn=5, driver="dr-2"))
    desk.wait()
    shown = seen(desk)["appointment/A1"]
    assert (shown.version, (shown.fields or {})["driver"]) == (3, "dr-3")


def test_a_list_that_comes_on_screen_again_shows_the_newest_that_another_list_holds():
    desk = Desk(ONE_COPY)
    desk.ready(row("A1"))
    (fetch,) = requests(desk.tell(Show("s1", ("active",))), "query")
    desk.rows(fetch, row("A1", 2, lsn=5, status="therapist_accepted"))
    desk.wait()
    desk.tell(Show("s2", ("pending",)))
    desk.wait()
    assert list(seen(desk)) == [], "the active list knows that it is pending no more"


@OVERLAYS
def test_a_busy_day_passes_every_check(strategy):
    design = with_design(ONE_COPY, overlay={"strategy": strategy, "cancel_fetches": True})
    verdict = judge(run(replace(load("seed/everyone-at-once"), design=design)))
    assert [each.check for each in verdict.findings if each.status is Status.FAIL] == []
